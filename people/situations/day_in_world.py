"""What one possible world says about a day."""

from .effects import TRACKS, Effect
from .states import CUSTODY, RECORDED, Answer, DayAnswer, Status, Strength


def first_look(world, day):
    return tuple(
        tuple(glance(DayAnswer(), case, track, day) for track in range(len(TRACKS))) for case in world.cases
    )


def glance(seen, case, track, day):
    """What is known about the day after looking at one more moment of it."""
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
    """What is known about the day after one more fact, on the day or later."""
    seen = resolved(seen, effect, item, own, day)
    if not on_day:
        return seen
    answer = answer_on_day(effect, item, track, day) if own else None
    if answer is not None:
        seen = seen._replace(best=max(seen.best, answer, key=rank))
    return glance(seen, case, track, day)


def answer_on_day(effect, item, track, day):
    """The answer that a fact gives for its own day; None if it shows nothing.

    About custody, a release from house arrest says only that it ended on that day, if the day is known.
    """
    dated = item.dated or day >= item.last
    if effect in (Effect.BEGINS, Effect.CONFIRMS, Effect.ENDS):
        return Answer(Strength.SO if dated else Strength.UNDATED, item.index)
    return Answer(Strength.SO, item.index) if track == CUSTODY and item.vouches and dated else None


def resolved(seen, effect, item, own, day):
    """What is known after the next fact that says something about the track."""
    if seen.waiting is None:
        return seen
    of_case = own and item.case is not None
    if effect is Effect.UNSETTLES or (effect is Effect.STOPS and not of_case and was_so(seen)):
        return unvouched(seen)
    answer = answer_of_next(seen, effect, item, day) if own or effect is Effect.STOPS else None
    return seen if answer is None else DayAnswer(max(seen.best, answer, key=rank))


def was_so(seen):
    return seen.waiting.status in RECORDED


def unvouched(seen):
    """What is known after an event that ends all evidence, such as an acquittal or a release in another case.

    A person released in another case is possibly free, unless a later fact of this case follows.
    """
    if not was_so(seen):
        return seen
    if seen.waiting.unsettled:
        return seen._replace(waiting=seen.waiting._replace(status=Status.OPEN))
    return DayAnswer(max(seen.best, seen.otherwise, key=rank))


def answer_of_next(seen, effect, item, day):
    """The answer that the next fact of the case gives to an open question; None if it says nothing."""
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
    """The pending answer; at most "possible" if the person was released in another case since."""
    if seen.waiting.unsettled and seen.otherwise.strength > Strength.POSSIBLY:
        return Answer(Strength.POSSIBLY, seen.otherwise.basis)
    return seen.otherwise
