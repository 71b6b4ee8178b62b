"""Identifiers of records in other systems. The database keeps them unique among public records."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from .parts import Part


class Identified(models.Model):
    """A record with identifiers in other systems."""

    class Meta:
        abstract = True

    def missing(self):
        """What blocks publication, including an identifier that a public record already has."""
        own = self.identifiers.filter(scheme=OuterRef("scheme"), identifier=OuterRef("identifier"))
        taken = self.identifiers.model.objects.visible_to(None).filter(Exists(own)).exclude(record=self)
        return super().missing() + [
            f"Another published record has the same {row.scheme} identifier." for row in taken
        ]


class Identifier(Part):
    """The identifier of the record in another system. It is unique among public records.

    Hidden ones are not compared: an error would reveal them.
    """

    scheme = models.SlugField(max_length=40, help_text="The other system, for example wikidata.")
    identifier = models.CharField(max_length=200)

    class Meta(Part.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "identifier"],
                condition=Q(is_public=True),
                name="%(class)s_unique",
                violation_error_message="Another published record has this identifier.",
            )
        ]
        indexes = [models.Index(fields=["scheme", "identifier"], name="%(class)s_key")]

    def clean(self):
        self.is_public = self.record.is_visible_to(None)  # as the trigger will compute it
