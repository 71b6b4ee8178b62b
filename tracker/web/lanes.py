"""Keeps some threads of a process free of slow reads, so that a few slow reads never block the others.

Kinds of reads are distinguished by route and parameter names, which decide their cost. A kind
that was slow uses a narrow lane until it was fast several times. A new kind uses a wider lane.
If the lane is full, a read waits a moment, unless many already do, or is asked to come back. All other reads
proceed at once, and so do plain records and lists of the API, which are never slow; figures may be.
"""

import threading
import time
from typing import NamedTuple

from cachetools import LRUCache
from django.conf import settings

LONG = 1  # second
FORGIVEN = 0.8  # factor for the old cost of a kind with each fast read: 3 seconds are forgiven after 5
KINDS = 5_000
PATIENCE = 1  # second


class Full(Exception):
    """All slots for slow reads are taken."""


class Slot(NamedTuple):
    """The slot of a running read. `counted`: it takes up space in a lane."""

    kind: tuple
    counted: bool
    since: float


class Lanes:
    """The running reads in a process with this many threads."""

    def __init__(self, threads):
        self.narrow, self.wide = max(1, threads // 8), max(1, threads // 4)
        self.may_wait = threads // 4  # who waits occupies a thread too
        self.costs = LRUCache(KINDS)  # kind -> seconds
        self.running = self.waiting = 0
        self.left = threading.Condition()

    def enter(self, kind):
        """The slot for a read; Full if there is none."""
        with self.left:
            cost = self.costs.get(kind)
            counted = cost is None or cost > LONG
            if counted:
                self.wait(self.wide if cost is None else self.narrow)
                self.running += 1
        return Slot(kind, counted, time.monotonic())

    def wait(self, width):
        """Wait until fewer than `width` run; Full if too many are already waiting, or it takes too long."""
        if self.running < width:
            return
        if self.waiting >= self.may_wait:
            raise Full
        self.waiting += 1
        found = self.left.wait_for(lambda: self.running < width, PATIENCE)
        self.waiting -= 1
        if not found:
            raise Full

    def leave(self, place):
        took = time.monotonic() - place.since
        with self.left:
            self.costs[place.kind] = max(took, FORGIVEN * self.costs.get(place.kind, 0))
            if place.counted:
                self.running -= 1
                self.left.notify_all()


lanes = Lanes(settings.THREADS)
