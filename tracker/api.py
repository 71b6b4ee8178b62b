"""The one router of the API and the one list of its endpoints."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from dialogues import views as dialogues
from people import views as people
from tracker.records import sources
from tracker.records.problems import not_found
from tracker.records.shapes import registry, resource

ENDPOINTS = [
    people.PersonViewSet,
    people.OrganizationViewSet,
    people.AffiliationViewSet,
    dialogues.AssessmentViewSet,
    people.CaseViewSet,
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
    sources.PlaceViewSet,
    sources.SourceViewSet,
]


def links():
    """{model: {name: (listed model, filter)}}: each list that takes a record of the model as a filter.

    The first filter of a list has the list's own name, a further one its own name after it.
    """
    found = {}
    for view in ENDPOINTS:
        for parameter, one in view.filterset_class.base_filters.items():
            if one.leads_to:
                named = found.setdefault(one.leads_to, {})
                name = resource(view.model()).replace("-", "_")
                named[f"{name}_{parameter}" if name in named else name] = (view.model(), parameter)
    return found


registry.links.update(links())

router = SimpleRouter()
for view in ENDPOINTS:
    router.register(resource(view.model()), view, basename=resource(view.model()))

urlpatterns = [path("", include(router.urls)), re_path("", not_found)]
