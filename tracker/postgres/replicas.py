"""Public reads on streaming replicas that are fresh.

A thread for each replica asks it every second whether it has replayed everything that the primary had a
second before. So what is taken down disappears within three seconds, even if a replica stops replaying: it is
left out.
"""

import logging
import os
import random
import socket
import threading
import time
from contextlib import contextmanager, suppress

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

log = logging.getLogger(__name__)
EVERY = 1  # second
VALID = 2  # seconds that an answer of a replica is believed
STUCK = 3  # seconds after which nobody waits for a replica that has stopped answering
WRITTEN = "SELECT pg_current_wal_flush_lsn()"
REPLAYED = """
SELECT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver)
    AND pg_last_wal_replay_lsn() >= %s::pg_lsn
"""


class Replica:
    """A replica as this process sees it. All times are monotonic."""

    def __init__(self, alias):
        self.alias = alias
        self.known_fresh, self.valid_until, self.waiting_since = None, 0, None
        self.used = set()  # what may wait for an answer: Django's connections, or one of psycopg

    def lag(self):
        """The seconds since the replica was last known to have everything; None if it never was."""
        return None if self.known_fresh is None else time.monotonic() - self.known_fresh

    def is_fresh(self):
        return time.monotonic() < self.valid_until

    def leave_out(self):
        """Use the replica no more until it proves that it is fresh."""
        if self.valid_until:
            log.warning("The database %s is left out.", self.alias)
        self.valid_until = 0

    def watch(self):
        """Follow the replica forever."""
        while True:
            try:
                self.follow()
            except Exception as problem:  # whatever it is, the replica is not known to be fresh
                log.debug("The database %s cannot be followed.", self.alias, exc_info=problem)
            self.waiting_since = None
            self.leave_out()
            time.sleep(EVERY)

    def follow(self):
        """Compare replica and primary until one of them does not answer."""
        with connected(DEFAULT_DB_ALIAS) as primary, connected(self.alias) as replica, self.noted(replica):
            written, since = "0/0", None
            while True:
                asked = time.monotonic()
                newer = primary.execute(WRITTEN).fetchone()[0]
                self.waiting_since = time.monotonic()
                (reached,) = replica.execute(REPLAYED, [written]).fetchone()
                self.waiting_since = None
                if since and reached:
                    if not self.valid_until:
                        log.info("The database %s is used.", self.alias)
                    self.known_fresh, self.valid_until = since, asked + VALID
                elif since:
                    self.leave_out()
                written, since = newer, asked
                time.sleep(EVERY)

    @contextmanager
    def noted(self, link):
        self.used.add(link)
        try:
            yield
        finally:
            self.used.discard(link)

    def free_stuck(self):
        """End the connections on which threads wait for a replica that has stopped answering."""
        while True:
            time.sleep(EVERY)
            if self.waiting_since and time.monotonic() > self.waiting_since + STUCK:
                for link in list(self.used):
                    hang_up(getattr(link, "connection", link))

    @contextmanager
    def reading(self):
        """Inside, this thread reads from the replica. What must be written goes to `connection.primary`."""
        primary, own = connections[DEFAULT_DB_ALIAS], connections[self.alias]
        own.primary = primary
        connections[DEFAULT_DB_ALIAS] = own
        try:
            with self.noted(own):
                yield
        finally:
            connections[DEFAULT_DB_ALIAS] = primary

    def stream(self, response):
        """Have the rest of an answer read from the replica too, and its transaction ended there."""
        response.streaming_content = self.rows(response.streaming_content)
        response._resource_closers[:] = map(self.reading(), response._resource_closers)

    def rows(self, found):
        """The rows, each of which is read from the replica."""
        while True:
            with self.reading():
                row = next(found, None)
            if row is None:
                return
            yield row


def connected(alias):
    """A connection in which every statement is a transaction."""
    return psycopg.connect(**connections[alias].get_connection_params(), autocommit=True)


def hang_up(link):
    """End a connection from another thread, which is waiting for it."""
    with (
        suppress(OSError, psycopg.Error, AttributeError),
        socket.socket(fileno=os.dup(link.fileno())) as line,
    ):
        line.shutdown(socket.SHUT_RDWR)


def fresh_one():
    """One of the fresh replicas; None if there is none."""
    found = [one for one in replicas if one.is_fresh()]
    return random.choice(found) if found else None  # noqa: S311


def watch_all():
    """Start to follow the replicas."""
    for one in replicas:
        for task in (one.watch, one.free_stuck):
            threading.Thread(target=task, daemon=True).start()


replicas = [Replica(alias) for alias in settings.DATABASES if alias != DEFAULT_DB_ALIAS]
