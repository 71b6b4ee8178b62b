"""Whether a case was open on a day, from its events and charges."""

from typing import NamedTuple

from people.choices import CaseEventKind, ChargeStage, Open

from .effects import ENDS_CASE, PURSUES_CASE
from .facts import CaseHistory, Fact, acquits, interval, interval_of, remaining_after

OVER = (ChargeStage.ACQUITTED, ChargeStage.DROPPED)


class Step(NamedTuple):
    """When a case began, continued or ended, as far as it is known."""

    first: int
    last: int
    sure: bool
    stated: bool = True  # whether there is a date at all
    position: int | None = None

    def surely_after(self, other):
        """Whether this certainly came after the other. If the dates do not decide, the position does."""
        if self.first > other.last or self.last < other.first or None in (self.position, other.position):
            return self.first > other.last
        return self.position > other.position

    def possibly_after(self, other):
        """Whether this may have come after the other. At the same time counts as before."""
        if self.first > other.last or self.last < other.first or None in (self.position, other.position):
            return self.last > other.last
        return self.position > other.position


def openness(history: CaseHistory, death: str, day) -> Open:
    """Whether the case was open: from its first dated fact until an end, unless it is opened again.

    A conviction does not end it. Without any date, nothing is known.
    """
    day = day.toordinal()
    facts = [_step(fact) for fact in history.facts] + [_charged(charge) for charge in history.charges]
    ends, pursuits = _ends(history, death), [step for step in _pursuits(history) if step.first <= day]
    surely_over = [step for step in ends if step.sure and step.last <= day]
    if any(not any(later.possibly_after(step) for later in pursuits) for step in surely_over):
        return Open.NO
    dated = [step for step in facts if step.stated]
    if not dated:
        return Open.UNDATED
    if not any(step.first <= day for step in dated):
        return Open.NO
    reopened = [step for step in pursuits if step.sure and step.last <= day]
    perhaps_over = [step for step in ends if step.first <= day]
    doubted = any(not any(later.surely_after(step) for later in reopened) for step in perhaps_over)
    begun = any(step.sure and step.last <= day for step in dated)
    return Open.CERTAIN if begun and not doubted and not _was_in_prison(history, day) else Open.POSSIBLE


def _step(fact):
    first, last, _, doubtful = interval(fact)
    return Step(first, last, not doubtful, bool(fact.edtf), fact.position)


def _charged(charge):
    first, last, _, doubtful = interval_of(charge.edtf)
    return Step(first, last, not doubtful, bool(charge.edtf))


def _pursuits(history):
    """Facts that show that the case continues. A charge without a date does not show when."""
    events = [fact for fact in history.facts if fact.kind in PURSUES_CASE or _sent_back(fact)]
    charges = [charge for charge in history.charges if charge.stage not in OVER and charge.edtf]
    return [_step(fact) for fact in events if fact.edtf] + [_charged(charge) for charge in charges]


def _sent_back(fact):
    return fact.kind == CaseEventKind.APPEAL_DECIDED and fact.outcome in ("annulled", "retrial_ordered")


def _ends(history, death):
    """What can end the case: an event, the end of its last charge, the death of the person."""
    ends = [_step(fact) for fact in history.facts if _ends_case(fact, history)]
    over = [_charged(charge) for charge in history.charges if charge.stage in OVER]
    if over and len(over) == len(history.charges):
        first, last = max(step.first for step in over), max(step.last for step in over)
        ends.append(Step(first, last, all(step.sure for step in over)))
    return ends + ([_step(Fact("death", death))] if death else [])


def _ends_case(fact, history):
    if fact.kind == CaseEventKind.APPEAL_DECIDED:
        return fact.outcome == "acquitted" and not leaves_standing(fact, history)
    if fact.kind not in ENDS_CASE:
        return False
    return not acquits(fact) or not leaves_standing(fact, history)


def leaves_standing(fact, history):
    """Whether another charge, or a sentence of the same day, certainly remains after an acquittal."""
    since, _ = remaining_after(fact, history)
    return since is not None and since <= interval(fact).first


def _was_in_prison(history, day):
    """Whether there is a prison term of unknown dates by this day. It may have ended the case."""
    spells = [fact for fact in history.facts if fact.kind == CaseEventKind.IMPRISONMENT_UNSPECIFIED]
    return any(interval(fact).first <= day for fact in spells)
