"""The oracle may leave out worlds that say nothing new: with all of them its answers are the same."""

from datetime import date
from random import Random
from unittest import TestCase, mock

from tests.people import worlds
from tests.people.histories import History, span
from tests.people.random_people import random_day, random_person
from tests.people.reading import WORDS
from tests.people.worlds import person_answer


class RandomPeopleTest(TestCase):
    def test_worlds_that_are_left_out_say_nothing_else(self):
        rng = Random(7)
        for _ in range(80):
            histories, death = random_person(rng)
            day = random_day(rng, histories)
            if not is_small(histories):
                continue
            short = all_answers(histories, death, day)
            with mock.patch.object(worlds.Worlds, "possible_days", worlds.Worlds.every_day):
                self.assertEqual(short, all_answers(histories, death, day), (histories, death, day))


def is_small(histories: tuple[History, ...]) -> bool:
    """Whether every world can be built without leaving any out."""
    spans = [span(each.date, each.reported) for history in histories for each in history.facts]
    wide = [each for each in spans if not (each.first and each.last) or (each.last - each.first).days > 6]
    return len(spans) < 6 and len(wide) < 2


def all_answers(histories: tuple[History, ...], death: str, day: date) -> list[str]:
    worlds.fewest.cache_clear()
    return [person_answer(histories, death, track, day) for track in WORDS]
