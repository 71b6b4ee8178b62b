"""Possible and certain overlap of partial dates and of periods: truth tables, joins, opposites."""

from datetime import date

from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models, transaction
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower

from tests.records.dated import Event, TablesTestCase, Visit, table
from tracker.records.values.dates.conditions import PossibleDay, period_certainly_overlaps, period_overlaps
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.dates.partial_dates import understand

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
    2025-10-15 | 2025-10-15~ | yes | no
    2025-10-15 | 2025-10-15? | yes | no
    2025-10-08 | 2025-10-15~ | yes | no
    2025-10-07 | 2025-10-15~ | no | no
    2025-10-22 | 2025-10-15% | yes | no
    2025-10-23 | 2025-10-15% | no | no
    2025-10-08/2025-10-22 | 2025-10-15~ | yes | yes
    2025-10-08/2025-10-22 | 2025-10-15? | yes | no
    2025 | 2025-10-15% | yes | no
    2025-10-09/2025-10-22 | 2025-10-15~ | yes | no
    2025-09 | 2025-10~ | yes | no
    2025-08-31/2025-12-01 | 2025-10~ | yes | yes
    2025-12-02/.. | 2025-10~ | no | no
    2025-12-01/.. | 2025-10-XX~ | yes | no
    ../2024-03-01 | 2024-22~ | no | no
    ../2024-03-02 | 2024-22~ | yes | no
    2024 | 2025? | yes | no
    2026 | 2025~ | yes | no
    2027 | 2025-XX~ | yes | no
    2028 | 2025-XX-XX~ | no | no
    1980 | 199X~ | yes | no
    1979 | 199X~ | no | no
    1800 | 19XX? | yes | no
    1798 | 19XX? | no | no
    2024-05 | 2024-06~/2024-08 | yes | no
    2024-09 | 2024-06~/2024-08 | no | no
    2024-09 | 2024-06/2024-08~ | yes | no
    2024-05 | 2024-06/2024-08~ | no | no
    2024-06/2024-08 | 2024-06?/2024-08 | yes | no
    2024-05-01/.. | 2024-06-05~/.. | yes | no
    2024-05-28 | 2024-06-05~/.. | no | no
    2024-05-29 | 2024-06-05~/.. | yes | no
    2025-10-15~ | 2025-10-08 | yes | yes
    2025-10-15? | 2025-10-22 | yes | yes
    2025-10-15~ | 2025-10-23 | no | no
    ../0001-01-01 | 0001-01-05~ | yes | no
    0001-01-01/0001-01-12 | 0001-01-05~ | yes | yes
    9999-12-31/.. | 9999-12-25~ | yes | no
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
        with self.assertRaisesMessage(FieldError, "needs a model field"):
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
    2025-10-05~ | 2025-10-07~ | yes | no
    2025-10-15~ | 2025-10-17~ | yes | yes
    2025-10-15? | 2025-10-17? | yes | no
    2025-10-15? | 2025-10-17 | yes | yes
    2025-11-07~ | 2025-11-08 | yes | no
    2025-11-08~ | 2025-11-09 | no | no
    2025-09 | 2025-09-24? | yes | no
    2025-09 | 2025-09-23? | no | no
    2025-09? | 2025-11 | yes | no
    2025~ | 2027 | yes | no
"""


class ReachTest(TablesTestCase):
    """The database, which looks near the day only, and `PartialDate.possible` agree on every kind of date."""

    POINTS = """2025-12-31 2025-01-01 2024-02-29 2025-06-15 2025-12 2025-01 2024-02 2025-12-XX 2024-24 2025-21
        2024-22 2025 2000 1999 2025-XX 2025-XX-XX 199X 200X 201X 19XX 20XX 0001 9999 0001-01-03 9999-12-30"""

    def texts(self):
        points = self.POINTS.split()
        for point in points:
            yield from (f"{point}{qualifier}" for qualifier in ("", "~", "?", "%"))
            yield from (f"{point}{qualifier}/.." for qualifier in ("", "~"))
            yield from (f"../{point}{qualifier}" for qualifier in ("", "%"))

    def days(self, texts):
        """The days at which an answer can change, and those beside."""
        bounds = {bound for text in texts for bound in understand(text).possible if bound}
        numbers = {bound.toordinal() + step for bound in bounds for step in (-1, 0, 1)}
        return [date.fromordinal(number) for number in sorted(numbers) if 1 <= number <= date.max.toordinal()]

    def test_both_find_the_same_dates_on_every_day(self):
        texts = list(self.texts())
        Event.objects.bulk_create([Event(start_date=text) for text in texts])
        days = self.days(texts)
        self.assertGreater(len(days), 150)
        for day in days:
            for lookup, rule in RULES.items():
                found = set(Event.objects.filter(**{f"start_date__{lookup}": day}).values_list("start_date"))
                wanted = {(text,) for text in texts if rule(understand(text), day)}
                self.assertEqual(found, wanted, (day, lookup))

    def test_the_first_and_the_last_possible_day_are_the_same_too(self):
        Event.objects.bulk_create([Event(start_date=text) for text in self.texts()])
        first, last = PossibleDay("start_date"), PossibleDay("start_date", last=True)
        for text, *bounds in Event.objects.values_list("start_date", first, last):
            self.assertEqual(tuple(bounds), understand(text).possible, text)

    def test_a_date_is_found_by_the_index_of_its_bound(self):
        Event.objects.bulk_create(
            [Event(start_date=f"{1000 + number // 4}{'~' * (number % 2)}") for number in range(8000)]
        )
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {Event._meta.db_table}")
        for rule in ("overlaps", "certainly_overlaps"):
            for asked in ("../1003", "2990/.."):
                plan = Event.objects.filter(**{f"start_date__{rule}": asked}).explain()
                self.assertNotIn("Seq Scan", plan)


RULES = {
    "possibly_by": lambda known, day: not known.possible[0] or known.possible[0] <= day,
    "possibly_from": lambda known, day: not known.possible[1] or known.possible[1] >= day,
    "surely_by": lambda known, day: known.sure and bool(known.possible[1]) and known.possible[1] <= day,
    "surely_from": lambda known, day: known.sure and bool(known.possible[0]) and known.possible[0] >= day,
}


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
