"""The base of every record: its state, its version, who may see it, and what blocks its publication."""

import uuid

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from tracker.records.audit.access_log import note_load
from tracker.records.policy import roles
from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.vocabularies import (
    TAKEN_BACK,
    Confidentiality,
    Publication,
)
from tracker.records.values.dates.conditions import DayLookup  # noqa: F401 - registers lookups of dates
from tracker.records.values.dates.date_columns import possible_days
from tracker.records.values.moments import LatestFirst
from tracker.records.workflow.approvals import within_reach
from tracker.records.workflow.companions import WithCauses
from tracker.records.workflow.publishing import Workflow

# fields that only editors see; changing them is not a public change
INTERNAL = {
    "notes",
    "assigned_to",
    "follow_up",
    "read_version",
    "publish_at",
    "created_by",
    "created_at",
    "updated_at",
    "changed_at",
    "version",
}
UNSOURCED = "It cites no published source. Add a citation, or publish the cited source."
LATER = "It is dated later than all of its sources."


def sources_seen_by(user):
    """The sources that a user may see. The model is looked up by name, since sources are records too."""
    return apps.get_model("records.Source").objects.visible_to(user)


class Record(Workflow, Visible):
    """The base class of everything that is published on its own."""

    cited = True
    public_if = {"publication": Publication.PUBLISHED, "confidentiality": Confidentiality.PUBLIC}
    internal = INTERNAL
    protected = ("", ())  # a field, and the values that make a row confidential

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publication = models.CharField(
        max_length=10, choices=Publication, default=Publication.DRAFT, editable=False
    )
    confidentiality = models.CharField(
        max_length=12,
        choices=Confidentiality,
        default=Confidentiality.PUBLIC,
        help_text="Who can see it after publication.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    cleared = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        help_text="The users who can see it while it is confidential.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False, help_text="When it was first published.")
    publish_at = models.DateTimeField(
        null=True,
        blank=True,
        validators=[within_reach],
        help_text="If it is approved earlier, it becomes public at this time (UTC).",
    )
    changed_at = models.DateTimeField(
        null=True, editable=False, help_text="When its public content last changed."
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    read_version = models.PositiveIntegerField(
        null=True,
        editable=False,
        verbose_name="reviewed up to version",
        help_text="The last version that someone other than its author has"
        " reviewed. Null: the version as entered.",
    )
    follow_up = models.DateField(null=True, blank=True, help_text="When to check it again. Never published.")
    notes = models.TextField(blank=True, help_text="For editors. Never published.")

    class Meta:
        abstract = True
        ordering = ["id"]
        indexes = [LatestFirst("changed_at", name="%(class)s_changed")]

    def __str__(self):
        return self.neutral()

    def neutral(self):
        """A text for the record that reveals nothing about it."""
        return f"{self._meta.verbose_name} {str(self.id)[:8]}"

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        if row.__dict__.get("confidentiality") == Confidentiality.CONFIDENTIAL:
            note_load(row.pk)
        return row

    @classmethod
    def own_conditions(cls, user, path):
        rule = super().own_conditions(user, path)
        if not roles.writes(user):
            return rule
        open_to_staff = ~Q(**{f"{path}confidentiality": Confidentiality.CONFIDENTIAL})
        rule |= open_to_staff if roles.edits(user) else roles.own(user, path) & open_to_staff
        if roles.may_be_cleared(user):
            cleared = cls.cleared.through.objects.filter(user=user).values(cls._meta.model_name)
            rule |= Q(**{f"{path}pk__in": cleared})
        return rule

    def save(self, *args, links_change=False, update_fields=None, **kwargs):
        """Saves and raises the version. `links_change`: many-to-many links change too, publicly."""
        self.updated_at = timezone.now()
        exists = not self._state.adding
        changed = self.publication == Publication.PUBLISHED and (links_change or self._changes_publicly())
        if exists:  # incremented in the database: parts and other requests raise it too
            self.version, self.changed_at = F("version") + 1, F("changed_at")
        if changed:
            self.changed_at = self.updated_at
        if update_fields is not None:
            update_fields = {*update_fields, "version", "updated_at", "changed_at"}
        super().save(*args, update_fields=update_fields, **kwargs)
        if exists:
            self.refresh_from_db(fields=["version", "changed_at"])

    def _changes_publicly(self):
        """Whether a save changes anything that the public can see."""
        fields = [f for f in self._meta.concrete_fields if f.name not in self.internal and f.serialize]
        names = [field.attname for field in fields]
        stored = type(self)._base_manager.filter(pk=self.pk).values(*names).first()
        pairs = [(field, stored and stored[field.attname], getattr(self, field.attname)) for field in fields]
        return any(old != new and seen_of(field, old) != seen_of(field, new) for field, old, new in pairs)

    def compared_with(self, **same):
        """Other records with the same values, among those visible to everyone who works on this one.

        Anyone may propose a change of a published record, so it is only compared with public ones. An error
        never reveals a record that its reader cannot see.
        """
        others = type(self).objects.filter(**same).exclude(pk=self.pk)
        others = others.exclude(publication__in=TAKEN_BACK)
        return self.known_to_all(others.exclude(confidentiality=Confidentiality.CONFIDENTIAL))

    def known_to_all(self, rows):
        """Those of these rows that everyone who works on this record can see."""
        workers = {self.created_by, self.assigned_to} - {None}
        for user in {None} if self.publication == Publication.PUBLISHED else workers or {None}:
            rows = rows.visible_to(user)
        return rows

    def pass_over_unknown(self, errors):
        """Removes errors about keys to rows that not everyone who works on it sees, and empties these keys.

        Such a key no longer fits because another field changed. An error would reveal that it had a value.
        """
        for name in [*errors]:
            row = getattr(self, name)
            if not self.known_to_all(type(row).objects.filter(pk=row.pk)).exists():
                del errors[name]
                setattr(self, name, None)

    def missing(self):
        """What blocks the publication of this record: a list of sentences."""
        found = []
        if self.cited and not self.citations.filter(source__in=sources_seen_by(None)).exists():
            cites = [citation.source for citation in self.citations.select_related("source")]
            found.append(WithCauses(UNSOURCED, dict.fromkeys(cites)))
        return found

    def days(self):
        """The first and the last day on which it may have happened; None if unknown."""
        name = next((name for name in ("date", "start_date") if hasattr(self, name)), None)
        return possible_days(self, name) if name else (None, None)

    def likely_mistakes(self, user):
        """Warns if it certainly happened after every cited source that the user sees."""
        first, keys = self.days()[0], self.citations.visible_to(user).values("source") if self.cited else ()
        cited = sources_seen_by(user).filter(pk__in=keys) if first and keys else ()
        known = [possible_days(source, "date")[1] for source in cited]
        return [LATER] if known and None not in known and max(known) < first else []


def seen_of(field, value):
    """The value of a column as the public sees it: None for a key to a hidden row."""
    if value is None or not (field.is_relation and issubclass(field.related_model, Visible)):
        return value
    rows = field.related_model.objects.visible_to(None).filter(pk=value)
    return value if rows.exists() else None
