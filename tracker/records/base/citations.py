"""Citations: which source says something, where exactly, in which words."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from tracker.records.values.codes.vocabularies import (
    CitationBasis,
    Directness,
    LocatorKind,
    Stance,
)

from . import rival_values
from .parts import Part
from .record import Record
from .sources import Source

QUOTATION_WORDS = 25


class Citation(Part):
    """Which source says something, where, and in which words. Each cited model has its own table."""

    visible_with = ("record", "source")
    endpoint = "citations"

    source = models.ForeignKey(Source, models.PROTECT, related_name="%(class)ss")
    locator_kind = models.CharField(max_length=20, choices=LocatorKind, blank=True)
    locator = models.CharField(max_length=100, blank=True, help_text="The paragraph, page, line ...")
    field = models.CharField(
        max_length=60, blank=True, help_text="The field that it supports. Empty: the whole record."
    )
    quotation = models.TextField(blank=True, help_text=f"The exact words, at most {QUOTATION_WORDS} words.")
    translation = models.TextField(blank=True, help_text="The quotation in English.")
    stance = models.CharField(max_length=12, choices=Stance, default=Stance.SUPPORTS)
    value = models.TextField(
        blank=True,
        help_text="What the source says instead of the contradicted field, in the form of that field.",
    )
    value_said = rival_values.SaidField("field", "value")
    basis = models.CharField(max_length=10, choices=CitationBasis, default=CitationBasis.STATED)
    reasoning = models.TextField(blank=True, help_text="If it is inferred: how it follows from the source.")
    directness = models.CharField(max_length=10, choices=Directness, default=Directness.SEEN)

    class Meta(Part.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(basis=CitationBasis.INFERRED) | ~Q(reasoning=""),
                name="%(class)s_reasoning",
                violation_error_message="Explain how it follows from the source.",
            ),
            models.CheckConstraint(
                condition=Q(value="") | Q(stance=Stance.CONTRADICTS) & ~Q(field=""),
                name="%(class)s_value",
                violation_error_message=rival_values.ONLY,
            ),
        ]

    @classmethod
    def cited_model(cls):
        """The model of the record that it belongs to."""
        return cls._meta.get_field("record").related_model

    def clean(self):
        errors = {}
        if len(self.quotation.split()) > QUOTATION_WORDS:
            errors["quotation"] = f"A quotation has at most {QUOTATION_WORDS} words."
        if self.field and self.field not in citable_fields(self.cited_model()):
            errors["field"] = "Give the name of a field of the record, as in the API."
        elif self.value:
            errors |= self.wrong_value()
        if bool(self.locator_kind) != bool(self.locator):
            errors["locator"] = "Give both locator_kind and locator, or neither."
        if errors:
            raise ValidationError(errors)

    def wrong_value(self):
        """Normalizes the value; returns {field: error} if it is wrong."""
        if self.stance != Stance.CONTRADICTS or not self.field:
            return {"value": rival_values.ONLY}
        column = rival_values.column_of(self.cited_model(), self.field)
        if column is None:
            return {"value": rival_values.REFERS}
        try:
            self.value = rival_values.normalized(column, self.value)
        except ValidationError as error:
            return {"value": error}
        long = len(self.value.split()) > QUOTATION_WORDS
        return (
            {"value": f"A value has at most {QUOTATION_WORDS} words. Give only what differs."} if long else {}
        )


def citable_fields(model):
    """The field names that a citation of this model can use: its facts and its parts."""
    housekeeping = {field.name for field in Record._meta.get_fields()} | {"slug", "citations"}
    facts = {
        field.name for field in model._meta.concrete_fields + model._meta.many_to_many if field.serialize
    }
    parts = {
        relation.related_name
        for relation in model._meta.related_objects
        if issubclass(relation.related_model, Part) and relation.field.name == "record"
    }
    return (facts | parts) - housekeeping - model.internal
