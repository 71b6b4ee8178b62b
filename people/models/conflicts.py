"""Conflict lines and their sides."""

from django.db import models

from tracker.records.audit import history
from tracker.records.base.identifiers import Identified, Identifier
from tracker.records.base.labels import Titled
from tracker.records.base.parts import Part


class Conflict(Identified, Titled):
    """A conflict line."""

    cited = False
    goes_along = True

    summary = models.TextField(blank=True)

    class Meta(Titled.Meta):
        pass  # without it, that of the first base class applies


class ConflictIdentifier(Identifier):
    record = models.ForeignKey(Conflict, models.CASCADE, related_name="identifiers")


class Side(Part):
    """One side of a conflict."""

    record = models.ForeignKey(Conflict, models.CASCADE, related_name="sides")
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0, help_text="The position in the list.")

    class Meta(Part.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "name"],
                name="side_name_unique",
                deferrable=models.Deferrable.IMMEDIATE,  # sides may swap names
            )
        ]

    def __str__(self):
        return self.name


history.track_changes(__name__)
