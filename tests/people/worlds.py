"""What is known of a person on a day, found the slow way: every possible world is built and read.

A world puts every fact on one day of its possible interval, in one order. It is read from left to right, for
one case and one track at a time; the worlds with the fewest unrecorded facts count, and what they agree on is
the answer. Nothing here is shared with what the program does: it is written from the definition alone, so
that the two can be compared.

In here the answers of every track have custody's words; `case_answer` and `person_answer` put in the track's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, combinations

from tests.people.histories import (
    EXIT,
    LET_OFF,
    REACHES_OTHER_CASES,
    SEEN_HELD,
    SPEAKS,
    Charge,
    Fact,
    Happening,
    History,
    Span,
    World,
    has_term,
    span,
    term_end,
)
from tests.people.reading import HELD, LAST, NOT_HELD, NOT_RECORDED, ORDER, POSSIBLY, UNDATED, WORDS, Reading

__all__ = ["Charge", "Fact", "History", "case_answer", "person_answer"]

DAY = timedelta(days=1)


# The kinds by which facts can be missing on a track; of custody almost all.
CAN_MISS = {"house_arrest": {"house_arrest"}, "travel_ban": {"travel_ban", "ban_lifted"}}
CAN_MISS |= {"abroad": EXIT | {"returned"}, "custody": SPEAKS}


class Worlds:
    """All worlds of these happenings that have the fewest unrecorded facts."""

    def __init__(self, happenings: Sequence[Happening], histories: Sequence[History], asked: date):
        self.happenings = happenings
        self.histories = histories
        self.asked = asked
        self.days = self._universe()
        self.obey = True

    def _universe(self) -> list[date]:
        """Each recorded day, the asked one, the days around them, and one beyond at either end."""
        spans = [each.span for each in self.happenings]
        spans += [span(charge.date) for history in self.histories for charge in history.charges]
        known = {self.asked} | {day for each in spans for day in days_of(each)}
        for each in self.happenings:
            end = term_end(each.fact, self.asked)
            if end and end != date.max:  # the days of the fact on which its term runs out when it is asked
                known |= {self.asked - (end - self.asked) + DAY * shift for shift in range(-4, 5)}
        days = {day + DAY * shift for day in known for shift in (-1, 0, 1)}
        return sorted({min(days) - DAY, *days, max(days) + DAY})

    def fewest(self) -> list[World]:
        for self.obey in (True, False):  # positions that no world can keep are ignored
            if next(self._grow((), [], len(self.happenings) * 9), None) is not None:
                break
        budget = 0
        while not (found := list(self._grow((), self._readings(()), budget))):
            budget += 1
        return found

    def _grow(self, world: World, readings: list[Reading], budget: int) -> Iterator[World]:
        if sum(reading.unrecorded for reading in readings) > budget:
            return
        waiting = [each for each in self.happenings if each.number not in {placed.number for placed in world}]
        # Whether a sentence of the same day stands is known at the end only, and never lowers the sum.
        if not waiting and sum(reading.unrecorded for reading in self._readings(world)) <= budget:
            yield world
        for each in self._next_of(waiting):
            for day in self.possible_days(each, world[-1].day if world else self.days[0]):
                new = replace(each, day=day)
                yield from self._grow((*world, new), [reading.plus(new) for reading in readings], budget)

    def _readings(self, world: World) -> list[Reading]:
        kinds = {(each.case, each.fact.kind) for each in self.happenings}
        pairs = {(case, track) for case, kind in kinds for track in CAN_MISS if kind in CAN_MISS[track]}
        return [Reading(world, self.histories, case, track) for case, track in pairs if case is not None]

    def _next_of(self, waiting: list[Happening]) -> list[Happening]:
        if not self.obey:
            return waiting
        return [each for each in waiting if not any(other.comes_before(each) for other in waiting)]

    def possible_days(self, each: Happening, not_before: date) -> list[date]:
        """The days for the next happening. Where only the order counts, worlds that put it on another day
        on the same side of the asked one say the same, and the first leaves the most room to the rest."""
        days = self.every_day(each, not_before)
        if self._day_matters(each):
            return days
        sides = {(day > self.asked) - (day < self.asked): day for day in reversed(days)}
        return sorted(sides.values())

    def _day_matters(self, each: Happening) -> bool:
        """Whether more than its order counts: its term, whether a term was over, or what stands that day."""
        if each.fact.kind in SEEN_HELD | {"detention_extended"}:
            return any(has_term(other.fact) for other in self.happenings if other.case == each.case)
        return each.fact.kind in LET_OFF | {"sentence"} or has_term(each.fact)

    def every_day(self, each: Happening, not_before: date) -> list[date]:
        first, last = each.span.first or self.days[0], each.span.last or self.days[-1]
        return [day for day in self.days if max(first, not_before) <= day <= last]


def days_of(interval: Span) -> set[date]:
    """Both ends, and all days between if it is short."""
    ends = {day for day in (interval.first, interval.last) if day}
    if len(ends) == 2 and max(ends) - min(ends) < DAY * 20:
        return {min(ends) + DAY * number for number in range((max(ends) - min(ends)).days + 1)}
    return ends


@lru_cache(maxsize=64)
def fewest(acting: tuple[Happening, ...], histories: tuple[History, ...], asked: date) -> tuple[World, ...]:
    return tuple(Worlds(acting, histories, asked).fewest())


def case_answer(histories: Sequence[History], index: int, death: str, track: str, day: date) -> str:
    """What is known of one case of a person on a day: with and without each fact whose date is doubtful."""
    whole = happenings(histories, index, death)
    doubtful = [each for each in whole if each.span.doubtful]
    subsets = chain.from_iterable(combinations(doubtful, size) for size in range(len(doubtful) + 1))
    found = {
        certain_answer([each for each in whole if each not in left_out], histories, index, track, day)
        for left_out in subsets
    }
    return in_words(with_and_without(found), track)


def person_answer(histories: Sequence[History], death: str, track: str, day: date) -> str:
    """The strongest answer over the cases of a person."""
    order = [in_words(answer, track) for answer in ORDER]
    cases = histories or (History(()),)
    return min((case_answer(cases, index, death, track, day) for index in range(len(cases))), key=order.index)


def in_words(answer: str, track: str) -> str:
    on, off = WORDS[track]
    return off if answer == NOT_HELD else answer.replace(HELD, on)


def happenings(histories: Sequence[History], index: int, death: str) -> list[Happening]:
    """What takes part in the worlds of a case: no other case that cannot reach it, nothing that is mute."""
    told = [(None, Fact("death", death))] if death else []
    for case, history in enumerate(histories):
        if case == index or any(fact.kind in REACHES_OTHER_CASES for fact in history.facts):
            told += [(case, fact) for fact in history.facts if has_part(fact, case == index)]
    return [
        Happening(case, number, fact, span(fact.date, fact.reported))
        for number, (case, fact) in enumerate(told)
    ]


def has_part(fact: Fact, asked: bool) -> bool:
    """What says nothing itself still orders the others if it has a position."""
    tells = fact.kind in SPEAKS or (asked and fact.kind == "imprisonment_unspecified")
    return tells or fact.position is not None or has_term(fact)


def certain_answer(
    taken: Sequence[Happening], histories: Sequence[History], index: int, track: str, day: date
) -> str:
    """The answer if each of these facts is taken as certain: what all worlds agree on."""
    prison = [each for each in taken if each.case == index and each.fact.kind == "imprisonment_unspecified"]
    overlay = min((at_some_time(each, day) for each in prison), key=ORDER.index, default=NOT_RECORDED)
    overlay = overlay if track == "custody" else NOT_RECORDED
    acting = tuple(each for each in taken if each not in prison or each.fact.position is not None)
    found = {
        Reading(world, histories, index, track).answer(day, overlay)
        for world in fewest(acting, tuple(histories), day)
    }
    return what_worlds_agree_on(found)


def what_worlds_agree_on(found: set[str]) -> str:
    if UNDATED in found and found <= {UNDATED, NOT_HELD, NOT_RECORDED}:
        return UNDATED
    return NOT_RECORDED if found == {NOT_HELD, NOT_RECORDED} else either(found)


def with_and_without(found: set[str]) -> str:
    return UNDATED if found == {UNDATED, NOT_RECORDED} else either(found)


def either(found: set[str]) -> str:
    if len(found) == 1:
        return next(iter(found))
    return LAST if found == {HELD, LAST} else POSSIBLY


def at_some_time(prison: Happening, day: date) -> str:
    """Imprisoned at some time: possibly on the days of its date; undated if that has no beginning."""
    first, last = prison.span.first, prison.span.last
    if not prison.fact.date:
        return UNDATED
    if last is not None and day > last:
        return NOT_RECORDED
    if first is None:
        return UNDATED
    return POSSIBLY if first <= day else NOT_RECORDED
