"""What is known about a person on the requested days: one day, a period, or the time of a dialogue."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from people.choices import Open
from tracker.records.values.dates.days import Days

from .case_open import openness
from .effects import TRACKS
from .facts import CaseHistory
from .known import Known, change_days, known, latest
from .possible_worlds import join
from .states import CUSTODY, Strength

DAY = timedelta(days=1)
occasions = {}  # parameter -> model with `took_place()`; later apps add theirs
OPENNESS = [Open.NO, Open.UNDATED, Open.POSSIBLE, Open.CERTAIN]  # from the weakest to the strongest


class Situation(NamedTuple):
    """What is known about a person by track, and about each case: by track, and whether it was open."""

    person: list[Known]
    cases: list[list[Known]]
    opened: list[Open]


class Stretch(NamedTuple):
    """Consecutive days from `first` to `last` with the same answers."""

    first: date
    last: date
    situation: Situation


def on_day(histories: Sequence[CaseHistory], death: str, day: date) -> Situation:
    cases, person = known(histories, death, day)
    return Situation(person, cases, [_open(*one, death, day) for one in zip(histories, cases, strict=True)])


def _open(history, answers, death, day):
    """Whether a case was open. It cannot be closed while its person is held for it."""
    held = answers[CUSTODY].strength >= Strength.LAST_REPORTED
    answer = openness(history, death, day)
    return Open.POSSIBLE if held and answer == Open.NO else answer


def spans(histories, death, first=date.min, last=date.max) -> list[Stretch]:
    """What is known between two days, as stretches of days."""
    days = [first, *(day for day in change_days(histories, death) if first < day <= last)]
    ends = [*(day - DAY for day in days[1:]), last]
    return [Stretch(day, end, on_day(histories, death, day)) for day, end in zip(days, ends, strict=True)]


def situation(histories, death, days: Days) -> Situation:
    """What is known about a period: the strongest answer of its days. If the days are not known exactly:
    what is true wherever they are."""
    if days.is_day:
        return on_day(histories, death, days.first_start)
    stretches = spans(histories, death, days.first_start, days.last_end)
    return Situation(
        [_best(placings(stretches, days, latest, person(track))) for track in range(len(TRACKS))],
        [
            [_best(placings(stretches, days, latest, of_case(case, track))) for track in range(len(TRACKS))]
            for case in range(len(histories))
        ],
        [
            _opened(placings(stretches, days, OPENNESS.index, openness_of(case)))
            for case in range(len(histories))
        ],
    )


def person(track):
    return lambda one: one.person[track]


def of_case(case, track):
    return lambda one: one.cases[case][track]


def openness_of(case):
    return lambda one: one.opened[case]


def placings(stretches, days, key, of: Callable):
    """The strongest answer of the days, for each possible placement of them."""
    found = []
    for number, start in enumerate(stretches):
        if start.first > days.last_start:
            break
        best = of(start.situation)
        for end in stretches[number:]:
            best = max(best, of(end.situation), key=key)
            if end.last >= days.first_end:
                found.append(best)
    return found


def possible_stretches(histories, death, days, of):
    """(first, last, strength) of the days on which it may have been so, within the requested days."""
    found = []
    for stretch in spans(histories, death, days.first_start, days.last_end):
        strength = of(stretch.situation).strength
        if strength <= Strength.NOT_SO:
            continue
        if found and found[-1][1] == stretch.first - DAY and found[-1][2] == strength:
            found[-1] = (found[-1][0], stretch.last, strength)
        else:
            found.append((stretch.first, stretch.last, strength))
    return found


def _best(found):
    strength = join(one.strength for one in found)
    if strength == Strength.NOT_RECORDED:
        return Known(strength)
    return Known(strength, max(found, key=lambda one: latest(one)[1]).basis)


def _opened(found):
    if len(set(found)) == 1:
        return found[0]
    return Open.UNDATED if set(found) == {Open.NO, Open.UNDATED} else Open.POSSIBLE
