"""The possible worlds of a person's facts, and what each of them says about one day.

Days are numbers here. They are cut where the interval of a fact begins or ends, and at the requested
day. Within a stretch only the order of the facts matters, so a world is the order of all facts, and before
which stretch each is. The worlds are walked stretch by stretch, and worlds that reach the same state are
walked once. The cost of a world is the number of unrecorded facts that it needs.
"""

from collections import defaultdict

from .day_in_world import final, first_look, looked
from .effects import TRACKS, Effect, Effects
from .states import (
    ABROAD,
    BEGUN,
    CUSTODY,
    HOUSE_ARREST,
    RECORDED,
    UNDER_WAY,
    CaseState,
    State,
    Status,
    Strength,
    Tangled,
    World,
)


def join(strengths):
    """What several possible answers have in common: the same answer; last reported, if all say that it is so;
    undated or not recorded, if none does; otherwise possibly."""
    found = set(strengths)
    if len(found) == 1:
        return found.pop()
    if min(found) >= Strength.LAST_REPORTED:
        return Strength.LAST_REPORTED
    if max(found) <= Strength.UNDATED:
        return Strength.UNDATED if Strength.UNDATED in found else Strength.NOT_RECORDED
    return Strength.POSSIBLY


def walk(items, cases, day, most):
    """For each case and track, the answers of the worlds with the fewest unrecorded facts.

    Raises Tangled if more than `most` steps are needed. A step is one fact in one case.
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
    """The first and last days of the stretches of equal days."""
    starts = {0, day, day + 1}
    for item in items:
        starts |= {item.first, item.last + 1, *item.cuts} | ({item.mute_from} - {None})
    starts = sorted(starts)
    return [
        (start, following - 1) for start, following in zip(starts, [*starts[1:], starts[-1] + 1], strict=True)
    ]


def placed(layer, here, stretch, day, most):
    """The layer after the facts of a stretch, in every number and order; and the number of steps."""
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
    """Yields (world, what is known, unrecorded facts needed) after a fact in a stretch."""
    mute = item.mute_from is not None and stretch[0] >= item.mute_from
    yield world_after(world, seen, item, Effects() if mute else item.effects, stretch, day)
    if item.may_be_mute and not mute:
        yield world_after(world, seen, item, Effects(), stretch, day)


def world_after(world, seen, item, effects, stretch, day):
    """The world after a fact has changed each case of the person."""
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
    """What a fact does to its own case in this world."""
    if effects.custody is Effect.ENDS_RECORDED:
        recorded = case.tracks[CUSTODY].status in RECORDED
        effects = effects._replace(custody=Effect.STOPS if recorded else Effect.NOTHING)
    if item.of_house_arrest:
        released = Effect.STOPS if effects.custody is Effect.ENDS else Effect.NOTHING  # not in custody since
        if case.tracks[HOUSE_ARREST].status == Status.SO:
            return effects._replace(custody=released)
        return effects._replace(house_arrest=released)
    if effects.custody is Effect.SENTENCES:
        abroad = any(one.tracks[ABROAD].status == Status.SO for one in world.cases)
        return effects._replace(custody=Effect.NOTHING) if world.dead or abroad else effects
    return effects


def elsewhere(effects, case):
    """What a fact does to another case of the person: it can only end what is recorded there."""
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
    """How many unrecorded facts a world needs so that this one can happen."""
    if effect is Effect.BEGINS:
        return dead or state.status == Status.SO
    if effect in (Effect.CONFIRMS, Effect.ENDS):
        return dead or state.status in (Status.NEVER, Status.SENTENCED, Status.OVER)
    return False


def term_after(term, custody, effect, item, own, stretch):
    """The possible end of the last term of this custody, after a fact.

    A person seen in custody after the term is held for another reason. A term given to a person who is not in
    custody, for example in absence, may belong to a custody that a later fact reports.
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
