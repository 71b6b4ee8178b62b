"""Lists as tables."""

import csv
import io

from django.db import OperationalError
from django.test import SimpleTestCase, TestCase

from tests import make
from tests.emptied import TransactionTestCase
from tests.test_fixtures import load
from tracker.api import ENDPOINTS
from tracker.records.base.places import Place
from tracker.records.read.formats.csv_tables import Table, at, cell, csv_lines, lists
from tracker.records.shapes.urls import resource

FORMULAS = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹦1",
    "⁺1",
    '"=1+1"',
    "\u200b=1",
)
HELD = ("\tx", "\rx", "\nx", "\0x", " =1", "\t＝1")  # no text of a record begins so


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


class BrokenTest(SimpleTestCase):
    """A table that breaks off does not look complete."""

    def test_the_last_line_says_so(self):
        def records(error):
            yield {"name": "x"}
            raise error

        for error, words in (
            (OperationalError(), "Incomplete. The database cannot be reached at the moment."),
            (ValueError("Secret"), "Incomplete. This is a mistake of the server."),
        ):
            with self.assertLogs("tracker", "ERROR"):
                told = b"".join(csv_lines(Table([("name",)]), records(error))).decode()
            self.assertEqual(told, f"name\r\nx\r\n{words}\r\n")


class FormulaTest(SimpleTestCase):
    def test_what_a_spreadsheet_may_run_is_kept_from_it(self):
        for text in (*FORMULAS, *HELD):
            self.assertEqual(cell(text), f"'{text}", ascii(text))
        for text in ("", "1+1", "a=b", "-1", "-40.40000", "'", '"quoted" words', "— a dash", "e@x"):
            self.assertEqual(cell(text), text)

    def test_also_in_a_list(self):
        self.assertEqual(cell(["=1", "b"]), "'=1; b")


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
        self.assertEqual(answer["Content-Disposition"], 'attachment; filename="places.csv"')
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

    def test_plain_values_share_a_cell_and_rows_have_none(self):
        make.person(name="Dual", nationality=["AM", "GE"])
        (row,) = self.records("people", q="Dual")
        self.assertEqual((row["nationality"], row["inferred"]), ("AM; GE", ""))
        self.assertEqual({"occupations", "affiliations"} & {*row}, set())

    def test_links_are_there_on_demand(self):
        (row,) = self.records("dialogues", id__in=self.meeting.pk, fields="links,title")
        self.assertEqual([*row][-2:], ["links.corrections", "title"])
        self.assertIn(f"dialogue={self.meeting.pk}", row["links.participations"])

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
                self.assertEqual(found["name"], f"'{row.name}")

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
        rows = [["name", "id"], ["Baku", str(self.baku.pk)]]
        self.assertEqual(self.rows("places", fields="name,id"), rows)
        header = self.rows("dialogues", fields="start_date,slug,conflict,id")[0]
        self.assertEqual([name.partition(".")[0] for name in header[::3]], ["start_date", "slug", "conflict"])
        self.assertEqual(header[-1], "id")
        self.assertNotIn("country", self.rows("places", omit="country")[0])
        (row,) = self.records("context-events", expand="place")
        self.assertEqual(row["place.country"], "AZ")

    def test_the_table_has_what_the_list_has(self):
        for view in ENDPOINTS:
            name = resource(view.model())
            listed = self.client.get(f"/api/v1/{name}/").json()["results"]
            with self.subTest(name=name):
                self.assertEqual([row["id"] for row in self.records(name)], [row["id"] for row in listed])

    def test_a_byte_order_mark_is_there_on_demand(self):
        for given, mark in (({}, False), ({"bom": "false"}, False), ({"bom": "true"}, True)):
            for more in ({}, {"page_size": 1}, {"nested": "inferred", "page_size": 1}):
                text = self.get("people", **given, **more)[1]
                self.assertEqual(text.count("\ufeff"), mark, given)
                self.assertEqual(text.startswith("\ufeff"), mark, given)

    def test_a_wrong_parameter_is_a_problem_and_no_table(self):
        answer = self.client.get("/api/v1/places/", {"format": "csv", "country": "x" * 300})
        self.assertEqual((answer.status_code, answer["Content-Type"]), (400, "application/problem+json"))


class NestedTest(TableTest):
    """A list inside the rows as a table of its own."""

    @classmethod
    def setUpTestData(cls):
        cls.yerevan, cls.baku = make.place(name="Yerevan"), make.place(name="Baku")
        cls.first = make.dialogue(start_date="2024", places=[cls.yerevan, cls.baku])
        cls.second = make.dialogue(start_date="2025", places=[cls.baku])
        cls.empty = make.dialogue(start_date="2026")
        cls.people = [
            make.participation(dialogue=row, role="speaker").person for row in (cls.first, cls.second)
        ]
        make.participation(dialogue=cls.second, role="excluded")
        make.participation(dialogue=cls.second, publication="draft")

    def test_each_line_is_an_item_after_the_id_of_its_record(self):
        rows = self.records("dialogues", nested="participations")
        self.assertEqual([*rows[0]][:2], ["record.id", "id"])
        found = [(row["record.id"], row["person.name"], row["role"]) for row in rows]
        wanted = zip((self.first, self.second), self.people, strict=True)
        self.assertEqual(found, [(str(row.pk), person.name, "speaker") for row, person in wanted])
        self.assertEqual(len(self.records("dialogues", nested="did_not_take_part")), 1)
        towns = [row["name"] for row in self.records("dialogues", nested="places", ordering="-start_date")]
        self.assertEqual((towns[0], sorted(towns[1:])), ("Baku", ["Baku", "Yerevan"]))

    def test_the_file_is_named_after_both(self):
        answer = self.get("dialogues", nested="participations")[0]
        name = 'attachment; filename="dialogues-participations.csv"'
        self.assertEqual(answer["Content-Disposition"], name)

    def test_it_takes_the_filters_pages_and_expansions_of_the_list(self):
        given = {"nested": "participations", "participant": self.people[1].slug}
        (row,) = self.records("dialogues", **given, expand="participations.person")
        self.assertEqual((row["record.id"], row["person.gender"]), (str(self.second.pk), "unknown"))
        self.assertEqual(self.records("dialogues", nested="places", page=3, page_size=1), [])
        self.assertEqual(len(self.records("dialogues", nested="places", page=1, page_size=1)), 2)

    def test_what_only_a_single_record_shows_can_be_asked_for_too(self):
        row = make.identifier(self.first, "wikidata", "Q1")
        wanted = {
            "record.id": str(self.first.pk),
            "id": str(row.pk),
            "scheme": "wikidata",
            "identifier": "Q1",
        }
        self.assertEqual(self.records("dialogues", nested="identifiers"), [wanted])

    def test_plain_values_and_computed_ones(self):
        person = make.person(nationality=["AM", "GE"])
        rows = self.rows("people", nested="nationality")
        self.assertEqual(rows, [["record.id", "nationality"], [str(person.pk), "AM"], [str(person.pk), "GE"]])
        make.case_event(case=make.case(person=person), kind="arrest", date="2025-01")
        days = self.records(
            "people", nested="as_of.custody.days", during=make.dialogue(start_date="2025").slug
        )
        self.assertEqual({*days[0]}, {"record.id", "first", "last", "answer"})

    def test_a_list_of_rows_has_no_cell(self):
        for given in ({"fields": "id,participations"}, {"expand": "participations.person"}):
            error = self.refused(next(iter(given)), **given)
            self.assertIn("nested=participations", error)

    def test_what_is_no_list_is_refused_with_what_is(self):
        self.assertIn("participations", self.refused("nested", nested="participation"))
        self.refused("nested", nested="title")
        self.refused("nested", nested="participations", fields="id")
        self.refused("nested", nested="participations", omit="id")

    def test_json_has_neither(self):
        self.assertIn("format=csv", self.refused("nested", nested="participations", format="json"))
        self.assertIn("format=csv", self.refused("bom", bom="true", format="json"))
        self.assertIn("true or false", self.refused("bom", bom="yes"))
        answer = self.client.get("/api/v1/dialogues/", {"bom": "false"})  # as programs send what is not asked
        self.assertEqual(answer.status_code, 200)

    def refused(self, parameter, **given):
        answer = self.client.get("/api/v1/dialogues/", {"format": "csv", **given})
        self.assertEqual(answer.status_code, 400)
        (error,) = answer.json()["errors"]
        self.assertEqual(error["parameter"], parameter)
        return error["detail"]


class FixtureTest(TableTest):
    """Every table of a world with something in it."""

    @classmethod
    def setUpTestData(cls):
        load()

    def test_no_cell_holds_json_and_no_link_is_there_unasked(self):
        for view in ENDPOINTS:
            for row in self.records(resource(view.model())):
                json_cells = [name for name, value in row.items() if value[:2] in ('{"', "[{", '["', "[]")]
                self.assertEqual(json_cells, [])
                self.assertEqual([name for name in row if "links" in name], [])

    def test_every_list_of_every_endpoint_is_a_table(self):
        tables = 0
        for view in ENDPOINTS:
            name = resource(view.model())
            rows = self.client.get(f"/api/v1/{name}/", {"page_size": 200}).json()["results"]
            for inner in lists(view.shape()):
                lines = self.records(name, nested=inner, page_size=200)
                tables += bool(lines)
                with self.subTest(list=name, nested=inner):
                    self.assertEqual(len(lines), sum(len(at(row, inner.split(".")) or []) for row in rows))
        self.assertGreater(tables, 10)


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
