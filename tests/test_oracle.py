"""The database's JSON is what a slow walk of the same serializers gives: every shape, reader and day."""

import json
from datetime import UTC, date, datetime
from itertools import product

import pytest
from django.test import SimpleTestCase, TestCase

from tests import make
from tests.generate import MODELS, World
from tests.oracle import Oracle
from tests.sampling import some
from tests.test_fixtures import load
from tracker import api
from tracker.records.api.citation_views import ENTRIES, CitationViewSet
from tracker.records.policy import roles
from tracker.records.read import queries
from tracker.records.read.pagination import Order
from tracker.records.shapes.declaration import Shape
from tracker.records.shapes.fields import registry
from tracker.records.shapes.reader import Pick, Reader
from tracker.records.shapes.urls import api_url, list_url, resource
from tracker.records.values.dates.days import Days

VIEWS = [view for view in api.ENDPOINTS if hasattr(view, "shape") and view is not CitationViewSet]
SHAPES = [view.shape for view in VIEWS]
DETAIL = Pick(detail=True)
TODAY = datetime.now(UTC).date()
DAYS = [date(2019, 1, 1), date(2024, 6, 15), date(2025, 2, 10), date(2025, 6, 15), date(2025, 10, 31), TODAY]


def database(shape, pick, user, day):
    """All rows that the reader may see as the database writes them."""
    order = Order(shape, None)
    rows = queries.ordered(shape.Meta.model.objects.visible_to(user), order)
    statement = queries.export_query(rows, queries.shaped(shape, pick, Reader(user, Days.day(day))))
    return [json.loads(line) for line in statement.copy()]


class Compared:
    """What must hold for the rows that a test class sets up; `readers` are users by name, None the public."""

    readers = {"anonymous": None}

    def assert_same(self, answered, expected):
        """Equal, and every key in the same place."""
        if json.dumps(answered) != json.dumps(expected):
            self.fail(difference(answered, expected))

    @staticmethod
    def seen(user, **pick):
        """What a reader is shown: writers more than others."""
        return Pick(**pick, editorial=roles.writes(user))

    def compare(self, shape, pick, oracle, **told):
        with self.subTest(model=shape.Meta.model._meta.label, pick=pick, day=oracle.day, **told):
            self.assert_same(database(shape, pick, oracle.user, oracle.day), oracle.rows(shape, pick))

    def reads(self):
        """Readers and shapes, as whom the client is logged in, and what to call the two."""
        for (name, user), shape in some(product(self.readers.items(), SHAPES), one_in=4):
            self.client.logout() if user is None else self.client.force_login(user)
            yield user, shape, {"reader": name, "model": shape.Meta.model._meta.label}

    @pytest.mark.broad
    def test_lists_as_they_are_answered(self):
        for user, shape, told in self.reads():
            with self.subTest(**told):
                answer = self.client.get(list_url(shape.Meta.model), {"page_size": 200}).json()
                expected = Oracle(user, TODAY).rows(shape, self.seen(user))
                self.assertTrue(expected or not self.full)
                self.assert_same(answer["results"], expected)
                self.assertEqual(answer["total"], len(expected))

    @pytest.mark.broad
    def test_single_records_as_they_are_answered(self):
        for user, shape, told in self.reads():
            for expected in Oracle(user, TODAY).rows(shape, self.seen(user, detail=True))[:1]:
                with self.subTest(**told):
                    self.assert_same(self.client.get(expected["url"]).json(), expected)

    @pytest.mark.broad
    def test_every_single_record(self):
        for name, user in self.readers.items():
            for shape in some(SHAPES, one_in=5):
                self.compare(shape, self.seen(user, detail=True), Oracle(user, TODAY), reader=name)

    @pytest.mark.broad
    def test_every_path_that_can_be_expanded(self):
        """All paths that begin alike are in one statement: compiling each alone would take minutes."""
        oracle = Oracle(None, TODAY)
        for shape in some(SHAPES, one_in=5):
            paths = sorted(shape.expandable())
            for head in sorted({path.partition(".")[0] for path in paths if "." in path}):
                group = tuple(path for path in paths if path.startswith(f"{head}."))
                self.compare(shape, Pick(expand=group), oracle)

    @pytest.mark.broad
    def test_all_that_a_shape_can_expand_at_once(self):
        for name in {"anonymous", "cleared"} & set(self.readers):
            for shape in some(SHAPES, one_in=5):
                pick = Pick(detail=True, expand=tuple(sorted(shape.expandable(1))))
                self.compare(shape, pick, Oracle(self.readers[name], TODAY), reader=name)

    def test_citations(self):
        for name, user in self.readers.items():
            oracle = Oracle(user, TODAY)
            self.client.logout() if user is None else self.client.force_login(user)
            expected = [row for shape in ENTRIES.values() for row in oracle.rows(shape, Pick())]
            expected.sort(key=lambda row: row["id"])
            answered, url = [], f"{api_url('citations/')}?page_size=200"
            while url:
                answer = self.client.get(url).json()
                answered, url = [*answered, *answer["results"]], answer["next"]
            with self.subTest(reader=name):
                self.assert_same(answered, expected)


def difference(answered, expected, path=""):
    """Where two answers first differ, in one line."""
    if isinstance(answered, dict) and isinstance(expected, dict) and list(answered) == list(expected):
        pairs = [(f"{path}.{key}", answered[key], expected[key]) for key in answered]
    elif isinstance(answered, list) and isinstance(expected, list) and len(answered) == len(expected):
        pairs = [
            (f"{path}[{number}]", *pair) for number, pair in enumerate(zip(answered, expected, strict=True))
        ]
    else:
        here, there = (json.dumps(value)[:900] for value in (answered, expected))
        return f"{path or 'The answer'} is {here}, it should be {there}"
    where, here, there = next(pair for pair in pairs if json.dumps(pair[1]) != json.dumps(pair[2]))
    return difference(here, there, where)


class GeneratedTest(Compared, TestCase):
    """On records of every model in every state."""

    full = True

    @classmethod
    def setUpTestData(cls):
        cleared, contributor = make.superuser("cleared"), make.member("contributor")
        cls.world = World(cleared=cleared).build()
        for number, model in enumerate(MODELS):
            rows, who = model.objects.visible_to(cleared), "created_by" if number % 2 else "assigned_to"
            work = {who: contributor, "follow_up": TODAY, "publish_at": datetime.now(UTC), "notes": "Ask."}
            rows.filter(pk__in=[row.pk for row in rows.order_by("pk")[::2]]).update(**work)
        cls.readers = {
            "anonymous": None,
            "ordinary": make.user("ordinary"),
            "superuser": make.superuser("superuser"),
            "contributor": contributor,
            "cleared": cleared,
        }

    @pytest.mark.broad
    def test_every_day(self):
        for day in some(DAYS):
            for user in (None, self.readers["cleared"]):
                oracle = Oracle(user, day)
                for name in ("affiliations", "cases"):
                    shape = next(shape for shape in SHAPES if resource(shape.Meta.model) == name)
                    self.compare(shape, DETAIL, oracle, reader=str(user))

    def test_readers_differ(self):
        """Otherwise comparing them proves nothing."""
        seen = [
            len(Oracle(self.readers[name], TODAY).rows(SHAPES[0], Pick()))
            for name in ("anonymous", "superuser", "cleared")
        ]
        self.assertEqual(seen, sorted(set(seen)))
        ordinary, anonymous = (
            Oracle(self.readers[name], TODAY).rows(SHAPES[0], DETAIL) for name in ("ordinary", "anonymous")
        )
        self.assertEqual(ordinary, anonymous)


class FixturesTest(Compared, TestCase):
    """On the facts of the article."""

    full = False

    @classmethod
    def setUpTestData(cls):
        load()


class PathTest(SimpleTestCase):
    """What a single path of `expand` changes in the shape; the tests above compare what comes of it."""

    def test_each_path_alone_shows_what_it_names(self):
        for shape in SHAPES:
            for path in shape.expandable():
                with self.subTest(shape=shape.__name__, path=path):
                    inner = shape(pick=Pick(expand=(path,)))
                    for name in path.split("."):
                        field = inner.fields[name]
                        inner = getattr(field, "child", field)
                    if isinstance(inner, Shape) and type(inner).nests and inner.Meta.model in registry.whole:
                        self.fail(f"{path} of {shape.__name__} stays a reference")

    def test_fields_and_omit_leave_the_rest_as_it_is(self):
        for shape in SHAPES:
            names = list(shape(pick=DETAIL).fields)
            for name in shape.names():
                with self.subTest(shape=shape.__name__, name=name):
                    self.assertEqual(list(shape(pick=Pick(True, fields=(name,))).fields), [name])
                    rest = [other for other in names if other != name]
                    self.assertEqual(list(shape(pick=Pick(True, omit=(name,))).fields), rest)
