"""The facts of a person's cases, and the days on which each may have happened."""

from bisect import bisect_left
from calendar import monthrange
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple

from people.choices import CaseEventKind, ChargeStage
from tracker.records.values.dates.partial_dates import understand

from .effects import (
    EFFECTS,
    OUTCOMES,
    Effect,
    Effects,
)

BEFORE_ALL, AFTER_ALL = 0, date.max.toordinal() + 1  # days as numbers
NO_TERM = (0, 0)
STANDING = (ChargeStage.ACCUSED, ChargeStage.CHARGED, ChargeStage.INDICTED, ChargeStage.CONVICTED)


class Fact(NamedTuple):
    """An event of a case. `reported` is the last day on which the newest source cited for it appeared."""

    kind: str
    edtf: str = ""
    reported: date | None = None
    position: int | None = None
    term: tuple[int, int] | None = None  # months and days; None: of unknown length
    suspended: tuple[int, int] = NO_TERM
    life: bool = False
    outcome: str = ""


class Accusation(NamedTuple):
    """A charge of a case."""

    stage: str
    edtf: str = ""


class CaseHistory(NamedTuple):
    """What is recorded of one case."""

    facts: tuple[Fact, ...] = ()
    charges: tuple[Accusation, ...] = ()


class Interval(NamedTuple):
    """The days on which something can have happened, and whether its date is doubtful."""

    first: int
    last: int
    dated: bool  # whether the date has a beginning
    doubtful: bool


def effects_of(fact):
    """What a fact does to the person, unless another fact of the case contradicts it."""
    if fact.kind == CaseEventKind.SENTENCE and not is_unsuspended(fact):
        return Effects(Effect.SUSPENDS)
    if fact.kind == CaseEventKind.APPEAL_DECIDED:
        suspended = fact.term is not None and not is_unsuspended(fact)
        return Effects(Effect.UNSETTLES) if suspended else OUTCOMES.get(fact.outcome, Effects())
    return EFFECTS[fact.kind]


def is_unsuspended(fact):
    """Whether a sentence means prison: for life, of unknown length, or longer than its suspended part."""
    if fact.life or fact.term is None:
        return True
    (months, days), (months_off, days_off) = fact.term, fact.suspended
    return (months - months_off) * 30.4375 + days - days_off > 0


def acquits(fact):
    kinds = (CaseEventKind.ACQUITTAL, CaseEventKind.CHARGES_DROPPED, CaseEventKind.APPEAL_DECIDED)
    return fact.kind in kinds and fact.outcome in ("", "acquitted")


def remaining_after(fact, history):
    """(The day from which another charge or a sentence remains after an acquittal, None: never;
    whether a sentence of that day perhaps remains)."""
    charges = sorted((interval_of(charge.edtf).first, charge.stage in STANDING) for charge in history.charges)
    stand = [day for day, stands in charges if stands]
    # another charge besides the one with the acquittal, and one of the two still remains
    days = [max(charges[1][0], stand[0])] if len(charges) > 1 and stand else []
    when = interval(fact)
    sentences = [one for one in history.facts if one.kind == CaseEventKind.SENTENCE and is_unsuspended(one)]
    given = [interval(one) for one in sentences]
    if any(one[:2] == when[:2] and one.first == one.last for one in given):
        return BEFORE_ALL, False
    return min(days, default=None), any(one.first <= when.last and when.first <= one.last for one in given)


def term_of(fact, first, last, day):
    """When the term of a fact ends, and the days that decide whether it is over: when it may end, and
    the first day from which a term still runs on the given day."""
    if fact.life:
        return {"term": lambda start: AFTER_ALL}
    if fact.term is None:
        return {}
    end = partial(end_of_term, fact)
    days = range(max(first, 1), min(last, AFTER_ALL - 1) + 1)
    runs = days.start + bisect_left(days, day, key=end)
    return {"term": end, "cuts": (runs, end(days.start) + 1, end(days.stop - 1) + 1)}


def end_of_term(fact, start):
    """The last day (a number) of a term from `start`, without the suspended part."""
    if not 0 < start < AFTER_ALL:
        return start
    months, days = (one - less for one, less in zip(fact.term, fact.suspended, strict=True))
    begun = date.fromordinal(start)
    year, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    if not 1 <= year <= date.max.year:
        return AFTER_ALL
    day = min(begun.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day).toordinal() + days


@lru_cache(maxsize=8192)
def interval(fact):
    """When a fact can have happened. A fact without a last day happened by the date of its newest source."""
    found = interval_of(fact.edtf)
    if found.last == AFTER_ALL and fact.reported and fact.reported.toordinal() >= found.first:
        return found._replace(last=fact.reported.toordinal())
    return found


@lru_cache(maxsize=8192)
def interval_of(text):
    """The possible interval of a partial date."""
    if not text:
        return Interval(BEFORE_ALL, AFTER_ALL, False, False)
    moment = understand(text)
    first, last = moment.possible
    return Interval(
        first.toordinal() if first else BEFORE_ALL,
        last.toordinal() if last else AFTER_ALL,
        first is not None,
        not moment.sure,
    )
