"""What is known as of a day, by tables: each line must be a true statement about a person."""

import json

from people.api import as_of_days
from people.choices import CaseEventKind
from people.models import Affiliation
from people.situations.effects import ENDS_CASE
from tests import make
from tests.people.tables import PUBLISHED, AsOfTest, CaseTest, known, opened


class AffiliationTest(AsOfTest):
    def affiliation(self, start="", end="", attested="", source=None, **fields):
        given = {"person": self.person, "organization": self.organization, **fields}
        dates = {"start_date": start, "end_date": end, "attested_date": attested}
        return make.affiliation(**given, **dates, cited=bool(source), source=source)

    def assert_table(self, expression, table):
        """`table` has lines of (dates of the affiliation, {day: what is known})."""
        for dates, days in table:
            row = self.affiliation(*dates)
            for day, told in days.items():
                with self.subTest(dates=dates, day=day):
                    self.assertEqual(known(Affiliation, expression, row, day), told)

    def test_its_own_dates_exclude_it_or_make_it_certain(self):
        table = [
            (("2020", "2024"), {"2019-12-31": "no", "2021-06-01": "certain", "2025-01-01": "no"}),
            (("2020", "2024"), {"2020-01-01": "possible", "2020-12-31": "certain", "2024-06-01": "possible"}),
            (("2020", "2024"), {"2024-01-01": "certain", "2024-12-31": "possible"}),
            (("2020-03-05", "2024-02-01"), {"2020-03-04": "no", "2020-03-05": "certain"}),
            (("2020-03-05", "2024-02-01"), {"2024-02-01": "certain", "2024-02-02": "no"}),
            (("2020", ""), {"2019-01-01": "no", "2020-06-01": "possible", "2025-01-01": "possible"}),
            (("", "2024"), {"1990-01-01": "possible", "2024-06-01": "possible", "2025-01-01": "no"}),
            (("", ""), {"1990-01-01": "possible", "2025-01-01": "possible"}),
            (
                ("../2020", "2024/.."),
                {"2019-01-01": "possible", "2022-01-01": "certain", "2030-01-01": "possible"},
            ),
            (
                ("2018/2020", "2024/2026"),
                {"2017-12-31": "no", "2019-01-01": "possible", "2020-12-31": "certain"},
            ),
            (
                ("2018/2020", "2024/2026"),
                {"2024-01-01": "certain", "2025-01-01": "possible", "2027-01-01": "no"},
            ),
            (("2020-24", "2024-22"), {"2021-02-27": "possible", "2021-02-28": "certain", "2020-11-30": "no"}),
            (
                ("2020", "2024~"),
                {"2021-01-01": "certain", "2026-01-01": "possible", "2027-01-01": "no"},
            ),
            (
                ("2020-12-01~", "2024"),
                {"2020-11-30": "possible", "2020-11-23": "no", "2020-12-09": "certain"},
            ),
            (("2020", "2024~"), {"2026-01-02": "no"}),
            (("2020?", "2024"), {"2022-01-01": "possible", "2015-01-01": "possible", "2025-01-01": "no"}),
            (("2020", "2024%"), {"2022-01-01": "possible", "2030-01-01": "possible", "2019-01-01": "no"}),
            (("199X", "200X"), {"1989-12-31": "no", "1995-01-01": "possible", "1999-12-31": "certain"}),
        ]
        self.assert_table(as_of_days.active, table)

    def test_a_source_attests_what_its_dates_leave_open_but_nothing_that_they_exclude(self):
        table = [
            (
                ("", "", "2022"),
                {"1990-01-01": "attested", "2022-06-01": "attested", "2025-01-01": "attested"},
            ),
            (("2020", "", "2022"), {"2019-12-31": "no", "2020-06-01": "attested", "2025-01-01": "attested"}),
            (
                ("2020", "2024", "2022"),
                {"2021-06-01": "certain", "2024-06-01": "attested", "2025-01-01": "no"},
            ),
            (("2020", "2024?", "2022"), {"2024-06-01": "attested", "2030-01-01": "possible"}),
        ]
        self.assert_table(as_of_days.active, table)

    def test_the_distance_is_the_least_and_the_most_days_that_it_may_be(self):
        table = [
            (
                ("", "", "2025-10-31"),
                {"2025-10-31": span(0, 0), "2025-11-02": span(2, 2), "2025-10-01": span(30, 30)},
            ),
            (
                ("", "", "2025-10"),
                {"2025-10-31": span(0, 30), "2025-10-16": span(0, 15), "2025-11-01": span(1, 31)},
            ),
            (("", "", "2025-10"), {"2025-09-30": span(1, 31), "2025-10-10": span(0, 21)}),
            (("", "", "2024-06-01/2024-06-11"), {"2024-06-21": span(10, 20), "2024-05-31": span(1, 11)}),
            (("", "", "2025-10-31~"), {"2025-11-02": span(0, 9), "2025-11-10": span(3, 17)}),
            (("", "", "2024-06/.."), {"2024-07-01": span(None, None)}),
            (("", "", "../2024-06"), {"2024-07-01": span(None, None)}),
        ]
        self.assert_table(as_of_days.days_apart, table)

    def test_what_is_certain_possible_or_excluded_has_no_distance(self):
        table = [
            (("2020", "2024", "2022"), {"2021-06-01": None, "2019-01-01": None, "2026-01-01": None}),
            (("", "", ""), {"2025-01-01": None}),
        ]
        self.assert_table(as_of_days.days_apart, table)

    def test_without_a_date_of_its_own_the_newest_source_attests_it(self):
        row = self.affiliation(source=self.source)
        make.citation(row, source=make.source(date="2020"))
        make.citation(row, source=make.source(date=""))
        self.assertEqual(known(Affiliation, as_of_days.active, row, "2025-12-12"), "attested")
        self.assertEqual(known(Affiliation, as_of_days.days_apart, row, "2025-12-12"), span(2, 2))

    def test_its_own_date_goes_before_that_of_its_sources(self):
        row = self.affiliation(attested="2025-12-01", source=self.source)
        self.assertEqual(known(Affiliation, as_of_days.days_apart, row, "2025-12-02"), span(1, 1))

    def test_an_undated_a_hidden_and_a_contradicting_source_attest_nothing(self):
        undated, hidden, contradicting = (self.affiliation() for _ in range(3))
        make.citation(undated, source=make.source(date=""))
        make.citation(hidden, source=make.source(date=PUBLISHED, publication="draft"))
        make.citation(contradicting, source=self.source, stance="contradicts")
        for row in (undated, hidden, contradicting):
            self.assertEqual(known(Affiliation, as_of_days.active, row, PUBLISHED), "possible")
            self.assertIsNone(known(Affiliation, as_of_days.days_apart, row, PUBLISHED))

    def test_nobody_is_affiliated_after_death_nor_to_what_is_not_there(self):
        dead = make.person(death_date="2022-05", cited=False)
        perhaps = make.person(death_date="2022-05?", cited=False)
        closed = make.organization(founding_date="2015", dissolution_date="2022", cited=False)
        table = [
            ({"person": dead}, {"2022-04-30": "possible", "2022-05-31": "possible", "2022-06-01": "no"}),
            ({"person": perhaps}, {"2030-01-01": "possible"}),
            ({"organization": closed}, {"2014-12-31": "no", "2015-01-01": "possible"}),
            ({"organization": closed}, {"2022-12-31": "possible", "2023-01-01": "no"}),
        ]
        for fields, days in table:
            row = self.affiliation(**fields)
            for day, told in days.items():
                with self.subTest(fields=fields, day=day):
                    self.assertEqual(known(Affiliation, as_of_days.active, row, day), told)


def span(least, most):
    """A distance as PostgreSQL writes it."""
    return json.dumps({"min": least, "max": most}).replace('":', '" :')


class OpenTest(CaseTest):
    def test_a_case_begins_with_its_first_event_or_charge(self):
        self.assert_told({"2025-02-09": "no", "2025-02-10": "certain"}, ("arrest", "2025-02-10"))
        days = {
            "2025-01-31": "no",
            "2025-02-01": "possible",
            "2025-02-27": "possible",
            "2025-02-28": "certain",
        }
        self.assert_told(days, ("search", "2025-02"))
        self.assert_told({"2024-12-31": "no", "2025-06-01": "possible"}, charges=[("charged", "2025")])
        self.assert_told({"2025-12-31": "certain"}, charges=[("charged", "2025")])
        self.assert_told({"2020-01-01": "certain"}, ("hearing", "2024"), ("arrest", "2019"))
        self.assert_told({"2000-01-01": "possible", "2020-01-01": "certain"}, ("arrest", "../2019"))
        self.assert_told({"2018-01-01": "no", "2030-01-01": "possible"}, ("arrest", "2019/.."))

    def test_a_case_without_dates_is_undated_and_never_no(self):
        for day in ("1990-01-01", "2025-10-31"):
            self.assert_told({day: "undated"})
            self.assert_told({day: "undated"}, ("arrest", ""))
            self.assert_told({day: "undated"}, charges=[("accused", "")])
        self.assert_told({"2018-01-01": "no", "2020-01-01": "certain"}, ("arrest", "2019"), ("trial", ""))

    def test_what_ends_a_case(self):
        for kind in ENDS_CASE:
            begun = ("search", "2020-01-01")
            self.assert_told({"2024-05-31": "certain", "2024-06-02": "no"}, begun, (kind, "2024-06-01"))
            days = {"2024-05-31": "certain", "2024-06-15": "possible", "2024-07-01": "no", "2030-01-01": "no"}
            self.assert_told(days, begun, (kind, "2024-06"))
            self.assert_told({"2021-01-01": "possible", "2030-01-01": "possible"}, begun, (kind, ""))
            self.assert_told({"2021-01-01": "certain", "2024-06-01": "possible"}, begun, (kind, "2024/.."))

    def test_nobody_is_held_in_a_case_that_is_not_open(self):
        """The day of an end is still a day in custody."""
        days = {"2024-06-01": "possible", "2024-06-02": "no"}
        self.assert_told(days, ("arrest", "2020-01-01"), ("pardon", "2024-06-01"))

    def test_no_other_event_ends_a_case(self):
        for kind in set(CaseEventKind) - ENDS_CASE - {"imprisonment_unspecified"}:
            self.assert_told({"2025-01-01": "certain"}, ("search", "2020-01-01"), (kind, "2024-06-01"))

    def test_an_acquittal_on_appeal_ends_it_and_an_annulled_verdict_opens_it_again(self):
        begun = ("search", "2020-01-01")
        acquitted = ("appeal_decided", "2024-06-01", ("outcome", "acquitted"))
        self.assert_told({"2024-06-02": "no"}, begun, acquitted)
        self.assert_told({"2024-06-02": "certain"}, begun, ("appeal_decided", "2024-06-01"))
        for kind in ("verdict_annulled", "retrial_ordered", "charge"):
            days = {"2024-07-01": "no", "2024-08-01": "certain"}
            self.assert_told(days, begun, acquitted, (kind, "2024-08-01"))

    def test_how_a_time_in_prison_ended_is_not_known(self):
        days = {"2009-12-31": "no", "2012-01-01": "possible", "2016-01-01": "possible"}
        self.assert_told(days, ("imprisonment_unspecified", "2010/2015"))
        self.assert_told(
            {"2012-01-01": "possible"}, ("arrest", "2009"), ("imprisonment_unspecified", "2010/2015")
        )

    def test_it_ends_when_each_charge_is_dropped_or_the_person_acquitted(self):
        begun = ("arrest", "2020-01-01")
        over = [("acquitted", "2024-06-01"), ("dropped", "2023")]
        self.assert_told({"2024-05-31": "certain", "2024-06-02": "no"}, begun, charges=over)
        self.assert_told({"2024-06-01": "certain"}, begun, charges=[*over, ("convicted", "2024-06-01")])
        self.assert_told({"2024-06-01": "certain"}, begun, charges=[*over, ("unknown", "")])
        self.assert_told({"2024-06-01": "possible"}, begun, charges=[*over, ("dropped", "")])
        self.assert_told(
            {"2024-05-01": "certain", "2024-06-15": "possible"}, begun, charges=[("dropped", "2024-06")]
        )
        self.assert_told({"2024-06-30": "no"}, begun, charges=[("dropped", "2024-06")])

    def test_what_goes_on_after_its_end_makes_the_end_uncertain(self):
        begun, pardoned = ("arrest", "2020"), ("pardon", "2022-05")
        for kind in ("arrest", "charge", "trial", "summons", "travel_ban"):
            days = {"2022-12-31": "no", "2023-01-31": "certain"}
            self.assert_told(days, begun, pardoned, (kind, "2023-01-31"))
            again = "possible" if kind == "arrest" else "no"  # who is arrested again was pardoned before
            self.assert_told({"2023-12-31": again}, begun, pardoned, (kind, "2022-05-20"))
        for kind in ("release", "health", "returned", "left_country", "ban_lifted"):
            self.assert_told({"2023-12-31": "no"}, begun, pardoned, (kind, "2023-01-31"))
        self.assert_told({"2024-12-31": "no"}, begun, pardoned, ("arrest", "2023"), ("pardon", "2024"))
        self.assert_told({"2023-12-31": "certain"}, begun, pardoned, charges=[("charged", "2023")])
        acquitted = [("acquitted", "2022-05")]
        self.assert_told({"2022-12-31": "no"}, begun, ("appeal_decided", "2022-08"), charges=acquitted)
        self.assert_told({"2022-12-31": "certain"}, begun, ("appeal_filed", "2022-08"), charges=acquitted)
        self.assert_told({"2022-12-31": "no"}, begun, ("appeal_filed", "2022-05"), charges=acquitted)

    def test_the_death_of_the_person_ends_it_wherever_they_died(self):
        dead = make.person(death_date="2022-05", cited=False)
        days = {"2022-04-30": "certain", "2022-05-01": "possible", "2022-05-31": "no", "2025-01-01": "no"}
        self.assert_told(days, ("arrest", "2020"), person=dead)
        long_dead = make.person(death_date="../2022", cited=False)
        self.assert_told({"2021-01-01": "possible", "2023-01-01": "no"}, ("arrest", "2020"), person=long_dead)

    def test_what_is_not_public_neither_begins_nor_ends_it(self):
        case = self.case(("arrest", "2020"))
        make.case_event(case=case, kind="pardon", date="2022", publication="draft")
        make.charge(case=case, stage="acquitted", date="2022", confidentiality="restricted")
        self.assertEqual(opened(case, "2023-01-01"), "certain")


class AskedTest(AsOfTest):
    """In answers and as filters."""

    def ids(self, url, **given):
        answer = self.client.get(f"/api/v1/{url}/", given)
        self.assertEqual(answer.status_code, 200, answer.content[:300])
        return {row["id"] for row in answer.json()["results"]}

    def assert_filters(self, url, name, day, rows):
        """`rows` is {value: row}: each value finds its row, and two values find two."""
        for value, row in rows.items():
            self.assertEqual(self.ids(url, as_of=day, **{name: value}), {str(row.pk)}, value)
        first, second, *_ = rows
        both = {str(rows[first].pk), str(rows[second].pk)}
        self.assertEqual(self.ids(url, as_of=day, **{f"{name}__in": f"{first},{second}"}), both)

    def test_affiliations_are_filtered_by_whether_they_were_so_on_the_day(self):
        rows = {
            "certain": make.affiliation(start_date="2020", end_date="2024", cited=False),
            "attested": make.affiliation(attested_date="2021", cited=False),
            "possible": make.affiliation(cited=False),
            "no": make.affiliation(start_date="2023", cited=False),
        }
        self.assert_filters("affiliations", "active", "2022-01-01", rows)
        self.assertNotIn(
            str(rows["certain"].pk), self.ids("affiliations", active="certain", as_of="2025-01-01")
        )

    def test_cases_are_filtered_by_whether_they_were_open_on_the_day(self):
        rows = {
            "certain": self.case(("arrest", "2020")),
            "undated": self.case(),
            "no": self.case(("arrest", "2023")),
        }
        self.assert_filters("cases", "open", "2022-01-01", rows)

    def test_the_answer_says_for_which_day_or_period(self):
        make.affiliation(attested_date="2025-10", cited=False)
        (row,) = self.client.get("/api/v1/affiliations/?as_of=2025-11-01").json()["results"]
        wanted = {"day": "2025-11-01", "active": "attested", "distance_days": {"min": 1, "max": 31}}
        self.assertEqual(row["as_of"], wanted)
        answer = self.client.get("/api/v1/affiliations/?as_of=2025-11").json()
        wanted = {"period": "2025-11", "active": "attested", "distance_days": {"min": 1, "max": 60}}
        self.assertEqual((answer["as_of"], answer["results"][0]["as_of"]), ("2025-11", wanted))

    def test_an_affiliation_in_a_period_was_so_on_one_day_of_it(self):
        row = make.affiliation(start_date="2021-03-05", end_date="2021-03-09", cited=False)
        for period, told in {"2021-03": "certain", "2021-02": "no", "2021": "certain"}.items():
            (answer,) = self.client.get("/api/v1/affiliations/", {"as_of": period}).json()["results"]
            self.assertEqual((answer["id"], answer["as_of"]["active"]), (str(row.pk), told), period)
