"""Lists: their envelope, order, pages, cursors and totals."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

from django.db import connection
from django.test import TestCase

from dialogues.models import Dialogue
from tests import make
from tracker.api import ENDPOINTS
from tracker.records.base.places import Place
from tracker.records.read.pagination import (
    LARGEST_OFFSET,
    LARGEST_PAGE,
    PAGE_SIZE,
    ListPage,
    Order,
    order_keys,
)
from tracker.records.read.queries import paged
from tracker.records.shapes.urls import resource

PLACES = "/api/v1/places/"
PUBLISHED = {"publication": "published", "confidentiality": "public"}


def bulk_places(number, **fields):
    """So many published places, quickly."""
    given = {"publication": "published", "name": "Town", **fields}
    return Place.objects.bulk_create([Place(**given) for _ in range(number)])


class ListTest(TestCase):
    """What the tests of lists share."""

    def answer(self, url, status=200, **given):
        response = self.client.get(url, given)
        self.assertEqual(response.status_code, status, response.content[:500])
        return response.json()

    def refused(self, parameter, url=PLACES, **given):
        """The sentence of the 400 that names this parameter and no other."""
        response = self.client.get(url, given)
        self.assertEqual(response.status_code, 400, response.content[:500])
        self.assertEqual(response["Content-Type"], "application/problem+json")
        (error,) = response.json()["errors"]
        self.assertEqual(error["parameter"], parameter)
        return error["detail"]

    def walk(self, url, **given):
        """The ids of every page, found by following `next`."""
        answer = self.answer(url, **given)
        ids = [row["id"] for row in answer["results"]]
        while answer["next"]:
            answer = self.answer(answer["next"])
            ids += [row["id"] for row in answer["results"]]
        return ids


class EnvelopeTest(ListTest):
    @classmethod
    def setUpTestData(cls):
        for number in range(3):
            make.place(name=f"Town {number}")

    def test_a_page_says_what_it_is(self):
        answer = self.answer(PLACES, as_of="2025-10-31")
        self.assertEqual(list(answer), ["total", "total_is", "as_of", "next", "previous", "results"])
        self.assertEqual((answer["total"], answer["total_is"], answer["as_of"]), (3, "exact", "2025-10-31"))
        self.assertEqual((answer["next"], answer["previous"]), (None, None))

    def test_an_empty_list_is_a_list(self):
        for view in ENDPOINTS:
            if view.model() is not Place:
                answer = self.answer(f"/api/v1/{resource(view.model())}/")
                self.assertEqual((answer["results"], answer["total"], answer["next"]), ([], 0, None))

    def test_next_and_previous_keep_every_other_parameter(self):
        middle = self.answer(PLACES, page=2, page_size=1, q="town", fields="name", as_of="2025-10-31")
        kept = {"page_size": ["1"], "q": ["town"], "fields": ["name"], "as_of": ["2025-10-31"]}
        for name, page in (("next", "3"), ("previous", "1")):
            self.assertEqual(parse_qs(urlsplit(middle[name]).query), {**kept, "page": [page]})

    def test_there_is_no_previous_of_the_first_and_no_next_of_the_last(self):
        self.assertIsNone(self.answer(PLACES, page=1, page_size=1)["previous"])
        self.assertIsNone(self.answer(PLACES, page=3, page_size=1)["next"])

    def test_a_page_after_the_last_is_empty(self):
        answer = self.answer(PLACES, page=9, page_size=1)
        self.assertEqual((answer["results"], answer["total"], answer["next"]), ([], 3, None))

    def test_only_what_the_reader_may_see_is_counted(self):
        make.place(publication="draft")
        make.place(confidentiality="restricted")
        self.assertEqual(self.answer(PLACES)["total"], 3)
        self.client.force_login(make.superuser())
        self.assertEqual(self.answer(PLACES)["total"], 5)


class BoundsTest(ListTest):
    @classmethod
    def setUpTestData(cls):
        bulk_places(LARGEST_PAGE + 1)

    def test_a_page_has_fifty_rows_unless_told_otherwise(self):
        self.assertEqual(len(self.answer(PLACES)["results"]), PAGE_SIZE)
        self.assertEqual(PAGE_SIZE, 50)

    def test_a_page_has_one_to_two_hundred_rows(self):
        for size in (1, LARGEST_PAGE):
            answer = self.answer(PLACES, page_size=size)
            self.assertEqual(len(answer["results"]), size)
            self.assertIsNotNone(answer["next"])
        for size in (0, LARGEST_PAGE + 1, -1, "1.5", "ten", "١", "1e2", "9" * 30):
            self.assertIn("from 1 to 200", self.refused("page_size", page_size=size))

    def test_pages_are_counted_from_one(self):
        for page in (0, -1, "x", "1.0", "٢"):
            self.assertIn("from 1 to", self.refused("page", page=page))

    def test_pages_end_where_the_offset_is_ten_thousand_and_name_the_cursor(self):
        for size in (1, 50, 200):
            last = LARGEST_OFFSET // size + 1
            self.assertEqual(self.answer(PLACES, page=last, page_size=size)["results"], [])
            self.assertIn("cursor=*", self.refused("page", page=last + 1, page_size=size))

    def test_after_the_last_page_that_has_a_number_a_cursor_follows(self):
        bulk_places(LARGEST_OFFSET)
        last = LARGEST_OFFSET // LARGEST_PAGE + 1
        rows = {"page_size": LARGEST_PAGE, "fields": "id"}
        following = self.answer(PLACES, page=last, **rows)["next"]
        self.assertIn("cursor=", following)
        self.assertNotIn("page=", following)
        self.assertEqual(len(self.answer(following)["results"]), 1)


class TotalTest(ListTest):
    def test_totals_are_exact_to_a_thousand(self):
        bulk_places(1_000)
        answer = self.answer(PLACES, page_size=1)
        self.assertEqual((answer["total"], answer["total_is"]), (1_000, "exact"))
        bulk_places(1)
        answer = self.answer(PLACES, page_size=1)
        self.assertEqual((answer["total"], answer["total_is"]), (1_000, "at_least"))

    def test_a_cursor_has_no_total(self):
        make.place()
        answer = self.answer(PLACES, cursor="*")
        self.assertEqual(list(answer), ["as_of", "next", "previous", "results"])
        self.assertEqual(len(answer["results"]), 1)


class OrderTest(ListTest):
    """With ties, with missing values, and with one name in two scripts."""

    @classmethod
    def setUpTestData(cls):
        dates = ["2024", "2024", "2024-01-01", "../2024-06", "2025-10/..", "", "", "2023-22"]
        for number, date in enumerate(dates):
            title = ("Yerevan", "Երևան", "Ереван", "Baku")[number % 4]
            make.dialogue(title=title, slug=f"d{number}", start_date=date, end_date="", cited=False)
            make.source(title=title, slug=f"s{number}", date=date)
            make.case_event(date=date, case=(cls.case if number else cls.new_case()), cited=False)

    @classmethod
    def new_case(cls):
        cls.case = make.case()
        return cls.case

    def lists(self):
        for view in ENDPOINTS:
            if resource(view.model()) in ("dialogues", "sources", "case-events", "citations"):
                yield f"/api/v1/{resource(view.model())}/", order_keys(view.shape)

    def test_a_cursor_gives_every_row_once_in_the_order_of_the_pages(self):
        for url, keys in self.lists():
            for ordering in (
                None,
                *keys,
                *(f"-{key}" for key in keys),
                ",".join(keys),
                "-" + ",-".join(keys),
            ):
                given = {"ordering": ordering} if ordering and ordering != "-" else {}
                everything = [row["id"] for row in self.answer(url, page_size=200, **given)["results"]]
                with self.subTest(url=url, ordering=ordering):
                    self.assertEqual(len(set(everything)), len(everything))
                    self.assertTrue(everything)
                    self.assertEqual(self.walk(url, page_size=3, **given), everything)
                    self.assertEqual(self.walk(url, page_size=3, cursor="*", **given), everything)

    def test_a_minus_reverses_the_order_but_what_has_no_value_stays_last(self):
        for url, keys in self.lists():
            for key in keys:
                with self.subTest(url=url, key=key):
                    forth, missing = self.known_and_missing(url, ordering=key)
                    back, still = self.known_and_missing(url, ordering=f"-{key}")
                    self.assertEqual((back, still), (forth[::-1], missing[::-1]))

    def known_and_missing(self, url, ordering):
        """The ids of the rows that have a value of the key, and of those after them, which have none."""
        rows = self.answer(url, ordering=ordering, page_size=200)["results"]
        known = [row["id"] for row in rows if row[ordering.removeprefix("-")] is not None]
        ids = [row["id"] for row in rows]
        self.assertEqual(ids[: len(known)], known)
        return known, ids[len(known) :]

    def test_to_a_writer_what_is_not_published_comes_last_in_both_directions(self):
        draft = make.dialogue(publication="draft", published_at=None, changed_at=None)
        self.client.force_login(make.superuser())
        for ordering in ("published_at", "-published_at", "changed_at", "-changed_at"):
            with self.subTest(ordering=ordering):
                self.assertEqual(self.walk("/api/v1/dialogues/", ordering=ordering)[-1], str(draft.pk))

    def test_dates_go_by_their_first_day_and_what_has_none_comes_last(self):
        for ordering, turn in (("start_date", 1), ("-start_date", -1)):
            rows = self.answer("/api/v1/dialogues/", ordering=ordering)["results"]
            dates = [row["start_date"] and row["start_date"]["edtf"] for row in rows]
            known = dates[:-2][::turn]
            self.assertEqual(known[0], "2023-22")
            self.assertEqual(sorted(known[1:4]), ["2024", "2024", "2024-01-01"])
            self.assertEqual(known[4:], ["../2024-06", "2025-10/.."])
            self.assertEqual(dates[-2:], [None, None])

    def test_titles_are_ordered_by_their_latin_letters_whatever_their_script(self):
        titles = [row["title"] for row in self.answer("/api/v1/sources/", ordering="title")["results"]]
        self.assertEqual(sorted(titles[2:6]), sorted(["Երևան", "Ереван"] * 2))  # erevan
        self.assertEqual(titles[:2] + titles[6:], ["Baku", "Baku", "Shared source", "Yerevan", "Yerevan"])

    def test_rows_that_are_equal_go_by_their_id(self):
        ids = [row["id"] for row in self.answer("/api/v1/dialogues/", ordering="end_date")["results"]]
        self.assertEqual(ids, sorted(ids))

    def test_a_list_is_ordered_as_declared_unless_told_otherwise(self):
        dated, plain = (
            self.walk("/api/v1/dialogues/", **given) for given in ({"ordering": "start_date"}, {})
        )
        self.assertEqual(dated, plain)

    def test_an_unknown_key_is_refused_with_the_valid_ones(self):
        for wrong in ("id", "notes", "version", "publication", "start_date,", "", "--start_date", "-"):
            given = {"ordering": wrong} if wrong else {"ordering": ","}
            with self.subTest(wrong=wrong):
                said = self.refused("ordering", "/api/v1/dialogues/", **given)
                self.assertIn("start_date", said)
                self.assertIn("title", said)

    def test_directions_cannot_be_mixed_and_keys_stand_once(self):
        for wrong in ("start_date,-title", "-start_date,title", "title,title", "title,-title"):
            self.assertIn("same direction", self.refused("ordering", "/api/v1/dialogues/", ordering=wrong))


class PlanTest(ListTest):
    """The first rows of a long list are found by an index, whatever it is ordered by."""

    @classmethod
    def setUpTestData(cls):
        make.dialogue(start_date="2024")
        Dialogue.objects.bulk_create(
            [
                Dialogue(title=f"Visit {n:05}", start_date=f"{1000 + n // 4}" if n % 2 else "", **PUBLISHED)
                for n in range(3000)
            ]
        )
        bulk_places(3000)
        with connection.cursor() as cursor:
            for model in (Dialogue, Place):
                cursor.execute(f"ANALYZE {model._meta.db_table}")

    def test_no_page_sorts_the_whole_list(self):
        for view in (view for view in ENDPOINTS if view.model() in (Dialogue, Place)):
            keys = order_keys(view.shape)
            indexed = [key for key in keys if key not in ("published_at", "changed_at", "position")]
            for ordering in (None, "-changed_at", *indexed, *(f"-{key}" for key in indexed)):
                order = Order(view.shape, ordering)
                values = (
                    view.model()
                    .objects.visible_to(None)
                    .order_by(*order.by())
                    .values_list("pk", *order.expressions())
                )
                for after in (None, list(values[1500])[1:]):
                    page = ListPage({"page_size": "50"}, order)
                    page.after = after
                    plan = self.plan(paged(view.model().objects.visible_to(None), order, page))
                    with self.subTest(view=view, ordering=ordering, after=after):
                        self.assertIn("Index", plan)
                        self.assertNotRegex(plan, r"(?<!Incremental )Sort  ")

    def plan(self, statement):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement.sql}", statement.params)
            return "\n".join(line for (line,) in cursor.fetchall())


class CursorTest(ListTest):
    @classmethod
    def setUpTestData(cls):
        for number in range(3):
            make.place(name=f"Town {number}")

    def cursor(self, values):
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()

    def test_a_broken_cursor_is_refused(self):
        pk = "8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b"
        broken = [
            *("x", "**", "a" * 7, "ä", "e30=", "bnVsbA=="),
            *map(self.cursor, ([], [pk], ["town", pk, pk], ["town", 1], ["town", "x"], [None, pk], {"a": 1})),
            *map(self.cursor, (["to\x00wn", pk], ["\ud800", pk], [["town"], pk], "town", 5)),
        ]
        for cursor in broken:
            with self.subTest(cursor=cursor):
                self.assertIn("* to start", self.refused("cursor", cursor=cursor))

    def test_a_cursor_of_another_order_is_refused(self):
        following = self.answer(PLACES, cursor="*", page_size=1)["next"]
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]
        self.refused("cursor", cursor=cursor, ordering="published_at")
        self.refused("cursor", cursor=cursor, ordering="name,published_at")

    def test_a_cursor_and_a_page_exclude_each_other(self):
        self.assertIn("either", self.refused("cursor", cursor="*", page=1))

    def test_rows_added_behind_the_cursor_are_not_seen_and_none_is_seen_twice(self):
        first = self.answer(PLACES, cursor="*", page_size=2)
        make.place(name="Aaa")
        second = self.answer(first["next"])
        self.assertEqual([row["name"] for row in first["results"]], ["Town 0", "Town 1"])
        self.assertEqual([row["name"] for row in second["results"]], ["Town 2"])

    def test_a_cursor_does_not_point_back(self):
        first = self.answer(PLACES, cursor="*", page_size=1)
        self.assertIsNone(self.answer(first["next"])["previous"])
