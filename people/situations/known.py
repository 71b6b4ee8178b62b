"""What is known about a person on a day: in custody, under house arrest, banned from travel, abroad.

`known` is a pure function from the facts of a person's cases to answers; it asks no database. A fact happens
on one day of its possible interval, so there are many possible worlds. Only those count that need the fewest
unrecorded facts; `possible_worlds` walks them. The answer is what all of them have in common.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from people.choices import CaseEventKind

from .effects import (
    DEATH,
    DEATHS,
    EFFECTS,
    ENDS_ELSEWHERE,
    SPEAKS_OF_HOUSE_ARREST,
    TRACKS,
    UNSETTLES_ELSEWHERE,
    Effect,
    Effects,
)
from .facts import (
    AFTER_ALL,
    BEFORE_ALL,
    CaseHistory,
    Fact,
    acquits,
    effects_of,
    end_of_term,
    interval,
    interval_of,
    remaining_after,
    term_of,
)
from .possible_worlds import join, walk
from .states import CUSTODY, Strength, Tangled, WorldFact

MOST_DOUBTS = 6
MOST_STEPS = 16_000  # in all walks for one answer; beyond that, the answer is the cautious one


class Known(NamedTuple):
    """An answer with the fact that it rests on."""

    strength: Strength
    basis: Fact | None = None


def known(histories: Sequence[CaseHistory], death: str, day: date) -> tuple[list[list[Known]], list[Known]]:
    """What is known on a day: for each case, and for the person, by track in the order of TRACKS."""
    answers = _answers(tuple(histories), death, day.toordinal())
    return answers, [max((case[track] for case in answers), key=latest, default=NOTHING) for track in RANGE]


def change_days(histories: Sequence[CaseHistory], death: str) -> list[date]:
    """The days on which the answers may differ from the day before, in order."""
    facts = [fact for history in histories for fact in history.facts] + [Fact("death", death)] * bool(death)
    charges = [interval_of(charge.edtf) for history in histories for charge in history.charges]
    bounds = {bound for one in [*map(interval, facts), *charges] for bound in one[:2]}
    days = {day for bound in bounds for day in (bound, bound + 1)}
    for fact in facts:
        if fact.term and not fact.life:
            first, last = interval(fact)[:2]
            starts = {max(first, 1), *(day for day in days if first <= day <= last)}
            days |= {end_of_term(fact, start) + 1 for start in starts if 0 < start < AFTER_ALL}
    return [date.fromordinal(day) for day in sorted(days) if 0 < day < AFTER_ALL]


RANGE = range(len(TRACKS))
NOTHING = Known(Strength.NOT_RECORDED)


def latest(one):
    """Sort key: by strength, then by the date of the fact."""
    return one.strength, interval(one.basis)[1::-1] if one.basis else (BEFORE_ALL,) * 2


@lru_cache(maxsize=256)
def _answers(histories, death, day):
    """What is known on a day (a number), for each case and track."""
    if not histories:
        return []
    entries = [(number, fact) for number, history in enumerate(histories) for fact in history.facts]
    entries += [(None, Fact("death", death))] if death else []
    doubts = [entry for entry in entries if interval(entry[1]).doubtful]
    found = [[[] for _ in RANGE] for _ in histories]
    subsets = _subsets(doubts)
    for left_out in subsets:
        others = [entry for entry in entries if entry not in left_out]
        for case, of_case in enumerate(_of_worlds(histories, others, day, MOST_STEPS // len(subsets))):
            for track, one in enumerate(of_case):
                found[case][track].append(one)
    return [
        [_joined(ones, _doubted(history, track)) for track, ones in enumerate(case)]
        for history, case in zip(histories, found, strict=True)
    ]


def _doubted(history, track):
    """What the answers with and without a doubtful fact have in common, since such a fact proves nothing.

    An end without a known beginning, such as a doubtful departure, does not make custody possible.
    """
    affected = any(effects_of(fact)[track] not in (Effect.NOTHING, Effect.STOPS) for fact in history.facts)

    def common(strengths):
        found = set(strengths)
        not_so = Strength.NOT_SO in found and max(found) <= Strength.UNDATED and len(found) > 1
        return Strength.POSSIBLY if not_so and (affected or Strength.UNDATED in found) else join(found)

    return common


def _subsets(doubts):
    """The sets of doubtful facts to leave out: every subset, or, if there are many, each one and all."""
    sizes = range(len(doubts) + 1) if len(doubts) <= MOST_DOUBTS else (0, 1, len(doubts) - 1, len(doubts))
    return [set(some) for size in sizes for some in combinations(doubts, size)]


def _joined(ones, common=None):
    """What several answers have in common, with the latest fact that one of them rests on."""
    strength = (common or join)(one.strength for one in ones)
    bases = [one.basis for one in ones if one.basis]
    if strength == Strength.NOT_RECORDED or not bases:
        return Known(strength)
    return Known(strength, max(bases, key=lambda fact: interval(fact)[1::-1]))


def _of_worlds(histories, entries, day, most):
    """What these facts say about the day, for each case and track."""
    answers = _walked(histories, entries, day, most)
    deaths = [fact for case, fact in entries if case is None or fact.kind in DEATHS]
    if any(interval(fact).last < day for fact in deaths if not interval(fact).doubtful):
        return answers
    for case, fact in entries:
        if fact.kind == CaseEventKind.IMPRISONMENT_UNSPECIFIED:
            answers[case][CUSTODY] = max(answers[case][CUSTODY], _some_time(fact, day), key=latest)
    return answers


def _walked(histories, entries, day, most):
    """As above, without prison terms of unknown dates.

    Cases that are not affected by facts of other cases are walked one by one, and so are cases that together
    are too tangled.
    """
    facts, items = _items(histories, entries, day)
    cases = range(len(histories))
    if any(_reaches(item) for item in items):
        try:
            return _in_worlds(facts, items, len(histories), day, most)
        except Tangled:
            pass
    found = []
    for case in cases:
        pairs = [(fact, item) for fact, item in zip(facts, items, strict=True) if _concerns(item, case)]
        facts_of_case = [fact for fact, _ in pairs]
        places = {None: None, case: 0}  # the other cases are kept apart from the one that is walked
        alone = [item._replace(case=places.get(item.case, (item.case or 0) + 1)) for _, item in pairs]
        try:
            found += _in_worlds(facts_of_case, alone, 1, day, most // len(histories))
        except Tangled:
            found.append([_untangled(facts_of_case, alone, track, day) for track in RANGE])
    return found


def _reaches(item):
    """Whether a fact affects cases other than its own."""
    vague_death = item.case is None and item.first != item.last
    return item.elsewhere != Effects() or item.unsettles_elsewhere or vague_death


def _concerns(item, case):
    return item.case in (None, case) or _reaches(item)


def _in_worlds(facts, items, cases, day, most):
    """What the worlds of these facts say, by case and track. Positions that cannot hold are ignored."""
    items = [item._replace(index=bit) for bit, item in enumerate(items)]
    items = [
        item._replace(after=_before(item, fact, items, facts))
        for item, fact in zip(items, facts, strict=True)
    ]
    walked = walk(items, cases, day, most)
    walked = walked or walk([item._replace(after=0) for item in items], cases, day, most)
    return [
        [_joined([_known(answer, facts) for answer in answers]) for answers in of_case] for of_case in walked
    ]


def _known(answer, facts):
    return Known(answer.strength, None if answer.basis is None else facts[answer.basis])


def _some_time(fact, day):
    """What a prison term without dates says about a day: it was somewhere within its date."""
    first, last, dated, _ = interval(fact)
    if not fact.edtf or (not dated and day <= last):
        return Known(Strength.UNDATED, fact)
    return Known(Strength.POSSIBLY, fact) if first <= day <= last else NOTHING


def _untangled(facts, items, track, day):
    """The cautious answer if too many orders are possible: nothing that depends on an order."""
    so = (Effect.BEGINS, Effect.CONFIRMS, Effect.ENDS, Effect.MAY_BEGIN, Effect.SENTENCES)
    begun = [
        (fact, item)
        for fact, item in zip(facts, items, strict=True)
        if item.case in (None, 0) and item.effects[track] in so
    ]
    if not begun:
        return NOTHING
    possible = any(item.dated and item.first <= day for _, item in begun)
    return Known(Strength.POSSIBLY if possible else Strength.UNDATED, begun[-1][0])


def _items(histories, entries, day):
    """The facts as the walk needs them, without those that say nothing about any track."""
    facts, items = [], []
    for case, fact in entries:
        item = _item(case, fact, histories, day)
        if item.effects != Effects() or item.term or fact.position is not None:
            items.append(item)
            facts.append(fact)
    return facts, items


def _before(item, fact, items, facts):
    """A bit for each fact of the case that has a lower position and can come first."""
    return sum(
        1 << bit
        for bit, (other, one) in enumerate(zip(items, facts, strict=True))
        if None not in (one.position, fact.position)
        and other.case == item.case
        and one.position < fact.position
        and other.first <= item.last
    )


def _item(case, fact, histories, day):
    first, last, dated, _ = interval(fact)
    effects, mute_from, may_be_mute = DEATH, None, False
    if case is not None:
        effects = effects_of(fact)
        if effects.custody is Effect.UNSETTLES and acquits(fact):
            mute_from, may_be_mute = remaining_after(fact, histories[case])
    table = EFFECTS.get(fact.kind, DEATH)
    away = table if fact.kind in ENDS_ELSEWHERE else Effects()
    if fact.kind in ENDS_ELSEWHERE:
        away = Effects(
            *(Effect.STOPS if one in (Effect.STOPS, Effect.ENDS) else Effect.NOTHING for one in table)
        )
    elif fact.kind == CaseEventKind.RETURNED:
        away = Effects(abroad=Effect.STOPS)
    return WorldFact(
        0,
        case,
        effects,
        first,
        last,
        dated,
        vouches=table.custody is Effect.ENDS,
        of_house_arrest=fact.kind in SPEAKS_OF_HOUSE_ARREST,
        mute_from=mute_from,
        may_be_mute=may_be_mute,
        **term_of(fact, first, last, day),
        death=case is None or fact.kind in DEATHS,
        elsewhere=away,
        unsettles_elsewhere=fact.kind in UNSETTLES_ELSEWHERE,
    )
