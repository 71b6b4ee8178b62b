"""Assessments: what named assessors say about people and organizations."""

from django.core.exceptions import ValidationError
from django.db import models

from dialogues.choices import (
    ASSESSMENT_VALUES,
    AssessmentAttribute,
    AssessmentForm,
    AssessmentShare,
    AssessmentValue,
)
from people.models import Act, Organization, Person
from tracker.records.audit import history
from tracker.records.base.citations import QUOTATION_WORDS, Citation
from tracker.records.base.record import Record
from tracker.records.values.constraints import CountStated
from tracker.records.values.dates.date_columns import PartialDateField

from .participations import Participation


class Assessment(Act, Record):
    """A judgment by a named assessor about one person, organization or group. We do not assess anyone."""

    visible_with = ("person", "organization", "participation", "assessor_person", "assessor_organization")

    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="assessments")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    participation = models.ForeignKey(
        Participation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
        help_text="The group, if it is about a group.",
    )
    assessor_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="assessments_given"
    )
    assessor_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="assessments_given"
    )
    attribute = models.CharField(max_length=20, choices=AssessmentAttribute)
    value = models.CharField(
        max_length=30, choices=AssessmentValue, help_text="What the assessor's words amount to."
    )
    wording = models.CharField(
        max_length=300,
        blank=True,
        help_text=f"The judgment in the assessor's own words, at most {QUOTATION_WORDS} words.",
    )
    share = models.CharField(max_length=20, choices=AssessmentShare, default=AssessmentShare.NOT_STATED)
    form = models.CharField(max_length=20, choices=AssessmentForm, default=AssessmentForm.ASSERTION)
    date = PartialDateField()

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=CountStated.exactly(1, "person", "organization", "participation"),
                name="assessment_has_one_object",
                violation_error_message="Give exactly one of person, organization and participation.",
            ),
            models.CheckConstraint(
                condition=CountStated.exactly(1, "assessor_person", "assessor_organization"),
                name="assessment_has_one_assessor",
                violation_error_message="Give either assessor_person or assessor_organization.",
            ),
        ]

    def clean(self):
        if self.participation and not self.participation.group_label:
            raise ValidationError({"participation": "Choose the participation of a group."})
        values = ASSESSMENT_VALUES.get(self.attribute)
        if values and self.value and self.value not in values:
            raise ValidationError({"value": f"For {self.attribute}, give one of {', '.join(values)}."})
        if self.value == AssessmentValue.OTHER and not self.wording:
            raise ValidationError({"wording": "The value is other. Give the assessor's own words."})
        if len(self.wording.split()) > QUOTATION_WORDS:
            raise ValidationError({"wording": f"A quotation has at most {QUOTATION_WORDS} words."})

    def people_in(self, user):
        return {self.person_id, self.assessor_person_id} - {None}

    def about(self):
        """The ids of those it judges. For a group: its members, if they are public."""
        if not self.participation_id:
            return {self.person_id, self.organization_id} - {None}
        members = Participation.objects.visible_to(None).filter(member_of=self.participation_id)
        return {*members.values_list("person", flat=True)} - {None}

    def missing(self):
        found = super().missing()
        if self.person and not self.person.death_date and not self.citations.exclude(quotation="").exists():
            found.append("It judges a living person. Cite the exact words.")
        return found


class AssessmentCitation(Citation):
    record = models.ForeignKey(Assessment, models.CASCADE, related_name="citations")


history.track_changes(__name__)
