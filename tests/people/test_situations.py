"""What is known of a person on a day: by hand-made histories, and against every possible world."""

import json
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from random import Random
from unittest import mock

import pytest
from django.test import SimpleTestCase

from people.api.case_facts import ANSWER_SLUGS
from people.choices import CaseEventKind
from people.situations import facts, possible_worlds
from people.situations import known as situations
from people.situations.effects import EFFECTS, TRACKS, Effect
from people.situations.known import known
from tests.people.facts import facts_of
from tests.people.histories import Fact, History
from tests.people.random_people import random_day, random_person
from tests.people.worlds import case_answer, person_answer

CASES = json.loads((Path(__file__).parent / "situations.json").read_text())


def words(strengths):
    """{track: answer} of what is known by track."""
    return {track: ANSWER_SLUGS[track][one.strength] for track, one in zip(TRACKS, strengths, strict=True)}


def drawn(seed):
    """A random person and a day to ask about."""
    rng = Random(seed)
    histories, death = random_person(rng)
    return histories, death, random_day(rng, histories)


def given():
    """The hand-made histories, each with each day that is asked about."""
    for one in CASES:
        histories = tuple(History(tuple(Fact(**fact) for fact in case)) for case in one["cases"])
        yield from ((histories, "", date.fromisoformat(day)) for day in one["answers"])


def told(histories, death, day):
    """What the product knows: for each case, and for the person."""
    cases, person = known([facts_of(history) for history in histories], death, day)
    return [words(case) for case in cases], words(person)


def expected(histories, death, day):
    """What the possible worlds tell, likewise."""
    cases = [
        {track: case_answer(histories, number, death, track, day) for track in TRACKS}
        for number in range(len(histories))
    ]
    return cases, {track: person_answer(histories, death, track, day) for track in TRACKS}


class TableTest(SimpleTestCase):
    def test_every_kind_of_event_has_a_row(self):
        self.assertEqual(set(EFFECTS), set(CaseEventKind))


class WorldsTest(SimpleTestCase):
    """The product against a second computation, which builds every possible world."""

    def assert_agree(self, seeds):
        for seed in seeds:
            with self.subTest(seed=seed):
                self.assertEqual(told(*drawn(seed)), expected(*drawn(seed)))

    def test_random_histories(self):
        self.assert_agree(range(150))

    @pytest.mark.long
    def test_many_random_histories(self):
        self.assert_agree(range(20_000))


class FaultsTest(SimpleTestCase):
    """Faults planted in the product are found by the random histories."""

    def row(self, kind, **changed):
        return mock.patch.dict(EFFECTS, {kind: EFFECTS[kind]._replace(**changed)})

    def faults(self):
        """{what is wrong: patches}."""
        never = mock.patch.object
        return {
            "a second source is worth no more than the first": [
                self.row(CaseEventKind.IN_CUSTODY, custody=Effect.NOTHING)
            ],
            "an arrest leaves a house arrest as it was": [
                self.row(CaseEventKind.ARREST, house_arrest=Effect.NOTHING)
            ],
            "an exit leaves a travel ban as it was": [
                self.row(CaseEventKind.LEFT_COUNTRY, travel_ban=Effect.NOTHING)
            ],
            "an acquittal ends custody": [self.row(CaseEventKind.ACQUITTAL, custody=Effect.STOPS)],
            "a pardon presupposes custody": [self.row(CaseEventKind.PARDON, custody=Effect.ENDS)],
            "no fact is unrecorded": [never(possible_worlds, "unrecorded", lambda *given: 0)],
            "positions order nothing": [never(situations, "_before", lambda *given: 0)],
            "approximate dates are exact": [
                never(module, "interval", lambda fact: facts.interval_of(fact.edtf.strip("~")))
                for module in (situations, facts)
            ],
            "doubtful dates are sure": [never(situations, "_subsets", lambda doubts: [set()])],
            "no term runs out": [never(situations, "term_of", lambda *given: {})],
            "a suspended sentence is one to prison": [never(facts, "is_unsuspended", lambda fact: True)],
            "a release in another case changes nothing": [
                never(situations, "UNSETTLES_ELSEWHERE", frozenset())
            ],
            "the first answer of several is taken": [never(situations, "join", lambda found: min(found))],
        }

    def test_each_is_found(self):
        people = [*given(), *map(drawn, range(400))]
        right = [told(*person) for person in people]
        for fault, patches in self.faults().items():
            with self.subTest(fault=fault), ExitStack() as stack:
                situations._answers.cache_clear()
                for patch in patches:
                    stack.enter_context(patch)
                self.assertTrue(any(told(*one) != known for one, known in zip(people, right, strict=True)))
        situations._answers.cache_clear()
