"""What is published and who may see it: records, their parts, sources, places and citations."""

import secrets
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5
from django.utils import timezone

from tracker.records.audit import history
from tracker.records.audit.access_log import Reading, note_load  # noqa: F401 - Django looks for models here
from tracker.records.base import rival_values
from tracker.records.base.identifiers import Identified, identifiers_trigger, published_trigger
from tracker.records.policy import roles
from tracker.records.policy.search_words import Token, tokens_trigger  # noqa: F401 - Django looks for models here
from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.code_fields import CountryField, LanguageField
from tracker.records.values.codes.vocabularies import (
    TAKEN_BACK,
    CitationBasis,
    Confidentiality,
    Directness,
    LocatorKind,
    Publication,
    Reliability,
    SourceKind,
    Stance,
)
from tracker.records.values.columns import Derived, FoldedField, PartialDateField, possible_days
from tracker.records.values.dates.conditions import DayLookup  # noqa: F401 - registers what dates are asked
from tracker.records.values.names import alphabetical, slugify_name
from tracker.records.values.texts.web_addresses import LikenessField, fault_of
from tracker.records.workflow.approvals import Approval, within_reach  # noqa: F401 - Django looks for models here
from tracker.records.workflow.companions import Lack
from tracker.records.workflow.states import Workflow

# what only editors see: a change of it is no public change
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
QUOTATION_WORDS = 25
UNSOURCED = "It cites no published source: add a citation, or publish the source it cites."
MOST_DOUBLES = 5  # as many are named
LATER = "It is dated after every source that is cited for it."


class OldSlug(models.Model):
    """A slug that a record was once public under; it redirects to the record."""

    model = models.CharField(max_length=60)
    slug = models.SlugField(max_length=90)
    record_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "slug"], name="old_slug_unique")]

    def __str__(self):
        return self.slug


class Record(Workflow, Visible):
    """The base of everything that is published on its own."""

    cited = True
    internal = INTERNAL
    protected = ("", ())  # a field, and its values that make a row confidential

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publication = models.CharField(
        max_length=10, choices=Publication, default=Publication.DRAFT, editable=False
    )
    confidentiality = models.CharField(
        max_length=12,
        choices=Confidentiality,
        default=Confidentiality.PUBLIC,
        help_text="Who may see it once it is published.",
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
        help_text="Who may see it while it is confidential.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False, help_text="When it was first published.")
    publish_at = models.DateTimeField(
        null=True,
        blank=True,
        validators=[within_reach],
        help_text="Published earlier, it becomes public at this moment (UTC).",
    )
    changed_at = models.DateTimeField(
        null=True, editable=False, help_text="When its public form last changed."
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    read_version = models.PositiveIntegerField(
        null=True,
        editable=False,
        verbose_name="read up to version",
        help_text="Up to which version somebody else than its author has read it; null: as it was entered.",
    )
    follow_up = models.DateField(
        null=True, blank=True, help_text="When it is to be looked at again; never published."
    )
    notes = models.TextField(blank=True, help_text="For editors; never published.")

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self):
        return self.neutral()

    def neutral(self):
        """A text that stands for the record and says nothing of it."""
        return f"{self._meta.verbose_name} {str(self.id)[:8]}"

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        if row.__dict__.get("confidentiality") == Confidentiality.CONFIDENTIAL:
            note_load(row.pk)
        return row

    @classmethod
    def own_conditions(cls, user, path):
        rule = Q(
            **{
                f"{path}publication": Publication.PUBLISHED,
                f"{path}confidentiality": Confidentiality.PUBLIC,
            }
        )
        if not roles.writes(user):
            return rule
        open_to_staff = ~Q(**{f"{path}confidentiality": Confidentiality.CONFIDENTIAL})
        rule |= open_to_staff if roles.edits(user) else roles.own(user, path) & open_to_staff
        if roles.may_be_cleared(user):
            cleared = cls.cleared.through.objects.filter(user=user).values(cls._meta.model_name)
            rule |= Q(**{f"{path}pk__in": cleared})
        return rule

    def save(self, *args, links_change=False, update_fields=None, **kwargs):
        """Saves and raises the version. `links_change`: its links to many change too, and publicly."""
        self.updated_at = timezone.now()
        exists = not self._state.adding
        changed = self.publication == Publication.PUBLISHED and (links_change or self._changes_publicly())
        if exists:  # counted in the row: its parts and others raise it too
            self.version, self.changed_at = F("version") + 1, F("changed_at")
        if changed:
            self.changed_at = self.updated_at
        if update_fields is not None:
            update_fields = {*update_fields, "version", "updated_at", "changed_at"}
        super().save(*args, update_fields=update_fields, **kwargs)
        if exists:
            self.refresh_from_db(fields=["version", "changed_at"])

    def _changes_publicly(self):
        """Whether a save changes more than what only editors see."""
        fields = [f for f in self._meta.concrete_fields if f.name not in self.internal and f.serialize]
        names = [field.attname for field in fields]
        stored = type(self)._base_manager.filter(pk=self.pk).values(*names).first()
        pairs = [(field, stored and stored[field.attname], getattr(self, field.attname)) for field in fields]
        return any(old != new and seen_of(field, old) != seen_of(field, new) for field, old, new in pairs)

    def compared_with(self, **same):
        """The other records that are the same in this, of those that everybody sees who works on this one.

        To a change of what is published anybody may contribute: it is compared with what is public. A refusal
        tells nobody of what they do not see.
        """
        others = type(self).objects.filter(**same).exclude(pk=self.pk)
        others = others.exclude(publication__in=TAKEN_BACK)
        return self.known_to_all(others.exclude(confidentiality=Confidentiality.CONFIDENTIAL))

    def known_to_all(self, rows):
        """Those of these rows that everybody sees who works on this record."""
        workers = {self.created_by, self.assigned_to} - {None}
        for user in {None} if self.publication == Publication.PUBLISHED else workers or {None}:
            rows = rows.visible_to(user)
        return rows

    def pass_over_unknown(self, errors):
        """Takes out the errors of keys to what not all see who work on it, and empties these keys.

        Such a key no longer fits, since another was changed; a refusal would tell that it led somewhere.
        """
        for name in [*errors]:
            row = getattr(self, name)
            if not self.known_to_all(type(row).objects.filter(pk=row.pk)).exists():
                del errors[name]
                setattr(self, name, None)

    def missing(self):
        """What stands between this record and its publication: sentences, none when nothing does."""
        found = []
        if self.cited and not self.citations.filter(source__in=Source.objects.visible_to(None)).exists():
            cites = [citation.source for citation in self.citations.select_related("source")]
            found.append(Lack(UNSOURCED, dict.fromkeys(cites)))
        return found

    def days(self):
        """The first and the last day on which it may have happened; None where nothing says so."""
        name = next((name for name in ("date", "start_date") if hasattr(self, name)), None)
        return possible_days(self, name) if name else (None, None)

    def warnings(self, user):
        """That it certainly happened after every source that is cited for it, as far as a user sees them."""
        first, keys = self.days()[0], self.citations.visible_to(user).values("source") if self.cited else ()
        cited = Source.objects.visible_to(user).filter(pk__in=keys) if first and keys else ()
        known = [possible_days(source, "date")[1] for source in cited]
        return [LATER] if known and None not in known and max(known) < first else []


def seen_of(field, value):
    """What the public sees of the value of a column: nothing of a key to what is hidden."""
    if value is None or not (field.is_relation and issubclass(field.related_model, Visible)):
        return value
    rows = field.related_model.objects.visible_to(None).filter(pk=value)
    return value if rows.exists() else None


class Slugged(Record):
    """A record with an address of its own, given at first publication from its public name."""

    label_field = "title"

    # null until it is first published: many may have none
    slug = models.SlugField(max_length=90, null=True, blank=True, editable=False)  # noqa: DJ001

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(publication=Publication.PUBLISHED),
                name="%(class)s_slug_unique",
                violation_error_message="A published record has this slug.",
            )
        ]

    def __str__(self):
        hidden = self.confidentiality != Confidentiality.PUBLIC or self.publication == Publication.TAKEN_DOWN
        return self.neutral() if hidden else self.label

    @property
    def label(self):
        """The name or title that stands for the record."""
        return getattr(self, self.label_field)

    def natural_key(self):
        return (self.slug,)

    def change_slug(self, slug):
        """Give it another slug; the one it was public under redirects from now on."""
        if self.slug and self.published_at:
            OldSlug.objects.get_or_create(model=self._meta.label, slug=self.slug, record_id=self.pk)
        self.slug = slug

    def free_slug(self):
        """A slug that no public record of this kind has or had; a taken one gets four random characters.

        So does that of a hidden record, which must neither keep one from others nor be known by it.
        """
        wanted = slugify_name(self.label) or self._meta.model_name
        return wanted if self.is_open() and self.slug_is_free(wanted) else lengthened(wanted)

    def is_open(self):
        """Whether everybody sees it as soon as it is published."""
        above = [getattr(self, name) for name in self.visible_with]
        hidden = any(row and not row.is_visible_to(None) for row in above)
        return self.confidentiality == Confidentiality.PUBLIC and not hidden

    def slug_is_free(self, slug):
        others = type(self).objects.visible_to(None).exclude(pk=self.pk)
        old = OldSlug.objects.filter(model=self._meta.label, slug=slug, record_id__in=others.values("pk"))
        return not others.filter(slug=slug).exists() and not old.exists()

    def claim_slug(self):
        """Takes its slug from the hidden record that has it or had it: nothing hidden decides an address."""
        others = type(self).objects.filter(slug=self.slug, publication=Publication.PUBLISHED)
        others.exclude(pk=self.pk).update(slug=lengthened(self.slug))
        OldSlug.objects.filter(model=self._meta.label, slug=self.slug).exclude(record_id=self.pk).delete()

    def _moved(self, by):
        super()._moved(by)
        if self.publication == Publication.PUBLISHED:
            if not (self.slug and self.slug_is_free(self.slug)):
                self.change_slug(self.free_slug())
            self.claim_slug()
        withdrawn = self.publication == Publication.WITHDRAWN and self.forgets_slug
        if withdrawn or self.publication == Publication.TAKEN_DOWN:
            OldSlug.objects.filter(model=self._meta.label, record_id=self.pk).delete()
            self.slug = None


def lengthened(slug):
    """A slug with four random characters: a number would count."""
    return f"{slug[:84]}-{secrets.token_hex(2)}"


class LatinField(Derived, models.TextField):
    """`name_sort = LatinField("name")` holds what a name is ordered by, in one alphabet for all scripts."""

    always = {**Derived.always, "default": "", "db_collation": "C"}

    def derive(self, record):
        return alphabetical(getattr(record, self.sources[0]))


class Named(Slugged):
    """A slugged record that is known by a name."""

    label_field = "name"

    name = models.CharField(max_length=300, help_text="As the sources write it.")
    name_folded = FoldedField("name")
    name_sort = LatinField("name")

    class Meta(Slugged.Meta):
        abstract = True
        indexes = [models.Index(fields=["name_sort", "id"], name="%(class)s_name_sort")]
        triggers = [tokens_trigger("name_folded")]


class Titled(Slugged):
    """A slugged record that is known by a title."""

    title = models.CharField(max_length=300)
    title_folded = FoldedField("title")
    title_sort = LatinField("title")

    class Meta(Slugged.Meta):
        abstract = True
        indexes = [models.Index(fields=["title_sort", "id"], name="%(class)s_title_sort")]
        triggers = [tokens_trigger("title_folded")]


class Part(Visible):
    """A row that belongs to one record: saved inside it, seen with it, raising its version."""

    visible_with = ("record",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self):
        return f"{self._meta.verbose_name} {str(self.id)[:8]}"

    def save(self, *args, **kwargs):
        was_public = self.is_visible_to(None)
        super().save(*args, **kwargs)
        self._touch(was_public or self.is_visible_to(None))

    def delete(self, *args, **kwargs):
        was_public = self.is_visible_to(None)
        deleted = super().delete(*args, **kwargs)
        self._touch(was_public)
        return deleted

    def _touch(self, public):
        """Raise the record's version; what the public cannot see is no public change."""
        now = timezone.now()
        changed = {"changed_at": now} if public else {}
        records = self._meta.get_field("record").related_model.objects.filter(pk=self.record_id)
        records.update(version=F("version") + 1, updated_at=now, **changed)


class DisplayTitle(Derived, models.TextField):
    """The title of a source; where no title is known, what is known of it, in brackets."""

    always = {**Derived.always, "default": ""}

    def derive(self, source):
        known = [part for part in (source.authors, source.publisher, source.date) if part]
        return source.title or f"[{', '.join(known) or source.get_kind_display()}]"


class Source(Slugged):
    """A text, film, record or person that facts are taken from."""

    cited = False
    gone = goes_along = True
    label_field = "display_title"

    title = models.CharField(max_length=300, blank=True, help_text="As printed; empty when it is not known.")
    kind = models.CharField(max_length=30, choices=SourceKind, default=SourceKind.UNKNOWN)
    authors = models.CharField(max_length=300, blank=True, help_text="As printed.")
    publisher = models.CharField(max_length=300, blank=True, help_text="As printed.")
    date = PartialDateField(help_text="When it was published.")
    source_url = models.URLField(
        max_length=1000, blank=True, help_text="Its address as it was given; empty when it is not known."
    )
    url_key = LikenessField("source_url")
    archive_url = models.URLField(max_length=1000, blank=True, help_text="The address of an archived copy.")
    archived_at = models.DateTimeField(null=True, blank=True)
    language = LanguageField(blank=True, help_text="In which language it is.")
    republication_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="republications"
    )
    reliability = models.CharField(max_length=20, choices=Reliability, default=Reliability.UNKNOWN)
    display_title = DisplayTitle("title", "authors", "publisher", "date", "kind")
    title_folded = FoldedField("display_title")
    title_sort = LatinField("display_title")

    class Meta(Slugged.Meta):
        constraints = [
            *Slugged.Meta.constraints,
            models.UniqueConstraint(
                MD5("source_url"),  # of a long address the index does not hold more
                condition=Q(publication=Publication.PUBLISHED, confidentiality=Confidentiality.PUBLIC)
                & ~Q(source_url=""),  # what is hidden is not compared: a refusal would tell of it
                name="source_url_unique",
                violation_error_message="A published source has this source_url.",
            ),
        ]
        indexes = [models.Index(fields=["title_sort", "id"], name="source_title_sort")]
        triggers = [tokens_trigger("title_folded")]

    def clean(self):
        faults = {name: fault_of(getattr(self, name)) for name in ("source_url", "archive_url")}
        if any(faults.values()):
            raise ValidationError({name: fault for name, fault in faults.items() if fault})

    def warnings(self, user):
        """Which sources that a user sees have nearly the same address."""
        others = Source.objects.visible_to(user).filter(url_key=self.url_key).exclude(pk=self.pk)
        others = others.exclude(url_key="").exclude(publication=Publication.TAKEN_DOWN)
        return [
            f"It may be the same source as {other}, which has the address {other.source_url}."
            for other in others.order_by("title_sort", "pk")[:MOST_DOUBLES]
        ]


class Identifier(Part):
    """What another system calls the record; unique among public records, which the database sees to.

    `published` says whether the record is public: a hidden one is not compared, a refusal would tell of it.
    """

    scheme = models.SlugField(max_length=40, help_text="The other system, for example wikidata.")
    identifier = models.CharField(max_length=200)
    published = models.BooleanField(default=False, editable=False)

    class Meta(Part.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "identifier"],
                condition=Q(published=True),
                name="%(class)s_unique",
                violation_error_message="A published record has this identifier.",
            )
        ]
        indexes = [models.Index(fields=["scheme", "identifier"], name="%(class)s_key")]
        triggers = [published_trigger()]

    def clean(self):
        self.published = self.record.is_visible_to(None)  # as the trigger will say


class Place(Identified, Named):
    """Where something happened."""

    cited = False
    goes_along = True

    country = CountryField(blank=True)
    latitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text="Degrees north, WGS 84.",
    )
    longitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text="Degrees east, WGS 84.",
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta(Named.Meta):
        constraints = [
            *Named.Meta.constraints,
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="place_has_both_coordinates",
                violation_error_message="Give both latitude and longitude, or neither.",
            ),
        ]
        triggers = [*Named.Meta.triggers, identifiers_trigger("records_placeidentifier")]


class PlaceIdentifier(Identifier):
    record = models.ForeignKey(Place, models.CASCADE, related_name="identifiers")


class Citation(Part):
    """Which source says so, where exactly, in which words. Each cited model has a table of its own."""

    visible_with = ("record", "source")
    endpoint = "citations"

    source = models.ForeignKey(Source, models.PROTECT, related_name="%(class)ss")
    locator_kind = models.CharField(max_length=20, choices=LocatorKind, blank=True)
    locator = models.CharField(max_length=100, blank=True, help_text="Which paragraph, page, line ...")
    field = models.CharField(
        max_length=60, blank=True, help_text="The field it supports; empty: the whole record."
    )
    quotation = models.TextField(blank=True, help_text=f"Exact words, at most {QUOTATION_WORDS}.")
    translation = models.TextField(blank=True, help_text="The quotation in English.")
    stance = models.CharField(max_length=12, choices=Stance, default=Stance.SUPPORTS)
    value = models.TextField(
        blank=True,
        help_text="What the source has instead of the field that it contradicts, written as the field is.",
    )
    value_said = rival_values.SaidField("field", "value")
    basis = models.CharField(max_length=10, choices=CitationBasis, default=CitationBasis.STATED)
    reasoning = models.TextField(blank=True, help_text="How it follows from the source, when it is inferred.")
    directness = models.CharField(max_length=10, choices=Directness, default=Directness.SEEN)

    class Meta(Part.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(basis=CitationBasis.INFERRED) | ~Q(reasoning=""),
                name="%(class)s_reasoning",
                violation_error_message="Say how it follows from the source.",
            ),
            models.CheckConstraint(
                condition=Q(value="") | Q(stance=Stance.CONTRADICTS) & ~Q(field=""),
                name="%(class)s_value",
                violation_error_message=rival_values.ONLY,
            ),
        ]

    @classmethod
    def cited_model(cls):
        """The model whose records it cites."""
        return cls._meta.get_field("record").related_model

    def clean(self):
        errors = {}
        if len(self.quotation.split()) > QUOTATION_WORDS:
            errors["quotation"] = f"A quotation has at most {QUOTATION_WORDS} words."
        if self.field and self.field not in citable_fields(self.cited_model()):
            errors["field"] = "Name a field of the record, as the API writes it."
        elif self.value:
            errors |= self.wrong_value()
        if bool(self.locator_kind) != bool(self.locator):
            errors["locator"] = "Give both the kind of locator and its value, or neither."
        if errors:
            raise ValidationError(errors)

    def wrong_value(self):
        """Brings the value into the form in which it is kept; what is wrong with it as {field: error}."""
        if self.stance != Stance.CONTRADICTS or not self.field:
            return {"value": rival_values.ONLY}
        column = rival_values.column_of(self.cited_model(), self.field)
        if column is None:
            return {"value": rival_values.REFERS}
        try:
            self.value = rival_values.normalized(column, self.value)
        except ValidationError as error:
            return {"value": error}
        long = len(self.value.split()) > QUOTATION_WORDS
        return {"value": f"It has at most {QUOTATION_WORDS} words: say what differs."} if long else {}


def citable_fields(model):
    """The names a citation of this model may give as its field: its facts and its parts."""
    housekeeping = {field.name for field in Record._meta.get_fields()} | {"slug", "citations"}
    facts = {
        field.name for field in model._meta.concrete_fields + model._meta.many_to_many if field.serialize
    }
    parts = {
        relation.related_name
        for relation in model._meta.related_objects
        if issubclass(relation.related_model, Part) and relation.field.name == "record"
    }
    return (facts | parts) - housekeeping - model.internal


from tracker.records.accounts.api_tokens import ApiToken  # noqa: E402, F401
from tracker.records.accounts.saved_filters import SavedFilter  # noqa: E402, F401
from tracker.records.audit.takedown_ledger import Deed  # noqa: E402, F401
from tracker.records.protection.name_check import Homonym  # noqa: E402, F401
from tracker.records.protocol.idempotency import KeptAnswer  # noqa: E402, F401
from tracker.records.protocol.rate_limits import Tally  # noqa: E402, F401
from tracker.records.workflow.proposals import Proposal  # noqa: E402, F401

from .changes.models import Announcement  # noqa: E402, F401 - Django looks for models here

history.keep(__name__)
