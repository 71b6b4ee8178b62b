"""What is published and who may see it: records, their parts, sources, places and citations."""

import secrets
import uuid
from urllib.parse import urlsplit

import pgtrigger
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import NullIf
from django.db.models.lookups import Exact
from django.utils import timezone

from . import history, roles
from .choices import (
    CitationBasis,
    Confidentiality,
    Directness,
    LocatorKind,
    Publication,
    Reliability,
    SourceKind,
    Stance,
)
from .context import noted
from .fields import Derived, FoldedField, GuardedSave, GuardedUpdate, PartialDateField
from .names import latin, slugify_name, tokens

NOTHING = RawSQL("false", (), output_field=models.BooleanField())  # unlike none(), still asks the database
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
SEARCH_WORDS = 8

country_code = RegexValidator(r"\A[A-Z]{2}\Z", "Give the two capital letters of ISO 3166-1, for example AM.")
language_code = RegexValidator(
    r"\A[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z", "Give a BCP 47 language tag, for example en or az-Latn."
)


def normalized_url(url):
    """The address without fragment and default port, its scheme and host in lower case."""
    parts = urlsplit(url.strip())
    port = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return parts._replace(netloc=parts.netloc.lower().removesuffix(port), fragment="").geturl()


class Said(Func):
    """How many of these columns say something; an empty text says nothing."""

    function = "num_nonnulls"
    output_field = models.IntegerField()

    @classmethod
    def exactly(cls, number, *keys, texts=()):
        """A condition for a CheckConstraint: `number` of these keys and texts say something."""
        return Exact(cls(*keys, *[NullIf(text, Value("")) for text in texts]), number)


def not_reversed(start="start_date", end="end_date"):
    """A constraint: the end is not certainly before the start."""
    return models.CheckConstraint(
        condition=Q(**{f"{start}_earliest__isnull": True})
        | Q(**{f"{end}_latest__isnull": True})
        | Q(**{f"{end}_latest__gte": F(f"{start}_earliest")}),
        name=f"%(class)s_{end}_order",
        violation_error_message=f"The {end} is before the {start}.",
    )


def tokens_trigger(folded, record="id"):
    """A trigger that keeps the token rows of one folded column, whoever writes it: loaddata and COPY too.

    `record` is the column that holds the id of the record; `confidentiality` says who may search by the row.
    """
    return pgtrigger.Trigger(
        name="tokens",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=pgtrigger.Func(
            f"""
            IF TG_OP = 'UPDATE' THEN
                IF (NEW.{folded}, NEW.confidentiality) = (OLD.{folded}, OLD.confidentiality) THEN
                    RETURN NULL;
                END IF;
            END IF;
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM records_token WHERE name_id = OLD.id;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                INSERT INTO records_token (record_id, name_id, token, confidentiality)
                SELECT NEW.{record}, NEW.id, word, NEW.confidentiality
                FROM unnest(string_to_array(NEW.{folded}, ' ')) AS word WHERE word <> '' GROUP BY word;
            END IF;
            RETURN NULL;
            """
        ),
    )


class Token(models.Model):
    """One folded word of a name or title; written by triggers only.

    `name_id` is the row the word was taken from: the record itself or one of its other names.
    """

    record_id = models.UUIDField()
    name_id = models.UUIDField(db_index=True)
    token = models.TextField(db_collation="C")  # words are compared letter by letter in every locale
    confidentiality = models.CharField(max_length=12, choices=Confidentiality)

    class Meta:
        indexes = [models.Index(fields=["token", "record_id"], name="token_record")]

    def __str__(self):
        return f"token {self.pk}"


class OldSlug(models.Model):
    """A slug that a record was once public under; it redirects to the record."""

    model = models.CharField(max_length=60)
    slug = models.SlugField(max_length=90)
    record_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "slug"], name="old_slug_unique")]

    def __str__(self):
        return self.slug


class VisibleQuerySet(GuardedUpdate, models.QuerySet):
    def visible_to(self, user):
        """The rows this reader may see. Every read starts here."""
        return self.filter(self.model.conditions(user))

    def withdrawn(self):
        """The rows that were public and are known to have been: not restricted, and their parents public."""
        rows = self.filter(publication=Publication.WITHDRAWN, confidentiality=Confidentiality.PUBLIC)
        for name in self.model.visible_with:
            parents = self.model._meta.get_field(name).related_model.objects.visible_to(None)
            rows = rows.filter(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__in": parents.values("pk")}))
        return rows.exclude(published_at=None)

    def matching(self, text, user):
        """Rows with, for each word of the text, a word in a name or title that begins so, however spelled."""
        words = tokens(text)[:SEARCH_WORDS]
        readable = Token.objects.filter(
            Q() if roles.edits(user) else Q(confidentiality=Confidentiality.PUBLIC)
        )
        found = self if words else self.filter(NOTHING)
        for word in words:
            hits = readable.filter(token__gte=word, token__lt=f"{word}~")
            found = found.filter(pk__in=hits.values("record_id"))
        return found

    def get_by_natural_key(self, slug):
        return self.get(slug=slug, publication=Publication.PUBLISHED)


class Visible(GuardedSave):
    """Whatever the visibility rule speaks of."""

    visible_with = ()  # foreign keys: hidden as soon as one is; a null key hides nothing
    cited = False  # whether it needs a citation to be published
    gone = False  # whether it answers 410 after it was public and is withdrawn
    remembered = True  # whether its history is kept
    names_who = ()  # fields that say who it is: once it is no longer named, its history withholds them

    objects = VisibleQuerySet.as_manager()

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None):
        """Checks every constraint, those on derived columns too, which no form holds."""
        editable = {name for name in exclude or () if self._meta.get_field(name).editable}
        super().validate_constraints(exclude=editable)

    def get_constraints(self):
        """The constraints to ask for one by one: no checks if one statement says that all of them hold."""
        found = self._meta.constraints
        checks = [rule for rule in found if type(rule) is models.CheckConstraint]
        try:
            if checks:
                both = Q(*[rule.condition for rule in checks])
                models.CheckConstraint(condition=both, name="all").validate(type(self), self)
        except ValidationError:
            return [(type(self), found)]
        return [(type(self), [rule for rule in found if rule not in checks])]

    @classmethod
    def own_conditions(cls, user, path):
        """What this row alone asks of the reader; `path` leads to it from the model that is queried."""
        return Q()

    @classmethod
    def conditions(cls, user, path=""):
        """The visibility rule as a Q: what the row asks, and what everything it belongs to asks."""
        rule = cls.own_conditions(user, path)
        for name in cls.visible_with:
            field = cls._meta.get_field(name)
            if field.related_model is cls and path.endswith(f"{name}__"):
                continue  # a part has no parts: one step up is the top
            parent = field.related_model.conditions(user, f"{path}{name}__")
            rule &= Q(**{f"{path}{name}__isnull": True}) | parent if field.null else parent
        return rule


class Record(Visible):
    """The base of everything that is published on its own."""

    cited = True
    publishes = ()  # lists of records that belong to it and are published with it

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
    publish_at = models.DateTimeField(null=True, blank=True, help_text="Not public before this moment (UTC).")
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
        return f"{self._meta.verbose_name} {str(self.id)[:8]}"

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
        own = Q(**{f"{path}created_by": user}) | Q(**{f"{path}assigned_to": user})
        rule |= open_to_staff if roles.edits(user) else own & open_to_staff
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
        names = [f.attname for f in self._meta.concrete_fields if f.name not in INTERNAL and f.serialize]
        stored = type(self)._base_manager.filter(pk=self.pk).values(*names).first()
        return stored != {name: getattr(self, name) for name in names}

    def missing(self):
        """What stands between this record and its publication: sentences, none when nothing does."""
        found = []
        if self.cited and not self.citations.filter(source__in=Source.objects.visible_to(None)).exists():
            found.append("It cites no published source: add a citation, or publish the source it cites.")
        if self.publish_at and self.publish_at > timezone.now():
            found.append("Its publish_at is still to come: wait, or clear it.")
        return found

    def submit(self, by, comment=""):
        """Hand a draft over for review."""
        if not roles.works_on(by, self):
            raise PermissionDenied("Only who works on a draft, or an editor, submits it.")
        self._move(by, "submitted", {Publication.DRAFT}, Publication.IN_REVIEW, comment)

    def send_back(self, by, comment):
        """Return what is in review to its author, saying what is to be mended."""
        if not comment.strip():
            raise ValidationError({"comment": "Say what is to be mended."})
        self._must_edit(by)
        self._move(by, "sent back", {Publication.IN_REVIEW}, Publication.DRAFT, comment)

    def drafts(self, user, **locking):
        """The unpublished records that are published with it, as far as a user sees them."""
        waiting = (Publication.DRAFT, Publication.IN_REVIEW)
        lists = [getattr(self, name).visible_to(user) for name in self.publishes]
        if locking:
            lists = [rows.order_by("pk").select_for_update(**locking) for rows in lists]
        return [row for rows in lists for row in rows.filter(publication__in=waiting)]

    def unready(self):
        """What stands between it and its publication, its own mistakes included: sentences."""
        try:
            self.full_clean()
        except ValidationError as error:
            return [*self._in_words(error), *self.missing()]
        return self.missing()

    def _in_words(self, error):
        """The sentences of a ValidationError by fields; each that is about one field begins with its name."""
        for name, sentences in error.message_dict.items():
            about = "" if name == NON_FIELD_ERRORS else f"{self._meta.get_field(name).verbose_name}: "
            yield from (f"{about}{sentence}" for sentence in sentences)

    @transaction.atomic
    def publish(self, by, comment=""):
        """Make it and the drafts that belong to it public: all, or ValidationError with what is missing."""
        self._must_edit(by)
        self._lock()
        together = [self, *self.drafts(by, of=("self",), no_key=True)]
        for record in together:
            if not (record.published_at or roles.may_publish_first(by, record)):
                raise PermissionDenied(f"Somebody else publishes first what you wrote: {record}.")
        missing = {record: record.unready() for record in together}
        if any(missing.values()):
            raise ValidationError(
                missing.pop(self)
                + [f"{record}: {said}" for record, all_said in missing.items() for said in all_said]
            )
        hidden = set(Publication) - {Publication.PUBLISHED}
        for record in together:
            record._move(by, "published", hidden, Publication.PUBLISHED, comment)

    def withdraw(self, by, reason):
        """Take it back from every channel; the reason stands in the history."""
        if not reason.strip():
            raise ValidationError({"reason": "Say why it is withdrawn."})
        self._must_edit(by)
        self._move(by, "withdrawn", {Publication.PUBLISHED}, Publication.WITHDRAWN, reason)

    @staticmethod
    def _must_edit(by):
        if not roles.edits(by):
            raise PermissionDenied("Only an editor does this.")

    @transaction.atomic
    def _move(self, by, verb, from_states, to_state, comment=""):
        self._lock()
        if self.publication not in from_states:
            raise ValidationError(f"It cannot be {verb}: it is {self.get_publication_display().lower()}.")
        before, self.publication = self.publication, to_state
        self._moved(by)
        try:
            self.validate_constraints()  # some rules speak of published records only
        except ValidationError:
            self.publication = before
            raise
        with noted(user=by.pk, reason=comment):
            self.save()

    def _lock(self):
        """Read it anew and keep others from writing it: what was read before may have been changed since."""
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(of=("self",), no_key=True))

    def _moved(self, by):
        """What else changes with the state, just before the record is saved."""
        if self.publication == Publication.PUBLISHED:
            self.published_at = self.published_at or timezone.now()
            self.published_by = by
            self.read_version = self.version + 1  # as it is saved in a moment


class Slugged(Record):
    """A record with an address of its own, given at first publication from its public name."""

    label_field = "title"
    forgets_slug = False  # whether withdrawal deletes its slug and its old ones

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
        return self.label if self.confidentiality == Confidentiality.PUBLIC else super().__str__()

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
        """A slug that no public record of this kind has or had; a taken one gets four random characters."""
        wanted = slugify_name(self.label) or self._meta.model_name
        if self.slug_is_free(wanted):
            return wanted
        return f"{wanted[:84]}-{secrets.token_hex(2)}"

    def slug_is_free(self, slug):
        others = type(self).objects.filter(slug=slug, publication=Publication.PUBLISHED).exclude(pk=self.pk)
        old = OldSlug.objects.filter(model=self._meta.label, slug=slug).exclude(record_id=self.pk)
        return not others.exists() and not old.exists()

    def _moved(self, by):
        super()._moved(by)
        if self.publication == Publication.PUBLISHED and not (self.slug and self.slug_is_free(self.slug)):
            self.change_slug(self.free_slug())
        if self.publication == Publication.WITHDRAWN and self.forgets_slug:
            OldSlug.objects.filter(model=self._meta.label, record_id=self.pk).delete()
            self.slug = None


class LatinField(Derived, models.TextField):
    """`name_sort = LatinField("name")` holds what a name is ordered by: Latin letters in any script."""

    always = {**Derived.always, "default": "", "db_collation": "C"}

    def derive(self, record):
        return latin(getattr(record, self.sources[0]))


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
        was_public = self._is_public()
        super().save(*args, **kwargs)
        self._touch(was_public or self._is_public())

    def delete(self, *args, **kwargs):
        was_public = self._is_public()
        deleted = super().delete(*args, **kwargs)
        self._touch(was_public)
        return deleted

    def _is_public(self):
        return type(self).objects.visible_to(None).filter(pk=self.pk).exists()

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
    gone = True
    label_field = "display_title"

    title = models.CharField(max_length=300, blank=True, help_text="As printed; empty when it is not known.")
    kind = models.CharField(max_length=30, choices=SourceKind, default=SourceKind.UNKNOWN)
    authors = models.CharField(max_length=300, blank=True, help_text="As printed.")
    publisher = models.CharField(max_length=300, blank=True, help_text="As printed.")
    date = PartialDateField(help_text="When it was published.")
    source_url = models.URLField(
        max_length=1000, blank=True, help_text="Its address; empty when it is not known."
    )
    archive_url = models.URLField(max_length=1000, blank=True, help_text="The address of an archived copy.")
    archived_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=35, blank=True, validators=[language_code])
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
                fields=["source_url"],
                condition=Q(publication=Publication.PUBLISHED) & ~Q(source_url=""),
                name="source_url_unique",
                violation_error_message="A published source has this source_url.",
            ),
        ]
        indexes = [models.Index(fields=["title_sort", "id"], name="source_title_sort")]
        triggers = [tokens_trigger("title_folded")]

    def clean(self):
        try:
            self.source_url = normalized_url(self.source_url)
        except ValueError:
            raise ValidationError({"source_url": "Give an address as https://example.org/ is."}) from None
        if self.republication_of_id == self.pk:
            raise ValidationError({"republication_of": "A source is not a republication of itself."})


class Place(Named):
    """Where something happened."""

    cited = False

    country = models.CharField(
        max_length=2, blank=True, validators=[country_code], help_text="ISO 3166-1 alpha-2."
    )
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

    def clean(self):
        if self.parent_id == self.pk:
            raise ValidationError({"parent": "A place does not lie in itself."})


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
            )
        ]

    def clean(self):
        errors = {}
        if len(self.quotation.split()) > QUOTATION_WORDS:
            errors["quotation"] = f"A quotation has at most {QUOTATION_WORDS} words."
        if self.field and self.field not in citable_fields(self._meta.get_field("record").related_model):
            errors["field"] = "Name a field of the record, as the API writes it."
        if bool(self.locator_kind) != bool(self.locator):
            errors["locator"] = "Give both the kind of locator and its value, or neither."
        if errors:
            raise ValidationError(errors)


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
    return (facts | parts) - housekeeping


from .idempotency import KeptAnswer  # noqa: E402, F401 - Django looks for models here
from .proposals import Proposal  # noqa: E402, F401
from .tokens import ApiToken  # noqa: E402, F401

history.keep(__name__)
