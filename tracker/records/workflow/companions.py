"""What goes with a record when it is submitted or published.

What belongs to it always goes with it. What it names, as a person, a place or a source, goes along if it is
not public yet and whoever submits or publishes says so. What is restricted or confidential is published by
itself, and so is what has a review of its own, as another dialogue.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from tracker.records.policy import roles
from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.vocabularies import Confidentiality, Publication

WAITING = (Publication.DRAFT, Publication.IN_REVIEW)
ALSO = "also"
UNKNOWN = "Give ids of records that this one or its rows name, and that you may submit or publish with it."


class WithCauses(str):
    """A sentence on what blocks or hides a record, with the records that would have to change first."""

    def __new__(cls, sentence, because=()):
        made = super().__new__(cls, sentence)
        made.because = list(because)
        return made


class Unready(ValidationError):
    """Refuses a publication. `blockers` has the sentences of each record; the text has each only once."""

    def __init__(self, first, blockers):
        self.blockers = {record: found for record, found in blockers.items() if found}
        records = {}
        for record, found in self.blockers.items():
            for sentence in found:
                records.setdefault(sentence, []).append(record)
        super().__init__(
            [
                sentence if some == [first] else f"{listed(some, first)}: {sentence}"
                for sentence, some in records.items()
            ]
        )


def listed(records, first):
    """Records in words: three of them, and how many more."""
    names = ["this record" if record == first else str(record) for record in records]
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")


def parts_of(model):
    """The models of the parts of a record."""
    relations = [one for one in model._meta.related_objects if one.field.name == "record"]
    return [one.related_model for one in relations if issubclass(one.related_model, Visible)]


def keys_to_named(model):
    """The relations of a model that lead to what goes along with it."""
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [one for one in fields if one.is_relation and getattr(one.related_model, "goes_along", False)]


def named_by(records, user):
    """{model: the condition of what these records and their parts name}, as far as a user sees them."""
    keys, found = {}, {}
    for record in records:
        keys.setdefault(type(record), []).append(record.pk)
    for model, pks in keys.items():
        rows = [(model, {"pk__in": pks}), *((part, {"record__in": pks}) for part in parts_of(model))]
        for table, condition in rows:
            for key in keys_to_named(table):
                ids = table.objects.visible_to(user).filter(**condition).order_by().values(key.name)
                found[key.related_model] = found.get(key.related_model, Q()) | Q(pk__in=ids)
    return found


def named(records, user):
    """The unpublished records that these name, and that these name in turn: those first that others name."""
    known, new = {record.pk for record in records}, list(records)
    found = []
    while new:
        rows = [
            row
            for model, condition in named_by(new, user).items()
            for row in model.objects.visible_to(user)
            .filter(condition, publication__in=WAITING, confidentiality=Confidentiality.PUBLIC)
            .order_by("pk")
            if row.pk not in known
        ]
        known |= {row.pk for row in rows}
        found = [*rows, *found]
        new = [*rows, *(one for row in rows for one in row.drafts(user) if one.pk not in known)]
        known |= {row.pk for row in new}
    return found


def chosen(found, also, strict=True):
    """Those of the records whose ids are given; `strict` refuses an id that is of none of them."""
    if strict and set(also) - {str(record.pk) for record in found}:
        raise ValidationError({ALSO: UNKNOWN})
    return [record for record in found if str(record.pk) in also]


def with_drafts(records, user):
    """Records with what belongs to them, each once."""
    every = [one for record in records for one in (record, *record.drafts(user))]
    return list({one.pk: one for one in every}.values())


def blockers_of(records, along, by, moment=None, already_public=False):
    """{record: what blocks its publication by this user}, if those in `along` are published with them.

    For this check they become public in a transaction that is rolled back.
    """
    with transaction.atomic():
        for record in along:
            make_public(record)
        found = {record: record.blockers(by, moment, already_public) for record in records}
        if along:
            transaction.set_rollback(True)
    return found


def make_public(record):
    """Let a row be public, unless a constraint forbids it: then it says so itself."""
    rows = type(record).objects.filter(pk=record.pk)
    try:
        with transaction.atomic():
            rows.update(publication=Publication.PUBLISHED)
    except IntegrityError:
        return


def ready(found, user, moment=None):
    """What blocks records that are named, {record: sentences}, and those that can all be included.

    Nothing blocks these if all of them are included, and the user may publish each with what belongs to it.
    """
    along = [one for one in found if all(roles.may_publish(user, row) for row in with_drafts([one], user))]
    while True:
        blockers = blockers_of(with_drafts(found, user), with_drafts(along, user), user, moment)
        still = [one for one in along if not any(blockers[row] for row in with_drafts([one], user))]
        if still == along:
            return blockers, along
        along = still
