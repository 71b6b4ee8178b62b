"""Indexes for the filters of lists, which every column gets by its kind."""

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.code_fields import CodeField
from tracker.records.values.columns import Derived
from tracker.records.values.dates.date_columns import InOrder, PartialDateField
from tracker.records.values.declaring import declare

from .citations import Citation
from .record import Record

TEXTS, OTHERS = (models.CharField, models.TextField), (Derived, PartialDateField, CodeField, models.SlugField)
NUMBERS = (models.IntegerField, models.BooleanField)


def index_filtered_columns():
    """Gives each table the indexes for its filters.

    One has the groups of three letters in all texts, and the values in arrays. Each other column has one of
    what is public, for values that are rare or do not occur.
    """
    for model in [one for one in apps.get_models() if issubclass(one, Visible) and not one._meta.proxy]:
        kind = model._meta.model_name
        parts = [OpClass(Upper(name), name="gin_trgm_ops") for name in searched_texts(model)]
        parts += [F(one.name) for one in shown_columns(model) if isinstance(one, ArrayField)]
        if parts:
            declare(model, "indexes", GinIndex(*parts, name=f"{kind[:24]}_texts"))
        for name in compared_columns(model) if issubclass(model, Record | Citation) else ():
            index = InOrder(fields=[name, "id"], condition=Q(is_public=True), name=f"{kind}_{name}_public")
            declare(model, "indexes", index)


def shown_columns(model):
    """The columns that readers can see."""
    columns = [one for one in model._meta.concrete_fields if one.serialize and not one.primary_key]
    return [one for one in columns if one.name not in model.internal and not isinstance(one, Derived)]


def searched_texts(model):
    """The names of the columns that filters of a model search inside."""
    texts = [one for one in shown_columns(model) if isinstance(one, TEXTS) and not one.choices]
    label = getattr(model, "label_field", None)
    names = dict.fromkeys([*(one.name for one in texts if not isinstance(one, OTHERS)), label])
    return [name for name in names if name and name not in model.internal]


def compared_columns(model):
    """The names of the columns that filters of a model compare with one or several values."""
    columns = [one for one in shown_columns(model) if not isinstance(one, ArrayField | PartialDateField)]
    compared = [one.name for one in columns if one.choices or isinstance(one, (*NUMBERS, CodeField))]
    return [name for name in compared if name not in model.public_if]
