"""Questions that dialogues are about, and events that explain them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dialogues.choices import (
    ContextEventKind,
)
from people.models import Conflict
from tracker.records.audit import history
from tracker.records.base.citations import Citation
from tracker.records.base.identifiers import Identified, Identifier
from tracker.records.base.labels import Titled
from tracker.records.base.places import Place
from tracker.records.policy.search_words import tokens_trigger
from tracker.records.values.columns import FoldedField
from tracker.records.values.constraints import not_reversed
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.names import fold


class Question(Titled):
    """A contested point that statements take positions on."""

    cited = False
    goes_along = True

    conflict = models.ForeignKey(Conflict, models.PROTECT, null=True, blank=True, related_name="questions")
    summary = models.TextField(blank=True)


class AllTitlesFolded(FoldedField):
    """The folded form of all titles. An event is found by any of them."""

    def derive(self, event):
        return fold(" ".join([event.title, *event.other_titles]))


class ContextEvent(Identified, Titled):
    """An event that explains a timeline: a war, a blockade, an agreement."""

    goes_along = True

    other_titles = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, help_text="Separated by commas."
    )
    kind = models.CharField(max_length=30, choices=ContextEventKind, default=ContextEventKind.UNKNOWN)
    conflict = models.ForeignKey(
        Conflict, models.PROTECT, null=True, blank=True, related_name="context_events"
    )
    start_date = PartialDateField()
    end_date = PartialDateField()
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="context_events")
    summary = models.TextField(blank=True)
    title_folded = AllTitlesFolded("title", "other_titles")

    class Meta(Titled.Meta):
        constraints = [*Titled.Meta.constraints, not_reversed()]
        triggers = [tokens_trigger("title_folded")]


class ContextEventIdentifier(Identifier):
    record = models.ForeignKey(ContextEvent, models.CASCADE, related_name="identifiers")


class ContextEventCitation(Citation):
    record = models.ForeignKey(ContextEvent, models.CASCADE, related_name="citations")


history.track_changes(__name__)
