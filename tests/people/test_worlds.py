"""The definition, sentence by sentence, and given histories: what the oracle and the product say to them."""

import json
from datetime import date
from pathlib import Path
from unittest import TestCase

from people.api.case_facts import ANSWER_SLUGS
from people.situations.effects import TRACKS
from people.situations.known import known
from tests.people.facts import facts_of
from tests.people.histories import span
from tests.people.worlds import Charge, Fact, History, case_answer, person_answer

SITUATIONS = Path(__file__).with_name("situations.json")
LAST = "held_when_last_reported"


def fact(kind: str, when: str = "", **more) -> Fact:
    return Fact(kind, when, **more)


def case(*facts: Fact, charges: tuple[Charge, ...] = ()) -> History:
    return History(facts, charges)


JAIL = fact("arrest", "2020-02-01")
FREE = fact("release", "2020-04-01")
JUDGED = fact("sentence", "2020-03-01", term_days=20)
SUSPENDED = {"term_months": 24, "suspended_months": 24}


class OracleTest(TestCase):
    track = "custody"

    def told(self, answers: dict[str, str], *cases: History | Fact, death: str = "") -> None:
        """Facts given without a case are one case."""
        facts = tuple(each for each in cases if isinstance(each, Fact))
        histories = tuple(each for each in cases if isinstance(each, History)) or (History(facts),)
        for day, answer in answers.items():
            with self.subTest(day, cases=cases):
                found = person_answer(histories, death, self.track, date.fromisoformat(day))
                self.assertEqual(found, answer, "the oracle")
                _, known_of = known(list(map(facts_of, histories)), death, date.fromisoformat(day))
                strength = known_of[TRACKS.index(self.track)].strength
                self.assertEqual(ANSWER_SLUGS[self.track][strength], answer, "the product")


class SituationsTest(OracleTest):
    """Two of them force a reading: see the tests of a release from house arrest and of who disappeared."""

    def test_each_situation_is_answered_as_it_must_be(self):
        for each in json.loads(SITUATIONS.read_text()):
            self.track = each["track"]
            self.told(each["answers"], *(case(*(Fact(**one) for one in facts)) for facts in each["cases"]))


class TableTest(OracleTest):
    """What each kind does to custody."""

    def test_an_arrest_begins_it(self):
        for kind in ("arrest", "detention"):
            self.told({"2020-01-31": "not_recorded", "2020-02-02": LAST}, fact(kind, "2020-02-01"))

    def test_seen_in_custody_confirms_it_and_says_that_it_had_begun(self):
        for kind in ("in_custody", "transfer", "detention_extended"):
            seen = fact(kind, "2020-03-01")
            self.told({"2020-02-15": "undated", "2020-03-01": "held", "2020-03-02": LAST}, seen)
            self.told({"2020-02-15": "held", "2020-03-02": LAST}, JAIL, seen)

    def test_an_end_that_presupposes_it_vouches_for_it(self):
        for kind in ("release", "parole", "bail", "exchange"):
            out = fact(kind, "2020-04-01")
            answers = {"2020-04-01": "held", "2020-04-02": "not_held"}
            self.told({"2020-03-01": "held", **answers}, JAIL, out)
            self.told({"2020-03-01": "undated", **answers}, out)

    def test_a_pardon_ends_what_is_recorded_and_vouches_for_nothing(self):
        for kind in ("pardon", "amnesty", "term_served"):
            out = fact(kind, "2020-04-01")
            self.told({"2020-03-01": LAST, "2020-04-01": LAST, "2020-04-02": "not_held"}, JAIL, out)
            self.told({"2020-03-31": "not_recorded", "2020-04-02": "not_recorded"}, out)
            self.told({"2020-05-01": "possibly"}, JUDGED, out)

    def test_house_arrest_and_an_exit_end_it_and_presuppose_nothing(self):
        for kind in ("house_arrest", "left_country", "exile", "expulsion"):
            out = fact(kind, "2020-04-01")
            self.told({"2020-03-01": LAST, "2020-04-02": "not_held"}, JAIL, out)
            self.told({"2020-03-01": "not_recorded", "2020-04-02": "not_held"}, out)
            self.told({"2020-03-15": "possibly", "2020-04-02": "not_held"}, JUDGED, out)

    def test_a_release_from_house_arrest_presupposes_no_custody_but_counts_on_its_day(self):
        """The situations want `held` on the day, and `not_held` until then."""
        home = fact("house_arrest", "2020-03-01")
        self.told({"2020-03-15": "not_held", "2020-04-01": "held", "2020-05-01": "not_held"}, home, FREE)
        again = fact("release", "2020-06-01")
        self.told({"2020-03-15": "not_held", "2020-05-01": "possibly"}, home, FREE, again)
        self.told({"2020-03-15": "not_held"}, home, fact("release", reported=date(2020, 6, 1)))
        self.told({"2020-02-15": "not_recorded", "2020-03-01": "not_held"}, home, fact("release"))
        self.told(
            {"2020-03-15": "possibly", "2020-05-01": "not_held"}, home, fact("sentence", "2020-03-05"), FREE
        )
        left = case(fact("left_country", "2020-03-10"))
        self.told({"2020-03-05": "possibly", "2020-03-15": "possibly"}, case(home, FREE), left)

    def test_an_extension_after_house_arrest_says_nothing_of_custody(self):
        extended = fact("detention_extended", "2020-04-01")
        self.told(
            {"2020-04-01": "not_held", "2020-05-01": "not_held"}, fact("house_arrest", "2020-03-01"), extended
        )

    def test_what_says_nothing_of_custody_changes_nothing(self):
        for kind in ("returned", "travel_ban", "ban_lifted", "interrogation"):
            self.told({"2020-03-01": "held"}, JAIL, fact(kind, "2020-02-15"), FREE)
            self.told({"2020-03-01": "not_recorded"}, fact(kind, "2020-02-15"))

    def test_an_unsuspended_sentence_makes_it_possible(self):
        for term in ({}, {"life": True}, {"term_months": 1}, {"term_days": 9, "suspended_days": 8}):
            judged = fact("sentence", "2020-03-01", **term)
            answers = {"2020-02-29": "not_recorded", "2020-03-02": "possibly", "2030-01-01": "possibly"}
            self.told(answers, judged)
            left = fact("left_country", "2020-01-01")
            self.told({"2020-04-01": "not_held"}, left, judged)
            self.told({"2020-04-01": "possibly"}, left, fact("returned", "2020-02-01"), judged)
            self.told({"2020-04-01": "not_held"}, case(left), case(judged))
            self.told({"2020-04-01": "not_held"}, judged, death="2020-02-01")

    def test_who_is_let_off_is_possibly_held_until_a_fact_says_more(self):
        let_off = [fact(kind, "2020-03-01") for kind in ("acquittal", "verdict_annulled", "charges_dropped")]
        outcomes = ("acquitted", "annulled", "retrial_ordered")
        let_off += [fact("appeal_decided", "2020-03-01", outcome=outcome) for outcome in outcomes]
        for each in let_off:
            self.told({"2020-02-15": LAST, "2020-03-01": LAST, "2020-03-02": "possibly"}, JAIL, each)
            self.told(
                {"2020-02-15": LAST, "2020-03-15": "possibly", "2020-05-01": "not_held"}, JAIL, each, FREE
            )
            self.told({"2020-04-01": "not_recorded"}, each)
            self.told({"2020-05-01": LAST}, JAIL, each, fact("arrest", "2020-04-01"))
        upheld = fact("appeal_decided", "2020-03-01", outcome="upheld")
        self.told({"2020-02-15": "held", "2020-03-15": "held"}, JAIL, upheld, FREE)

    def test_a_sentence_suspended_whole_is_set_aside_before_and_doubted_after(self):
        judged = fact("sentence", "2020-03-01", **SUSPENDED)
        self.told({"2020-02-15": "held", "2020-03-15": "possibly"}, JAIL, judged, FREE)
        self.told({"2020-04-01": "not_recorded"}, judged)
        left = fact("left_country", "2020-01-15")
        self.told({"2020-02-15": LAST, "2020-03-15": "possibly"}, left, JAIL, judged)

    def test_an_acquittal_that_leaves_something_standing_changes_nothing(self):
        acquitted = fact("acquittal", "2020-03-01")
        standing = (Charge("charged", "2020-02"), Charge("convicted", "2020-03-01"), Charge("accused"))
        over = Charge("acquitted", "2020-03-01")
        for charge in standing:
            self.told({"2020-03-15": LAST}, case(JAIL, acquitted, charges=(charge, over)))
            self.told(
                {"2020-02-15": "held", "2020-03-15": "held"},
                case(JAIL, acquitted, FREE, charges=(charge, over)),
            )
            # a single charge is the one of which the person was acquitted, whatever stage it was left at
            self.told({"2020-03-15": "possibly"}, case(JAIL, acquitted, charges=(charge,)))
        for charge in (Charge("acquitted", "2020-02"), Charge("charged", "2020-03-02"), Charge("unknown")):
            self.told({"2020-03-15": "possibly"}, case(JAIL, acquitted, charges=(charge, over)))
        self.told({"2020-03-15": LAST}, JAIL, acquitted, JUDGED)
        self.told({"2020-03-03": "possibly"}, JAIL, acquitted, fact("sentence", "2020-03-05"))
        annulled = fact("verdict_annulled", "2020-03-01")
        self.told({"2020-03-15": "possibly"}, case(JAIL, annulled, charges=standing))

    def test_who_disappeared_is_possibly_held(self):
        """The situations want `not_recorded` before it: it stands where a beginning would."""
        for kind in ("enforced_disappearance", "abduction"):
            gone = fact(kind, "2020-03-01")
            self.told(
                {"2020-02-01": "not_recorded", "2020-03-01": "possibly", "2025-01-01": "possibly"}, gone
            )
            self.told({"2020-02-15": LAST, "2020-03-15": "possibly"}, JAIL, gone, FREE)

    def test_an_imprisonment_at_some_time(self):
        self.told(
            {"2019-12-31": "not_recorded", "2020-05-01": "possibly", "2021-01-01": "not_recorded"},
            fact("imprisonment_unspecified", "2020"),
        )
        until = fact("imprisonment_unspecified", "../2020")
        self.told({"1950-01-01": "undated", "2020-12-31": "undated", "2021-01-01": "not_recorded"}, until)
        undated = fact("imprisonment_unspecified", reported=date(2020, 5, 5))
        self.told({"1950-01-01": "undated", "2030-01-01": "undated"}, undated)
        self.told({"2030-01-01": "not_held"}, undated, death="2021")

    def test_death_ends_it_for_good(self):
        for kind in ("killing", "death_in_custody"):
            self.told(
                {"2020-06-01": "not_held"}, JAIL, fact(kind, "2020-05-01"), fact("arrest", "2020-05-15")
            )
            self.told({"2020-06-01": "not_held"}, case(JAIL), case(fact(kind, "2020-05-01")))
        self.told({"2020-04-01": LAST, "2020-06-01": "not_held"}, JAIL, death="2020-05-01")
        self.told({"2020-04-01": LAST}, JAIL, fact("killing", "2020-05-01"))
        self.told({"2020-04-01": "held"}, JAIL, fact("death_in_custody", "2020-05-01"))
        self.told({"2020-04-01": "undated"}, fact("death_in_custody", "2020-05-01"))


class OtherTracksTest(OracleTest):
    def test_house_arrest(self):
        self.track = "house_arrest"
        home = fact("house_arrest", "2020-03-01")
        last = "in_force_when_last_reported"
        for kind in ("release", "parole", "bail", "pardon", "amnesty", "term_served"):
            self.told(
                {"2020-03-15": "in_force", "2020-06-01": "not_in_force"}, home, fact(kind, "2020-05-01")
            )
        for kind in ("arrest", "transfer", "in_custody", "exile", "exchange", "killing"):
            self.told({"2020-03-15": last, "2020-06-01": "not_in_force"}, home, fact(kind, "2020-05-01"))
        extended = fact("detention_extended", "2020-05-01")
        self.told({"2020-03-15": "in_force", "2020-05-01": "in_force", "2020-06-01": last}, home, extended)
        self.told({"2020-03-15": last}, home, fact("acquittal", "2020-03-10"))
        self.told({"2020-01-01": "not_recorded", "2020-02-15": "not_in_force"}, JAIL, FREE)
        self.told({"2020-03-15": "not_recorded", "2020-05-01": "not_in_force"}, FREE)
        self.told({"2020-05-01": "not_recorded"}, fact("amnesty", "2020-04-01"), extended)

    def test_a_travel_ban(self):
        self.track = "travel_ban"
        banned, lifted = fact("travel_ban", "2020-03-01"), fact("ban_lifted", "2020-05-01")
        self.told(
            {"2020-03-01": "in_force", "2020-04-01": "in_force", "2020-06-01": "not_in_force"}, banned, lifted
        )
        self.told({"2020-03-15": "undated", "2020-05-01": "in_force", "2020-06-01": "not_in_force"}, lifted)
        for kind in ("exchange", "left_country", "killing"):
            out = fact(kind, "2020-05-01")
            self.told(
                {"2020-04-01": "in_force_when_last_reported", "2020-06-01": "not_in_force"}, banned, out
            )
        self.told({"2020-06-01": "in_force_when_last_reported"}, banned, fact("release", "2020-05-01"))

    def test_abroad(self):
        self.track = "abroad"
        back = fact("returned", "2020-05-01")
        for kind in ("left_country", "exile", "expulsion"):
            self.told({"2020-04-01": "abroad", "2020-06-01": "not_abroad"}, fact(kind, "2020-03-01"), back)
            self.told({"2020-04-01": "abroad_when_last_reported"}, fact(kind, "2020-03-01"), JAIL)
        self.told({"2020-04-01": "undated", "2020-05-01": "abroad", "2020-06-01": "not_abroad"}, back)
        self.told({"2020-06-01": "not_recorded"}, fact("exchange", "2020-05-01"))


class AnswersTest(OracleTest):
    """The six answers."""

    def test_no_fact_vouches_past_another(self):
        for kind in ("acquittal", "house_arrest", "exile", "arrest"):
            between = fact(kind, "2020-03-01")
            self.told({"2020-02-15": LAST}, JAIL, between, FREE)

    def test_a_term_runs_out(self):
        self.told({"2020-03-21": LAST, "2020-03-22": "possibly"}, JAIL, JUDGED)
        self.told({"2020-03-22": "held"}, JAIL, JUDGED, FREE)
        partly = fact("sentence", "2020-03-01", term_days=20, suspended_days=10)
        self.told({"2020-03-11": LAST, "2020-03-12": "possibly"}, JAIL, partly)
        reduced = fact("appeal_decided", "2020-03-10", outcome="reduced", term_days=5)
        self.told({"2020-03-15": LAST, "2020-03-16": "possibly"}, JAIL, JUDGED, reduced)
        self.told({"2025-01-01": LAST}, JAIL, JUDGED, fact("sentence", "2020-03-02", life=True))
        self.told({"2025-01-01": LAST}, JUDGED, fact("arrest", "2020-03-02"))
        self.told({"2020-05-02": LAST}, JAIL, JUDGED, fact("in_custody", "2020-05-01"))
        absent = fact("left_country", "2020-01-01"), JUDGED, fact("in_custody", "2020-03-10")
        self.told({"2020-03-15": LAST, "2020-04-01": "possibly"}, *absent)
        end = {"2021-02-28": LAST, "2021-03-01": "possibly"}
        self.told(end, JAIL, fact("sentence", "2021-01-31", term_months=1))

    def test_between_an_end_and_what_presupposes_custody(self):
        again = fact("release", "2020-08-01")
        self.told(
            {"2020-06-01": "possibly", "2020-08-01": "held", "2020-09-01": "not_held"}, JAIL, FREE, again
        )
        arrest = fact("arrest", "2020-06-01")
        self.told({"2020-05-01": "not_held", "2020-07-01": "held"}, JAIL, FREE, arrest, again)
        sentence = fact("sentence", "2020-06-01")
        self.told({"2020-05-01": "not_held", "2020-07-01": "possibly"}, JAIL, FREE, sentence, again)
        suspended = fact("sentence", "2020-06-01", **SUSPENDED)
        self.told({"2020-05-01": "possibly", "2020-07-01": "possibly"}, JAIL, FREE, suspended, again)

    def test_nothing_says_when(self):
        arrest = fact("arrest", reported=date(2020, 5, 5))
        self.told(
            {"1990-01-01": "undated", "2020-05-04": "undated", "2020-05-05": LAST, "2021-01-01": LAST}, arrest
        )
        self.told({"2030-01-01": "undated"}, fact("arrest"))
        self.told({"1990-01-01": "undated", "2021-01-01": LAST}, fact("in_custody", "../2020-05-05"))
        self.told({"2019-01-01": "undated", "2020-04-01": "held", "2021-01-01": "not_held"}, arrest, FREE)
        seen = fact("in_custody", reported=date(2020, 5, 5))
        self.told({"2020-01-31": "not_recorded", "2020-03-01": LAST, "2020-06-01": LAST}, JAIL, seen)
        self.told({"2020-03-15": "not_recorded"}, fact("left_country", "2020-03"))
        out = fact("release", reported=date(2020, 5, 5))
        self.told({"2019-01-01": "undated", "2021-01-01": "not_held"}, out)
        self.told(
            {"2020-01-01": "not_recorded", "2020-03-01": "possibly", "2021-01-01": "not_held"}, JAIL, out
        )
        self.told({"2020-06-01": "undated"}, JAIL, FREE, fact("release", reported=date(2020, 7, 1)))
        self.told({"2019-01-01": "undated"}, fact("sentence", reported=date(2020, 5, 5)))

    def test_the_first_custody_fact_ahead_counts(self):
        left = fact("left_country", "2020-03-01")
        self.told({"2020-02-01": "not_recorded", "2020-03-15": "possibly"}, left, FREE)
        self.told({"2020-02-15": "undated", "2020-03-15": "possibly"}, JUDGED, FREE)


class MethodTest(OracleTest):
    """How an answer is found."""

    def test_the_fewest_unrecorded_facts(self):
        month = fact("arrest", "2020-03"), fact("release", "2020-03")
        self.told({"2020-02-29": "not_recorded", "2020-03-15": "possibly", "2020-04-01": "not_held"}, *month)
        self.told({"2020-04-01": LAST}, JAIL, *month)
        again = fact("acquittal", "2020-03-10"), fact("arrest", "2020-03")
        self.told({"2020-04-01": LAST}, JAIL, *again)
        gate = fact("release", "2020-03-01"), fact("arrest", "2020-03-01")
        self.told({"2020-02-15": "held", "2020-03-02": LAST}, JAIL, *gate)

    def test_positions_order_what_dates_leave_open(self):
        arrest, release = fact("arrest", "2020-03", position=2), fact("release", "2020-03", position=1)
        self.told({"2020-02-15": "undated", "2020-04-01": LAST}, arrest, release)
        late = fact("release", "2020-04-01", position=1)
        self.told({"2020-03-31": "held", "2020-05-01": "not_held"}, arrest, late)
        contradicts = fact("interrogation", "2020-06-01", position=0)
        self.told({"2020-02-15": "undated", "2020-04-01": LAST}, contradicts, arrest, release)
        self.told({"2020-02-15": "not_recorded"}, fact("arrest", "2020-03", position=3), contradicts)
        elsewhere = case(fact("arrest", "2020-01-05", position=1), release)
        self.told(
            {"2020-04-01": "possibly", "2020-02-15": "held"},
            case(fact("arrest", "2020-03", position=2)),
            elsewhere,
        )
        circle = (
            fact("interrogation", "2020-05-01", position=1),
            fact("release", position=2),
            fact("arrest", "2020-01-05", position=3),
        )
        self.told({"2020-01-05": "held", "2020-03-01": "possibly"}, *circle)
        talked = fact("interrogation", "2020-03-10", position=2)
        self.told({"2020-03-10": LAST}, fact("arrest", "2020-03", position=1), talked)

    def test_approximate_dates_are_wider_at_the_end_that_says_so(self):
        for text, first, last in (
            ("2020-03-10~", "2020-03-03", "2020-03-17"),
            ("2020-03?", "2020-01-30", "2020-05-01"),
            ("2020-21%", "2019-12-01", "2020-08-30"),
            ("2020~", "2018-12-31", "2022-01-01"),
            ("2020-03-10~/2020-05", "2020-03-03", "2020-05-31"),
            ("2020-03-10/2020-05~", "2020-03-10", "2020-07-01"),
            ("../2020-05-02~", None, "2020-05-09"),
        ):
            found = span(text)
            bounds = tuple(day and day.isoformat() for day in (found.first, found.last))
            self.assertEqual(bounds, (first, last), text)
        self.told({"2020-03-02": "not_recorded", "2020-03-17": LAST}, fact("arrest", "2020-03-10~"))

    def test_a_doubtful_date_proves_nothing(self):
        release = fact("release", "2020-03-10?")
        self.told({"2020-03-02": LAST, "2020-03-18": "possibly"}, JAIL, release)
        self.told({"2020-03-01": "undated", "2020-03-18": "possibly"}, release)
        self.told(
            {"2020-03-02": LAST, "2020-05-01": "not_held"},
            JAIL,
            fact("in_custody", "2020-03-10%"),
            fact("exile", "2020-04-01"),
        )
        self.told({"2020-06-01": "possibly"}, JAIL, death="2020-05-01?")

    def test_other_cases(self):
        for kind in ("left_country", "exile", "expulsion", "exchange"):
            away = case(fact(kind, "2020-04-01"))
            found = [
                case_answer(
                    (case(JAIL), away, case(fact("summons"))), number, "", "custody", date(2020, day, 1)
                )
                for number, day in ((0, 3), (0, 5), (1, 5), (2, 5))
            ]
            self.assertEqual(found, [LAST, "not_held", "not_held", "not_recorded"], kind)
        for kind in ("release", "parole", "bail", "pardon", "amnesty", "term_served"):
            freed = case(fact("arrest", "2020-01-05"), fact(kind, "2020-04-01"))
            self.told({"2020-05-01": "possibly"}, case(JAIL), freed)
            self.told({"2020-05-01": "held"}, case(JAIL, fact("in_custody", "2020-06-01")), freed)

    def test_what_ends_nothing_says_nothing_of_the_time_before_either(self):
        """An amnesty after a departure that another case tells: the release before it leaves custody open."""
        freed, left = case(fact("release", "2020-03-01")), case(fact("left_country", "2020-04-01"))
        amnesty = fact("amnesty", "2020-05-01")
        self.told({"2020-02-15": LAST, "2020-03-15": "possibly"}, case(JAIL, amnesty), freed, left)

    def test_what_other_cases_say_of_a_case(self):
        left, killed = case(fact("left_country", "2020-04-01")), case(fact("killing", "2020-04-01"))
        for first, second, answer in (
            (case(JUDGED), left, "not_held"),
            (case(fact("interrogation", "2020-03-01")), killed, "not_recorded"),
            (case(JAIL), killed, "not_held"),
            (case(JAIL), case(fact("release", "2020-01-15")), LAST),
        ):
            found = case_answer((first, second), 0, "", "custody", date(2020, 5, 1))
            self.assertEqual(found, answer, (first, second))

    def test_other_tracks_in_other_cases(self):
        """The definition speaks of custody here. A release leaves a house arrest open likewise; a ban that is
        lifted is the one of its case; whoever is back is back, whichever case tells of it."""
        for track, begins, ends, answer in (
            ("house_arrest", "house_arrest", "release", "possibly"),
            ("travel_ban", "travel_ban", "ban_lifted", "in_force_when_last_reported"),
            ("abroad", "exile", "returned", "not_abroad"),
        ):
            self.track = track
            freed = case(fact(ends, "2020-04-01"))
            self.told({"2020-05-01": answer}, case(fact(begins, "2020-03-01")), freed)
