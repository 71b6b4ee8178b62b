"""Each read is one statement: counted where it reaches the server, for every kind of request."""

from itertools import product

import pytest
from django.db import connection
from django.test import TestCase

from people.api.stored_answers import refresh_answers
from people.models import Person
from tests import catalog, make, wire
from tests.sampling import some
from tests.test_fixtures import load
from tracker.postgres.base import MOST_PARAMETERS
from tracker.records.api.citation_views import TABLES, CitationViewSet


def example(view):
    """The id of a row that the endpoint shows; of the fixtures, else made."""
    models = TABLES if view is CitationViewSet else [view.model()]
    found = [row.pk for model in models for row in model.objects.visible_to(None)[:1]]
    return found[0] if found else make.one(view.model()).pk


class CountTest(TestCase):
    """Whether the counting counts."""

    def test_statements_with_and_without_parameters_are_counted(self):
        with wire.statements() as sent, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT %s", [1])
            list(Person.objects.filter(name="x"))
        self.assertEqual(len(sent), 3)

    def test_a_prepared_statement_counts_each_time_it_runs(self):
        with wire.statements() as sent, connection.connection.cursor() as cursor:
            for _ in range(3):
                cursor.execute("SELECT 1", prepare=True)
        self.assertEqual(len(sent), 3)


class ReadingTest(TestCase):
    """Statements that are prepared, unless they cannot be."""

    def test_more_parameters_than_the_protocol_takes(self):
        for number in (MOST_PARAMETERS, MOST_PARAMETERS + 1):
            placeholders = ", ".join(["%s"] * number)
            with connection.reading_cursor() as cursor:
                cursor.execute(f"SELECT '%%' WHERE 'x' IN ({placeholders})", ["x"] * number)
                self.assertEqual(cursor.fetchall(), [("%",)], number)


class OneStatementTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        load()
        cls.examples = {view: example(view) for view in catalog.VIEWS}
        refresh_answers()

    def assert_statements(self, url, number):
        with wire.statements() as sent:
            answer = self.client.get(url)
            body = answer.getvalue()
        with self.subTest(url=url):
            self.assertEqual(answer.status_code, 200, body[:300])
            self.assertEqual(len(sent), number, sent)

    @pytest.mark.broad
    def test_every_list_in_every_form(self):
        for view in catalog.VIEWS:
            for query in some(catalog.lists(view, self.examples[view]), one_in=6):
                # A whole list as a file may take longer than other reads, and says so.
                is_file = query.get("format") in [one.slug for one in catalog.FILES]
                whole = is_file and not {"page", "page_size", "cursor"} & {*query}
                # About whom the answers have to be computed again is asked first: here, about nobody.
                answers = getattr(view.filterset_class, "answers", {})
                worked_out = any(name.removesuffix("__in") in answers for name in query)
                self.assert_statements(catalog.address(view, query), 1 + whole + worked_out)

    @pytest.mark.broad
    def test_every_record_in_every_form(self):
        for view, pk in self.examples.items():
            for query in some(catalog.details(view)):
                self.assert_statements(catalog.address(view, query, pk), 1)

    def test_a_record_by_its_slug(self):
        person = Person.objects.visible_to(None).first()
        self.assert_statements(f"/api/v1/people/{person.slug}/", 1)

    def test_the_pages_after_the_first(self):
        for query in ({"page_size": 5}, {"page_size": 5, "cursor": "*"}):
            following = self.client.get("/api/v1/statements/", query).json()["next"]
            self.assert_statements(following, 1)

    def test_what_is_not_modified(self):
        url = "/api/v1/people/"
        etag = self.client.get(url)["ETag"]
        with wire.statements() as sent:
            self.assertEqual(self.client.get(url, headers={"If-None-Match": etag}).status_code, 304)
        self.assertEqual(len(sent), 1)

    def test_what_needs_no_record_asks_nothing(self):
        for url in ("/api/v1/", "/api/v1/vocabularies/", "/api/v1/vocabularies/gender/", "/api/v1/schema/"):
            self.assert_statements(url, 0)

    def test_what_is_wrong_asks_nothing(self):
        for query in ("nonsense=1", "ordering=nonsense", "page=0", "expand=nonsense", "cursor=nonsense"):
            with wire.statements() as sent:
                self.assertEqual(self.client.get(f"/api/v1/people/?{query}").status_code, 400)
            self.assertEqual(sent, [], query)

    @pytest.mark.broad
    def test_a_session_adds_the_two_that_find_the_reader(self):
        self.assert_with(3, make.user(), make.member("contributor"), make.member("administrator"))

    @pytest.mark.broad
    def test_who_may_be_cleared_adds_the_one_that_asks_for_what(self):
        self.assert_with(4, make.member("editor"), make.superuser())

    def assert_with(self, number, *users):
        for user, (view, pk) in some(product(users, self.examples.items())):
            self.client.force_login(user)
            for url in (catalog.address(view, {}), catalog.address(view, {}, pk)):
                self.assert_statements(url, number)


class GrowthTest(TestCase):
    """As many statements for twelve rows as for two."""

    def test_statements_do_not_grow_with_rows(self):
        counts = []
        for rows in (2, 10):
            for model in make.BUILDERS:
                for _ in range(rows):
                    make.one(model)
            with wire.statements() as sent:
                for view in catalog.VIEWS:
                    self.client.get(catalog.address(view, {}))
            counts.append(len(sent))
        self.assertEqual(counts, [len(catalog.VIEWS)] * 2)
