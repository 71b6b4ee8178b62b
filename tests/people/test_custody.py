"""Whether somebody was in custody on a day, by tables: each line must be a true statement about a person."""

from people import asof
from people.choices import CUSTODY, ENDS, SAME, WITHIN
from people.models import PersecutionCase
from tests import make
from tests.people.tables import LAST, PUBLISHED, CaseTest, known


class CustodyTest(CaseTest):
    expression = asof.custody

    def test_nothing_is_said_where_no_event_tells_of_custody(self):
        self.assert_told({"2025-01-01": None})
        for kind in [kind for kind in CUSTODY if CUSTODY[kind] == SAME]:
            self.assert_told({"2019-01-01": None, "2025-01-01": None}, (kind, "2020"))

    def test_custody_lasts_from_an_arrest_until_it_is_known_to_have_ended(self):
        for kind in ("arrest", "detention", "detention_extended", "transfer"):
            self.assert_told(
                {"2020-05-04": "not_held", "2020-05-05": LAST, "2030-01-01": LAST}, (kind, "2020-05-05")
            )
        days = {"2020-04-30": "not_held", "2020-05-10": "possibly", "2020-05-31": LAST}
        self.assert_told(days, ("arrest", "2020-05"))
        self.assert_told({"2019-01-01": "possibly", "2021-01-01": LAST}, ("arrest", "../2020"))
        self.assert_told({"2019-12-31": "not_held", "2020-01-01": "possibly"}, ("arrest", "2020/.."))
        self.assert_told({"1990-01-01": "possibly", "2030-01-01": "possibly"}, ("arrest", ""))

    def test_each_way_out_ends_it(self):
        for kind in [kind for kind in CUSTODY if CUSTODY[kind] == ENDS]:
            days = {"2021-12-31": LAST, "2022-01-01": "not_held", "2025-01-01": "not_held"}
            self.assert_told(days, ("arrest", "2020-05-05"), (kind, "2022-01-01"))
            days = {"2021-12-31": LAST, "2022-06-01": "possibly", "2022-12-31": "not_held"}
            self.assert_told(days, ("arrest", "2020-05-05"), (kind, "2022"))
            self.assert_told({"2022-01-01": "possibly"}, ("arrest", "2020-05-05"), (kind, ""))
            self.assert_told({"2022-01-01": "possibly"}, ("arrest", "2020-05-05"), (kind, "2021/.."))

    def test_nothing_else_ends_it(self):
        for kind in [kind for kind in CUSTODY if CUSTODY[kind] == SAME]:
            self.assert_told({"2022-01-02": LAST}, ("arrest", "2020-05-05"), (kind, "2022-01-01"))

    def test_a_release_tells_that_there_was_custody_before(self):
        days = {"2019-01-01": "possibly", "2022-06-01": "possibly", "2022-12-31": "not_held"}
        self.assert_told(days, ("release", "2022"))
        self.assert_told({"2019-01-01": None, "2023-01-01": "not_held"}, ("left_country", "2022"))
        self.assert_told({"2019-01-01": "possibly"}, ("release", "2022"), ("arrest", "2023"))
        self.assert_told({"2019-01-01": "not_held"}, ("release", "2022"), ("arrest", "2021"))

    def test_who_is_arrested_again_is_held_again(self):
        events = [("arrest", "2020"), ("release", "2021"), ("arrest", "2022-05-05")]
        days = {
            "2022-05-04": "not_held",
            "2022-05-05": LAST,
            "2021-06-01": "possibly",
            "2021-01-01": "possibly",
        }
        self.assert_told({**days, "2020-12-31": LAST}, *events)
        self.assert_told({"2023-12-31": "not_held"}, *events, ("release", "2023"))
        self.assert_told({"2022-12-31": "possibly"}, ("arrest", "2020"), ("release", "2021"), ("arrest", ""))

    def test_a_release_and_another_arrest_at_the_same_time_may_be_in_either_order(self):
        for when in ("2021-06-01", "2021-06", "2021"):
            events = [("arrest", "2020"), ("release", when), ("arrest", when)]
            self.assert_told({"2023-01-01": "possibly"}, *events)
            self.assert_told({"2023-01-01": "possibly"}, *events[:2], ("detention", when))

    def test_a_release_is_after_the_only_arrest_that_explains_it(self):
        for when in ("2021-06-01", "2021-06", "2021"):
            self.assert_told({"2023-01-01": "not_held"}, ("arrest", when), ("release", when))
        self.assert_told({"2021-12-31": "not_held"}, ("arrest", "2021-06-01"), ("release", "2021"))
        self.assert_told({"2021-06-30": "not_held"}, ("arrest", "2021"), ("release", "2021-06-30"))

    def test_an_extension_or_a_transfer_begins_no_custody_after_a_release(self):
        for kind in ("detention_extended", "transfer"):
            events = [("arrest", "2020"), (kind, "2021-06-15"), ("release", "2021-06")]
            self.assert_told({"2021-06-20": "possibly", "2022-01-01": "not_held"}, *events)
            self.assert_told({"2022-01-01": LAST}, *events, (kind, "2021-07-01"))

    def test_house_arrest_on_the_day_of_the_arrest_is_what_came_of_it(self):
        self.assert_told({"2022-05-05": "not_held"}, ("arrest", "2022-05-05"), ("house_arrest", "2022-05-05"))

    def test_who_may_have_left_the_country_and_been_arrested_in_any_order_may_be_held(self):
        self.assert_told({"2023-01-01": "possibly"}, ("left_country", "2022"), ("arrest", "2022"))

    def test_a_time_in_prison_without_dates_tells_nothing_of_days_outside(self):
        days = {"2009-12-31": None, "2010-01-01": "possibly", "2015-12-31": "possibly", "2016-01-01": None}
        self.assert_told(days, ("imprisonment_unspecified", "2010/2015"))
        self.assert_told(
            {"1990-01-01": "possibly", "2016-01-01": None}, ("imprisonment_unspecified", "../2015")
        )
        self.assert_told({"2016-01-01": "possibly"}, ("imprisonment_unspecified", ""))
        events = [("imprisonment_unspecified", "2010"), ("arrest", "2020-05-05"), ("release", "2021-05-05")]
        days = {
            "2010-06-01": "possibly",
            "2011-01-01": "not_held",
            "2020-06-01": LAST,
            "2022-01-01": "not_held",
        }
        self.assert_told(days, *events)
        self.assertEqual([kind for kind in CUSTODY if CUSTODY[kind] == WITHIN], ["imprisonment_unspecified"])

    def test_held_needs_a_source_of_that_day_or_a_later_one(self):
        days = {"2025-12-09": "held", PUBLISHED: "held", "2025-12-11": LAST}
        self.assert_told(days, ("arrest", "2020"), source=self.source)
        month = make.source(date="2025-12")
        self.assert_told({"2025-12-01": "held", "2025-12-02": LAST}, ("arrest", "2020"), source=month)
        for when in ("", "../2025-12"):
            self.assert_told({"2025-12-01": LAST}, ("arrest", "2020"), source=make.source(date=when))

    def test_the_newest_source_of_the_case_or_of_any_event_counts_unless_it_contradicts(self):
        for stance, told in (("supports", "held"), ("mentions", "held"), ("contradicts", LAST)):
            for cites in ("case", "event"):
                case = self.case(("arrest", "2020"), source=make.source(date="2021"))
                row = case if cites == "case" else case.events.get()
                make.citation(row, source=self.source, stance=stance)
                with self.subTest(stance=stance, cites=cites):
                    self.assertEqual(known(PersecutionCase, asof.custody, case, "2025-06-01"), told)
                    last = "2021-01-01" if stance == "contradicts" else PUBLISHED
                    self.assertEqual(known(PersecutionCase, asof.newest_source, case, "2025-06-01"), last)

    def test_who_has_served_the_term_is_not_said_to_be_held(self):
        def term(months, when="2020-06-01", **more):
            return ("sentence", when, ("term_months", months), *more.items())

        arrest = ("arrest", "2020-01-01")
        days = {"2021-06-01": LAST, "2021-06-02": "possibly"}
        self.assert_told(days, arrest, term(12))
        self.assert_told({"2021-12-31": LAST, "2022-01-01": "possibly"}, arrest, term(12, "2020"))
        self.assert_told({"2022-01-01": LAST}, arrest, term(12), term(36, "2021-05-01"))
        self.assert_told({"2022-01-01": LAST}, arrest, term(12), ("sentence", "2021-05-01", ("life", True)))
        self.assert_told({"2022-01-01": LAST}, arrest, ("sentence", "2020-06-01"))
        self.assert_told({"2022-01-01": LAST}, arrest, term(12, ""))
        self.assert_told({"2024-01-01": "possibly"}, arrest, term(12), source=self.source)

    def test_the_dead_are_not_held(self):
        dead = make.person(death_date="2022-05", cited=False)
        days = {
            "2022-04-30": LAST,
            "2022-05-01": "possibly",
            "2022-05-31": "not_held",
            "2025-01-01": "not_held",
        }
        self.assert_told(days, ("arrest", "2020"), person=dead)
        self.assert_told({"2025-01-01": "not_held"}, ("arrest", ""), person=dead)
        self.assert_told({"2025-01-01": None}, ("trial", "2020"), person=dead)
        days = {"2022-05-31": "not_held", "2022-05-01": "possibly"}
        self.assert_told(days, ("imprisonment_unspecified", "2021/2024"), person=dead)

    def test_what_is_not_public_tells_nothing(self):
        case = self.case(("arrest", "2020"))
        make.case_event(case=case, kind="release", date="2022", publication="draft")
        self.assertEqual(known(PersecutionCase, asof.custody, case, "2023-01-01"), LAST)
        other = self.case()
        make.case_event(case=other, kind="arrest", date="2020", confidentiality="restricted")
        self.assertIsNone(known(PersecutionCase, asof.custody, other, "2023-01-01"))

    def test_each_case_is_told_by_its_own_events(self):
        held, free = self.case(("arrest", "2020")), self.case(("arrest", "2020"), ("release", "2021"))
        told = [known(PersecutionCase, asof.custody, case, "2023-01-01") for case in (held, free)]
        self.assertEqual(told, [LAST, "not_held"])
