"""Places, with names in many languages and an optional position."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from tracker.records.audit import history
from tracker.records.values.codes.code_fields import CountryField

from .identifiers import Identified, Identifier
from .labels import Named


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
        help_text="Degrees north (WGS 84).",
    )
    longitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text="Degrees east (WGS 84).",
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


class PlaceIdentifier(Identifier):
    record = models.ForeignKey(Place, models.CASCADE, related_name="identifiers")


history.track_changes(__name__)
