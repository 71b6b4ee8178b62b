"""Other names of people and organizations, as sources write them."""

from django.db import models
from django.db.models import Q

from people.choices import (
    NameKind,
)
from tracker.records.base.parts import Part
from tracker.records.policy import roles
from tracker.records.policy.search_words import tokens_trigger
from tracker.records.values.codes.code_fields import LanguageField, ScriptField
from tracker.records.values.codes.vocabularies import Confidentiality
from tracker.records.values.columns import FoldedField
from tracker.records.values.constraints import not_reversed
from tracker.records.values.dates.date_columns import PartialDateField


class Name(Part):
    """Another name, as a source writes it."""

    public_if = {"confidentiality": Confidentiality.PUBLIC}

    text = models.CharField(max_length=300)
    text_folded = FoldedField("text")
    lang = LanguageField(blank=True)
    script = ScriptField(blank=True)
    kind = models.CharField(max_length=20, choices=NameKind, default=NameKind.ALTERNATE)
    start_date = PartialDateField()
    end_date = PartialDateField()
    confidentiality = models.CharField(
        max_length=12,
        choices=Confidentiality,
        default=Confidentiality.PUBLIC,
        help_text="Who can see the name.",
    )

    class Meta(Part.Meta):
        abstract = True
        constraints = [not_reversed()]
        triggers = [tokens_trigger("text_folded", record="record_id")]

    @classmethod
    def own_conditions(cls, user, path):
        return Q() if roles.edits(user) else super().own_conditions(user, path)
