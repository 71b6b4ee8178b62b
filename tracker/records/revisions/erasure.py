"""Erasure: deletes the data itself from rows, history, log and everything else that stores texts.

Rows are deleted without tombstones, which every list and figure would have to skip forever. Records that make
sense alone lose their key to what is erased. A participation or speaker that was named by it becomes
withheld, so that counts stay correct. The rest is deleted. The history keeps only who and when.
"""

import re
from collections import Counter
from urllib.parse import unquote_plus

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from tracker.records.accounts.saved_filters import SavedFilter
from tracker.records.audit import takedown_ledger
from tracker.records.audit.actor import acting_as
from tracker.records.audit.admin_log import make_neutral
from tracker.records.audit.history import Entry
from tracker.records.audit.takedown_ledger import DeedKind
from tracker.records.base.citations import Citation
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.base.slugs import OldSlug
from tracker.records.policy import roles
from tracker.records.policy.visibility import kinds
from tracker.records.protection import name_search
from tracker.records.protection.name_check import Homonym
from tracker.records.protection.name_search import AlsoHidden, NameSearch
from tracker.records.protection.protected_names import record_and_parts
from tracker.records.protection.takedown_scope import contains_any, names_of, text_field_names
from tracker.records.protocol.idempotency import KeptAnswer
from tracker.records.values.codes.vocabularies import Publication, TakedownReason
from tracker.records.values.names import slugify_name, tokens
from tracker.records.workflow.approvals import Approval
from tracker.records.workflow.proposals import Proposal

WITHHELD = "withheld"
ERASED = "Erased."
REDACTED = "[erased]"
RESTORED = "Repeated after a backup was restored."
STILL_SEARCHED = "The search for other texts that name this person is still running. Try again in a minute."
SHORT = 4  # shorter words occur in too many filters


class Erasure:
    """The scope of an erasure: `gone` is deleted, `unnamed` becomes withheld, `loosened` loses a key, `apart`
    is deleted too and is not a record."""

    def __init__(self, record):
        self.gone, self.unnamed, self.loosened, self.apart = {record.pk: record}, [], [], []
        waiting = [record]
        while waiting:
            for key, row in pointing_at(waiting.pop()):
                if names_by(key):
                    self.unnamed.append(row)
                elif not goes_with(key):
                    self.loosened.append((row, key.name))
                elif not isinstance(row, Record):
                    self.apart.append(row)
                elif row.pk not in self.gone:
                    self.gone[row.pk] = row
                    waiting.append(row)
        self.unnamed = [row for row in self.unnamed if row.pk not in self.gone]
        names = {name.strip() for one in self.records() for name in names_of(one)}
        self.names = {name for name in names if " " in name}  # a single word may belong to anyone
        self.rows = [row.pk for one in self.records() for row in record_and_parts(one)]

    def records(self):
        return [*self.gone.values()]

    def numbers(self):
        """{kind of record: number deleted}, and the number of rows that become withheld."""
        found = Counter(str(row._meta.verbose_name) for row in self.records())
        return dict(found), len(self.unnamed)

    def carry_out(self, reason, among=None):
        """Carries out the erasure. `among`: ids of the only other records whose texts may be redacted."""
        for row, name in self.loosened:
            if row.pk not in self.gone:
                row.refresh_from_db()
                setattr(row, name, None)
                row.save()
        for row in self.unnamed:
            withhold(row)
        for row in self.apart:
            stored_copy(row).delete()
        for record in reversed(self.records()):
            takedown_ledger.enter(record, DeedKind.ERASURE)
            make_neutral(record, change_message="")
            stored_copy(record).delete()
        self.redact(among)
        self.empty_history(reason)
        self.forget()

    def redact(self, among=None):
        """Removes the names from every text that was taken down with the person."""
        names = re.compile("|".join(map(re.escape, self.names)), re.IGNORECASE)
        for model in [*kinds(), *(model for model in apps.get_models() if issubclass(model, Part))]:
            path = "record__" if issubclass(model, Part) else ""
            down = Q(**{f"{path}publication": Publication.TAKEN_DOWN})
            known = Q() if among is None else Q(**{f"{path}pk__in": among})
            for row in model._base_manager.filter(contains_any(model, self.names), down, known):
                for field in text_field_names(model):
                    setattr(row, field, redacted(getattr(row, field), names))
                row.save()

    def empty_history(self, reason):
        """Empties the history of deleted rows, of names in remaining rows, and wherever the names occur."""
        Entry.objects.filter(record_id__in=self.gone).erase(
            *columns_with_content(apps.get_models()), reason=reason
        )
        for row in [*self.unnamed, *self.apart]:
            entries = Q(row_id=str(row.pk))
            if isinstance(row, Record):
                entries |= Q(record_id=row.pk, kind__endswith="citation")
                make_neutral(row, change_message="")
            Entry.objects.filter(entries).erase(*named_columns(type(row)), *columns_with_content([Citation]))
        for name in {*self.names, *map(slugify_name, self.names)}:
            for entry in Entry.objects.containing(name):
                Entry.objects.filter(pk=entry.pk).erase(*entry.columns_containing(name))

    def forget(self):
        """Deletes proposals, approvals, stored answers and saved filters that mention what is erased."""
        erased = [*self.records(), *(row for row in self.unnamed if isinstance(row, Record))]
        OldSlug.objects.filter(record_id__in=self.gone).delete()
        NameSearch.objects.filter(record_id__in=self.gone).delete()
        AlsoHidden.objects.filter(record_id__in=self.gone).delete()
        Approval.objects.filter(record_id__in=[row.pk for row in erased]).delete()
        Homonym.objects.filter(row_id__in=self.rows).delete()
        for name in self.names:
            Homonym.objects.filter(reason__icontains=name).delete()
            for field in ("comment", "homonym", "problem"):
                Approval.objects.filter(**{f"{field}__icontains": name}).update(**{field: REDACTED})
        KeptAnswer.objects.containing(erased).delete()
        contains = Q(record_id__in=[row.pk for row in erased])
        for word in [*map(str, self.gone), *self.names]:
            contains |= Q(text__icontains=word) | Q(reason__icontains=word)
        Proposal.objects.annotate(text=Cast("document", TextField())).filter(contains).delete()
        words = {word for name in self.names for word in tokens(name) if len(word) > SHORT}
        for saved in SavedFilter.objects.all():
            if words & {*tokens(f"{saved.name} {unquote_plus(saved.query)}")}:
                saved.delete()


def redacted(value, names):
    """A text, or a list of texts, without the names; anything else unchanged."""
    if isinstance(value, list):
        return [redacted(one, names) for one in value]
    return names.sub(REDACTED, value) if isinstance(value, str) else value


def stored_copy(row):
    """A new instance of a stored row. Deleting it leaves the original its primary key."""
    return type(row)._base_manager.get(pk=row.pk)


def pointing_at(record):
    """(foreign key, row) for every row that refers to a record, except its own parts and links."""
    for relation in record._meta.get_fields(include_hidden=True):
        key = getattr(relation, "field", None)
        if key is None or relation.concrete or relation.many_to_many or key.model._meta.auto_created:
            continue
        own = issubclass(key.model, Part) and key.name == "record"
        if not (own or key.model._meta.proxy):
            yield from ((key, row) for row in key.model._base_manager.filter(**{key.name: record.pk}))


def names_by(key):
    """Whether this key names a row that can become withheld."""
    return key.name in getattr(key.model, "names_who", ()) and key.name in key.model.visible_with


def goes_with(key):
    """Whether a row makes no sense without the target of this key."""
    return not key.null or key.name in getattr(key.model, "visible_with", ())


def withhold(row):
    """Makes a named row withheld, and removes the texts of its citations."""
    row.refresh_from_db()
    for name in (*row.names_who, "pseudonym", "notes"):
        if any(field.name == name for field in row._meta.concrete_fields):
            setattr(row, name, None if row._meta.get_field(name).null else "")
    row.naming = WITHHELD
    row.save()
    for citation in row.citations.all() if isinstance(row, Record) else ():
        citation.quotation = citation.translation = citation.value = ""
        citation.reasoning = ERASED if citation.reasoning else ""
        citation.save()


def columns_with_content(models):
    """The columns of models, except those that only identify a row."""
    return {field.column for model in models for field in model._meta.fields if field.name != "id"}


def named_columns(model):
    """The columns of a row that identify a person."""
    if not hasattr(model, "names_who"):
        return columns_with_content([model])
    names = {*model.names_who, "pseudonym", "notes"}
    return {field.column for field in model._meta.concrete_fields if field.name in names}


@transaction.atomic
def erase(record, by, reason):
    """Erases a record that was taken down, with what belongs to it. PermissionDenied or ValidationError."""
    if reason not in TakedownReason:
        raise ValidationError({"reason": f"Give one of {', '.join(TakedownReason)}."})
    record._lock()
    if not roles.may_erase(by, record):
        raise PermissionDenied(
            "Only an administrator can erase, and only what was taken down; with FOUR_EYES, by someone else."
        )
    if NameSearch.objects.running().filter(record_id=record.pk).exists():
        raise ValidationError(STILL_SEARCHED)  # the search still needs the names
    with acting_as(user=by.pk):
        Erasure(record).carry_out(f"Erased: {reason}")


@transaction.atomic
def replay(deeds):
    """Repeats takedowns and erasures on existing records; returns how many were taken down and erased.

    For each record the last action counts, but nothing comes after erasure. Texts that name people are taken
    down too, found in one pass: they may have come back with their old words.
    """
    last = {}
    for line in sorted(deeds):
        if last.get((line.model, line.id)) != DeedKind.ERASURE:
            last[line.model, line.id] = line.kind
    models = {model._meta.label: model for model in kinds()}
    lasting = [(models[label], key, kind) for (label, key), kind in last.items() if label in models]
    down = take_down_again([(model, key) for model, key, kind in lasting if kind != DeedKind.RETURN])
    erased = 0
    for model, key in [(model, key) for model, key, kind in lasting if kind == DeedKind.ERASURE]:
        for record in model.objects.filter(pk=key):  # it may have been erased with another
            down.discard(record.pk)
            erased += 1
            # Other texts are only redacted if the ledger lists them: the rest may name another person.
            Erasure(record).carry_out(RESTORED, {key for _, key in last})
    return len(down), erased


def take_down_again(keys):
    """Takes down what a backup brought back, people first, and texts that name them; returns all ids."""
    down = set()
    for person in back_again(keys, of_people=True):
        person.take_down_alone(None, RESTORED)
        name_search.begin_search(person, None, RESTORED)
        down.add(person.pk)
    down |= name_search.read_everything([*NameSearch.objects.running()])
    for record in back_again(keys, of_people=False):
        record.take_down_alone(None, RESTORED)
        down.add(record.pk)
    return down


def back_again(keys, of_people):
    """Those of these records, (model, id) each, that exist and are not taken down."""
    for model, key in keys:
        if hasattr(model, "own_secrets") == of_people:
            yield from model.objects.filter(pk=key).exclude(publication=Publication.TAKEN_DOWN)
