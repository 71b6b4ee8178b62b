"""Citations: which source says so, where exactly, in which words."""

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
    """Which source says so, where exactly, in which words. Each cited model has a table of its own."""

    visible_with = ("record", "source")
    endpoint = "citations"

    source = models.ForeignKey(Source, models.PROTECT, related_name="%(class)ss")
    locator_kind = models.CharField(max_length=20, choices=LocatorKind, blank=True)
    locator = models.CharField(max_length=100, blank=True, help_text="Which paragraph, page, line ...")
    field = models.CharField(
        max_length=60, blank=True, help_text="The field it supports; empty: the whole record."
    )
    quotation = models.TextField(blank=True, help_text=f"Exact words, at most {QUOTATION_WORDS}.")
    translation = models.TextField(blank=True, help_text="The quotation in English.")
    stance = models.CharField(max_length=12, choices=Stance, default=Stance.SUPPORTS)
    value = models.TextField(
        blank=True,
        help_text="What the source has instead of the field that it contradicts, written as the field is.",
    )
    value_said = rival_values.SaidField("field", "value")
    basis = models.CharField(max_length=10, choices=CitationBasis, default=CitationBasis.STATED)
    reasoning = models.TextField(blank=True, help_text="How it follows from the source, when it is inferred.")
    directness = models.CharField(max_length=10, choices=Directness, default=Directness.SEEN)

    class Meta(Part.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(basis=CitationBasis.INFERRED) | ~Q(reasoning=""),
                name="%(class)s_reasoning",
                violation_error_message="Say how it follows from the source.",
            ),
            models.CheckConstraint(
                condition=Q(value="") | Q(stance=Stance.CONTRADICTS) & ~Q(field=""),
                name="%(class)s_value",
                violation_error_message=rival_values.ONLY,
            ),
        ]

    @classmethod
    def cited_model(cls):
        """The model whose records it cites."""
        return cls._meta.get_field("record").related_model

    def clean(self):
        errors = {}
        if len(self.quotation.split()) > QUOTATION_WORDS:
            errors["quotation"] = f"A quotation has at most {QUOTATION_WORDS} words."
        if self.field and self.field not in citable_fields(self.cited_model()):
            errors["field"] = "Name a field of the record, as the API writes it."
        elif self.value:
            errors |= self.wrong_value()
        if bool(self.locator_kind) != bool(self.locator):
            errors["locator"] = "Give both the kind of locator and its value, or neither."
        if errors:
            raise ValidationError(errors)

    def wrong_value(self):
        """Brings the value into the form in which it is kept; what is wrong with it as {field: error}."""
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
        return {"value": f"It has at most {QUOTATION_WORDS} words: say what differs."} if long else {}


def citable_fields(model):
    """The names a citation of this model may give as its field: its facts and its parts."""
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
