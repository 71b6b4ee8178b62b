"""Backup, restore, verification, on a server that is thrown away: what comes back, and what does not."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyrage
from django.test import SimpleTestCase

from tracker.embedded import Server
from tracker.environment import BASE_DIR, DEFAULTS

KEPT = {name: value for name, value in os.environ.items() if name not in DEFAULTS}
SCRIPT = """
import django, sys; django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS += ["testserver"]
from tests import make
from tests.channels import Channels
from people.models import Person
"""


class BackupTest(SimpleTestCase):
    """A server with two databases of our own: one that is backed up, one that is restored into."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tracker-")))
        cls.server = Server(cls.folder / "server", throwaway=True).join()
        cls.addClassCleanup(cls.server.leave)
        key = pyrage.x25519.Identity.generate()
        cls.identity, cls.recipient = cls.folder / "identity", str(key.to_public())
        cls.identity.write_text(str(key))
        cls.ledger = cls.folder / "ledger"
        cls.backup = cls.folder / "backup"

    @classmethod
    def psql(cls, *statements):
        options = [part for statement in statements for part in ("-c", statement)]
        return cls.server.run("psql", "-qAt", cls.server.url, *options)

    @classmethod
    def database(cls, name):
        """An empty database; its address."""
        cls.psql(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        return cls.server.url.replace("/tracker?", f"/{name}?")

    @classmethod
    def run_command(cls, url, *command, **variables):
        """A finished command of manage.py, or with -c a piece of Python."""
        program = [] if command[0] == "-c" else ["manage.py"]
        return subprocess.run(
            [sys.executable, *program, *map(str, command)],
            cwd=BASE_DIR,
            env={
                **KEPT,
                "DATABASE_URL": url,
                "DATA_DIR": str(cls.folder / "data"),
                "ERASURE_LEDGER": str(cls.ledger),
                "BACKUP_RECIPIENT": cls.recipient,
                "DJANGO_SETTINGS_MODULE": "tracker.settings",
                **variables,
            },
            capture_output=True,
            text=True,
        )

    @classmethod
    def done(cls, url, *command, **variables):
        """What a command said that succeeded."""
        finished = cls.run_command(url, *command, **variables)
        if finished.returncode:
            raise AssertionError(finished.stderr)
        return finished.stdout

    def refused(self, url, *command, **variables):
        """The one sentence of a command that failed."""
        finished = self.run_command(url, *command, **variables)
        self.assertNotEqual(finished.returncode, 0, finished.stdout)
        self.assertNotIn("Traceback", finished.stderr)
        return finished.stderr

    def restore(self, *more):
        return ("restore", self.backup, "--identity", self.identity, *more)

    def tables_of(self, url):
        """How many tables a database has."""
        asked = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        return int(self.server.run("psql", "-qAt", url, "-c", asked))


class DrillTest(BackupTest):
    """Filled, backed up; then one person is taken down and another erased; then restored from before."""

    FILL = (
        SCRIPT
        + """
editor, administrator = make.member("editor"), make.member("administrator")
for name in ("Zahra Qvortexli", "Rauf Xylophonov", "Somebody Else"):
    Channels(make.person(name=name, notes="Of " + name), editor)
"""
    )
    TAKE = (
        SCRIPT
        + """
from django.contrib.auth.models import User
from tracker.records import erasure
editor, administrator = (User.objects.get(groups__name=name) for name in ("editor", "administrator"))
for name in ("Zahra Qvortexli", "Rauf Xylophonov"):
    Person.objects.get(name=name).takedown(editor, "safety")
erasure.erase(Person.objects.get(name="Rauf Xylophonov"), administrator, "legal")
"""
    )
    LOOK = (
        SCRIPT
        + """
from django.db import connection
from django.test import Client
from tests.catalog import VIEWS, address
client, told = Client(), []
words = ("qvortexli", "xylophonov", "somebody else")
for view in VIEWS:
    searched = words if "q" in view.filterset_class.base_filters else ()
    for query in ({}, {"format": "csv"}, *({"q": word} for word in searched)):
        answer = client.get(address(view, query))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        results = body.decode().lower()
        if "q" in query:
            results = results.partition('"results"')[2]
        told += [word for word in words if word in results]
print(sorted({*told}), Person.objects.count())
"""
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.database("filled")
        cls.done(cls.source, "migrate", "--verbosity=0")
        cls.done(cls.source, "-c", cls.FILL)
        cls.said = cls.done(cls.source, "backup", cls.backup)
        cls.done(cls.source, "-c", cls.TAKE)

    def test_what_was_taken_down_and_erased_since_is_still_gone(self):
        target = self.database("restored")
        said = self.done(target, *self.restore())
        self.assertIn("every table has as many as the backup says", said)
        self.assertEqual(self.done(target, "-c", self.LOOK).strip(), "['somebody else'] 2")
        self.assertEqual(self.done(self.source, "-c", self.LOOK).strip(), "['somebody else'] 2")
        self.assertEqual(self.dumped(target).lower().count("xylophonov"), 0)

    def dumped(self, url):
        """All of a database as text."""
        return self.server.run("pg_dump", f"--dbname={url}")

    def test_the_file_is_encrypted_and_nobody_elses(self):
        self.assertEqual(self.backup.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(b"Qvortexli", self.backup.read_bytes())
        self.assertEqual([one.name for one in self.folder.glob(".*")], [])

    def test_it_is_verified_by_restoring_it(self):
        said = self.done("", "verify_backup", self.backup, "--identity", self.identity)
        self.assertIn("its checksum is right", said)
        self.assertIn("Restored into a database that was thrown away", said)

    def test_what_is_damaged_is_refused_and_nothing_is_written(self):
        target, whole, other = self.database("refusing"), self.backup.read_bytes(), self.folder / "other"
        key = self.folder / "other-key"
        key.write_text(str(pyrage.x25519.Identity.generate()))
        flipped = (
            whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :]
        )
        plain = pyrage.decrypt(whole, [pyrage.x25519.Identity.from_str(self.identity.read_text())])
        seal = lambda said: pyrage.encrypt(said, [pyrage.x25519.Recipient.from_str(self.recipient)])  # noqa: E731
        newer = plain.replace(b'"records.0001_initial"', b'"records.9999_initial"', 1)
        for name, content, identity, words in (
            ("cut off", whole[:-1000], self.identity, "cut off or damaged"),
            ("flipped", flipped, self.identity, "cut off or damaged"),
            ("empty", b"", self.identity, "cut off or damaged"),
            ("another key", whole, key, "another key"),
            ("not ours", seal(b"Hello"), self.identity, "no backup"),
            ("cut off before", seal(plain[:-100]), self.identity, "checksum"),
            ("newer", seal(newer), self.identity, "newer program"),
            (
                "newer format",
                seal(plain.replace(b'"format": 1', b'"format": 2', 1)),
                self.identity,
                "newer format",
            ),
        ):
            with self.subTest(name):
                other.write_bytes(content)
                self.assertIn(words, self.refused(target, "restore", other, "--identity", identity))
        self.assertEqual(self.tables_of(target), 0)

    def test_it_restores_into_an_empty_database_only_and_with_a_ledger(self):
        self.assertIn("not empty", self.refused(self.source, *self.restore()))
        target = self.database("without")
        self.assertIn("ledger", self.refused(target, *self.restore(), ERASURE_LEDGER=str(self.folder / "no")))
        self.assertEqual(self.tables_of(target), 0)

    def test_a_backup_overwrites_nothing_and_takes_a_key(self):
        self.assertIn("exists already", self.refused(self.source, "backup", self.backup))
        for key, words in (("", "not set"), ("age1wrong", "cannot be read")):
            new = self.folder / "never"
            self.assertIn(words, self.refused(self.source, "backup", new, BACKUP_RECIPIENT=key))
            self.assertFalse(new.exists())
