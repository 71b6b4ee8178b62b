"""The filters of a list: declared ones, and those generated from its fields."""

import django_filters
from django import forms
from django.db.models import Q
from django.db.models.lookups import Exact, In

from tracker.records.base.identifiers import Identified
from tracker.records.base.slugs import Slugged
from tracker.records.protocol.problems import BadParameters
from tracker.records.values.dates.conditions import period_certainly_overlaps, period_overlaps

from .kinds import Filter, VerbFilter, any_of, connected_filters, filters_at, list_schema
from .reach import meeting
from .values import LONGEST_TEXT, PERIODS, ChoiceField, DatesField, IdentifierField, Values, WordsField


class RecordFilterSet(django_filters.FilterSet):
    """The filters of a list: one or more for each field that its shape shows, and for each path in `paths`.

    `paths` is {parameter: path}; `computed` is {parameter: (expression of a reader, vocabulary)}; `verbs` is
    {parameter: (verb of the QuerySet if it is true, verb if it is false, help)}; `connected` is {parameter:
    (model, function that returns paths, help)}: records that any of these paths leads to.

    Filters whose paths begin the same apply to the same row: the kind and the date of one event.
    """

    shape = None
    verbs = {}
    paths = {}
    connected = {}
    computed = {}
    periods = (period_overlaps, period_certainly_overlaps)  # how start and end are compared together

    def __init__(self, data, queryset, reader):
        self.reader = reader
        # only the requested filters: a form with all of them costs more than the answer
        self.base_filters = {name: one for name, one in self.base_filters.items() if name in data}
        super().__init__(data, queryset)

    @classmethod
    def get_filters(cls):
        return {} if cls.shape is None else {**generated(cls), **super().get_filters()}

    def matching(self, parameters=None):
        """The rows that match; BadParameters if a value is wrong.

        `parameters` says by which parameter of the request each filter was given, if it has another name.
        """
        if not self.is_valid():
            names = parameters or {}
            errors = self.errors.items()
            raise BadParameters({names.get(name, name): " ".join(said) for name, said in errors})
        return self.qs

    def filter_queryset(self, queryset):
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        conditions = self.path_conditions()
        return (
            queryset.filter(meeting(queryset.model, conditions, self.reader.user)) if conditions else queryset
        )

    def path_conditions(self):
        """The conditions at the ends of paths: [(path, condition)]."""
        given = self.given()
        return [
            (way, self.filters[name].condition(value, self.reader))
            for name, value in given.items()
            for way in self.ways(name, given)
        ]

    def given(self):
        """The values of the filters with a condition, by name."""
        values = self.form.cleaned_data.items()
        return {
            name: value
            for name, value in values
            if self.filters[name].condition and value not in (None, "", [])
        }

    def ways(self, name, given):
        """The paths of a filter, given the other filters."""
        return [self.filters[name].path]


def generated(filterset):
    """The generated filters of a filter set."""
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
    found |= {name: VerbFilter(*declared) for name, declared in filterset.verbs.items()}
    for name, (there, paths, about) in filterset.connected.items():
        found |= connected_filters(name, model, there, paths, about)
    for name, (expression, vocabulary) in filterset.computed.items():
        found |= computed_filters(name, expression, vocabulary)
    return found


def own_filters(model):
    """The filters of every list: search, and rows by id."""
    search = Filter(
        [],
        WordsField(required=False, max_length=LONGEST_TEXT),
        lambda text, reader: Q(pk__in=model.objects.matching(text, reader.user).order_by().values("pk")),
        "Start of words in a name or title, in any spelling or script.",
    )
    ids = Filter(
        [],
        Values(forms.UUIDField(required=False, error_messages={"invalid": "Give ids, separated by commas."})),
        lambda values, reader: Q(pk__in=values),
        "Any of these ids, separated by commas.",
        list_schema({"type": "string", "format": "uuid"}),
    )
    found = {"q": search, "id__in": ids} if issubclass(model, Slugged) else {"id__in": ids}
    return found | identifier_filters() if issubclass(model, Identified) else found


def identifier_filters():
    """The filters by identifiers in other systems."""
    one = IdentifierField(required=False, max_length=LONGEST_TEXT)
    about = "An identifier in another system, as scheme:identifier, for example wikidata:Q9036."

    return {
        "identifier": Filter(["identifiers"], one, lambda q, reader: q, about),
        "identifier__in": Filter(
            ["identifiers"],
            Values(one),
            any_of,
            f"Any of these, separated by commas. {about}",
            list_schema({"type": "string", "minLength": 1}),
        ),
    }


def period_filters(start, end, possibly, certainly):
    def overlap_filter(rule, words):
        condition = lambda dates, reader: rule(start, end, dates)  # noqa: E731
        return Filter(
            [], DatesField(required=False), condition, f"{words} within: 2025-10, 2024/2025, 2025-10/.."
        )

    return {
        "period_overlaps": overlap_filter(possibly, f"From {start} to {end}: possibly"),
        "period_certainly_overlaps": overlap_filter(certainly, f"From {start} to {end}: certainly"),
    }


def computed_filters(name, expression, vocabulary):
    schema = {"type": "string", "enum": vocabulary.values}
    one = ChoiceField(choices=vocabulary.choices, required=False)
    help_text = "Whether this was so on the day or in the period given by as_of."
    return {
        name: Filter([], one, lambda value, reader: Q(Exact(expression(reader), value)), help_text, schema),
        f"{name}__in": Filter(
            [],
            Values(one),
            lambda values, reader: Q(In(expression(reader), values)),
            help_text,
            list_schema(schema),
        ),
    }
