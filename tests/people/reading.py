"""One possible world of a person, read from left to right: see `worlds`."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from tests.people.histories import (
    ARREST,
    DIED,
    EXIT,
    FREED,
    LET_OFF,
    PARDONED,
    SEEN_HELD,
    STANDING,
    VANISHED,
    Happening,
    History,
    Span,
    World,
    span,
    term_end,
    unsuspended,
)

ORDER = ("held", "held_when_last_reported", "possibly", "undated", "not_held", "not_recorded")
HELD, LAST, POSSIBLY, UNDATED, NOT_HELD, NOT_RECORDED = ORDER
WORDS = {
    "custody": ("held", "not_held"),
    "house_arrest": ("in_force", "not_in_force"),
    "travel_ban": ("in_force", "not_in_force"),
    "abroad": ("abroad", "not_abroad"),
}


@dataclass(frozen=True)
class State:
    """How things stand between two happenings."""

    what: str = "nothing"  # or running, vanished, ended
    maybe: bool = False  # possibly, until a fact says more
    anchors: tuple[Span, ...] = ()  # what tells of it; if all lie in an open past, nothing says when it was
    term_end: date | None = None
    dead: bool = False

    def is_on(self) -> bool:
        return self.what in ("running", "vanished")


class Reading:
    """One world, read for one case and one track.

    `roles` says of each happening what it does: begins, confirms, ends, ends_presupposing, ends_recorded and
    ends_running (only if there is something to end), lets_off, vanishes, may_begin, dies, dies_elsewhere,
    day_only (a release from house arrest counts as custody on its day alone), caps, or nothing ("").
    `effects` has the same without what turned out to say nothing: an answer may look ahead to these.
    """

    def __init__(self, world: World, histories: Sequence[History], case: int, track: str):
        self.world, self.case, self.track = world, case, track
        self.charges = histories[case].charges
        self.house_arrest = self.away = False
        self.roles: list[str] = []
        self.effects: list[str] = []
        self.states = [State()]
        self.unrecorded = 0
        for each in world:
            self._take(each)

    def _take(self, each: Happening) -> None:
        self.roles.append(self._role(each))
        self.states.append(self._step(self.states[-1], self.roles[-1], each))
        self._remember(each)

    def plus(self, each: Happening) -> "Reading":
        """The same world with one happening more at its end, without reading all of it again."""
        new = copy(self)
        new.world = (*self.world, each)
        new.roles, new.effects, new.states = self.roles[:], self.effects[:], self.states[:]
        new._take(each)
        return new

    def _remember(self, each: Happening) -> None:
        kind = each.fact.kind
        self.away = (self.away or kind in EXIT) and kind != "returned"
        if kind in EXIT | DIED | {"exchange"} or (
            each.case == self.case and kind in ARREST | SEEN_HELD | FREED | PARDONED
        ):
            self.house_arrest = False
        elif each.case == self.case and kind == "house_arrest":
            self.house_arrest = True

    def _role(self, each: Happening) -> str:
        kind = each.fact.kind
        if each.case is None:
            return "dies"
        if each.case != self.case:
            return self._role_elsewhere(kind)
        if kind in DIED:
            return "dies_in_custody" if (kind, self.track) == ("death_in_custody", "custody") else "dies"
        return getattr(self, f"_{self.track}_role")(kind, each)

    def _role_elsewhere(self, kind: str) -> str:
        if kind in DIED:
            return "dies_elsewhere"
        if kind in EXIT | {"exchange"}:
            return "" if self.track == "abroad" else "ends_running"
        freeing = FREED | PARDONED
        caps = {
            "custody": freeing,
            "house_arrest": freeing,
            "travel_ban": {"ban_lifted"},
            "abroad": {"returned"},
        }
        return "caps" if kind in caps[self.track] else ""

    def _custody_role(self, kind: str, each: Happening) -> str:
        if kind == "sentence":
            return self._sentence_role(each)
        if kind in LET_OFF:
            return "lets_off" if self._lets_off(each) else ""
        if kind == "detention_extended":
            return "" if self.house_arrest else "confirms"
        if kind in FREED:
            return "day_only" if self.house_arrest else "ends_presupposing"
        return one_of(
            kind,
            begins=ARREST,
            confirms=SEEN_HELD,
            ends_presupposing={"exchange"},
            ends_recorded=PARDONED,
            ends=EXIT | {"house_arrest"},
            vanishes=VANISHED,
        )

    def _house_arrest_role(self, kind: str, each: Happening) -> str:
        if kind == "detention_extended":
            return "confirms" if self.house_arrest else ""
        if kind in PARDONED:
            return "ends_presupposing" if self.house_arrest else ""
        if kind in FREED:
            return "ends_presupposing" if self.house_arrest else "ends"
        return one_of(kind, begins={"house_arrest"}, ends=ARREST | SEEN_HELD | EXIT | {"exchange"})

    def _travel_ban_role(self, kind: str, each: Happening) -> str:
        return one_of(kind, begins={"travel_ban"}, ends_presupposing={"ban_lifted"}, ends=EXIT | {"exchange"})

    def _abroad_role(self, kind: str, each: Happening) -> str:
        return one_of(kind, begins=EXIT, ends_presupposing={"returned"})

    def _sentence_role(self, each: Happening) -> str:
        if not unsuspended(each.fact, each.day):
            return "lets_off"
        return "" if self.away else "may_begin"

    def _lets_off(self, each: Happening) -> bool:
        fact = each.fact
        if fact.kind == "verdict_annulled" or fact.outcome in ("annulled", "retrial_ordered"):
            return True
        if fact.kind != "appeal_decided" or fact.outcome == "acquitted":
            return not self._something_stands(each.day)
        return not unsuspended(fact, each.day)

    def _something_stands(self, day: date) -> bool:
        charged = any(
            charge.stage in STANDING and (span(charge.date).first or day) <= day for charge in self.charges
        )
        return charged or any(
            other.fact.kind == "sentence" and unsuspended(other.fact, day)
            for other in self.world
            if (other.case, other.day) == (self.case, day)
        )

    def _step(self, state: State, role: str, each: Happening) -> State:
        """What stands after it. Also counts what is unrecorded, and notes whether it had an effect."""
        new = state if state.dead else self._after(state, role, each)
        if role == "begins":
            self.unrecorded += state.what == "running" and not state.maybe and not state.dead
        if role in ("confirms", "ends_presupposing", "dies_in_custody"):
            self.unrecorded += state.dead or not state.is_on()
        self.effects.append(self._effect(role, state, each))
        return new

    def _after(self, state: State, role: str, each: Happening) -> State:
        """The last term that is recorded counts, whichever kind of fact tells of it, if it is no end."""
        new = after(state, role, each)
        own = each.case == self.case and self.track == "custody" and not ends(state, role)
        end = term_end(each.fact, each.day) if own else None
        return new if end is None else replace(new, term_end=end)

    def _effect(self, role: str, state: State, each: Happening) -> str:
        if state.dead or role in ("", "caps", "may_begin") or each.fact.kind == "sentence":
            return ""
        if role == "lets_off":
            return role if state.what == "running" else ""
        if role in ("ends_recorded", "ends_running", "dies_elsewhere"):
            return "ends" if ends(state, role) else ""
        return {"dies": "ends", "dies_in_custody": "ends_presupposing"}.get(role, role)

    def answer(self, asked: date, overlay: str) -> str:
        """The strongest answer over the moments of the day: gaps that it touches, and what happens on it."""
        edges = [date.min, *(each.day for each in self.world), date.max]
        gaps = [gap for gap in range(len(self.states)) if edges[gap] <= asked <= edges[gap + 1]]
        told = [self._gap(gap, asked, overlay) for gap in gaps]
        told += [
            self._on_the_day(number, asked) for number, each in enumerate(self.world) if each.day == asked
        ]
        return min(told, key=ORDER.index)

    def _on_the_day(self, number: int, asked: date) -> str:
        vague = is_vague([self.world[number].span], asked)
        if self.effects[number] in ("begins", "confirms", "ends_presupposing"):
            return UNDATED if vague else HELD
        return HELD if self.effects[number] == "day_only" and not vague else NOT_RECORDED

    def _gap(self, gap: int, asked: date, overlay: str) -> str:
        state = self.states[gap]
        if state.dead:
            return NOT_HELD if state.what == "ended" else NOT_RECORDED
        if state.is_on() or state.maybe:
            found = UNDATED if is_vague(state.anchors, asked) else self._running(gap, asked)
        else:
            found = self._not_running(gap, asked)
        return min(found, overlay, key=ORDER.index)

    def _running(self, gap: int, asked: date) -> str:
        state = self.states[gap]
        if state.maybe or state.what != "running":
            return POSSIBLY
        if self._ahead(gap)[0] in ("confirms", "ends_presupposing"):
            return HELD
        over = state.term_end is not None and asked > state.term_end
        return POSSIBLY if over or self._capped(gap) else LAST

    def _not_running(self, gap: int, asked: date) -> str:
        effect, ahead = self._ahead(gap)
        looks_back = effect in ("confirms", "ends_presupposing")
        if self.states[gap].what == "nothing":
            return UNDATED if looks_back else NOT_RECORDED
        if not looks_back or "may_begin" in self.roles[gap:ahead]:
            return NOT_HELD
        return UNDATED if is_vague([self.world[ahead].span], asked) else POSSIBLY

    def _ahead(self, gap: int) -> tuple[str, int]:
        """The next effect after a gap, and the number of its happening."""
        later = range(gap, len(self.world))
        return next(((self.effects[number], number) for number in later if self.effects[number]), ("", -1))

    def _capped(self, gap: int) -> bool:
        """Freed in another case after the last fact of this one that begins, confirms or ends it."""
        telling = [
            number
            for number, effect in enumerate(self.effects)
            if effect and effect != "lets_off" and self.world[number].case == self.case
        ]
        return "caps" in self.roles[max(telling, default=-1) + 1 : gap]


def one_of(kind: str, **roles: set[str]) -> str:
    return next((role for role, kinds in roles.items() if kind in kinds), "")


def is_vague(spans: Sequence[Span], asked: date) -> bool:
    """Whether all have no beginning, and their last days are still to come: nothing says when it was."""
    return all(each.first is None and (each.last is None or asked < each.last) for each in spans)


def after(state: State, role: str, each: Happening) -> State:
    """The state that a happening leaves, but for its term."""
    if role == "begins":
        state = State("running", anchors=anchored(state, each))
    elif role == "confirms":
        stale = state.term_end is not None and state.term_end < each.day
        end = None if stale else state.term_end
        state = State("running", anchors=anchored(state, each), term_end=end)
    elif role == "vanishes":
        state = State("vanished", anchors=anchored(state, each), term_end=state.term_end)
    elif role == "may_begin" and not state.is_on():
        state = replace(state, maybe=True, anchors=anchored(state, each))
    elif role == "lets_off" and state.what == "running":
        state = replace(state, maybe=True)
    elif ends(state, role):
        return State("ended", dead=role.startswith("dies"))
    elif role == "dies_elsewhere":
        return replace(state, dead=True)
    return state


def anchored(state: State, each: Happening) -> tuple[Span, ...]:
    return (*(state.anchors if state.is_on() or state.maybe else ()), each.span)


def ends(state: State, role: str) -> bool:
    if role == "ends_recorded":
        return state.what == "running"
    if role in ("ends_running", "dies_elsewhere"):
        return state.is_on() or state.maybe
    return role in ("ends", "ends_presupposing", "day_only", "dies", "dies_in_custody")
