"""Finds and hides other public texts that name a person who was taken down.

The takedown is one short transaction and stores a NameSearch. A worker reads all public texts in batches, for
all searches together. Each search begins at the current position and ends when the worker comes back to it.
Batches interrupted by a crash are read again. An editor decides later what becomes public again.
"""

import logging
import uuid
from copy import copy
from datetime import timedelta
from functools import lru_cache

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone

from tracker.records.audit.actor import acting_as
from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.policy import roles
from tracker.records.policy.visibility import kinds
from tracker.records.values.codes.vocabularies import Confidentiality, Publication

from . import protected_names
from .name_check import is_known

log = logging.getLogger(__name__)

CHANNEL = "name search"
BATCH = 500  # records
LONGEST_REQUEST = timedelta(minutes=10)  # no request writes longer than this
LOCK = 7_045_331  # held by the worker
OTHERS = (
    "This text also names another person whose identity is protected. Publish the record on its own page."
)
WRITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_xid IS NOT NULL AND xact_start < %s
"""


class NameSearchQuerySet(models.QuerySet):
    def running(self):
        return self.filter(finished_at=None).order_by("created_at", "id")

    def of(self, record):
        """The name searches for a record, newest first."""
        return self.filter(record_id=record.pk).order_by("-created_at", "-id")


class NameSearch(models.Model):
    """A search for texts that name a person who was taken down: who started it, and what may stay.

    While it runs, it keeps every name that the person has had since, including removed ones.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Null if a restore started it.",
    )
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, db_index=True)
    reason = models.CharField(
        max_length=60, help_text="The reason in the history of the records that it hides."
    )
    keep = models.JSONField(
        default=list, help_text="Ids of records that stay public although they name the person."
    )
    names = models.JSONField(default=list, help_text="Folded names. Empty after the search has finished.")
    begun = models.CharField(
        max_length=100, blank=True, help_text="The position of the worker when it began."
    )
    position = models.CharField(max_length=100, blank=True, help_text="The current position of the worker.")
    comes_round = models.BooleanField(
        default=False, help_text="The worker has started again at the first text."
    )
    has_read = models.BooleanField(default=False, help_text="Everything has been read once.")
    begun_at = models.DateTimeField(
        null=True, help_text="Transactions that began earlier may not know about the search."
    )

    objects = NameSearchQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"name search {str(self.id)[:8]}"

    @property
    def state(self):
        return "finished" if self.finished_at else "running"

    def person(self):
        """The person, or None if nothing needs to be hidden: the person was erased or is public again."""
        rows = apps.get_model(self.model)._base_manager
        return rows.filter(pk=self.record_id, publication=Publication.TAKEN_DOWN).first()

    def look(self, here):
        """Stores the person's names for the search, and starts again if there are new ones."""
        person = self.person()
        if person is None:
            self.finish()
            return
        new = {secret.name for secret in person.own_secrets()} - {*self.names}
        if new or self.begun_at is None:
            self.names = sorted({*self.names, *new})
            self.begun_at = self.begun_at or first_value("SELECT clock_timestamp()")
            self.begun, self.position, self.comes_round, self.has_read = here, here, False, False

    def sought(self):
        return {protected_names.Secret(name, self.record_id, self.record_id) for name in self.names}

    def move(self, position):
        """Stores the position; "" is after the last text and before the first."""
        self.position = position
        self.comes_round = self.comes_round or not position
        self.has_read = self.comes_round and position >= self.begun

    def finish(self):
        self.finished_at, self.names = timezone.now(), []


class AlsoHidden(models.Model):
    """A record that was hidden because it names a person, and whether an editor has decided about it."""

    search = models.ForeignKey(NameSearch, models.CASCADE, related_name="hidden")
    model = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)
    decided = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["search", "record_id"], name="also_hidden_once")]

    def __str__(self):
        return f"{self.model} {str(self.record_id)[:8]}"

    def record(self):
        """The stored record, None if it was erased."""
        return apps.get_model(self.model)._base_manager.filter(pk=self.record_id).first()


def begin_search(person, by, reason, keep=()):
    """Starts a name search, in the transaction that takes the person down."""
    about = {"model": person._meta.label, "record_id": person.pk}
    return NameSearch.objects.create(**about, created_by=by, reason=reason, keep=[*keep])


def run_searches():
    """Reads for all searches, including those interrupted by a crash, until there is nothing left to do."""
    more = NameSearch.objects.running().exists()
    while more:
        try:
            more = read_batch()
        except LedgerAway as problem:  # everything is hidden; missing lines are added next time
            log.error("%s", problem.detail)


@transaction.atomic
def read_batch():
    """Reads one batch for all running searches; returns whether there is more to do now."""
    if not take_lock():
        return False
    searches = list(NameSearch.objects.running())
    here = next((one.position for one in searches if one.begun_at and not one.has_read), "")
    for search in searches:
        search.look(here)
    reading = [one for one in searches if not (one.has_read or one.finished_at)]
    if reading:
        model, keys, position = batch(here)
        hide(model, keys, reading)
        for search in reading:
            search.move(position)
    finish([one for one in searches if one.has_read and not one.finished_at])
    for search in searches:
        search.save()
    return bool(reading)


def finish(searches):
    """Ends searches when no transaction is left that may not know about them, after reading their texts."""
    ending = [one for one in searches if not first_value(WRITING, one.begun_at)]
    for model in kinds() if ending else ():
        since = min(one.created_at for one in ending) - LONGEST_REQUEST
        recent = own_public_rows(model).filter(updated_at__gte=since).values_list("pk", flat=True)
        hide(model, list(recent), ending)
    for search in ending:
        search.finish()
        prepared_names.cache_clear()


def read_everything(searches):
    """Hides everything found for these searches in one pass while nobody else writes; returns the ids."""
    for search in searches:
        search.look("")
    position, hidden = None, set()
    while position != "":
        model, keys, position = batch(position or "")
        hidden |= hide(model, keys, [one for one in searches if not one.finished_at])
    for search in searches:
        search.finish()
        search.save()
    return hidden


def batch(position):
    """The model and ids of the next records after a position, and the new position, "" at the end."""
    labels = sorted(model._meta.label for model in kinds())
    label, _, key = position.partition(" ")
    model = apps.get_model(label or labels[0])
    rows = own_public_rows(model).filter(pk__gt=key) if key else own_public_rows(model)
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    if len(keys) == BATCH:
        return model, keys, f"{model._meta.label} {keys[-1]}"
    return model, keys, next((f"{later} " for later in labels if later > model._meta.label), "")


def own_public_rows(model):
    """The records of a model that are public by their own fields, ordered by id."""
    rows = model._base_manager.filter(publication=Publication.PUBLISHED)
    return rows.filter(confidentiality=Confidentiality.PUBLIC).order_by("pk")


def hide(model, keys, searches):
    """Takes down those of some records that name a person searched for; returns their ids."""
    names = prepared_names(frozenset(secret for search in searches for secret in search.sought()))
    named = {}
    for record in own_public_rows(model).filter(pk__in=suspects(model, keys, names)):
        for mention in names.mentions(protected_names.public_texts(record)):
            named.setdefault(record, set()).update(people_in(mention))
    return {record.pk for record, people in named.items() if hide_one(record, people, searches)}


def suspects(model, keys, names):
    """The ids of records whose texts, or texts of whose parts, contain a name. Makes no instances."""
    parts = [getattr(model, name).rel.related_model for name in protected_names.part_lists(model)]
    found = set()
    for kind, column in [(model, "pk"), *((part, "record_id") for part in parts)]:
        fields = [field.attname for field in protected_names.text_fields(kind)]
        rows = kind._base_manager.filter(**{f"{column}__in": keys})
        for key, *texts in rows.values_list(column, *fields) if fields else ():
            if key not in found and any(names.any_in(text) for text in texts if text):
                found.add(key)
    return found


def hide_one(record, people, searches):
    """Takes a record down for the searches that found it; False if it may stay or is already down."""
    finding = [one for one in searches if one.record_id in people and str(record.pk) not in one.keep]
    if not finding:
        return False
    try:
        with transaction.atomic(), acting_as(channel=CHANNEL):
            record.take_down_alone(finding[0].created_by, finding[0].reason)
    except ValidationError:
        return False
    about = {"model": record._meta.label, "record_id": record.pk}
    AlsoHidden.objects.bulk_create(
        [AlsoHidden(search=one, **about) for one in finding], ignore_conflicts=True
    )
    return True


@lru_cache(maxsize=2)
def prepared_names(secrets):
    """The names of a search, prepared for matching and cached while it runs."""
    return protected_names.Held(secrets)


def people_in(mention):
    return {secret.person for secret in mention.secrets}


def newest(record, user):
    """The newest name search for a record, if the user is an editor; else None."""
    return NameSearch.objects.of(record).first() if roles.edits(user) else None


def also_hidden(record, user):
    """(hidden record, AlsoHidden) for what was hidden because it names a record and the user sees."""
    return hidden_seen_by(AlsoHidden.objects.filter(search__record_id=record.pk), user)


def undecided_searches(user):
    """The ids of finished searches that hid something that the user sees and may decide about."""
    found = AlsoHidden.objects.filter(decided=False, search__finished_at__isnull=False)
    return {one.search_id for _, one in hidden_seen_by(found, user)}


def hidden_seen_by(found, user):
    """(record, AlsoHidden) for those whose record the user sees."""
    found, keys, rows = list(found), {}, {}
    for one in found:
        keys.setdefault(one.model, set()).add(one.record_id)
    for label, ids in keys.items():
        rows |= apps.get_model(label).objects.visible_to(user).in_bulk(ids)
    return [(rows[one.record_id], one) for one in found if one.record_id in rows]


@transaction.atomic
def bring_back(hidden, by, comment):
    """Publishes a hidden record again, by an editor who says why its text may name the person.

    PermissionDenied or ValidationError if that is not allowed, also if the text names another person.
    """
    record = hidden.record()
    record._lock()
    shown = copy(record)
    shown.publication = Publication.PUBLISHED
    for mention in protected_names.Held(protected_names.secrets()).mentions(
        protected_names.public_texts(shown)
    ):
        if people_in(mention) - {hidden.search.record_id} and not is_known(mention):
            raise ValidationError(OTHERS)
    record.bring_back(by, comment)


def take_lock():
    """Takes the lock of the worker until the end of the transaction; False if another process has it."""
    return first_value("SELECT pg_try_advisory_xact_lock(%s)", LOCK)


def first_value(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]
