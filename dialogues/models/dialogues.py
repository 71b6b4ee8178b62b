"""Dialogues: meetings, visits and forums, and whether they were held in the open."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from dialogues.choices import (
    DialogueClassification,
    DialogueStatus,
    Disclosure,
    Mediation,
    Track,
    VenueRelation,
)
from dialogues.duration import ended_the_day_it_began, lacks_end, placing
from people.models import Conflict, Organization, Person, Side
from tracker.records.audit import history
from tracker.records.base.citations import Citation
from tracker.records.base.identifiers import Identified, Identifier
from tracker.records.base.labels import Titled
from tracker.records.base.places import Place
from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.values.constraints import not_reversed
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.dates.days import Days

MEANT_FOR = (DialogueStatus.PLANNED, DialogueStatus.POSTPONED, DialogueStatus.CANCELED)
# People are charged for contact across the line. This site must never be the first to reveal it.
UNDISCLOSED = (Disclosure.CLOSED, Disclosure.SECRET, Disclosure.UNKNOWN)
STILL_PUBLISHED = (
    "Participations are published. Withdraw them, change this, then publish them again and confirm"
    " (already_public) that the information is public."
)


def not_above(low, high):
    """A constraint: the lower number must not be above the higher one."""
    return models.CheckConstraint(
        condition=Q(**{f"{low}__isnull": True})
        | Q(**{f"{high}__isnull": True})
        | Q(**{f"{low}__lte": F(high)}),
        name=f"%(class)s_{low}_{high}",
        violation_error_message=f"The {low} must not be greater than the {high}.",
    )


class Dialogue(Identified, Titled):
    """A meeting, visit or forum, or a series of them."""

    gone = True
    publishes = ("participations",)
    shown_now = ("slug", "disclosure")  # what is closed today connects nobody

    conflict = models.ForeignKey(Conflict, models.PROTECT, null=True, blank=True, related_name="dialogues")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        help_text="The series or process that it belongs to.",
    )
    classification = models.CharField(
        max_length=30, choices=DialogueClassification, default=DialogueClassification.UNKNOWN
    )
    track = models.CharField(max_length=20, choices=Track, default=Track.UNKNOWN)
    mediation = models.CharField(max_length=20, choices=Mediation, default=Mediation.UNKNOWN)
    venue_relation = models.CharField(max_length=30, choices=VenueRelation, default=VenueRelation.UNKNOWN)
    venue_side = models.ForeignKey(
        Side,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted",
        help_text="The side on whose territory it was held.",
    )
    disclosure = models.CharField(max_length=20, choices=Disclosure, default=Disclosure.UNKNOWN)
    status = models.CharField(max_length=20, choices=DialogueStatus, default=DialogueStatus.HELD)
    stated_purpose = models.TextField(blank=True)
    agenda = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    start_date = PartialDateField()
    end_date = PartialDateField(help_text="If empty, a meeting that was held ended on the day it began.")
    places = models.ManyToManyField(Place, blank=True, related_name="dialogues")
    meetings_min = models.PositiveIntegerField(
        null=True, blank=True, help_text="For a series: at least this many meetings."
    )
    meetings_max = models.PositiveIntegerField(
        null=True, blank=True, help_text="For a series: at most this many meetings."
    )
    summary = models.TextField(blank=True)

    class Meta(Titled.Meta):
        constraints = [*Titled.Meta.constraints, not_reversed(), not_above("meetings_min", "meetings_max")]

    def clean(self):
        if self.venue_side and self.venue_side.record_id != self.conflict_id:
            raise ValidationError({"venue_side": "Choose a side of the dialogue's conflict."})
        if self._closes() and self.unconfirmed_participations().exists():
            raise ValidationError({"disclosure": STILL_PUBLISHED})

    def missing(self):
        return [*super().missing(), *filter(None, [lacks_end(self)])]

    def took_place(self):
        """The days on which it took place, if they are known."""
        (first, last), (ended, over) = placing(self)
        first = first or date.min
        edges = (first if first > date.min else "..", over or "..")
        whole = ended_the_day_it_began(self) or self.end_date == self.start_date
        text = self.start_date if whole and self.start_date else "/".join(map(str, edges))
        return Days(first, last or date.max, max(ended or first, first), over or date.max, text)

    def days(self):
        """As for every record. If it did not take place, it may be planned for a day after its sources."""
        if self.status in MEANT_FOR:
            return None, None
        start, end = placing(self)
        return start[0], end[1] if self.end_date else start[1]

    def _closes(self):
        """Whether this save changes an open dialogue to one that was not open."""
        before = Dialogue.objects.filter(pk=self.pk).exclude(disclosure__in=UNDISCLOSED)
        return self.disclosure in UNDISCLOSED and before.exists()

    def unconfirmed_participations(self):
        """The published participations for which nobody confirmed that they were already public."""
        rows = self.participations.filter(
            publication=Publication.PUBLISHED, confidentiality=Confidentiality.PUBLIC, already_public=False
        )
        people = Q(person=None) | Q(person__in=Person.objects.visible_to(None))
        return rows.filter(
            people, Q(organization=None) | Q(organization__in=Organization.objects.visible_to(None))
        )


class DialogueIdentifier(Identifier):
    record = models.ForeignKey(Dialogue, models.CASCADE, related_name="identifiers")


class DialogueCitation(Citation):
    record = models.ForeignKey(Dialogue, models.CASCADE, related_name="citations")


history.track_changes(__name__)
