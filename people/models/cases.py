"""Cases of persecuted people and organizations."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from people.choices import (
    CaseRelationKind,
    ImpugnedActivity,
)
from tracker.records.audit import history
from tracker.records.base.citations import Citation
from tracker.records.base.identifiers import Identified, Identifier
from tracker.records.base.labels import Titled
from tracker.records.base.record import Record
from tracker.records.values.codes.code_fields import CountryField
from tracker.records.values.constraints import CountStated

from .conflicts import Conflict
from .organizations import Organization
from .people import Person


class PersecutionCase(Identified, Titled):
    """What a state does to one person or to one organization."""

    visible_with = ("person", "organization")
    publishes = ("charges", "events", "actors", "recognitions", "relations", "relations_to")

    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="cases")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    jurisdiction = CountryField(blank=True, help_text="The state whose authorities act.")
    conflict = models.ForeignKey(Conflict, models.PROTECT, null=True, blank=True, related_name="cases")
    stated_reason = models.TextField(blank=True, help_text="The reason that the authorities give.")
    impugned_activities = ArrayField(
        models.CharField(max_length=30, choices=ImpugnedActivity),
        default=list,
        blank=True,
        help_text="The real reasons, according to sources.",
    )
    summary = models.TextField(blank=True)
    evidence = models.TextField(blank=True, help_text="The evidence, as sources describe it.")

    class Meta(Titled.Meta):
        verbose_name = "case"
        constraints = [
            *Titled.Meta.constraints,
            models.CheckConstraint(
                condition=CountStated.exactly(1, "person", "organization"),
                name="case_is_of_one",
                violation_error_message="Give either person or organization.",
            ),
        ]


class PersecutionCaseIdentifier(Identifier):
    record = models.ForeignKey(PersecutionCase, models.CASCADE, related_name="identifiers")


class PersecutionCaseCitation(Citation):
    record = models.ForeignKey(PersecutionCase, models.CASCADE, related_name="citations")


class CaseRelation(Record):
    """How one case relates to another."""

    visible_with = between = ("case", "related_case")

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=20, choices=CaseRelationKind)
    related_case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="relations_to")

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(case=F("related_case")),
                name="case_relation_not_to_itself",
                violation_error_message="The case and the related_case must be different.",
            )
        ]


class CaseRelationCitation(Citation):
    record = models.ForeignKey(CaseRelation, models.CASCADE, related_name="citations")


history.track_changes(__name__)
