"""Indexes for filters that search inside texts."""

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.code_fields import CodeField
from tracker.records.values.columns import Derived
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.declaring import declare

TEXTS, OTHERS = (models.CharField, models.TextField), (Derived, PartialDateField, CodeField, models.SlugField)


def index_texts():
    """Gives each table of records and parts an index of the groups of three letters in its texts."""
    for model in [one for one in apps.get_models() if issubclass(one, Visible) and not one._meta.proxy]:
        if parts := [OpClass(Upper(name), name="gin_trgm_ops") for name in searched_texts(model)]:
            name = f"{model._meta.model_name[:24]}_texts"
            declare(model, "indexes", GinIndex(*parts, name=name))


def searched_texts(model):
    """The names of the columns that filters of a model search inside."""
    texts = [one for one in model._meta.concrete_fields if isinstance(one, TEXTS) and not one.choices]
    shown = [one.name for one in texts if one.serialize and not isinstance(one, OTHERS)]
    label = getattr(model, "label_field", None)
    return [name for name in dict.fromkeys([*shown, label]) if name and name not in model.internal]
