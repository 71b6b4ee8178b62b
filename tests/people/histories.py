"""A person's cases in plain values, and on which days their facts can have happened: see `worlds`."""

import calendar
import datetime
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.records.values.dates.partial_dates import understand

# Kinds that do the same on every track.
ARREST = {"arrest", "detention"}
SEEN_HELD = {"in_custody", "transfer"}
FREED = {"release", "parole", "bail"}
PARDONED = {"pardon", "amnesty", "term_served"}
EXIT = {"left_country", "exile", "expulsion"}
VANISHED = {"enforced_disappearance", "abduction"}
DIED = {"killing", "death_in_custody", "death"}  # "death" stands here for the person's own date
LET_OFF = {"acquittal", "charges_dropped", "verdict_annulled", "appeal_decided"}
STANDING = {"accused", "charged", "indicted", "convicted"}
REACHES_OTHER_CASES = FREED | PARDONED | EXIT | DIED | {"exchange", "returned", "ban_lifted"}
SPEAKS = ARREST | SEEN_HELD | VANISHED | LET_OFF | REACHES_OTHER_CASES
SPEAKS |= {"detention_extended", "house_arrest", "travel_ban", "sentence"}


@dataclass(frozen=True)
class Fact:
    kind: str
    date: str = ""  # EDTF, "" if it is not stated
    reported: datetime.date | None = None  # of a fact without a date: it had happened by then
    position: int | None = None  # order among the facts of its case
    term_months: int | None = None
    term_days: int | None = None
    suspended_months: int | None = None
    suspended_days: int | None = None
    life: bool | None = None
    outcome: str = ""  # of appeal_decided


@dataclass(frozen=True)
class Charge:
    stage: str
    date: str = ""


@dataclass(frozen=True)
class History:
    """One case of a person."""

    facts: tuple[Fact, ...]
    charges: tuple[Charge, ...] = ()


# Dates


@dataclass(frozen=True)
class Span:
    """The days on which something can have happened; a bound is None where nothing is known of it."""

    first: date | None
    last: date | None
    doubtful: bool = False


def span(edtf: str, reported: datetime.date | None = None) -> Span:
    if not edtf:
        return Span(None, reported)
    understood = understand(edtf)
    start, _, end = understood.edtf.partition("/")
    first, last = understood.earliest, understood.latest
    return Span(
        first and first - unit(start),
        last and last + unit(end or start),
        any(mark in understood.edtf for mark in "?%"),
    )


def unit(point: str) -> timedelta:
    """How far a qualifier moves the bound that this point of an EDTF text sets."""
    if not point or point[-1] not in "?~%":
        return timedelta(0)
    year, month, day = (*point[:-1].split("-"), "XX", "XX")[:3]
    if "X" in year:
        return timedelta(days=3653 if year.count("X") == 1 else 36525)
    if month == "XX":
        return timedelta(days=366)
    if int(month) > 12:
        return timedelta(days=91)
    return timedelta(days=31 if day == "XX" else 7)


# Terms


def term_end(fact: Fact, day: date) -> date | None:
    """When the term runs out, less its suspended part, if it was given on this day. None: no term is told."""
    if fact.life:
        return date.max
    if fact.term_months is None and fact.term_days is None:
        return None
    months = (fact.term_months or 0) - (fact.suspended_months or 0)
    return add_months(day, months) + timedelta(days=(fact.term_days or 0) - (fact.suspended_days or 0))


def has_term(fact: Fact) -> bool:
    return bool(fact.life) or fact.term_months is not None or fact.term_days is not None


def add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def unsuspended(fact: Fact, day: date) -> bool:
    end = term_end(fact, day)
    return end is None or end > day


# Facts in worlds


@dataclass(frozen=True)
class Happening:
    """A fact that takes part in worlds: of which case (None: of the person), on which day of this world."""

    case: int | None
    number: int
    fact: Fact
    span: Span
    day: date = date.min

    def comes_before(self, other: "Happening") -> bool:
        """Whether the positions say so and the dates do not say the opposite."""
        mine, yours = self.fact.position, other.fact.position
        if self.case != other.case or mine is None or yours is None or mine >= yours:
            return False
        return self.span.first is None or other.span.last is None or self.span.first <= other.span.last


World = tuple[Happening, ...]
