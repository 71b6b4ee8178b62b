"""The possible worlds of a person's facts, and what each tells of one day.

Days are numbers here. They are cut where the interval of a fact begins or ends and at the day that is asked
for. Within a stretch only the order of the facts matters, so a world is: the order of all facts, and before
which stretch each lies. The worlds are walked stretch by stretch, and what leads to the same state is walked
once; the cost of a world is how many unrecorded facts it needs.
"""

from collections import defaultdict
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from .effects import TRACKS, Effect, Effects

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
    """An answer, and the index of the fact that it rests on (None: on none)."""

    strength: Strength
    basis: int | None = None


class Tangled(Exception):
    """So many orders are possible that they are not walked."""


class Item(NamedTuple):
    """A fact as the walk needs it: it happened in one of its cases on a day from `first` to `last`."""

    index: int
    case: int | None  # None: of every case
    effects: Effects
    first: int
    last: int
    dated: bool = True  # whether the date has a beginning
    vouches: bool = False  # whether it shows custody on its very day, whatever was before
    of_house_arrest: bool = False  # whether it speaks of the house arrest, if there is one
    mute_from: int | None = None  # the day from which it says nothing, since something else stands
    may_be_mute: bool = False  # whether it says nothing in some worlds
    term: Callable[[int], int] | None = None  # from the day of the fact to the last day of its term
    cuts: tuple[int, ...] = ()  # more days before which the days are cut
    death: bool = False
    elsewhere: Effects = Effects()  # what it does to the other cases
    unsettles_elsewhere: bool = False
    after: int = 0  # a bit for each item that comes before it


class Status(IntEnum):
    NEVER = 0  # no fact so far
    SO = 1
    OPEN = 2  # it began once, and nothing says whether it is still so
    MISSING = 3  # the person disappeared
    SENTENCED = 4  # there is nothing but a sentence
    OVER = 5


RECORDED = (Status.SO, Status.OPEN)
BEGUN = (*RECORDED, Status.MISSING)
UNDER_WAY = (*BEGUN, Status.SENTENCED)


class State(NamedTuple):
    """Where one track of one case stands, and the index of the fact that brought it there.

    `vague` until that day: what has begun, or may have, is told by facts alone whose date has no beginning.
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


class Seen(NamedTuple):
    """What is told of the day: the best answer so far, and one that a later fact may still change."""

    best: Answer = Answer(Strength.NOT_RECORDED)
    waiting: State | None = None
    otherwise: Answer = Answer(Strength.NOT_RECORDED)  # if no later fact says more


def join(strengths):
    """What several possible answers have in common: the same one, last reported of both that are so,
    undated or not recorded of those that are not; otherwise possibly."""
    found = set(strengths)
    if len(found) == 1:
        return found.pop()
    if min(found) >= Strength.LAST_REPORTED:
        return Strength.LAST_REPORTED
    if max(found) <= Strength.UNDATED:
        return Strength.UNDATED if Strength.UNDATED in found else Strength.NOT_RECORDED
    return Strength.POSSIBLY


def walk(items, cases, day, most):
    """For each case and track the set of answers that the worlds with the fewest unrecorded facts give.

    Raises Tangled where more than `most` steps are needed, each of one fact in one case.
    """
    layer, everything = {(0, World((CaseState(),) * cases), None): 0}, (1 << len(items)) - 1
    left = most
    for start, end in stretches(items, day):
        if start == day:
            layer = {(mask, world, first_look(world, day)): n for (mask, world, _), n in layer.items()}
        here = [(bit, item) for bit, item in enumerate(items) if item.first <= start and end <= item.last]
        if here:
            layer, steps = placed(layer, here, (start, end), day, left // cases)
            left -= steps * cases
        due = sum(1 << bit for bit, item in enumerate(items) if item.last <= end)
        layer = {key: cost for key, cost in layer.items() if key[0] & due == due}
    return gathered({key: cost for key, cost in layer.items() if key[0] == everything})


def gathered(layer):
    """The answers of the cheapest worlds, by case and track."""
    least = min(layer.values(), default=0)
    looks = [seen for (_, _, seen), cost in layer.items() if cost == least]
    return [
        [{final(one) for one in of_track} for of_track in zip(*of_case, strict=True)]
        for of_case in zip(*looks, strict=True)
    ]


def stretches(items, day):
    """The first and last days of the stretches in which the days are alike."""
    starts = {0, day, day + 1}
    for item in items:
        starts |= {item.first, item.last + 1, *item.cuts} | ({item.mute_from} - {None})
    starts = sorted(starts)
    return [
        (start, following - 1) for start, following in zip(starts, [*starts[1:], starts[-1] + 1], strict=True)
    ]


def placed(layer, here, stretch, day, most):
    """The layer after each number of the facts that may happen in a stretch, in each order; and the steps."""
    found, by_number, steps = {}, defaultdict(dict), 0
    for key, cost in layer.items():
        by_number[key[0].bit_count()][key] = cost
    while by_number:
        number = min(by_number)
        for key, cost in by_number.pop(number).items():
            found[key] = min(cost, found.get(key, cost))
            for bit, item in here:
                if key[0] >> bit & 1 or item.after & ~key[0]:
                    continue
                for world, seen, more in happened(key[1], key[2], item, stretch, day):
                    new, row = (key[0] | 1 << bit, world, seen), by_number[number + 1]
                    row[new] = min(cost + more, row.get(new, cost + more))
                steps += 1
                if steps > most:
                    raise Tangled
        if not by_number[number + 1]:
            del by_number[number + 1]
    return found, steps


def happened(world, seen, item, stretch, day):
    """Yields (world, what is told, unrecorded facts needed) after a fact in a stretch."""
    mute = item.mute_from is not None and stretch[0] >= item.mute_from
    yield apply(world, seen, item, Effects() if mute else item.effects, stretch, day)
    if item.may_be_mute and not mute:
        yield apply(world, seen, item, Effects(), stretch, day)


def apply(world, seen, item, effects, stretch, day):
    """The world with what a fact does to each case of the person."""
    cost, cases, looks = 0, [], []
    for number, case in enumerate(world.cases):
        own = item.case in (None, number)
        does = acting(effects, case, item, world) if own else elsewhere(item.elsewhere, case)
        cost += own and sum(unrecorded(*one, world.dead) for one in zip(does, case.tracks, strict=True))
        if world.dead:
            does, own = Effects(), False
        states = [after(effect, state, item) for effect, state in zip(does, case.tracks, strict=True)]
        if item.unsettles_elsewhere and item.case != number and not world.dead:
            for track in (CUSTODY, HOUSE_ARREST):
                states[track] = states[track]._replace(unsettled=states[track].status == Status.SO)
        term = term_after(case.term, states[CUSTODY], does[CUSTODY], item, own, stretch)
        new = CaseState(tuple(states), term)
        cases.append(new)
        if seen is not None:
            on_day = stretch[0] == day
            looks.append(
                tuple(
                    looked(seen[number][track], does[track], new, track, item, own, on_day, day)
                    for track in range(len(TRACKS))
                )
            )
    return World(tuple(cases), world.dead or item.death), seen if seen is None else tuple(looks), cost


def acting(effects, case, item, world):
    """What a fact does to its own case as things stand."""
    if effects.custody is Effect.ENDS_RECORDED:
        recorded = case.tracks[CUSTODY].status in RECORDED
        effects = effects._replace(custody=Effect.STOPS if recorded else Effect.NOTHING)
    if item.of_house_arrest:
        released = Effect.STOPS if effects.custody is Effect.ENDS else Effect.NOTHING  # in no custody since
        if case.tracks[HOUSE_ARREST].status == Status.SO:
            return effects._replace(custody=released)
        return effects._replace(house_arrest=released)
    if effects.custody is Effect.SENTENCES:
        abroad = any(one.tracks[ABROAD].status == Status.SO for one in world.cases)
        return effects._replace(custody=Effect.NOTHING) if world.dead or abroad else effects
    return effects


def elsewhere(effects, case):
    """What a fact does to another case of the person: it ends what is recorded there, no more."""
    return Effects(
        *(
            effect if state.status in UNDER_WAY else Effect.NOTHING
            for effect, state in zip(effects, case.tracks, strict=True)
        )
    )


def after(effect, state, item):
    """The state of a track after a fact."""
    status, vague = state.status, 0 if item.dated else item.last
    if status in UNDER_WAY:
        vague = min(vague, state.vague)
    if effect in (Effect.BEGINS, Effect.CONFIRMS):
        return State(Status.SO, item.index, vague)
    if effect in (Effect.ENDS, Effect.STOPS):
        return State(Status.OVER, item.index)
    if effect is Effect.MAY_BEGIN:
        return State(Status.MISSING, item.index, vague)
    if effect in (Effect.UNSETTLES, Effect.SUSPENDS) and status == Status.SO:
        return state._replace(status=Status.OPEN, basis=item.index)
    if effect is Effect.SENTENCES and status not in BEGUN:
        return State(Status.SENTENCED, item.index, vague)
    return state


def unrecorded(effect, state, dead):
    """How many facts a world needs that nobody recorded for this one to happen as it did."""
    if effect is Effect.BEGINS:
        return dead or state.status == Status.SO
    if effect in (Effect.CONFIRMS, Effect.ENDS):
        return dead or state.status in (Status.NEVER, Status.SENTENCED, Status.OVER)
    return False


def term_after(term, custody, effect, item, own, stretch):
    """When the last term of this custody can have ended, after a fact.

    Who is seen in custody after it, is held for another reason than the term. A term of somebody who is in no
    custody, such as one given in absence, is perhaps that of the custody of which a later fact tells.
    """
    start, end = stretch
    ended = custody.status == Status.OVER and custody.basis == item.index
    if effect is Effect.BEGINS or ended:
        term = None
    if effect is Effect.CONFIRMS and term and term[1] < start:
        term = None
    if own and item.term and not ended:
        return item.term(max(start, item.first)), item.term(min(end, item.last))
    return term


def first_look(world, day):
    return tuple(
        tuple(glance(Seen(), case, track, day) for track in range(len(TRACKS))) for case in world.cases
    )


def glance(seen, case, track, day):
    """What is told of the day with what a moment of it tells."""
    state = case.tracks[track]
    if state.status == Status.NEVER:
        answer = Answer(Strength.NOT_RECORDED)
    elif state.status == Status.OVER:
        answer = Answer(Strength.NOT_SO, state.basis)
    elif day < state.vague:
        answer = Answer(Strength.UNDATED, state.basis)
    elif state.status == Status.SO and not (track == CUSTODY and case.term and case.term[1] < day):
        answer = Answer(Strength.LAST_REPORTED, state.basis)
    else:
        answer = Answer(Strength.POSSIBLY, state.basis)
    waits = state.status in (Status.NEVER, Status.SO, Status.OVER) and answer.strength != Strength.UNDATED
    if not waits:
        return seen._replace(best=max(seen.best, answer, key=rank))
    if seen.waiting is not None:
        return seen
    return seen._replace(waiting=state, otherwise=answer)


def rank(answer):
    return answer.strength, -1 if answer.basis is None else answer.basis


def looked(seen, effect, case, track, item, own, on_day, day):
    """What is told of the day after one more fact, on the day or later."""
    seen = resolved(seen, effect, item, own, day)
    if not on_day:
        return seen
    answer = shown(effect, item, track, day) if own else None
    if answer is not None:
        seen = seen._replace(best=max(seen.best, answer, key=rank))
    return glance(seen, case, track, day)


def shown(effect, item, track, day):
    """The answer that a fact gives for its very day; None: it shows nothing.

    A release from house arrest says of custody only that it ended on that day, if the day is known.
    """
    dated = item.dated or day >= item.last
    if effect in (Effect.BEGINS, Effect.CONFIRMS, Effect.ENDS):
        return Answer(Strength.SO if dated else Strength.UNDATED, item.index)
    return Answer(Strength.SO, item.index) if track == CUSTODY and item.vouches and dated else None


def resolved(seen, effect, item, own, day):
    """What is told after the next fact that has something to say of the track."""
    if seen.waiting is None:
        return seen
    of_case = own and item.case is not None
    if effect is Effect.UNSETTLES or (effect is Effect.STOPS and not of_case and was_so(seen)):
        return unvouched(seen)
    answer = told_by_next(seen, effect, item, day) if own or effect is Effect.STOPS else None
    return seen if answer is None else Seen(max(seen.best, answer, key=rank))


def was_so(seen):
    return seen.waiting.status in RECORDED


def unvouched(seen):
    """What is told after something past which no fact vouches: an acquittal, an exit in another case.

    Somebody who was released in another case is possibly free, unless a later fact of this case follows.
    """
    if not was_so(seen):
        return seen
    if seen.waiting.unsettled:
        return seen._replace(waiting=seen.waiting._replace(status=Status.OPEN))
    return Seen(max(seen.best, seen.otherwise, key=rank))


def told_by_next(seen, effect, item, day):
    """The answer that the next fact of the case gives to what was waiting for it; None: it says nothing."""
    status, presupposes = seen.waiting.status, effect in (Effect.CONFIRMS, Effect.ENDS)
    if effect in (Effect.NOTHING, Effect.SUSPENDS):
        return None
    if status in RECORDED:
        if presupposes and status == Status.SO:
            return Answer(Strength.SO, item.index)
        return None if effect is Effect.SENTENCES else seen.otherwise
    if presupposes:
        if status == Status.NEVER or not (item.dated or day >= item.last):
            return Answer(Strength.UNDATED, item.index)
        return Answer(Strength.POSSIBLY, seen.waiting.basis)
    begun = (Effect.BEGINS, Effect.MAY_BEGIN, Effect.STOPS)
    if effect in begun or (effect is Effect.SENTENCES and status == Status.OVER):
        return seen.otherwise
    return None


def final(seen):
    """The answer when no fact follows."""
    return seen.best if seen.waiting is None else max(seen.best, cautious(seen), key=rank)


def cautious(seen):
    """The answer that was waiting; possible at most, if the person was released in another case since."""
    if seen.waiting.unsettled and seen.otherwise.strength > Strength.POSSIBLY:
        return Answer(Strength.POSSIBLY, seen.otherwise.basis)
    return seen.otherwise
