"""Filters: each is a path from the listed model to a column or a record, through what the reader may see."""

import re
from datetime import UTC
from uuid import UUID

import django_filters
from django import forms
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact, In

from tracker.records.base.identifiers import Identified
from tracker.records.models import Identifier, Slugged
from tracker.records.policy.paths import meeting, reach
from tracker.records.policy.visibility import SEARCH_WORDS
from tracker.records.values.codes.code_fields import CodeField
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.columns import PartialDateField
from tracker.records.values.dates.conditions import period_certainly_overlaps, period_overlaps
from tracker.records.values.dates.partial_dates import understand
from tracker.records.values.names import tokens

LONGEST = settings.MAX_SEARCH
LONGEST_SLUG = Slugged._meta.get_field("slug").max_length
LONGEST_IDENTIFIER = 1 + sum(Identifier._meta.get_field(name).max_length for name in ("scheme", "identifier"))
MOST_VALUES = settings.MAX_VALUES
LARGEST_NUMBER = 2_000_000_000
LOST_PLUS = re.compile(r"[T ]\d\d:?\d\d(:?\d\d([.,]\d+)?)? \d\d(:?\d\d)?\Z")  # a + means a space in a query
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
PERIODS = (("start_date", "end_date"), ("founding_date", "dissolution_date"), ("birth_date", "death_date"))


class Values(forms.CharField):
    """Several values, separated by commas, each cleaned by the form field of one."""

    def __init__(self, one):
        self.one = one
        super().__init__(required=False)

    def to_python(self, value):
        texts = value.split(",") if value else []
        if len(texts) > MOST_VALUES:
            raise ValidationError(f"Give at most {MOST_VALUES} values.")
        if "" in texts:
            raise ValidationError("Give values separated by commas, none of them empty.")
        return [self.one.clean(text) for text in texts]


class WordsField(forms.CharField):
    """Words to search for."""

    def validate(self, value):
        if len(tokens(value)) > SEARCH_WORDS:
            raise ValidationError(f"Give at most {SEARCH_WORDS} words.")


class KeyField(forms.CharField):
    """The id of a record, or its slug if it has one; gives the condition that finds it."""

    def __init__(self, model):
        self.slugged = issubclass(model, Slugged)
        super().__init__(required=False)

    def to_python(self, value):
        if not value:
            return None
        try:
            return Q(pk=UUID(value))
        except ValueError:
            if self.slugged and SLUG.match(value) and len(value) <= LONGEST_SLUG:
                return Q(slug=value, publication=Publication.PUBLISHED)
        slug = f", or a slug of at most {LONGEST_SLUG} small letters, digits and hyphens"
        right = f"an id{slug}" if self.slugged else "an id"
        raise ValidationError(f"Give {right}.")

    def run_validators(self, value):
        """Nothing: what it gives is no text."""


class IdentifierField(forms.CharField):
    """What another system calls a record, as scheme:identifier; gives the condition that finds it."""

    def to_python(self, value):
        scheme, _, identifier = (value or "").partition(":")
        if value and not (scheme and identifier and len(value) <= LONGEST_IDENTIFIER):
            raise ValidationError("Give scheme:identifier, as in wikidata:Q9036.")
        return Q(scheme=scheme, identifier=identifier) if value else None

    def run_validators(self, value):
        """Nothing: what it gives is no text."""


class DatesField(forms.CharField):
    """A day, a month, a range: any form that a partial date is written in."""

    def to_python(self, value):
        return understand(value) if value else None

    def run_validators(self, value):
        """Nothing: `understand` has its own limits."""


class MomentField(forms.CharField):
    """A moment in ISO 8601 with its offset from UTC."""

    def to_python(self, value):
        if value and LOST_PLUS.search(value):
            raise ValidationError(
                "The + before the offset arrived as a space: write it as %2B, as in "
                "2025-12-10T00:00:00%2B04:00, or give the moment in UTC, as in 2025-12-10T00:00:00Z."
            )
        try:
            moment = models.DateTimeField().to_python(value) if value else None
            if moment and moment.tzinfo is None:
                raise ValidationError(value)
            return moment and moment.astimezone(UTC)  # the database knows no offset of a day
        except (ValidationError, OverflowError):
            raise ValidationError("Give a moment with its offset, as in 2025-12-10T00:00:00Z.") from None

    def run_validators(self, value):
        """Nothing: it is a moment."""


class ChoiceField(forms.ChoiceField):
    """A slug of a vocabulary; the error names them all."""

    def validate(self, value):
        if value and not self.valid_value(value):
            raise ValidationError(f"Give one of {', '.join(str(slug) for slug, _ in self.choices)}.")


class CodeFilterField(forms.CharField):
    """A code, or the name of one."""

    def __init__(self, registry):
        self.registry = registry
        super().__init__(required=False, max_length=LONGEST)

    def to_python(self, value):
        return self.registry.read(value) if value else ""


class TruthField(forms.CharField):
    """true or false."""

    def to_python(self, value):
        if value and value not in ("true", "false"):
            raise ValidationError("Give true or false.")
        return value == "true" if value else None

    def run_validators(self, value):
        """Nothing: it is no text."""


class Filter(django_filters.Filter):
    """One query parameter: a path, a form field, and the condition that a value makes at the end of the path.

    `condition(value, reader)` gives a Q on the model where the path ends. `schema` is the value in OpenAPI,
    `leads_to` the model whose id or slug it takes.
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
        """The rows of a filter that asks something else than a condition at the end of a path."""
        return queryset


class MissingFilter(Filter):
    """Whether a key leads to nothing that the reader may see."""

    def __init__(self, path, help_text):
        super().__init__(path, TruthField(required=False), None, help_text, {"type": "boolean"})

    def filter(self, queryset, value):
        if value is None:
            return queryset
        found = reach(queryset.model, self.path, self.parent.reader.user, Q())
        return queryset.filter(~found if value else found)


class VerbFilter(Filter):
    """Whether rows are those of one verb of their QuerySet, or those of the other."""

    def __init__(self, yes, no, help_text):
        super().__init__([], TruthField(required=False), None, help_text, {"type": "boolean"})
        self.verbs = {True: yes, False: no}

    def filter(self, queryset, value):
        return queryset if value is None else getattr(queryset, self.verbs[value])()


def listed(schema):
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_VALUES}


def filters_at(model, name, path):
    """The filters that a path offers, by parameter: what it leads to decides which."""
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
    return Q.create(conditions, connector=Q.OR)


def key_filters(name, path, model):
    """A record by id or slug, one of several, none."""
    noun = model._meta.verbose_name
    about = "An id or a slug." if issubclass(model, Slugged) else "An id."
    schema = {"type": "string", "minLength": 1, "description": about}

    found = {
        name: Filter(
            path, KeyField(model), lambda q, reader: q, f"The {noun}: id or slug.", schema, leads_to=model
        ),
        f"{name}__in": Filter(
            path, Values(KeyField(model)), any_of, f"One of these {noun} keys.", listed(schema)
        ),
    }
    if len(path) == 1:
        found[f"{name}__isnull"] = MissingFilter(path, f"Whether no {noun} is given.")
    return found


def connected_filters(name, model, there, paths, about):
    """Records that any of some paths leads to: one by id or slug, one of several."""

    def leads(condition, reader):
        return any_of([reach(model, path.split("."), reader.user, condition) for path in paths()])

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
    if array:
        single.condition = lambda value, reader: Q(**{f"{field.name}__contains": [value]})
    return {
        name: single,
        f"{name}__in": column_filter(way, field.name, lookups[1], Values(one), help_text, listed(schema)),
    }


def array_filters(name, way, field, help_text):
    text = forms.CharField(required=False, max_length=LONGEST)
    condition = lambda value, reader: Q(**{f"{field.name}__contains": [value]})  # noqa: E731
    return {name: Filter(way, text, condition, help_text)}


def code_filters(name, way, field, help_text):
    """A language, a script or a country, by its code or its name."""
    array = isinstance(field, ArrayField)
    one = CodeFilterField((field.base_field if array else field).registry)
    lookups = ("contains", "overlap") if array else ("exact", "in")
    single = column_filter(way, field.name, lookups[0], one, help_text, None)
    if array:
        single.condition = lambda value, reader: Q(**{f"{field.name}__contains": [value]})
    several = column_filter(way, field.name, lookups[1], Values(one), help_text, listed(single.schema))
    return {name: single, f"{name}__in": several}


def date_filters(name, way, field, help_text):
    def asked(lookup, words):
        right = "2025-10, 2024-22 (summer), 2025-10-01/2025-11-30, 2025-10/.."
        return column_filter(way, field.name, lookup, DatesField(required=False), f"{words}: {right}.", None)

    return {
        f"{name}_overlaps": asked("overlaps", f"{help_text} Possibly within"),
        f"{name}_certainly_overlaps": asked("certainly_overlaps", f"{help_text} Certainly within"),
        f"{name}__isnull": Filter(
            way,
            TruthField(required=False),
            lambda missing, reader: Q(**{field.name: ""}) if missing else ~Q(**{field.name: ""}),
            f"{help_text} Whether it is not stated.",
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
        return column_filter(way, field.name, lookup, MomentField(required=False), help_text, MOMENT)

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
            way, field.name, lookup, forms.CharField(required=False, max_length=LONGEST), help_text, None
        )

    return {name: at("exact"), f"{name}__icontains": at("icontains")}


MOMENT = {"type": "string", "format": "date-time"}
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


class RecordFilterSet(django_filters.FilterSet):
    """The filters of a list: for each field that its shape shows, and for what `paths` reaches elsewhere.

    `paths` is {parameter: path}; `computed` is {parameter: (expression of a reader, vocabulary)}; `verbs` is
    {parameter: (verb of the QuerySet if it is true, verb if it is false, help)}; `connected` is {parameter:
    (model, a function that gives paths, help)}: records that any of these paths leads to.

    Filters whose paths begin alike speak of the same row: the kind and the date of one event.
    """

    shape = None
    verbs = {}
    paths = {}
    connected = {}
    computed = {}
    periods = (period_overlaps, period_certainly_overlaps)  # how start and end are compared together

    def __init__(self, data, queryset, reader):
        self.reader = reader
        # only those that are asked for: a form of all of them costs more than the answer
        self.base_filters = {name: one for name, one in self.base_filters.items() if name in data}
        super().__init__(data, queryset)

    @classmethod
    def get_filters(cls):
        return {} if cls.shape is None else {**generated(cls), **super().get_filters()}

    def filter_queryset(self, queryset):
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        asked = self.asked()
        return queryset.filter(meeting(queryset.model, asked, self.reader.user)) if asked else queryset

    def asked(self):
        """What is asked of what lies at the ends of paths, [(path, condition)]."""
        given = self.given()
        return [
            (way, self.filters[name].condition(value, self.reader))
            for name, value in given.items()
            for way in self.ways(name, given)
        ]

    def given(self):
        """The values of the filters that have a condition, by name."""
        values = self.form.cleaned_data.items()
        return {
            name: value
            for name, value in values
            if self.filters[name].condition and value not in (None, "", [])
        }

    def ways(self, name, given):
        """The paths of a filter, beside the others that are given."""
        return [self.filters[name].path]


def generated(filterset):
    """The filters that a filter set does not spell out."""
    model = filterset.shape.Meta.model
    columns = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)} - {
        "id",
        "slug",
    }
    shown = {name: name for name in filterset.shape.names() if name in columns}
    cited = {"source": "citations.source"} if model.cited else {}
    found = own_filters(model)
    for name, path in {**shown, **cited, **filterset.paths}.items():
        found |= filters_at(model, name, path)
    for start, end in PERIODS:
        if {start, end} <= columns:
            found |= period_filters(start, end, *filterset.periods)
    found |= {name: VerbFilter(*said) for name, said in filterset.verbs.items()}
    for name, (there, paths, about) in filterset.connected.items():
        found |= connected_filters(name, model, there, paths, about)
    for name, (expression, vocabulary) in filterset.computed.items():
        found |= computed_filters(name, expression, vocabulary)
    return found


def own_filters(model):
    """What every list offers: a search, and rows by id."""
    search = Filter(
        [],
        WordsField(required=False, max_length=LONGEST),
        lambda text, reader: Q(pk__in=model.objects.matching(text, reader.user).order_by().values("pk")),
        "Words of a name or title, each at least its beginning, in any spelling or script.",
    )
    ids = Filter(
        [],
        Values(forms.UUIDField(required=False, error_messages={"invalid": "Give ids, separated by commas."})),
        lambda values, reader: Q(pk__in=values),
        "One of these ids.",
        listed({"type": "string", "format": "uuid"}),
    )
    found = {"q": search, "id__in": ids} if issubclass(model, Slugged) else {"id__in": ids}
    return found | identifier_filters() if issubclass(model, Identified) else found


def identifier_filters():
    """What another system calls a record."""
    one = IdentifierField(required=False, max_length=LONGEST)
    about = "What another system calls it: scheme:identifier, as in wikidata:Q9036."

    return {
        "identifier": Filter(["identifiers"], one, lambda q, reader: q, about),
        "identifier__in": Filter(
            ["identifiers"],
            Values(one),
            any_of,
            f"One of these. {about}",
            listed({"type": "string", "minLength": 1}),
        ),
    }


def period_filters(start, end, possibly, certainly):
    def asked(rule, words):
        condition = lambda dates, reader: rule(start, end, dates)  # noqa: E731
        return Filter(
            [], DatesField(required=False), condition, f"{words} within: 2025-10, 2024/2025, 2025-10/.."
        )

    return {
        "period_overlaps": asked(possibly, f"From {start} to {end}: possibly"),
        "period_certainly_overlaps": asked(certainly, f"From {start} to {end}: certainly"),
    }


def computed_filters(name, expression, vocabulary):
    schema = {"type": "string", "enum": vocabulary.values}
    one = ChoiceField(choices=vocabulary.choices, required=False)
    help_text = "Whether it was so on the day or in the period that as_of gives."
    return {
        name: Filter([], one, lambda value, reader: Q(Exact(expression(reader), value)), help_text, schema),
        f"{name}__in": Filter(
            [],
            Values(one),
            lambda values, reader: Q(In(expression(reader), values)),
            help_text,
            listed(schema),
        ),
    }
