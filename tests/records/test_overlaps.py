"""Possible and certain overlap of partial dates and of periods: truth tables, joins, opposites."""

from django.core.exceptions import FieldError, ValidationError
from django.db import models, transaction
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower

from tests.records.dated import Event, TablesTestCase, Visit, table
from tracker.records.dates import understand
from tracker.records.fields import PartialDateField, period_certainly_overlaps, period_overlaps

# asked, record, possible, certain
OVERLAPS = """
    2025-10 | 2025-10-05 | yes | yes
    2025-10 | 2025-10 | yes | yes
    2025-10 | 2025-10-01/2025-10-31 | yes | yes
    2025-10 | 2025 | yes | no
    2025-10 | 2025-10-31/2025-11-01 | yes | no
    2025-10 | 2025-11-01 | no | no
    2025-10 | 2025-09-30 | no | no
    2025-10 | 2025-10/.. | yes | no
    2025-10 | 2025-11/.. | no | no
    2025-10 | ../2025-10 | yes | no
    2025-10 | ../2025-09 | no | no
    2025-10 | | no | no
    2025/.. | 2025-10-05 | yes | yes
    2025/.. | 2024 | no | no
    2025/.. | 2024/2025 | yes | no
    ../2025 | 2025 | yes | yes
    ../2025 | 2026 | no | no
    ../2025 | | no | no
"""


class OverlapsTest(TablesTestCase):
    def test_the_truth_table_of_possible_and_certain_overlap_and_their_opposites(self):
        for asked, record, possible, certain in table(OVERLAPS):
            with self.subTest(asked=asked, record=record), transaction.atomic():
                event = Event.objects.create(end_date=record)
                for lookup, expected in (("overlaps", possible), ("certainly_overlaps", certain)):
                    rule = Q(**{f"end_date__{lookup}": asked})
                    self.assertEqual(Event.objects.filter(rule).exists(), expected == "yes")
                    self.assertEqual(Event.objects.filter(~rule).exists(), expected == "no")
                event.delete()

    def test_what_is_certain_is_possible(self):
        for _, _, possible, certain in table(OVERLAPS):
            self.assertTrue(possible == "yes" or certain == "no")

    def test_a_partial_date_may_be_asked_for(self):
        Event.objects.create(start_date="2024")
        self.assertTrue(Event.objects.filter(start_date__overlaps=understand("summer 2024")).exists())

    def test_a_malformed_question_is_a_validation_error(self):
        with self.assertRaises(ValidationError):
            Event.objects.filter(start_date__overlaps="11.12.2025")

    def test_an_expression_has_no_bounds_to_compare(self):
        dates = Event.objects.annotate(lower=Lower("start_date", output_field=PartialDateField()))
        with self.assertRaisesMessage(FieldError, "needs a field"):
            dates.filter(lower__overlaps="2024").exists()

    def test_each_table_and_each_alias_is_asked_for_its_own_columns(self):
        old, new = Event.objects.create(start_date="2020"), Event.objects.create(start_date="2024")
        Visit.objects.create(event=old, date="2024")
        wanted = Visit.objects.create(event=new, date="2020")
        for rule in (
            Q(event__start_date__overlaps="2024"),
            Q(date__overlaps="2020"),
            Q(event__start_date__certainly_overlaps="2024", date__certainly_overlaps="2020"),
            ~Q(event__start_date__overlaps="2020"),
        ):
            self.assertEqual(Visit.objects.get(rule), wanted)
        same = Visit.objects.filter(
            event=OuterRef("pk"), date__overlaps="2020", event__start_date__overlaps="2024"
        )
        self.assertEqual(Event.objects.get(models.Exists(same)), new)
        self.assertEqual(Event.objects.get(visit__date__overlaps="2020"), new)
        self.assertEqual(Event.objects.get(~Q(visit__date__overlaps="2024")), new)
        counted = Event.objects.aggregate(n=models.Count("pk", filter=Q(start_date__overlaps="2024")))
        self.assertEqual(counted, {"n": 1})

    def test_no_related_row_does_not_overlap(self):
        Visit.objects.create(date="2024")
        self.assertFalse(Visit.objects.filter(event__start_date__overlaps="2024").exists())
        self.assertTrue(Visit.objects.filter(~Q(event__start_date__overlaps="2024")).exists())

    def test_dates_are_not_compared_as_strings(self):
        for lookup in ("gt", "gte", "lt", "lte", "range"):
            with self.subTest(lookup), self.assertRaises(FieldError):
                Event.objects.filter(**{f"start_date__{lookup}": "2024"})

    def test_an_exact_question_means_its_edtf_text(self):
        Event.objects.create(start_date="2024-22")
        self.assertTrue(Event.objects.filter(start_date="summer 2024").exists())
        self.assertTrue(Event.objects.filter(start_date__in=["1990s", "summer 2024"]).exists())


# start, end, possible and certain in October 2025
PERIODS = """
    2025-10-05 | 2025-10-07 | yes | yes
    2025-09 | 2025-11 | yes | yes
    2025-09 | 2025-10-01 | yes | yes
    2025-10-31 | 2025-11 | yes | yes
    2025-09 | 2025-10 | yes | yes
    2025-09 | 2025-09/2025-10 | yes | no
    2025 | 2025 | yes | no
    2025 | 2025-11 | yes | no
    2025-10-05 | 2025 | yes | yes
    2025 | 2025-10-05 | yes | yes
    2025-11 | 2025-12 | no | no
    2025-08 | 2025-09 | no | no
    2025-10-05 | | yes | yes
    2025-09 | | yes | no
    2025-11 | | no | no
    2025-11 | 2026/.. | no | no
    2025-09 | 2026/.. | yes | yes
    | 2025-11 | yes | no
    | 2025-10-05 | yes | yes
    | 2025-09 | no | no
    ../2025-09 | 2025-11 | yes | yes
    ../2025-10 | | yes | no
    | | yes | no
"""


class PeriodTest(TablesTestCase):
    def test_the_truth_table_of_periods_and_their_opposites(self):
        for start, end, possible, certain in table(PERIODS):
            with self.subTest(start=start, end=end):
                event = Event.objects.create(start_date=start, end_date=end)
                for rule, expected in ((period_overlaps, possible), (period_certainly_overlaps, certain)):
                    rule = rule("start_date", "end_date", "2025-10")
                    self.assertEqual(Event.objects.filter(rule).exists(), expected == "yes", rule)
                    self.assertEqual(Event.objects.filter(~rule).exists(), expected == "no", rule)
                event.delete()

    def test_an_open_end_of_the_question_excludes_nothing(self):
        Event.objects.create(start_date="2025-09", end_date="2025-11")
        for asked, found in (
            ("2025-11/..", True),
            ("2025-12/..", False),
            ("../2025-09", True),
            ("../2025-08", False),
        ):
            with self.subTest(asked):
                self.assertEqual(
                    Event.objects.filter(period_overlaps("start_date", "end_date", asked)).exists(), found
                )
        for asked, found in (
            ("2025-09/..", True),
            ("2025-12/..", False),
            ("../2025-09", True),
            ("../2025-08", False),
        ):
            with self.subTest(asked):
                rule = period_certainly_overlaps("start_date", "end_date", asked)
                self.assertEqual(Event.objects.filter(rule).exists(), found)

    def test_a_period_is_asked_for_through_a_relation_and_no_related_row_has_none(self):
        event = Event.objects.create(start_date="2025-09", end_date="2025-11")
        visit = Visit.objects.create(event=event, date="2000")
        Visit.objects.create(event=None, date="2000")
        for rule in (period_overlaps, period_certainly_overlaps):
            rule = rule("event__start_date", "event__end_date", understand("2025-10"))
            self.assertEqual(Visit.objects.get(rule), visit)

    def test_what_is_certain_is_possible(self):
        for _, _, possible, certain in table(PERIODS):
            self.assertTrue(possible == "yes" or certain == "no")
