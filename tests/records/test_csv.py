"""Lists as tables."""

import csv
import io
import json

from django.db import OperationalError
from django.test import TestCase, TransactionTestCase

from tests import make
from tracker.api import ENDPOINTS
from tracker.records.models import Place
from tracker.records.shapes import resource
from tracker.records.views import told_if_broken

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx")


class TableTest(TestCase):
    def get(self, name, **given):
        answer = self.client.get(f"/api/v1/{name}/", {"format": "csv", **given})
        self.assertEqual(answer.status_code, 200)
        return answer, b"".join(answer).decode()

    def rows(self, name, **given):
        """The lines of a table, each a list of cells."""
        return list(csv.reader(io.StringIO(self.get(name, **given)[1], newline="")))

    def records(self, name, **given):
        """The lines of a table, each a dict by column."""
        return list(csv.DictReader(io.StringIO(self.get(name, **given)[1], newline="")))


class BrokenTest(TestCase):
    """A table that breaks off does not look complete."""

    def test_the_last_line_says_so(self):
        def lines(error):
            yield b"name\r\n"
            raise error

        for error, words in (
            (OperationalError(), "Incomplete. The database cannot be reached at the moment."),
            (ValueError("Secret"), "Incomplete. This is a mistake of the server."),
        ):
            with self.assertLogs("tracker", "ERROR"):
                told = b"".join(told_if_broken(lines(error))).decode()
            self.assertEqual(told, f"name\r\n{words}\r\n")


class CsvTest(TableTest):
    @classmethod
    def setUpTestData(cls):
        cls.baku = make.place(name="Baku", country="AZ", latitude="40.4", longitude="49.9")
        cls.meeting = make.dialogue(
            title='A "meeting",\nin two lines', slug="meeting", places=[cls.baku], start_date="2025-10"
        )
        cls.event = make.context_event(place=cls.baku)
        cls.person = make.participation(dialogue=cls.meeting, person=make.person(name="Əli")).person

    def test_it_is_a_file_of_lines_ended_as_the_standard_says(self):
        answer, text = self.get("places")
        self.assertEqual(answer["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(answer["Content-Disposition"], 'attachment; filename="place.csv"')
        self.assertTrue(text.endswith("\r\n"))
        self.assertEqual(text.count("\r\n"), 2)

    def test_the_header_names_the_fields_with_related_records_and_dates_spread(self):
        header = self.rows("context-events")[0]
        wanted = ["id", "slug", "url", "title", "start_date.edtf", "start_date.earliest", "start_date.latest"]
        self.assertLessEqual({*wanted, "place.id", "place.slug", "place.name", "place.url"}, set(header))
        self.assertNotIn("place", header)
        self.assertEqual(len(header), len(set(header)))

    def test_related_records_and_dates_have_a_cell_for_each_value(self):
        (row,) = self.records("dialogues")
        dates = [row[f"start_date.{part}"] for part in ("edtf", "earliest", "latest")]
        self.assertEqual(dates, ["2025-10", "2025-10-01", "2025-10-31"])
        (event,) = self.records("context-events")
        self.assertEqual((event["place.id"], event["place.name"]), (str(self.baku.pk), "Baku"))
        self.assertEqual((row["end_date.edtf"], row["conflict.id"], row["parent.title"]), ("", "", ""))

    def test_quotes_commas_and_line_ends_stay_in_their_cell(self):
        (row,) = self.records("dialogues")
        self.assertEqual(row["title"], 'A "meeting",\nin two lines')

    def test_lists_stay_json(self):
        (row,) = self.records("dialogues")
        self.assertEqual([place["name"] for place in json.loads(row["places"])], ["Baku"])
        (participation,) = json.loads(row["participations"])
        self.assertEqual(participation["person"]["name"], "Əli")
        self.assertIn("Əli", row["participations"])

    def test_what_is_computed_as_of_a_day_has_cells_of_its_own(self):
        make.affiliation(start_date="2020", end_date="2024")
        (row,) = self.records("affiliations", as_of="2021-06-01")
        self.assertEqual((row["as_of.day"], row["as_of.active"]), ("2021-06-01", "certain"))

    def test_true_false_and_nothing(self):
        for life in (True, False, None):
            make.case_event(life=life)
        self.assertEqual({row["life"] for row in self.records("case-events")}, {"true", "false", ""})

    def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(self):
        for text in FORMULAS:
            with self.subTest(text=text):
                row = make.place(name=f"{text} place")
                (found,) = self.records("places", id__in=row.pk)
                self.assertEqual(found["name"], f"'{text} place")

    def test_a_number_stays_a_number(self):
        make.place(name="South", latitude="-40.4", longitude="-49.9")
        (row,) = self.records("places", q="South")
        self.assertEqual((row["latitude"], row["longitude"]), ("-40.40000", "-49.90000"))

    def test_an_empty_list_has_its_header_alone(self):
        for view in ENDPOINTS:
            name = resource(view.model())
            if name not in (
                "places",
                "dialogues",
                "people",
                "participations",
                "sources",
                "citations",
                "context-events",
            ):
                with self.subTest(name=name):
                    (header,) = self.rows(name)
                    self.assertIn("id", header)

    def test_fields_omit_and_expand_choose_the_columns(self):
        self.assertEqual(self.rows("places", fields="name,id"), [["id", "name"], [str(self.baku.pk), "Baku"]])
        self.assertNotIn("country", self.rows("places", omit="country")[0])
        (row,) = self.records("context-events", expand="place")
        self.assertEqual(row["place.country"], "AZ")

    def test_the_table_has_what_the_list_has(self):
        for view in ENDPOINTS:
            name = resource(view.model())
            listed = self.client.get(f"/api/v1/{name}/").json()["results"]
            with self.subTest(name=name):
                self.assertEqual([row["id"] for row in self.records(name)], [row["id"] for row in listed])

    def test_a_wrong_parameter_is_a_problem_and_no_table(self):
        answer = self.client.get("/api/v1/places/", {"format": "csv", "country": "x" * 300})
        self.assertEqual((answer.status_code, answer["Content-Type"]), (400, "application/problem+json"))


class LongTableTest(TableTest):
    @classmethod
    def setUpTestData(cls):
        Place.objects.bulk_create([Place(name=f"Town {n:04}", publication="published") for n in range(450)])
        make.place(name="Hidden", publication="draft")

    def test_it_has_every_row_and_not_a_page(self):
        names = [row["name"] for row in self.records("places")]
        self.assertEqual(names, [f"Town {n:04}" for n in range(450)])

    def test_it_takes_order_and_filters(self):
        names = [row["name"] for row in self.records("places", ordering="-name", q="town 044")]
        self.assertEqual(names, [f"Town {n:04}" for n in range(449, 439, -1)])

    def test_a_page_can_be_asked_for(self):
        self.assertEqual(len(self.records("places", page_size=10)), 10)
        self.assertEqual(len(self.records("places", page=9)), 50)
        self.assertEqual(self.records("places", page=2, page_size=100)[0]["name"], "Town 0100")
        self.assertEqual(len(self.records("places", cursor="*")), 50)

    def test_it_streams(self):
        answer = self.client.get("/api/v1/places/", {"format": "csv"})
        self.assertTrue(answer.streaming)
        self.assertGreater(len(list(answer)), 400)

    def test_only_what_the_reader_may_see_is_in_it(self):
        self.assertNotIn("Hidden", [row["name"] for row in self.records("places")])
        self.client.force_login(make.superuser())
        self.assertIn("Hidden", [row["name"] for row in self.records("places")])


class BrokenOffTest(TransactionTestCase):
    """Outside of a transaction, as a server answers."""

    def test_what_is_not_read_to_its_end_leaves_the_connection_usable(self):
        Place.objects.bulk_create([Place(name=f"Town {n}", publication="published") for n in range(2_000)])
        answer = self.client.get("/api/v1/places/", {"format": "csv"})
        next(iter(answer))
        answer.close()
        del answer
        self.assertEqual(self.client.get("/api/v1/places/").json()["total"], 1_000)
