"""What is answered while the database fails, and that nothing sent or stored gets into a log then."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.kills import Writers, kill, kill_database, survived, webs
from tests.relay import Relay
from tests.served import Served, free_port
from tracker.environment import BASE_DIR
from tracker.server.embedded import SOCKET, Server

PEOPLE = "/api/v1/people/"
CANARY = "Kanarienvogel"
DEADLINE = 5
CROWD = 200
END_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE usename = 'tracker' AND application_name <> 'psql'"
)


def timed(act, *args, **kwargs):
    """What an act gives, and the seconds that it took."""
    began = time.monotonic()
    return act(*args, **kwargs), time.monotonic() - began


class FaultsTest(Served):
    variables = {"STATEMENT_TIMEOUT": "2", "LOCK_TIMEOUT": "1"}

    def person(self, name=CANARY):
        """What a program sends to make a person."""
        return {"name": name, "basis": "public_interest"}

    def made(self, sent, key="a", **headers):
        """The answer to a person's being made, which is tried again while threads notice lost connections."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            answer = self.write("POST", PEOPLE, sent, **headers, **{"Idempotency-Key": key})
            if answer[0] not in (None, 503):
                break
        self.assertEqual(answer[0], 201, answer)
        return answer

    def assert_in_time(self, act, *args, **kwargs):
        """Within five seconds it is 503."""
        answer, seconds = timed(act, *args, **kwargs)
        self.assert_unavailable(answer)
        self.assertLess(seconds, DEADLINE)

    def hold(self, statements):
        """A session of the database that has done this in a transaction and keeps it open."""
        held = subprocess.Popen(
            [sys.executable, "-m", "tracker.server.embedded", "psql", "-qAt"],
            cwd=BASE_DIR,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(held.communicate)
        print(f"BEGIN; {statements}; SELECT 'held';", file=held.stdin, flush=True)
        self.assertEqual(held.stdout.readline(), "held\n")
        return held

    def test_a_lock_that_is_held(self):
        self.made(self.person("Free"))
        self.hold("LOCK TABLE people_person")
        self.assert_in_time(self.ask, "GET", PEOPLE)
        self.assert_in_time(self.write, "POST", PEOPLE, self.person())

    def test_a_statement_that_takes_too_long(self):
        self.sql(
            "ALTER TABLE people_person RENAME TO fast;"
            "CREATE VIEW people_person AS SELECT fast.* FROM fast, pg_sleep(30)"
        )
        try:
            self.assert_in_time(self.ask, "GET", PEOPLE)
            for answer in self.crowd(self.ask):
                self.assert_unavailable(answer)
            self.assertEqual(self.ask("GET", "/healthz")[0], 200)
        finally:
            # The search for changes reads without a limit of time: it would hold the view for an hour.
            self.sql(f"{END_CONNECTIONS}; DROP VIEW people_person; ALTER TABLE fast RENAME TO people_person")
        self.assertLess(self.wait_for(200, PEOPLE), DEADLINE)

    def crowd(self, ask):
        """The answers to two hundred clients at once, who take some seconds themselves on a busy machine."""
        answers, began = [], time.monotonic()
        clients = [threading.Thread(target=lambda: answers.append(ask("GET", PEOPLE))) for _ in range(CROWD)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.assertLess(time.monotonic() - began, 3 * DEADLINE)
        self.assertEqual(len(answers), CROWD)
        return answers

    def test_no_connection_left_with_two_hundred_clients(self):
        self.hold("SET search_path = public")
        self.sql("ALTER ROLE tracker CONNECTION LIMIT 1", "postgres")
        self.addCleanup(self.sql, "ALTER ROLE tracker CONNECTION LIMIT -1", "postgres")
        self.end_connections()
        for answer in self.crowd(self.ask):
            self.assert_unavailable(answer)
        self.assert_unavailable(self.write("POST", PEOPLE, self.person()))

    @pytest.mark.long
    def test_a_server_that_takes_connections_and_never_answers(self):
        relay = self.enterContext(Relay(Server(self.folder).socket_folder() / SOCKET))
        ask = self.enterContext(self.second_server(f"postgres://tracker@127.0.0.1:{relay.port}/tracker"))
        self.assertEqual(ask("GET", PEOPLE)[0], 200)
        relay.silence()
        for answer in self.crowd(ask):
            self.assert_unavailable(answer)
        answer, seconds = timed(ask, "GET", "/readyz")
        self.assert_unavailable(answer)
        self.assertLess(seconds, DEADLINE)
        self.assertEqual(ask("GET", "/healthz")[0], 200)
        relay.mute, answered = False, time.monotonic()
        while ask("GET", PEOPLE)[0] != 200:
            self.assertLess(time.monotonic() - answered, DEADLINE)

    @contextlib.contextmanager
    def second_server(self, address):
        """Another server on the same database, by another way; what asks it."""
        other = type("Other", (Served,), {"port": free_port(), "out": self.out})
        other.environment = {**self.environment, "DATABASE_URL": address, "PORT": str(other.port)}
        other.process = other.start()
        try:
            other.wait_for(200, "/healthz")
            yield other.ask
        finally:
            other.stop()

    def test_a_database_that_only_reads(self):
        """So it is told when its disk is nearly full: readers with and without a token notice nothing."""
        self.sql("UPDATE records_apitoken SET last_used_at = NULL")
        self.sql("ALTER DATABASE tracker SET default_transaction_read_only = on")
        self.addCleanup(self.end_connections)
        self.addCleanup(
            self.sql,
            "SET transaction_read_only = off; ALTER DATABASE tracker RESET default_transaction_read_only",
        )
        self.end_connections()
        for query in ("", "?q=a", "?format=csv"):
            self.assertEqual(self.ask("GET", PEOPLE + query)[0], 200)
            self.assertEqual(self.write("GET", PEOPLE + query, None)[0], 200)
        self.assert_in_time(self.write, "POST", PEOPLE, self.person())
        self.assertEqual(self.ask("GET", "/readyz")[0], 200)

    def test_a_web_server_that_is_killed_comes_back(self):
        (web,) = webs(self)
        kill(web)
        until = time.monotonic() + 60
        while webs(self) in ([], [web]):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        self.wait_for(200, PEOPLE)

    @pytest.mark.long
    def test_writers_while_the_database_is_killed(self):
        with Writers(self) as writers:
            for number in range(2):
                killed = time.monotonic()
                kill_database(self, everything=number)
                writers.seconds_to_success(killed)
        survived(self, writers)

    def end_connections(self):
        """Those of the processes are gone when this returns; a session that a test holds stays."""
        self.sql(END_CONNECTIONS, "postgres")

    def test_a_deadlock(self):
        """Who gives way is told to come again."""
        self.sql(
            "CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE SQLSTATE '40P01'; END$$;"
            " CREATE TRIGGER deadlock BEFORE INSERT ON people_person EXECUTE FUNCTION deadlock()"
        )
        self.addCleanup(self.sql, "DROP FUNCTION deadlock CASCADE")
        self.assert_in_time(self.write, "POST", PEOPLE, self.person())

    def test_a_database_that_is_stopped_and_started(self):
        """Reads, writes and pages say so; the supervisor sees it; then all goes on by itself."""
        stopped = self.postmaster()
        os.kill(self.process.pid, signal.SIGSTOP)  # else it starts another at once
        try:
            os.kill(stopped, signal.SIGKILL)
            time.sleep(0.2)
            self.assert_in_time(self.ask, "GET", PEOPLE)
            self.assert_in_time(self.write, "POST", PEOPLE, self.person())
            page = self.ask("GET", "/admin/", Cookie="sessionid=" + "x" * 32)
            self.assertEqual([page[0], page[1]["content-type"]], [503, "text/plain; charset=utf-8"])
            posted = self.ask("POST", "/admin/login/", Cookie="sessionid=" + "x" * 32)
            self.assertIn(posted[0], (403, 503))
            self.assertEqual(self.ask("GET", "/healthz")[0], 200)
            ready = self.ask("GET", "/readyz")
            self.assert_unavailable(ready)
        finally:
            os.kill(self.process.pid, signal.SIGCONT)
        self.assertLess(self.wait_for(200, PEOPLE), DEADLINE)
        self.assertEqual(self.ask("GET", "/readyz")[0], 200)
        self.made(self.person("After"), "after")

    def test_what_is_sent_and_stored_stays_out_of_every_log(self):
        sent = {"name": CANARY, "basis": "public_interest", "description": f"{CANARY} {CANARY}"}
        headers = {"User-Agent": CANARY, "Referer": CANARY, "X-Request-ID": CANARY, "X-Forwarded-For": CANARY}
        made = self.made(sent, CANARY, **headers)
        place = f"{PEOPLE}{json.loads(made[2])['id']}/"
        asked = f"?q={CANARY}&{CANARY}=1"
        seen = {
            self.ask("GET", f"{PEOPLE}{asked}", **headers)[0]: 400,
            self.ask("GET", f"{PEOPLE}{CANARY.lower()}/{asked}", **headers)[0]: 404,
            self.ask("GET", f"/{CANARY}/{asked}", Authorization=f"Bearer {CANARY}", **headers)[0]: 404,
            self.ask("GET", PEOPLE, Authorization=f"Bearer {CANARY}")[0]: 401,
            self.write("PATCH", place, {"name": CANARY * 2}, **{"If-Match": '"9"'})[0]: 412,
            self.write("PATCH", place, {"name": CANARY * 2})[0]: 428,
            self.write("DELETE", f"{PEOPLE}{CANARY}/", None, **{"If-Match": '"9"'})[0]: 404,
            self.write("POST", PEOPLE, {"nome": CANARY})[0]: 400,
        }
        self.assertEqual(list(seen), list(seen.values()))
        self.break_down(sent, headers)
        lines, database = self.logged()
        text = self.out.read_text()
        for log in (text, self.requests(), database):
            self.assertNotIn(CANARY.lower(), log.lower())
        self.assertLessEqual(
            {200, 201, 400, 401, 404, 412, 428, 500, 503}, {line.get("status") for line in lines}
        )
        self.assertIn("42P01", text)  # the error of the database is told, by its code
        everything = text[text.index("The dialogue tracker is running") :].splitlines()
        plain = [line for line in everything if not line.startswith("{")]
        self.assertTrue(all(line.startswith(("The dialogue", "  ", "This is")) for line in plain), plain)

    def break_down(self, sent, headers):
        """Errors that are mistakes, and errors that quote a row."""
        self.sql("ALTER TABLE people_person RENAME TO lost")
        try:
            self.assertEqual(self.ask("GET", f"{PEOPLE}{CANARY.lower()}/", **headers)[0], 500)
            self.assertEqual(self.write("POST", PEOPLE, sent, **headers)[0], 500)
        finally:
            self.sql("ALTER TABLE lost RENAME TO people_person")
        self.sql(f"CREATE UNIQUE INDEX one ON people_person (name) WHERE name = '{CANARY}'")
        try:
            self.assertIn(self.write("POST", PEOPLE, sent, **headers)[0], (400, 500))
        finally:
            self.sql("DROP INDEX one")
        self.hold("LOCK TABLE people_person")
        self.assert_unavailable(self.write("POST", PEOPLE, sent, **headers))
