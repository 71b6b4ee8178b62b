"""Organizations and their other names."""

from django.db import models

from people.choices import (
    OrganizationClassification,
)
from tracker.records.audit import history
from tracker.records.base.citations import Citation
from tracker.records.base.identifiers import Identified, Identifier
from tracker.records.base.labels import Named
from tracker.records.base.places import Place
from tracker.records.values.codes.code_fields import CountryField
from tracker.records.values.constraints import not_reversed
from tracker.records.values.dates.date_columns import PartialDateField

from .acts import WithCases
from .names import Name


class Organization(WithCases, Identified, Named):
    """An organization. Who owns or influences it is recorded as an assessment, never as a classification."""

    goes_along = True

    classification = models.CharField(
        max_length=30, choices=OrganizationClassification, default=OrganizationClassification.UNKNOWN
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="organizations")
    country = CountryField(blank=True)
    founding_date = PartialDateField()
    dissolution_date = PartialDateField()
    summary = models.TextField(blank=True)

    class Meta(Named.Meta):
        constraints = [*Named.Meta.constraints, not_reversed("founding_date", "dissolution_date")]


class OrganizationName(Name):
    record = models.ForeignKey(Organization, models.CASCADE, related_name="other_names")


class OrganizationIdentifier(Identifier):
    record = models.ForeignKey(Organization, models.CASCADE, related_name="identifiers")


class OrganizationCitation(Citation):
    record = models.ForeignKey(Organization, models.CASCADE, related_name="citations")


history.track_changes(__name__)
