"""Walks through the code: the modules that a reader opens to follow a request. `make packages` prints them.

A walk begins in the function that does what was asked, and ends when it returns. Getting there (middleware,
login, negotiation) is the same for all. It is followed call by call, for the second request of its kind: the
first one fills the caches. A module is on the walk if it passes the work on to others. Left out are

- helpers: `values/`, and modules that enter no other;
- tables: `base/` and the models of the apps, each of which says what is special about one kind of record;
- what is behind the door of another walk, such as `visible_to`, or the read that answers a write.

A visibility check is short: every module of it counts. A turn back: a module on the walk enters one that
waits for it.
"""

import sys
from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

from tests.packages import modules

KERNEL = "tracker.records."
ASIDE = (f"{KERNEL}values.", f"{KERNEL}base.", "people.", "dialogues.")
MOST_TURNS = 3


class Walk(NamedTuple):
    heading: str  # in docs/architecture.md
    begins: str  # the function of the first module
    most: int
    modules: tuple[str, ...]  # in the order in which they are entered
    entered: int  # at most, with all that is left out
    turns: int = 0
    is_short: bool = False  # every module counts

    @property
    def door(self):
        return KERNEL + self.modules[0]


WALKS = (
    Walk(
        "One read",
        "list",
        6,
        (
            *("read.views", "read.pagination", "policy.visibility", "read.filters.filter_set"),
            *("read.filters.reach", "read.queries"),
        ),
        20,
    ),
    Walk(
        "One write",
        "create",
        9,
        (
            *("write.views", "protocol.idempotency", "shapes.declaration", "write.document"),
            *("accounts.authentication", "write.save", "policy.visibility", "read.views", "read.queries"),
        ),
        36,
        turns=1,
    ),
    Walk(
        "One publication",
        "publish",
        6,
        (
            *("workflow.publishing", "policy.visibility", "workflow.companions", "workflow.readiness"),
            *("protection.name_check", "protection.protected_names"),
        ),
        25,
    ),
    Walk(
        "One visibility check",
        "visible_to",
        3,
        ("policy.visibility", "policy.roles", "base.record"),
        3,
        turns=1,
        is_short=True,
    ),
)


def taken(walk: Walk, act: Callable) -> Walk:
    """The walk as a call takes it."""
    ways = dict.fromkeys(ways_of(walk, act))
    entered = len({way[-1] for way in ways})
    if not walk.is_short:
        doors = {other.door for other in WALKS} - {walk.door}
        ways = dict.fromkeys(on_the_walk(way, doors) for way in ways)
        passing = doors | {one for way in ways for one in way[:-1]}
        ways = dict.fromkeys(way for way in ways if way[-1] in passing)
    on_it = dict.fromkeys(way[-1].removeprefix(KERNEL) for way in ways)
    turns = {way[-2:] for way in ways if way[-1] in way[:-1]}
    return walk._replace(modules=tuple(on_it), entered=entered, turns=len(turns))


def ways_of(walk, act):
    """For each function of ours that a call enters: the modules on the way from where the walk begins."""
    paths = {str(module.path): name for name, module in modules().items()}
    found = []

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename in paths:
            way = []
            while frame:
                name = paths.get(frame.f_code.co_filename)
                way += [name] if name else []
                if name == walk.door and frame.f_code.co_name == walk.begins:
                    found.append(tuple(one for one, _ in groupby(reversed(way))))
                    return
                frame = frame.f_back

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return found


def on_the_walk(way, doors):
    """What counts of a way: up to the door of another walk, without helpers and tables."""
    cut = next((at for at, one in enumerate(way) if one in doors), len(way))
    return tuple(one for one, _ in groupby(one for one in way[: cut + 1] if not one.startswith(ASIDE)))


def as_text():
    """The walks and how often they turn back, in lines of text."""
    lines = [
        f"{walk.heading}: {len(walk.modules)} modules, {walk.most} at most, of up to {walk.entered} entered:"
        f" {', '.join(walk.modules)}"
        for walk in WALKS
    ]
    return [*lines, f"Turns back on all walks: {sum(walk.turns for walk in WALKS)}, {MOST_TURNS} at most"]
