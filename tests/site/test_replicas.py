"""Public reads go to replicas that are fresh; what is taken down disappears, whatever happens to them."""

import json
import os
import re
import signal
import threading
import time
from unittest import mock

import pytest
from django.db import OperationalError, connection, connections
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory, SimpleTestCase

from tests import kills
from tests.cluster import Standby, known
from tests.served import Served
from tests.site.test_settings import read_settings
from tracker.postgres import replicas
from tracker.web import public_reads

TOKEN = "t" * 20
SCANS = "SELECT sum(idx_scan + seq_scan) FROM pg_stat_user_tables WHERE relname = 'people_person'"
PEOPLE, LIMIT = "/api/v1/people/", 5  # seconds


class ChoiceTest(SimpleTestCase):
    """Which connection a request reads from."""

    def setUp(self):
        self.replica = replicas.Replica("replica1")
        self.replica.valid_until = time.monotonic() + 60
        self.enterContext(mock.patch.object(replicas, "replicas", [self.replica]))
        own = mock.Mock(alias="replica1")
        connections["replica1"] = own
        self.addCleanup(connections.__delitem__, "replica1")

    def answer(self, method="GET", path=PEOPLE, view=None, **headers):
        """The aliases that a request was answered from, one for each try."""
        seen = []

        def default(request):
            seen.append(connection.alias)
            return view(request) if view else HttpResponse()

        middleware = public_reads.FromReplicas(default)
        self.middleware = middleware
        self.response = middleware(RequestFactory().generic(method, path, headers=headers))
        self.assertEqual(connection.alias, "default")
        return seen

    def test_the_public_reads_from_a_replica(self):
        for path in (PEOPLE, "/people/", "/"):
            self.assertEqual(self.answer(path=path), ["replica1"])

    def test_whoever_may_write_reads_from_the_primary(self):
        self.assertEqual(self.answer("POST"), ["default"])
        self.assertEqual(self.answer(Authorization="Bearer x"), ["default"])
        self.assertEqual(self.answer(Cookie="sessionid=x"), ["default"])
        for path in ("/admin/login/", "/readyz", "/healthz", "/metrics"):
            self.assertEqual(self.answer(path=path), ["default"])

    def test_without_a_fresh_one_the_primary_answers(self):
        self.replica.valid_until = time.monotonic() - 0.001
        self.assertEqual(self.answer(), ["default"])

    def test_what_fails_is_answered_by_the_primary(self):
        def view(request):
            if connection.alias != "default":
                self.middleware.process_exception(request, OperationalError())
            return HttpResponse(status=200 if connection.alias == "default" else 503)

        self.assertEqual(self.answer(view=view), ["replica1", "default"])
        self.assertEqual([self.response.status_code, self.replica.is_fresh()], [200, False])

    def test_what_is_streamed_comes_from_the_replica_to_its_end(self):
        seen = []

        def rows():
            try:
                for _ in range(3):
                    yield connection.alias
            finally:
                seen.append(connection.alias)

        for most in (3, 1):  # one is interrupted
            self.answer(view=lambda request: StreamingHttpResponse(rows()))
            found = [row.decode() for row, _ in zip(self.response, range(most), strict=False)]
            self.response.close()
            self.assertEqual(found, ["replica1"] * most)
            self.assertEqual([connection.alias, seen.pop()], ["default", "replica1"])

    def test_what_is_written_goes_to_the_primary(self):
        with self.replica.reading():
            self.assertEqual([connection.alias, connection.primary.alias], ["replica1", "default"])
        self.assertEqual(connection.primary.alias, "default")

    def test_each_address_is_a_database(self):
        found = read_settings(REPLICA_URLS="postgres://me@one/facts postgres://me@two/facts")["DATABASES"]
        self.assertEqual([each["HOST"] for each in found.values()][1:], ["one", "two"])


class Reader(threading.Thread):
    """The public, which reads one address again and again; when it was answered what."""

    def __init__(self, ask, path):
        super().__init__()
        self.ask, self.path, self.answers, self.ended = ask, path, [], threading.Event()

    def __enter__(self):
        self.start()
        while len(self.answers) < 5:
            time.sleep(0.01)
        return self

    def __exit__(self, *error):
        self.ended.set()
        self.join()

    def run(self):
        while not self.ended.is_set():
            began = time.monotonic()
            self.answers.append((began, self.ask("GET", self.path)[0], time.monotonic()))

    def statuses(self):
        return {status for _, status, _ in self.answers}


@pytest.mark.long
class ReplicasTest(Served):
    variables = {"METRICS_TOKEN": TOKEN, "WORKERS": "2"}

    @classmethod
    def setUpClass(cls):
        place = cls.place
        cls.place = classmethod(lambda cls: cls.with_replicas(place()))
        super().setUpClass()
        cls.server = known(cls.folder)
        cls.standbys = [Standby(cls.server, path) for path in cls.paths]
        for one in cls.standbys:
            cls.addClassCleanup(one.end)
            one.copy().start()

    @classmethod
    def with_replicas(cls, place):
        """Names the replicas in the settings, although they are made later."""
        cls.paths = [place / "one", place / "two"]
        cls.variables = {
            **cls.variables,
            "REPLICA_URLS": " ".join(Standby(None, path).url for path in cls.paths),
        }
        return place

    def setUp(self):
        self.wait_for_fresh(2)

    def lags(self):
        """Seconds that each replica may be behind, as one of the processes knows it."""
        text = self.ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}")[2].decode()
        return [
            float(lag) for lag in re.findall("^tracker_replica_lag_seconds{.*} (.*)$", text, re.MULTILINE)
        ]

    def wait_for_fresh(self, number):
        """Several answers, since each comes from one of two processes."""
        for _ in range(600):
            if all(sum(0 <= lag < 3 for lag in self.lags()) == number for _ in range(8)):
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.lags()} {self.out.read_text()[-2000:]}")

    def person(self):
        """The path of a public person."""
        rows = json.loads(self.ask("GET", f"{PEOPLE}?page_size=100")[2])["results"]
        return next(f"{PEOPLE}{row['id']}/" for row in rows)

    def take_down(self, path):
        key = path.removeprefix(PEOPLE).strip("/")
        self.sql(f"UPDATE people_person SET publication = 'taken_down' WHERE id = '{key}'")  # noqa: S608
        return time.monotonic()

    def assert_gone(self, reader, since):
        """Nobody who asks LIMIT seconds later or more is shown the record."""
        late = [status for began, status, _ in reader.answers if began > since + LIMIT]
        self.assertGreater(len(late), 2)
        self.assertEqual(set(late), {404})
        self.assertLessEqual(reader.statuses(), {200, 404})
        last = max(ended for _, status, ended in reader.answers if status == 200)
        print(f"{self._testMethodName}: gone after {last - since:.1f} s")

    def test_replicas_answer_the_public(self):
        for one in self.standbys:
            one.sql("SELECT pg_stat_reset()")
        for _ in range(40):
            self.assertEqual(self.ask("GET", f"{PEOPLE}?q=a")[0], 200)  # is counted in the primary
        time.sleep(2)  # statistics are written once a second
        for one in self.standbys:
            self.assertGreater(int(one.sql(SCANS)), 5)

    def test_takedown(self):
        path = self.person()
        with Reader(self.ask, path) as reader:
            since = self.take_down(path)
            time.sleep(LIMIT + 2)
        self.assert_gone(reader, since)

    def test_takedown_while_no_replica_replays(self):
        path = self.person()
        for one in self.standbys:
            one.sql("SELECT pg_wal_replay_pause()")
            self.addCleanup(one.sql, "SELECT pg_wal_replay_resume()")
        with Reader(self.ask, path) as reader:
            since = self.take_down(path)
            time.sleep(LIMIT + 2)
        self.assert_gone(reader, since)

    def test_frozen_replica(self):
        path, one = self.person(), self.standbys[0]
        processes = [one.process.pid, *kills.children(one.process.pid)]
        with Reader(self.ask, path) as reader:
            for pid in processes:
                os.kill(pid, signal.SIGSTOP)
                self.addCleanup(os.kill, pid, signal.SIGCONT)
            since = self.take_down(path)
            time.sleep(LIMIT + 6)
        self.assert_gone(reader, since)

    def test_killed_replica(self):
        one = self.standbys[1]
        with Reader(self.ask, self.person()) as reader:
            one.process.send_signal(signal.SIGQUIT)
            one.process.wait()
            time.sleep(3)
            one.start()
            self.wait_for_fresh(2)
        self.assertEqual(reader.statuses(), {200})

    def test_writers_read_what_they_wrote(self):
        source = json.loads(self.ask("GET", "/api/v1/sources/?page_size=1")[2])["results"][0]["slug"]
        for number in range(20):
            cited = [{"source": source, "locator_kind": "paragraph", "locator": "1"}]
            document = {"title": f"Written {number}", "citations": cited}
            status, _, body = self.write("POST", "/api/v1/dialogues/", document)
            self.assertEqual(status, 201, body)
            url = f"/api/v1/dialogues/{json.loads(body)['id']}/"
            self.assertEqual(self.write("GET", url, None)[0], 200)
