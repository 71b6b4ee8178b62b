"""What people do, and the organizations that they belong to."""

from django.db import models
from django.db.models import Q

from people.choices import (
    ConsentScope,
    OccupationKind,
)
from tracker.records.audit import history
from tracker.records.base.citations import Citation
from tracker.records.base.record import Record
from tracker.records.values.codes.vocabularies import CitationBasis
from tracker.records.values.constraints import not_reversed
from tracker.records.values.dates.date_columns import PartialDateField

from .acts import Act
from .organizations import Organization
from .people import Person


class Occupation(Act, Record):
    """What a person does, as a source says. It is never inferred, and is dated like an affiliation."""

    visible_with = ("person",)

    person = models.ForeignKey(Person, models.PROTECT, related_name="occupations")
    occupation = models.CharField(max_length=30, choices=OccupationKind, default=OccupationKind.UNKNOWN)
    wording = models.CharField(max_length=200, blank=True, help_text="In the source's words.")
    start_date = PartialDateField()
    end_date = PartialDateField()
    attested_date = PartialDateField(
        help_text="The date for which a source confirms it. If empty, the date of the newest cited source."
    )

    class Meta(Record.Meta):
        constraints = [not_reversed()]

    def missing(self):
        found = super().missing()
        if not self.person.allows(ConsentScope.OCCUPATIONS):
            found.append("The person's consent does not cover occupations.")
        return found


class OccupationCitation(Citation):
    record = models.ForeignKey(Occupation, models.CASCADE, related_name="citations")

    class Meta(Citation.Meta):
        constraints = [
            *Citation.Meta.constraints,
            models.CheckConstraint(
                condition=Q(basis=CitationBasis.STATED),
                name="occupation_stated",
                violation_error_message="The basis must be stated. An occupation is never inferred.",
            ),
        ]


class Affiliation(Act, Record):
    """A person's connection with an organization, in a role and for a time."""

    goes_along = True
    visible_with = ("person", "organization")

    person = models.ForeignKey(Person, models.PROTECT, related_name="affiliations")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="affiliations")
    role = models.CharField(max_length=200, blank=True, help_text="In the source's words.")
    start_date = PartialDateField()
    end_date = PartialDateField()
    attested_date = PartialDateField(
        help_text="The date for which a source confirms it. If empty, the date of the newest cited source."
    )
    on_behalf_of = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="affiliations_on_behalf"
    )

    class Meta(Record.Meta):
        constraints = [not_reversed()]

    def missing(self):
        found = super().missing()
        if not self.person.allows(ConsentScope.AFFILIATIONS):
            found.append("The person's consent does not cover affiliations.")
        return found


class AffiliationCitation(Citation):
    record = models.ForeignKey(Affiliation, models.CASCADE, related_name="citations")


history.track_changes(__name__)
