"""Behind PgBouncer: every client gets its own answer, and no request fails."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import psycopg
from django.db import connection, connections
from django.test import Client, override_settings

from tests import make
from tests.emptied import TransactionTestCase
from tests.served import free_port
from tracker.server import checks, child_processes

# PGBOUNCER can name another binary. From 1.21 on, it is tested with prepared statements.
PGBOUNCER = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
REQUIRED = "REQUIRE_CLUSTER" in os.environ
CLIENTS, ROUNDS, SERVERS = 32, 6, 4
CONFIGURATION = """
[databases]
* = host='{host}' port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 100
{more}
"""


def version():
    """The version of PgBouncer, as two numbers; (0, 0) if there is none."""
    if not PGBOUNCER:
        return 0, 0
    said = subprocess.run([PGBOUNCER, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, said.split()[1].split(".")[:2]))


@unittest.skipUnless(PGBOUNCER or REQUIRED, "PgBouncer is not installed.")
class PoolerTest(TransactionTestCase):
    def setUp(self):
        keeps = version() >= (1, 21)
        self.enterContext(override_settings(PREPARED_STATEMENTS="pooled" if keeps else "off"))
        self.people = [make.person() for _ in range(CLIENTS)]
        direct = Client()
        self.expected = [self.body(direct, number) for number in range(CLIENTS)]
        self.pool("max_prepared_statements = 100" if keeps else "")

    def pool(self, more):
        """Starts PgBouncer; from here on, new connections go through it."""
        known, folder = connection.settings_dict, Path(self.enterContext(tempfile.TemporaryDirectory()))
        own = {"own": free_port(), "servers": SERVERS, "more": more}
        text = CONFIGURATION.format(
            host=known["HOST"], port=known["PORT"] or 5432, user=known["USER"] or "tracker", **own
        )
        (folder / "pgbouncer.ini").write_text(text)
        process = subprocess.Popen(
            [PGBOUNCER, "-q", folder / "pgbouncer.ini"],
            stderr=subprocess.DEVNULL,
            preexec_fn=None if os.geteuid() else child_processes.in_namespace,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        there = {"HOST": "127.0.0.1", "PORT": str(own["own"]), "DISABLE_SERVER_SIDE_CURSORS": True}
        self.enterContext(mock.patch.dict(known, there))
        address = f"host=127.0.0.1 port={own['own']} user=tracker dbname={known['NAME']}"
        for _ in range(100):
            try:
                return psycopg.connect(address).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError("PgBouncer does not answer.")

    def body(self, client, number):
        """What is answered about a person, and as a page of the list."""
        paths = (f"{self.people[number].pk}/", f"?page_size=1&page={number + 1}")
        answers = [client.get(f"/api/v1/people/{path}") for path in paths]
        self.assertEqual([answer.status_code for answer in answers], [200, 200])
        return [answer.content for answer in answers]

    def one_client(self, number):
        """Whether all answers to a client, on a connection of its own, are those about its person."""
        try:
            client = Client()
            return all(self.body(client, number) == self.expected[number] for _ in range(ROUNDS))
        finally:
            connections.close_all()

    def test_no_answer_fails_and_none_is_foreign(self):
        with ThreadPoolExecutor(CLIENTS) as clients:
            self.assertEqual(list(clients.map(self.one_client, range(CLIENTS))), [True] * CLIENTS)

    def test_writes_and_streams(self):
        def both():
            try:
                made = make.person(name="Behind The Pooler")
                rows = b"".join(Client().get("/api/v1/people/?format=csv"))
                return made.pk, rows
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as thread:
            _, rows = thread.submit(both).result()
        self.assertIn(b"Behind The Pooler", rows)

    def test_wrong_setting_is_noticed(self):
        def found():
            try:
                return [one.id for one in checks.wrong_connections(connection)]
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as thread:
            self.assertEqual(thread.submit(found).result(), [])
            with override_settings(PREPARED_STATEMENTS="direct"):
                self.assertEqual(thread.submit(found).result(), ["tracker.E004"])


class ConnectionsTest(TransactionTestCase):
    def test_too_few_connections_are_noticed(self):
        self.assertEqual(list(checks.wrong_connections(connection)), [])
        with override_settings(WORKERS=64, THREADS=64):
            (found,) = checks.wrong_connections(connection)
        self.assertIn("may need 4101 connections, but the database allows", found.msg)
