"""Nobody can tell what is hidden: with and without the hidden rows every public answer is the same bytes."""

from contextlib import contextmanager
from functools import cache
from itertools import islice
from unittest.mock import patch

from django.apps import apps
from django.db import connection, transaction
from django.db.models import OuterRef, Q
from django.test import Client, TestCase

from dialogues.models import Dialogue, Participation, ParticipationIdentity
from people.models import Person
from tests import catalog, make
from tests.generate import MODELS, PUBLIC, STATES, World
from tracker.records import filters, shapes, statements
from tracker.records.citations import CitationViewSet
from tracker.records.models import OldSlug, Part, Record, Slugged
from tracker.records.visible import VisibleQuerySet

HIDDEN = [state for state in STATES if state != PUBLIC]
VOLATILE = ("Date", "X-Request-ID")
WORDS = ("samadov", "secret", "known", "untold")


def visible(model):
    """The rows that the public may see, or may know to have been public: those answer 410."""
    rows = model.objects.visible_to(None)
    return rows | model.objects.withdrawn() if getattr(model, "gone", False) else rows


def ours():
    labels = {"records", "people", "dialogues"}
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]


def hidden_rows():
    """{model: ids of its hidden rows}; what belongs to them goes with them."""
    return {
        model: set(model._base_manager.values_list("pk", flat=True))
        - set(visible(model).values_list("pk", flat=True))
        for model in ours()
        if issubclass(model, Record | Part)
    }


def remove_hidden():
    """The other database: no hidden row, no identity, and no key to what is not there."""
    for model, ids in hidden_rows().items():
        model._base_manager.filter(pk__in=ids)._raw_delete("default")
    ParticipationIdentity.objects.all()._raw_delete("default")
    keys = [(model, field) for model in ours() for field in model._meta.concrete_fields if field.is_relation]
    while sum(cut(model, field) for model, field in keys):
        pass
    there = {pk for model in MODELS for pk in model._base_manager.values_list("pk", flat=True)}
    OldSlug.objects.exclude(record_id__in=there)._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def cut(model, field):
    """How many rows had a key to a row that is gone: they go too, or lose the key if they may."""
    there = field.related_model._base_manager.values("pk")
    lost = model._base_manager.exclude(**{field.name: None}).exclude(**{f"{field.name}__in": there})
    return lost.update(**{field.name: None}) if field.null else lost._raw_delete("default")


def fill():
    """A world with everything that could tell: doubles, old slugs, secret names, hidden sources."""
    world = World(seed=7, states=[PUBLIC] * 5).build()
    for model in MODELS:
        for state in HIDDEN:
            world.add(model, *state)
    for model in MODELS:  # public in themselves, but most belong to something hidden
        if model.visible_with:
            for _ in range(4):
                world.add(model, *PUBLIC)
    for model in MODELS:
        for row in model.objects.visible_to(None)[:2]:
            lure(row)
    return world


def lure(row):
    """Hidden things about a visible row."""
    if row.cited:
        make.citation(
            row, source=make.source(title="Secret source", publication="draft"), quotation="secret words"
        )
    if hasattr(row, "other_names"):
        make.name(row, "Secret Samadov", confidentiality="confidential")
    if isinstance(row, Slugged) and row.slug:
        fields = {name: "Secret" for name in ("title", "name") if hasattr(row, name)}
        others = {name: getattr(row, name) for name in type(row).visible_with}
        twin = make.one(type(row), publication="draft", slug=row.slug, **fields, **others)
        OldSlug.objects.create(model=row._meta.label, slug=f"once-{str(row.pk)[:8]}", record_id=twin.pk)
        if hasattr(row, "identifiers"):
            for known in row.identifiers.all():
                make.identifier(twin, known.scheme, known.identifier)
    if isinstance(row, Participation) and row.naming != "named":
        make.identity(row)


def requests():
    """At most a few thousand paths: every kind of request, with what is hidden named in it."""
    urls = []
    for view in catalog.VIEWS:
        shown, hidden = keys(view)
        urls += [catalog.address(view, query) for query in catalog.lists(view, hidden[0])]
        urls += [catalog.address(view, {"id__in": ",".join(map(str, (*shown, *hidden)))})]
        urls += [catalog.address(view, query, shown[0]) for query in catalog.details(view)]
        urls += [catalog.address(view, {}, pk) for pk in (*shown, *hidden, *withdrawn(view))]
        for name, one in view.filterset_class.base_filters.items():
            if one.leads_to:
                urls += [catalog.address(view, {name: key}) for key in named(one.leads_to)]
        if "q" in view.filterset_class.base_filters:
            urls += [catalog.address(view, {"q": word}) for word in WORDS]
        urls += [
            catalog.address(view, query)
            for query in ({"nonsense": "1"}, {"page": "0"}, {"expand": "nonsense"})
        ]
    for model in (model for model in MODELS if issubclass(model, Slugged)):
        slugs = model._base_manager.exclude(slug=None).values_list("slug", flat=True)
        old = OldSlug.objects.filter(model=model._meta.label).values_list("slug", flat=True)
        urls += [f"/api/v1/{shapes.resource(model)}/{slug}/" for slug in {*slugs, *old}]
    return list(dict.fromkeys([*urls, "/api/v1/", "/api/v1/schema/", "/api/v1/vocabularies/"]))


def keys(view):
    """Some ids of visible and of hidden rows of an endpoint."""
    model = shapes.CitationShape.Meta.model if view is CitationViewSet else view.model()
    tables = [each for each in ours() if issubclass(each, model)]
    found = hidden_rows()
    shown = (row.pk for table in tables for row in table.objects.visible_to(None).order_by("pk"))
    hidden = (pk for table in tables for pk in sorted(found[table]))
    return list(islice(shown, 3)), list(islice(hidden, 6))


def withdrawn(view):
    """Ids of what answers 410."""
    gone = view is not CitationViewSet and view.model().gone
    return view.model().objects.withdrawn().values_list("pk", flat=True) if gone else ()


def named(model):
    """How a filter can name a visible and a hidden row: an id, and a slug if there is one."""
    shown = model.objects.visible_to(None).order_by("pk").last()
    hidden = model._base_manager.filter(pk__in=hidden_rows()[model]).order_by("pk")
    secret = hidden.exclude(slug=None).first().slug if issubclass(model, Slugged) else hidden.last().pk
    return [shown.pk, secret]


@cache
def client():
    """One for all: none of its requests leaves anything behind."""
    return Client()


def answer(url):
    """Status, headers and body, as the wire has them."""
    response = client().get(url)
    headers = {name: value for name, value in response.headers.items() if name not in VOLATILE}
    return response.status_code, headers, response.getvalue()


def answers(urls):
    return {url: answer(url) for url in urls}


class NonInterferenceTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        fill()
        cls.hidden = sum(len(ids) for model, ids in hidden_rows().items() if issubclass(model, Record))
        cls.urls = requests()
        cls.full = answers(cls.urls)
        with transaction.atomic():
            remove_hidden()
            cls.bare = answers(cls.urls)
            cls.left = sum(len(ids) for ids in hidden_rows().values())
            transaction.set_rollback(True)

    def told_apart(self, urls):
        """The requests, asked now, whose answer is not what it is without the hidden rows."""
        return [url for url in urls if answer(url) != self.bare[url]]

    def test_every_answer_is_the_same_with_and_without_the_hidden_rows(self):
        for url, with_hidden in self.full.items():
            if with_hidden != self.bare[url]:
                with self.subTest(url=url):
                    self.assertEqual(with_hidden, self.bare[url])

    def test_the_two_databases_differ_and_many_requests_are_compared(self):
        self.assertGreaterEqual(self.hidden, 50)
        self.assertEqual(self.left, 0)
        self.assertGreaterEqual(len(self.urls), 200)
        statuses = [status for status, _, _ in self.bare.values()]
        self.assertLessEqual({200, 400, 404, 410}, set(statuses))
        self.assertGreaterEqual(statuses.count(200), 200)

    def test_hidden_and_absent_are_the_same_but_for_the_path(self):
        for view in catalog.RECORDS:
            _, hidden = keys(view)
            absent = "00000000-0000-4000-8000-000000000000"
            withdrawn = set(view.model().objects.withdrawn().values_list("pk", flat=True))
            for pk in set(hidden) - withdrawn:
                with self.subTest(url=catalog.address(view, {}, pk)):
                    self.assertEqual(
                        answer(catalog.address(view, {}, pk)), answer(catalog.address(view, {}, absent))
                    )

    def test_nothing_public_changes_when_something_hidden_is_added(self):
        person = Person.objects.visible_to(None).first()
        urls = [f"/api/v1/people/{person.pk}/", "/api/v1/people/?ordering=-changed_at"]
        before = answers(urls)
        make.name(person, "Another Secret", confidentiality="confidential")
        make.citation(person, source=make.source(publication="draft"))
        self.assertEqual(answers(urls), before)

    def test_it_notices_when_the_rule_is_missing_in_one_place(self):
        """Takes the rule away in one place after the other and asks again."""
        for place, (leak, part) in LEAKS.items():
            with self.subTest(place), leak():
                statements.kept.cache_clear()
                self.assertTrue(self.told_apart([url for url in self.urls if part in url]))
        statements.kept.cache_clear()


@contextmanager
def leaking_list():
    """The participations of a dialogue without the rule."""
    whole = shapes.related

    def related(model, name, user):
        rows = whole(model, name, user)
        if (model, name) != (Dialogue, "participations"):
            return rows
        return Participation.objects.filter(dialogue=OuterRef("pk"))

    with patch.object(shapes, "related", related):
        yield


@contextmanager
def leaking_filter():
    """The people of a filter without the rule."""
    whole = filters.reach

    def reach(model, path, user, condition):
        if path != ["participations", "person"]:
            return whole(model, path, user, condition)
        people = Person.objects.filter(condition)
        return Q(
            pk__in=Participation.objects.visible_to(user).filter(person__in=people).values("dialogue")
        ) | Q(pk__in=Participation.objects.filter(person__in=people).values("dialogue"))

    with patch.object(filters, "reach", reach):
        yield


@contextmanager
def leaking_count():
    """The number of citations without the rule."""
    whole = shapes.column.dispatch(shapes.Count)

    def count(field, reader):
        rows = field.parent.Meta.model._meta.get_field(field.relation).related_model.objects
        return shapes.Number(rows.filter(record=OuterRef("pk")).order_by().values("pk"))

    shapes.column.register(shapes.Count, count)
    try:
        yield
    finally:
        shapes.column.register(shapes.Count, whole)


@contextmanager
def leaking_total():
    """The total of a list without the rule."""

    def counted(selection, page):
        return statements.compiled(selection.model.objects.order_by().values("pk"))

    with patch.object(statements, "counted", counted):
        yield


@contextmanager
def leaking_search():
    """The search by all names, secret ones included."""
    whole, insider = VisibleQuerySet.matching, make.superuser()
    with patch.object(VisibleQuerySet, "matching", lambda rows, text, user: whole(rows, text, insider)):
        yield


LEAKS = {  # place: (what takes the rule away there, what is in the requests that must notice)
    "a nested list": (leaking_list, "/dialogues/?"),
    "a filter": (leaking_filter, "/dialogues/?participant="),
    "a count": (leaking_count, "/people/?ordering="),
    "a total": (leaking_total, "/people/?page="),
    "a search": (leaking_search, "/people/?q="),
}
