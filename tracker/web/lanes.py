"""Keeps some threads of a process free of slow reads, so that a few of those never stop the others.

Reads are told apart by their route and the names of their parameters, which decide what they cost. A kind
that took long goes in a narrow lane until it was quick several times; a kind that is new, in a wider one.
Whoever finds the lane full waits a moment, if not many do, or is asked to come back. All other reads go on
as they arrive; so do records and lists of the API as such, which are never slow by themselves.
"""

import threading
import time
from typing import NamedTuple

from cachetools import LRUCache
from django.conf import settings

LONG = 1  # second
FORGIVEN = 0.8  # of what a kind cost before, with each quick read: 3 seconds are forgiven after 5
KINDS = 5_000
PATIENCE = 1  # second


class Full(Exception):
    """As many slow reads as there is room for are under way."""


class Place(NamedTuple):
    """Of a read under way. `counted`: it takes up room in a lane."""

    kind: tuple
    counted: bool
    since: float


class Lanes:
    """The reads under way in a process that has so many threads."""

    def __init__(self, threads):
        self.narrow, self.wide = threads // 4, threads // 2
        self.may_wait = threads - self.wide - 1
        self.costs = LRUCache(KINDS)  # kind -> seconds
        self.running = self.waiting = 0
        self.left = threading.Condition()

    def enter(self, kind):
        """The place of a read; Full if there is none for it."""
        with self.left:
            cost = self.costs.get(kind)
            counted = cost is None or cost > LONG
            if counted:
                self.wait(self.wide if cost is None else self.narrow)
                self.running += 1
        return Place(kind, counted, time.monotonic())

    def wait(self, width):
        """Return as soon as fewer than so many run; Full if too many wait already, or it takes too long."""
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
