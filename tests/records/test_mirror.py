"""A mirror that follows `changes/` is at last what the API is, whatever is written at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from unittest import mock

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from tests import make
from tests.emptied import TransactionTestCase
from tests.mirroring import Mirror, Writer, begun, differences, everything
from tracker.records.changes import announcing
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.workflow.approvals import Approval, publish_due

WAIT = 60
WAITS = """
    SELECT wait_event FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


class RandomTest(TransactionTestCase):
    """Writers on connections of their own, one process that announces and publishes, two mirrors.

    The mirrors read what has changed all the time, and the records when nobody writes: what is changed and
    changed back between two looks is not announced, and a copy of what was there in between would be wrong.
    """

    writers, steps, rounds = 3, 20, 2

    def test_at_each_pause_every_mirror_is_what_the_api_is(self):
        world = begun()
        writers = [Writer(seed, world) for seed in range(self.writers)]
        mirrors = [Mirror(), Mirror(limit=7)]
        for _ in range(self.rounds):
            self.write(writers, mirrors)
            Approval.objects.filter(problem="").update(publish_at=timezone.now())
            self.serve()
            truth = everything()
            for mirror in [*mirrors, Mirror(limit=50)]:
                self.assertEqual(list(differences(mirror.follow(), truth)), [])
                self.assertGreater(len(mirror.rows), 30)
        done = sum(writer.done for writer in writers)
        print(f"{done} deeds done")
        self.assertGreater(done, self.writers * self.steps * self.rounds // 3)

    def write(self, writers, mirrors):
        stop = Event()
        with ThreadPoolExecutor() as pool:
            others = [pool.submit(self.until, stop, self.serve)]
            others += [pool.submit(self.until, stop, mirror.poll) for mirror in mirrors]
            try:
                for one in [pool.submit(self.closed, writer.work, self.steps) for writer in writers]:
                    one.result()
            finally:
                stop.set()
            for one in others:
                one.result()

    def serve(self):
        publish_due()
        announcing.announce()

    def until(self, stop, act):
        try:
            while not stop.wait(0.02):
                act()
        finally:
            connections.close_all()

    def closed(self, act, *given):
        try:
            act(*given)
        finally:
            connections.close_all()


@pytest.mark.long
class LongRandomTest(RandomTest):
    writers, steps, rounds = 6, 60, 20


class OrderTest(TransactionTestCase):
    def in_another_connection(self, act):
        def closed():
            try:
                act()
            finally:
                connections.close_all()

        pool = ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        return pool.submit(closed)

    def test_what_is_stored_late_is_not_missed(self):
        early, late, mirror = make.place(), make.place(), Mirror(limit=1)
        begun, end = Event(), Event()

        @transaction.atomic
        def slowly():
            late.country = "AZ"
            late.save()
            begun.set()
            end.wait(WAIT)

        announcing.announce()
        mirror.follow()
        done = self.in_another_connection(slowly)
        self.addCleanup(end.set)
        self.assertTrue(begun.wait(WAIT))
        early.country = "AM"
        early.save()
        announcing.announce()
        self.assertEqual(mirror.poll(), 1)
        mirror.fetch()
        self.assertEqual(mirror.rows, everything())
        end.set()
        done.result()
        announcing.announce()
        self.assertEqual(mirror.poll(), 1)
        mirror.fetch()
        self.assertEqual(mirror.rows, everything())

    def test_nobody_gives_numbers_while_another_process_does(self):
        make.place()
        begun, end, keep = Event(), Event(), announcing.store_announcements

        def slowly(news):
            keep(news)
            begun.set()
            end.wait(WAIT)

        with mock.patch.object(announcing, "store_announcements", slowly):
            first = self.in_another_connection(announcing.announce)
            self.assertTrue(begun.wait(WAIT))
        place = make.place()
        second = self.in_another_connection(announcing.announce)
        self.addCleanup(end.set)
        while not second.done() and not self.waiting_for():
            pass
        self.assertEqual(self.waiting_for(), "advisory")
        mirror = Mirror()
        self.assertEqual((second.done(), mirror.poll()), (False, 0))
        end.set()
        first.result(), second.result()
        self.assertEqual(mirror.poll(), 2)
        self.assertEqual([*mirror.wanted][-1], ("places", str(place.pk)))

    def waiting_for(self):
        """The kind of lock that somebody waits for; "" if nobody does."""
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            return (cursor.fetchone() or [""])[0]

    def test_what_is_hidden_while_it_is_looked_at_is_gone_at_the_next_look(self):
        place, mirror = make.place(), Mirror()
        keep = announcing.store_announcements

        def hide(news):
            keep(news)
            type(place).objects.filter(pk=place.pk).update(publication=Publication.DRAFT)

        with mock.patch.object(announcing, "store_announcements", hide):
            announcing.announce()
        announcing.announce()
        mirror.follow()
        self.assertEqual(list(mirror.rows), [])
