"""Plain Django REST framework over the product's own tables: what a project would have that stops there.

Model serializers, prefetching, django-filter and page numbers; no rule but the stored `is_public`. Run:
granian --interface wsgi tests.bench.rivals.stock:application
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
settings.DATABASES["default"]["CONN_MAX_AGE"] = None
settings.REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "PAGE_SIZE": 50,
}
application = get_wsgi_application()

from django.db.models import Prefetch  # noqa: E402
from rest_framework import routers, serializers, viewsets  # noqa: E402

from dialogues.models import Dialogue, DialogueCitation, Participation, ParticipationCitation  # noqa: E402
from people.models import Affiliation, CaseEvent, Charge, PersecutionCase, Person  # noqa: E402

SIX = ["id", "slug", "title", "classification", "start_date", "places"]
HIDDEN = [
    "notes",
    "created_by",
    "assigned_to",
    "published_by",
    "cleared",
    "created_at",
    "updated_at",
    "version",
]


def serializer(model, only=None, **fields):
    """A model serializer of all columns or of `only` these, and of the fields."""
    columns = {"fields": only} if only else {"exclude": [name for name in HIDDEN if hasattr(model, name)]}
    meta = type("Meta", (), {"model": model, **columns})
    return type(f"{model.__name__}Serializer", (serializers.ModelSerializer,), {**fields, "Meta": meta})


def public(model, *related, **lists):
    """The public rows of a model with related rows; `lists` are the prefetched rows of its lists."""
    rows = model.objects.filter(is_public=True).select_related(*related)
    return rows.prefetch_related(*[Prefetch(name, queryset) for name, queryset in lists.items()])


Label = serializers.StringRelatedField
citation = serializer(DialogueCitation, source=Label())(many=True)
participation = serializer(
    Participation,
    person=Label(),
    side=Label(),
    citations=serializer(ParticipationCitation, source=Label())(many=True),
)
dialogue = serializer(
    Dialogue,
    conflict=Label(),
    places=Label(many=True),
    participations=participation(many=True),
    citations=citation,
)
affiliation = serializer(Affiliation, organization=Label())(many=True)
case = serializer(
    PersecutionCase,
    person=Label(),
    conflict=Label(),
    charges=serializer(Charge)(many=True),
    events=serializer(CaseEvent)(many=True),
)
person = serializer(Person, affiliations=affiliation, cases=case(many=True))
participations = public(Participation, "person", "side", citations=public(ParticipationCitation, "source"))
cases = public(
    PersecutionCase, "person", "conflict", charges=public(Charge), events=public(CaseEvent)
).order_by("title_sort", "id")


class Dialogues(viewsets.ModelViewSet):
    queryset = public(
        Dialogue,
        "conflict",
        places=Dialogue.places.rel.model.objects.filter(is_public=True),
        participations=participations,
        citations=public(DialogueCitation, "source"),
    ).order_by("start_date_sort", "id")
    serializer_class = dialogue
    filterset_fields = {
        "places__slug": ["exact"],
        "start_date_earliest": ["gte"],
        "start_date_latest": ["lte"],
    }


class People(viewsets.ModelViewSet):
    queryset = public(Person, affiliations=public(Affiliation, "organization"), cases=cases).order_by(
        "name_sort", "id"
    )
    serializer_class = person
    filterset_fields = {"name": ["icontains"]}


class Cases(viewsets.ModelViewSet):
    queryset = cases
    serializer_class = case
    filterset_fields = {"charges__offence": ["exact"], "charges__stage": ["exact"]}


class Newest(viewsets.ReadOnlyModelViewSet):
    queryset = public(Dialogue, places=Dialogue.places.rel.model.objects.all()).order_by(
        "-start_date_sort", "-id"
    )
    serializer_class = serializer(Dialogue, SIX, places=Label(many=True))


router = routers.SimpleRouter()
for name, view in {"dialogues": Dialogues, "people": People, "cases": Cases, "newest": Newest}.items():
    router.register(name, view, name)
urlpatterns = router.urls
