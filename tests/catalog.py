"""Every kind of request that the API answers, generated from its views, shapes and filters."""

from functools import singledispatch
from urllib.parse import urlencode

from django import forms
from django.conf import settings

from tracker import api
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.read.filters import values
from tracker.records.read.formats import csv_tables, registry
from tracker.records.read.pagination import order_keys
from tracker.records.read.views import PAGING, PICKS
from tracker.records.shapes.urls import list_url

VIEWS = list(api.ENDPOINTS)
RECORDS = [view for view in VIEWS if view is not CitationViewSet]
PAGES = (
    *({"page": "1"}, {"page_size": "2"}, {"page": "2", "page_size": "1"}, {"page": "99", "page_size": "100"}),
    *({"cursor": "*"}, {"cursor": "*", "page_size": "2"}),
)
FILES = [one for one in registry.FORMATS if one.write]
FORMATS = (
    *({"format": one.slug, **page} for one in FILES for page in ({"page_size": "2"}, {"cursor": "*"})),
    *({"format": one.slug, name: "true"} for one in FILES for name in one.options),
)
DAY = {"as_of": "2025-10-31"}
SHARED = (*DAY, *PICKS, *PAGING, "format")  # parameters of every list


@singledispatch
def valid(field, key):
    """A text that a form field of a filter accepts; `key` is what it gives for the id of a record."""
    return "the"


@valid.register
def _(field: values.Values, key):
    return f"{valid(field.one, key)},{valid(field.one, key)}"


@valid.register(values.KeyField)
@valid.register(forms.UUIDField)
def _(field, key):
    return str(key)


@valid.register
def _(field: forms.ChoiceField, key):
    return next(str(slug) for slug, _ in field.choices if slug)


@valid.register
def _(field: values.CodeFilterField, key):
    return field.registry.example


@valid.register
def _(field: values.IdentifierField, key):
    return "wikidata:Q9036"


@valid.register
def _(field: values.DatesField, key):
    return "2025-06/2025-11"


@valid.register
def _(field: values.MomentField, key):
    return "2025-01-01T00:00:00Z"


@valid.register
def _(field: values.TruthField, key):
    return "true"


@valid.register
def _(field: forms.IntegerField, key):
    return "1"


def filtered(view, key):
    """{filter: a valid value} of a list, each to be asked alone."""
    return {name: valid(one.form_field, key) for name, one in view.filterset_class.base_filters.items()}


def orderings(view):
    names = list(order_keys(view.shape)) if view is not CitationViewSet else []
    both = [",".join(names[:2])] if len(names) > 1 else []
    return [{"ordering": f"{sign}{name}"} for name in names for sign in ("", "-")] + [
        {"ordering": name} for name in both
    ]


def batched(paths):
    """As many paths at a time as `expand` takes."""
    most = settings.MAX_EXPAND
    return [paths[start : start + most] for start in range(0, len(paths), most)]


def picks(view):
    """Fields, omissions and expansions: all single names, then all paths that begin alike."""
    names, paths = view.shape.names(), sorted(view.shape.expandable())
    heads = sorted({path.partition(".")[0] for path in paths if "." in path})
    groups = [[path for path in paths if "." not in path]]
    groups += [[path for path in paths if path.startswith(f"{head}.")] for head in heads]
    return [
        *({"expand": ",".join(some)} for group in groups for some in batched(group)),
        *({"fields": names[-1]}, {"fields": ",".join(names[:3])}, {"omit": ",".join(names[1:3])}),
    ]


def nested(view):
    """The lists inside the rows, each as a table."""
    flat = [one.slug for one in FILES if one.flat]
    return [{"format": slug, "nested": name} for name in csv_tables.names(view.shape) for slug in flat]


def lists(view, key):
    """The query of every kind of request for a list."""
    asked = [{name: value} for name, value in filtered(view, key).items()]
    forms = [{"format": one.slug} for one in registry.FORMATS if one.fits(view.shape)]
    return [{}, DAY, *asked, *orderings(view), *picks(view), *PAGES, *forms, *FORMATS, *nested(view)]


def details(view):
    """The query of requests for one record; it shows most of what can be expanded anyway."""
    paths = sorted(path for path in view.shape.expandable() if "." not in path)
    expand = [{"expand": ",".join(some)} for some in batched(paths)]
    return [
        {},
        DAY,
        {"format": "json"},
        *expand,
        {"fields": view.shape.names()[-1]},
        {"omit": view.shape.names()[1]},
    ]


def address(view, query, pk=""):
    """The path of a list or of a record, with its query."""
    path = list_url(view.model()).partition("/api/")[2]
    asked = urlencode(query)
    return f"/api/{path}{f'{pk}/' if pk else ''}{f'?{asked}' if asked else ''}"
