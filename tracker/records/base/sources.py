"""Sources: texts, recordings and people that facts are taken from."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5

from tracker.records.audit import history
from tracker.records.policy.search_words import tokens_trigger
from tracker.records.values.codes.code_fields import LanguageField
from tracker.records.values.codes.vocabularies import (
    Confidentiality,
    Publication,
    Reliability,
    SourceKind,
)
from tracker.records.values.columns import Derived, FoldedField
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.texts.web_addresses import LikenessField, fault_of

from .labels import LatinField
from .slugs import Slugged

MOST_DOUBLES = 5  # at most this many are named


class DisplayTitle(Derived, models.TextField):
    """The title of a source. If it is not known, what is known about the source, in brackets."""

    always = {**Derived.always, "default": ""}

    def derive(self, source):
        known = [part for part in (source.authors, source.publisher, source.date) if part]
        return source.title or f"[{', '.join(known) or source.get_kind_display()}]"


class Source(Slugged):
    """A text, recording, record or person that facts are taken from."""

    cited = False
    gone = goes_along = True
    label_field = "display_title"

    title = models.CharField(max_length=300, blank=True, help_text="As printed. Empty if it is not known.")
    kind = models.CharField(max_length=30, choices=SourceKind, default=SourceKind.UNKNOWN)
    authors = models.CharField(max_length=300, blank=True, help_text="As printed.")
    publisher = models.CharField(max_length=300, blank=True, help_text="As printed.")
    date = PartialDateField(help_text="When it was published.")
    source_url = models.URLField(
        max_length=1000, blank=True, help_text="The address as it was given. Empty if it is not known."
    )
    url_key = LikenessField("source_url")
    archive_url = models.URLField(max_length=1000, blank=True, help_text="The address of an archived copy.")
    archived_at = models.DateTimeField(null=True, blank=True)
    language = LanguageField(blank=True, help_text="The language of the source.")
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
                MD5("source_url"),  # the index cannot hold long addresses
                condition=Q(publication=Publication.PUBLISHED, confidentiality=Confidentiality.PUBLIC)
                & ~Q(source_url=""),  # hidden sources are not compared: an error would reveal them
                name="source_url_unique",
                violation_error_message="Another published source has this source_url.",
            ),
        ]
        indexes = [
            *Slugged.Meta.indexes,
            models.Index(fields=["title_sort", "id"], name="source_title_sort"),
        ]
        triggers = [tokens_trigger("title_folded")]

    def clean(self):
        faults = {name: fault_of(getattr(self, name)) for name in ("source_url", "archive_url")}
        if any(faults.values()):
            raise ValidationError({name: fault for name, fault in faults.items() if fault})

    def likely_mistakes(self, user):
        """Warns about sources with nearly the same address that the user sees."""
        others = Source.objects.visible_to(user).filter(url_key=self.url_key).exclude(pk=self.pk)
        others = others.exclude(url_key="").exclude(publication=Publication.TAKEN_DOWN)
        return [
            f"This may be the same source as {other}, with the address {other.source_url}."
            for other in others.order_by("title_sort", "pk")[:MOST_DOUBLES]
        ]


history.track_changes(__name__)
