"""The router of the API, with the list of all endpoints."""

import gzip
import json
import os
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from django.conf import settings
from django.urls import include, path, re_path
from django.utils.text import compress_string
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from dialogues.api import views as dialogues
from people.api import views as people
from tracker.figures.registry import FIGURES
from tracker.records.api import sources_places
from tracker.records.api.citation_views import TABLES, CitationViewSet
from tracker.records.api.vocabulary_views import VocabularyViewSet
from tracker.records.changes.views import ChangeViewSet
from tracker.records.protocol.problems import not_found
from tracker.records.read.views import ApiView
from tracker.records.shapes.fields import registry
from tracker.records.shapes.urls import api_url, list_url, resource
from tracker.records.write.proposal_views import ProposalViewSet

ENDPOINTS = [
    people.PersonViewSet,
    people.OrganizationViewSet,
    people.OccupationViewSet,
    people.AffiliationViewSet,
    dialogues.AssessmentViewSet,
    people.CaseViewSet,
    people.CaseRelationViewSet,
    people.ChargeViewSet,
    people.CaseEventViewSet,
    people.CaseActorViewSet,
    people.RecognitionViewSet,
    people.ConflictViewSet,
    dialogues.DialogueViewSet,
    dialogues.ParticipationViewSet,
    dialogues.StatementViewSet,
    dialogues.StatementRelationViewSet,
    dialogues.QuestionViewSet,
    dialogues.ContextEventViewSet,
    sources_places.PlaceViewSet,
    sources_places.SourceViewSet,
    CitationViewSet,
]
OTHERS = ("changes", "proposals", "vocabularies", "schema", "docs")


def filter_distance(model, parameter):
    """How close a filter is to the listed rows: their own key, a further relation, or their subject."""
    field = {field.name: field for field in model._meta.get_fields()}.get(parameter)
    return 1 if field is None else 2 * bool(field.many_to_many)


def links():
    """{model: {name: (listed model, filter)}}: all lists that can be filtered by a record of the model.

    The closest filter of a list gets the name of the list; other filters get their own name after it. If the
    view has `linked`, each part of the list gets its own link: `linked` has the names and their parameters.
    """
    found = {}
    for view in ENDPOINTS:
        filters = view.filterset_class.base_filters
        lists = view.linked or {resource(view.model()).replace("-", "_"): ""}
        for parameter in sorted(filters, key=partial(filter_distance, view.model())):
            if filters[parameter].leads_to:
                named = found.setdefault(filters[parameter].leads_to, {})
                for name, query in lists.items():
                    free = f"{name}_{parameter}" if name in named else name
                    named[free] = (view.model(), f"{query}{parameter}")
    for table in TABLES:
        found.setdefault(table.cited_model(), {})["citations"] = (table, "record")
    return found


registry.links.update(links())


class Root(ApiView):
    """The list of all endpoints of the API."""

    example = {
        "list": {
            "data_license": "See the sources.",
            "resources": {"people": "http://127.0.0.1:8000/api/v1/people/"},
        }
    }

    def list(self, request):
        resources = {resource(view.model()): list_url(view.model()) for view in ENDPOINTS}
        figures = [one.address for one in FIGURES if not one.about]
        others = {name: api_url(f"{name}/") for name in (*figures, *OTHERS)}
        body = {"data_license": settings.DATA_LICENSE, "resources": resources, **others}
        return self.answer(json.dumps(body, ensure_ascii=False).encode())


class Document(ApiView):
    """The OpenAPI document. It depends on code and settings only, so it is built once, in two seconds."""

    schema = None  # the document does not describe itself
    PLACE = b"{PUBLIC_URL}"

    def list(self, request):
        response = self.answer(self.whole())
        response.gzipped = self.compressed()  # compressing it takes ten times as long as sending it
        return response

    @classmethod
    @cache
    def whole(cls):
        """What `manage.py serve` has put into a file for its web processes; without it, a new one."""
        with suppress(KeyError, OSError):
            kept = Path(os.environ["KEPT_SCHEMA"]).read_bytes()
            return gzip.decompress(kept).replace(cls.PLACE, settings.PUBLIC_URL.encode())
        document = SchemaGenerator().get_schema(request=None, public=True)
        return json.dumps(document, ensure_ascii=False).encode()

    @classmethod
    @cache
    def compressed(cls):
        return compress_string(cls.whole())

    @classmethod
    def to_keep(cls):
        """The compressed document for any PUBLIC_URL."""
        return compress_string(cls.whole().replace(settings.PUBLIC_URL.encode(), cls.PLACE))


class Router(SimpleRouter):
    """Django REST framework's router, plus changing several records at once."""

    def __init__(self):
        super().__init__()
        lists = self.routes[0]
        self.routes = [lists._replace(mapping={**lists.mapping, "patch": "bulk_update"}), *self.routes[1:]]


def routes(name, view):
    """The addresses of one endpoint, behind its name: Django tries all routes one after the other."""
    router = Router()
    router.register("", view, basename=name)
    return path(f"{name}/", include(router.urls))


urlpatterns = [
    path("", Root.as_view({"get": "list"}, name="API root")),
    *(routes(resource(view.model()), view) for view in ENDPOINTS),
    routes("changes", ChangeViewSet),
    routes("proposals", ProposalViewSet),
    routes("vocabularies", VocabularyViewSet),
    *(one.route() for one in FIGURES),
    path("schema/", Document.as_view({"get": "list"}), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path("", not_found),
]
