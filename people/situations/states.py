"""The state of a person at one moment of a possible world, and how certain it is."""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from .effects import TRACKS, Effects

CUSTODY, HOUSE_ARREST, TRAVEL_BAN, ABROAD = range(len(TRACKS))


class Strength(IntEnum):
    """The answers from the weakest to the strongest."""

    NOT_RECORDED = 0
    NOT_SO = 1
    UNDATED = 2
    POSSIBLY = 3
    LAST_REPORTED = 4
    SO = 5


class Answer(NamedTuple):
    """An answer, and the index of the fact that supports it, or None."""

    strength: Strength
    basis: int | None = None


class Tangled(Exception):
    """There are too many possible orders to walk."""


class WorldFact(NamedTuple):
    """A fact in the form that the walk needs. It happened on a day from `first` to `last`."""

    index: int
    case: int | None  # None: of every case
    effects: Effects
    first: int
    last: int
    dated: bool = True  # whether the date has a beginning
    vouches: bool = False  # whether it proves custody on its own day, whatever was before
    of_house_arrest: bool = False  # whether it is about the house arrest, if there is one
    mute_from: int | None = None  # the day from which it says nothing, since another fact remains
    may_be_mute: bool = False  # whether it says nothing in some worlds
    term: Callable[[int], int] | None = None  # from the day of the fact to the last day of its term
    cuts: tuple[int, ...] = ()  # additional days at which the days are cut
    death: bool = False
    elsewhere: Effects = Effects()  # what it does to the other cases
    unsettles_elsewhere: bool = False
    after: int = 0  # one bit for each item that comes before it


class Status(IntEnum):
    NEVER = 0  # no fact so far
    SO = 1
    OPEN = 2  # it began once, and nothing says whether it continues
    MISSING = 3  # the person disappeared
    SENTENCED = 4  # there is only a sentence
    OVER = 5


RECORDED = (Status.SO, Status.OPEN)
BEGUN = (*RECORDED, Status.MISSING)
UNDER_WAY = (*BEGUN, Status.SENTENCED)


class State(NamedTuple):
    """The state of one track of one case, and the index of the fact that led to it.

    `vague` until that day: a beginning is only known from facts whose date has no first day.
    """

    status: Status = Status.NEVER
    basis: int | None = None
    vague: int = 0
    unsettled: bool = False  # whether the person was released in another case since the last own fact


class CaseState(NamedTuple):
    tracks: tuple[State, ...] = (State(),) * len(TRACKS)
    term: tuple[int, int] | None = None  # from when to when the last term of this custody can have ended


class World(NamedTuple):
    cases: tuple[CaseState, ...]
    dead: bool = False


class DayAnswer(NamedTuple):
    """What is known about the day: the best answer so far, and one that a later fact may still change."""

    best: Answer = Answer(Strength.NOT_RECORDED)
    waiting: State | None = None
    otherwise: Answer = Answer(Strength.NOT_RECORDED)  # if no later fact says more
