"""Kinds of filters. Each is a path from the listed model to a column or a record, through visible rows."""

import django_filters
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tracker.records.base.slugs import Slugged
from tracker.records.shapes.json_expressions import Literal
from tracker.records.values.codes.code_fields import CodeField
from tracker.records.values.dates.date_columns import PartialDateField

from .reach import leads_nowhere, leads_on, reach
from .values import (
    LARGEST_NUMBER,
    LONGEST_TEXT,
    MOST_VALUES,
    ByKey,
    ChoiceField,
    CodeFilterField,
    DatesField,
    KeyField,
    MomentField,
    TruthField,
    Values,
)


class Filter(django_filters.Filter):
    """One query parameter: a path, a form field, and a condition for the row at the end of the path.

    `condition(value, reader)` returns a Q on the model where the path ends. `schema` is the value in OpenAPI,
    `leads_to` the model whose id or slug it accepts.
    """

    def __init__(self, path, field, condition, help_text, schema=None, leads_to=None):
        super().__init__(help_text=help_text)
        self.path, self.condition, self.leads_to = path, condition, leads_to
        self.schema = schema or {"type": "string", "minLength": 1}
        self.form_field = field

    @property
    def field(self):
        self.form_field.help_text = self.extra["help_text"]
        return self.form_field

    def filter(self, queryset, value):
        """The rows, for a filter that is not a condition at the end of a path."""
        return queryset


class MissingFilter(Filter):
    """Whether a key is null or leads to a row that the reader may not see."""

    def __init__(self, path, help_text):
        super().__init__(path, TruthField(required=False), None, help_text, {"type": "boolean"})

    def filter(self, queryset, value):
        if value is None:
            return queryset
        way = leads_nowhere if value else leads_on
        return queryset.filter(way(queryset.model, self.path[0], self.parent.reader.user))


class VerbFilter(Filter):
    """The rows of one QuerySet method if true, or of another if false."""

    def __init__(self, yes, no, help_text):
        super().__init__([], TruthField(required=False), None, help_text, {"type": "boolean"})
        self.verbs = {True: yes, False: no}

    def filter(self, queryset, value):
        return queryset if value is None else getattr(queryset, self.verbs[value])()


def list_schema(schema):
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_VALUES}


def filters_at(model, name, path):
    """The filters for a path, by parameter, depending on what the path leads to."""
    *way, last = path.split(".")
    for there in way:
        model = model if there.endswith("()") else model._meta.get_field(there).related_model
    field = model._meta.get_field(last)
    if field.is_relation:
        return key_filters(name, [*way, last], field.related_model)
    about = f"{getattr(field, 'help_text', '') or field.verbose_name.capitalize()}".rstrip(".")
    for kind, build in KINDS:
        if kind(field):
            return build(name, way, field, f"{about}.")
    return {}


def any_of(conditions, reader=None):
    kind = ByKey if all(isinstance(one, ByKey) for one in conditions) else Q
    return kind.create(conditions, connector=Q.OR)


def key_filters(name, path, model):
    """Filters for a record: by id or slug, any of several, none."""
    noun = model._meta.verbose_name
    about = "An id or a slug." if issubclass(model, Slugged) else "An id."
    schema = {"type": "string", "minLength": 1, "description": about}

    found = {
        name: Filter(
            path, KeyField(model), lambda q, reader: q, f"The {noun}, by id or slug.", schema, leads_to=model
        ),
        f"{name}__in": Filter(
            path,
            Values(KeyField(model)),
            any_of,
            f"Any of these {noun} keys, separated by commas.",
            list_schema(schema),
        ),
    }
    if len(path) == 1:
        found[f"{name}__isnull"] = MissingFilter(path, f"true: without {noun}. false: with {noun}.")
    return found


def connected_filters(name, model, there, paths, about):
    """Filters for records that any of several paths leads to: by id or slug, any of several."""

    def leads(condition, reader):
        rows = model.objects.visible_to(reader.user).order_by()
        ways = [reach(model, path.split("."), reader.user, condition) for path in paths()]
        first, *others = [rows.filter(way).values("pk") for way in ways]
        return Q(pk__in=first.union(*others))

    filters = key_filters(name, [name], there)
    one, several = filters[name], filters[f"{name}__in"]
    one.condition = leads
    several.condition = lambda conditions, reader: leads(any_of(conditions), reader)
    for each in (one, several):
        each.path, each.extra["help_text"] = [], f"{each.extra['help_text']} {about}"
    return {name: one, f"{name}__in": several}


def column_filter(way, column, lookup, field, help_text, schema):
    """A filter that compares one column."""
    return Filter(way, field, lambda value, reader: Q(**{f"{column}__{lookup}": value}), help_text, schema)


def choice_filters(name, way, field, help_text):
    array = isinstance(field, ArrayField)
    choices = (field.base_field if array else field).choices
    schema = {"type": "string", "enum": [slug for slug, _ in choices if slug]}
    one = ChoiceField(choices=choices, required=False)
    lookups = ("contains", "overlap") if array else ("exact", "in")
    single = column_filter(way, field.name, lookups[0], one, help_text, schema)
    several = column_filter(way, field.name, lookups[1], Values(one), help_text, list_schema(schema))
    if array:
        single.condition = lambda value, reader: Q(**{f"{field.name}__contains": [value]})
    else:  # into the statement itself: how many rows there are of each value decides how to find them
        single.condition = lambda value, reader: Q(**{field.name: Literal(value)})
        several.condition = lambda values, reader: Q(**{f"{field.name}__in": [*map(Literal, values)]})
    return {name: single, f"{name}__in": several}


def array_filters(name, way, field, help_text):
    text = forms.CharField(required=False, max_length=LONGEST_TEXT)
    condition = lambda value, reader: Q(**{f"{field.name}__contains": [value]})  # noqa: E731
    return {name: Filter(way, text, condition, help_text)}


def code_filters(name, way, field, help_text):
    """Filters for a language, a script or a country, by code or name."""
    array = isinstance(field, ArrayField)
    one = CodeFilterField((field.base_field if array else field).registry)
    lookups = ("contains", "overlap") if array else ("exact", "in")
    single = column_filter(way, field.name, lookups[0], one, help_text, None)
    if array:
        single.condition = lambda value, reader: Q(**{f"{field.name}__contains": [value]})
    several = column_filter(way, field.name, lookups[1], Values(one), help_text, list_schema(single.schema))
    return {name: single, f"{name}__in": several}


def date_filters(name, way, field, help_text):
    def overlap_filter(lookup, words):
        right = "2025-10, 2024-22 (summer), 2025-10-01/2025-11-30, 2025-10/.."
        return column_filter(way, field.name, lookup, DatesField(required=False), f"{words}: {right}.", None)

    return {
        f"{name}_overlaps": overlap_filter("overlaps", f"{help_text} Possibly within"),
        f"{name}_certainly_overlaps": overlap_filter("certainly_overlaps", f"{help_text} Certainly within"),
        f"{name}__isnull": Filter(
            way,
            TruthField(required=False),
            lambda missing, reader: Q(**{field.name: ""}) if missing else ~Q(**{field.name: ""}),
            f"{help_text} true: not stated. false: stated.",
            {"type": "boolean"},
        ),
    }


def number_filters(name, way, field, help_text):
    def at(lookup):
        number = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_NUMBER)
        schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER}
        return column_filter(way, field.name, lookup, number, help_text, schema)

    return {name: at("exact"), f"{name}__gte": at("gte"), f"{name}__lte": at("lte")}


def moment_filters(name, way, field, help_text):
    def at(lookup):
        return column_filter(way, field.name, lookup, MomentField(required=False), help_text, MOMENT_SCHEMA)

    return {f"{name}__gte": at("gte"), f"{name}__lte": at("lte")}


def truth_filters(name, way, field, help_text):
    return {
        name: column_filter(
            way, field.name, "exact", TruthField(required=False), help_text, {"type": "boolean"}
        )
    }


def text_filters(name, way, field, help_text):
    def at(lookup):
        return column_filter(
            way,
            field.name,
            lookup,
            forms.CharField(required=False, max_length=LONGEST_TEXT),
            help_text,
            None,
        )

    single = at("exact")
    # the second condition follows from the first, and has an index
    single.condition = lambda value, reader: Q(**{field.name: value, f"{field.name}__iexact": value})
    return {name: single, f"{name}__icontains": at("icontains")}


MOMENT_SCHEMA = {"type": "string", "format": "date-time"}
KINDS = (
    (lambda field: isinstance(field, PartialDateField), date_filters),
    (lambda field: isinstance(getattr(field, "base_field", field), CodeField), code_filters),
    (lambda field: bool((getattr(field, "base_field", field)).choices), choice_filters),
    (lambda field: isinstance(field, ArrayField), array_filters),
    (lambda field: isinstance(field, models.BooleanField), truth_filters),
    (lambda field: isinstance(field, models.DateTimeField), moment_filters),
    (lambda field: isinstance(field, models.IntegerField), number_filters),
    (lambda field: isinstance(field, models.CharField | models.TextField), text_filters),
)
