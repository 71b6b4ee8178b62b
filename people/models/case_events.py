"""What happens in a case: charges, events, actors and recognitions."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, IntegerField, Q
from django.db.models.functions import Cast, Coalesce, Least
from django.db.models.lookups import GreaterThanOrEqual

from people.choices import (
    AppealOutcome,
    CaseActorRole,
    CaseEventKind,
    ChargeStage,
    Offence,
    RecognitionKind,
    WgadCategory,
)
from people.likely_mistakes import never_held
from tracker.records.audit import history
from tracker.records.base.citations import Citation
from tracker.records.base.places import Place
from tracker.records.base.record import Record
from tracker.records.values.codes.vocabularies import Confidentiality
from tracker.records.values.constraints import CountStated
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.dates.partial_dates import understand

from .acts import Act, OfCase
from .cases import PersecutionCase
from .organizations import Organization
from .people import Person, rows_seen, secrets_of

MONTH = (28, 31)  # the least and the most days of a month


class Charge(OfCase, Record):
    """One accusation in a case, and how far it has progressed."""

    visible_with = ("case",)

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="charges")
    stage = models.CharField(max_length=20, choices=ChargeStage, default=ChargeStage.UNKNOWN)
    offence = models.CharField(max_length=30, choices=Offence, default=Offence.UNKNOWN)
    provision = models.CharField(max_length=200, blank=True, help_text="The provision of the law.")
    wording = models.TextField(blank=True, help_text="The accusation in the source's words.")
    date = PartialDateField(help_text="When this stage was reached.")
    court = models.CharField(max_length=200, blank=True)
    proceeding_number = models.CharField(max_length=100, blank=True)


class ChargeCitation(Citation):
    record = models.ForeignKey(Charge, models.CASCADE, related_name="citations")


class Protecting(models.Model):
    """Mixin that makes a row confidential as soon as it has one of these kinds, whatever else it says.

    A cleared user can make it public afterward on purpose; the history shows who did.
    """

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self._protect()
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        self._protect()

    def _protect(self):
        name, kinds = self.protected
        if getattr(self, name) not in kinds:
            return
        stored = type(self).objects.filter(pk=self.pk, **{f"{name}__in": kinds})
        if self._state.adding or not stored.exists():
            self.confidentiality = Confidentiality.CONFIDENTIAL


def number(name):
    """An expression for a number of a row in a sum; 0 if it is null."""
    return Cast(Coalesce(F(name), 0), IntegerField())


class CaseEvent(OfCase, Protecting, Record):
    """Something that happened in a case."""

    visible_with = ("case",)
    protected = ("kind", (CaseEventKind.HEALTH, CaseEventKind.TRANSFER))

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30, choices=CaseEventKind)
    date = PartialDateField()
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="case_events")
    authority = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="case_events",
        help_text="The organization that did it.",
    )
    circumstances = models.TextField(blank=True)
    outcome = models.CharField(
        max_length=20, choices=AppealOutcome, blank=True, help_text="How the appeal was decided."
    )
    term_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The term in months. Put the remaining days in term_days."
    )
    term_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The term in days; with term_months, the remaining days."
    )
    suspended_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The suspended part of the term, in months."
    )
    suspended_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The suspended part of the term, in days."
    )
    life = models.BooleanField(null=True, blank=True, help_text="Whether it is a life sentence.")
    position = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="The position among the events of the case, if their dates do not decide the order.",
    )

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(term_months__isnull=True, term_days__isnull=True)
                | GreaterThanOrEqual(
                    number("term_days") - number("suspended_days"),
                    Least(*[days * (number("suspended_months") - number("term_months")) for days in MONTH]),
                ),
                name="case_event_suspended_within_term",
                violation_error_message="The suspended_months and suspended_days must"
                " not be more than the term.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(kind=CaseEventKind.APPEAL_DECIDED),
                name="case_event_outcome_of_appeal",
                violation_error_message="Only an event of kind appeal_decided can have an outcome.",
            ),
        ]

    def clean(self):
        super().clean()
        if self.position is not None and (self.date_earliest or self.date_latest):
            self._placed_as_dated()

    def _placed_as_dated(self):
        """Refuses a position that contradicts the certain dates of this event and another one."""
        when = understand(self.date)
        first, last = when.possible
        others = self.compared_with(case=self.case_id).filter(date__sure=True)
        later = others.filter(position__lt=self.position).exclude(date__possibly_by=last or date.max)
        earlier = others.filter(position__gt=self.position).exclude(date__possibly_from=first or date.min)
        if when.sure and (later.exists() or earlier.exists()):
            raise ValidationError(
                {"position": "The dates give a different order. Change the position or leave it empty."}
            )

    def likely_mistakes(self, user):
        events = CaseEvent.objects.visible_to(user).filter(case=self.case_id)
        return [*super().likely_mistakes(user), *(never_held(self, events) if self.case.person_id else [])]


class CaseEventCitation(Citation):
    record = models.ForeignKey(CaseEvent, models.CASCADE, related_name="citations")


class CaseActor(Act, Protecting, Record):
    """A person or an organization that acts in a case. Naming defense lawyers can cost them their license."""

    visible_with = ("case", "event", "person", "organization")
    one_of = (("person",), ("organization",))
    protected = ("role", (CaseActorRole.LAWYER,))

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="actors")
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, blank=True, related_name="actors")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="acted_in")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="acted_in"
    )
    role = models.CharField(max_length=30, choices=CaseActorRole)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=CountStated.exactly(1, "person", "organization"),
                name="case_actor_is_one",
                violation_error_message="Give either person or organization.",
            )
        ]

    def clean(self):
        super().clean()
        if self.event and self.event.case_id != self.case_id:
            raise ValidationError(
                {"event": "This event belongs to another case. Choose an event of the same case."}
            )

    @classmethod
    def secrets(cls, user=None):
        """The names of people whose part in a case is not public, as secrets of the case."""
        hidden = rows_seen(cls, user).exclude(confidentiality=Confidentiality.PUBLIC).exclude(person=None)
        return secrets_of(hidden.values_list("person", "case"))

    def days(self):
        return self.event.days() if self.event else (None, None)


class CaseActorCitation(Citation):
    record = models.ForeignKey(CaseActor, models.CASCADE, related_name="citations")


class Recognition(OfCase, Record):
    """A recognition or a judgment of a case: a list, an opinion, a court judgment, an appeal."""

    visible_with = ("case", "organization")
    one_of = (("organization",), ("recognized_by",))

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="recognitions")
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recognitions",
        help_text="The organization that recognizes or judges the case.",
    )
    recognized_by = models.CharField(
        max_length=200,
        blank=True,
        help_text="Who recognizes or judges the case, if it is not an organization.",
    )
    kind = models.CharField(max_length=30, choices=RecognitionKind)
    wgad_categories = ArrayField(
        models.CharField(max_length=20, choices=WgadCategory),
        default=list,
        blank=True,
        help_text="What an opinion of the WGAD found; often more than one category.",
    )
    date = PartialDateField()
    reference = models.CharField(max_length=200, blank=True, help_text="The number or name of the document.")
    answer = models.TextField(blank=True, help_text="What the authorities answered.")

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=CountStated.exactly(1, "organization", texts=["recognized_by"]),
                name="recognition_by_one",
                violation_error_message="Give either organization or recognized_by.",
            )
        ]


class RecognitionCitation(Citation):
    record = models.ForeignKey(Recognition, models.CASCADE, related_name="citations")


history.track_changes(__name__)
