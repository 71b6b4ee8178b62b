"""How long a dialogue lasted: what filters and publication make of an end that is not stated."""

from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase

from dialogues import duration
from dialogues.choices import DialogueClassification, DialogueStatus
from dialogues.models import Dialogue
from tests import make
from tests.records.test_dates import cases

OCTOBER = (date(2025, 10, 1), date(2025, 10, 31))
OPEN = (None, None)


class FilterTest(TestCase):
    def listed(self, row, **asked):
        found = self.client.get("/api/v1/dialogues/", asked).json()["results"]
        return str(row.pk) in {one["id"] for one in found}

    def test_doubtful_dates(self):
        for number, (text, parameter, asked, expected) in enumerate(cases("dates-sure.tsv")):
            row = make.dialogue(title=f"Sure {number}", start_date=text, end_date=text)
            with self.subTest(text=text, parameter=parameter, asked=asked):
                self.assertEqual(self.listed(row, **{parameter: asked}), expected == "listed")

    def test_periods(self):
        for start, end, status, asked, expected in cases("periods.tsv"):
            row = make.dialogue(start_date=start, end_date=end, status=status, classification="unknown")
            with self.subTest(start=start, end=end, status=status, asked=asked):
                self.assertEqual(self.listed(row, period_overlaps=asked), expected == "listed")

    def test_a_visit_and_a_series_may_last_longer_a_meeting_does_not(self):
        for fields, longer in (
            ({"classification": "meeting"}, False),
            ({"classification": "online_meeting"}, False),
            ({"classification": "delegation_meeting"}, False),
            ({"classification": "visit"}, True),
            ({"classification": "forum"}, True),
            ({"classification": "series"}, True),
            ({"classification": "meeting", "meetings_min": 2}, True),
            ({"classification": "meeting", "meetings_max": 3}, True),
        ):
            row = make.dialogue(start_date="2025-10-15", **fields)
            with self.subTest(fields=fields):
                self.assertEqual(self.listed(row, period_overlaps="2025-11"), longer)
                self.assertTrue(self.listed(row, period_overlaps="2025-10"))
                self.assertTrue(self.listed(row, period_certainly_overlaps="2025-10"))
                self.assertFalse(self.listed(row, period_certainly_overlaps="2025-11"))

    def test_only_what_was_held_certainly_took_place(self):
        for status in DialogueStatus.values:
            row = make.dialogue(start_date="2025-10-15", end_date="2025-10-15", status=status)
            with self.subTest(status):
                self.assertTrue(self.listed(row, period_overlaps="2025-10"))
                self.assertEqual(self.listed(row, period_certainly_overlaps="2025-10"), status == "held")


class PlacingTest(SimpleTestCase):
    def test_the_days_on_which_it_may_have_begun_and_ended(self):
        around = (date(2025, 10, 8), date(2025, 10, 22))
        for fields, start, end in (
            ({"start_date": "2025-10"}, OCTOBER, OCTOBER),
            ({"start_date": "2025-10-15~"}, around, around),
            ({"start_date": "2025-10", "end_date": "2025-11/.."}, OCTOBER, (date(2025, 11, 1), None)),
            ({"start_date": "2025-10", "status": "planned"}, OCTOBER, OPEN),
            ({"start_date": "2025-10", "classification": "visit"}, OCTOBER, OPEN),
            ({"end_date": "2025-10"}, OPEN, OCTOBER),
            ({}, OPEN, OPEN),
        ):
            with self.subTest(fields=fields):
                self.assertEqual(duration.placing(Dialogue(**fields)), (start, end))


class PublicationTest(TestCase):
    def missing(self, **fields):
        given = {"start_date": "2025-10", **fields}
        return make.dialogue(**given, publication="draft", cited=True).missing()

    def test_it_asks_when_something_ended_that_may_have_lasted_longer_than_a_day(self):
        today = datetime.now(UTC).date()
        [said] = self.missing(classification="visit")
        self.assertIn("no end_date", said)
        self.assertIn(f"2025-10/{today} (from its start to today)", said)
        [said] = self.missing(classification="meeting", meetings_min=4, start_date="../2024")
        self.assertIn(f"../{today}", said)

    def test_what_it_says_is_right_is_taken(self):
        today = datetime.now(UTC).date()
        for start, end in (("2025-10", f"2025-10/{today}"), ("../2024", f"../{today}"), ("2025?", "2025?")):
            self.assertEqual(self.missing(classification="visit", start_date=start, end_date=end), [])
        self.assertEqual(self.missing(classification="visit", end_date="2025-10/.."), [])

    def test_it_asks_of_no_meeting_of_nothing_that_is_to_come_and_of_nothing_without_dates(self):
        for fields in (
            *({"classification": kind} for kind in duration.MEETINGS),
            {"classification": "visit", "status": "planned"},
            {"classification": "visit", "status": "canceled"},
            {"classification": "visit", "start_date": ""},
        ):
            self.assertEqual(self.missing(**fields), [], fields)

    def test_every_other_kind_is_asked(self):
        others = set(DialogueClassification) - set(duration.MEETINGS)
        for kind in others:
            self.assertEqual(len(self.missing(classification=kind)), 1, kind)

    def test_it_is_not_published_before(self):
        author, editor = make.member("contributor"), make.member("editor")
        row = make.dialogue(classification="visit", publication="in_review", created_by=author, cited=True)
        with self.assertRaisesMessage(ValidationError, "no end_date"):
            row.publish(editor)
        row.end_date = "2025-10/.."
        row.save()
        row.publish(editor)
