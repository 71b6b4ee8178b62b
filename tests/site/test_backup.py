"""Backup, verification and restore: what comes back, what does not, and what is refused."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import pyrage
import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import SimpleTestCase, override_settings
from django.utils import timezone

from people.models import Person
from tests import make
from tests.channels import Channels
from tests.emptied import TransactionTestCase
from tests.mirroring import Mirror, everything, path_of
from tests.served import KEPT
from tracker.environment import BASE_DIR
from tracker.management.commands.serve import Command as Serve
from tracker.records.audit.takedown_ledger import Deed
from tracker.records.changes import announcing
from tracker.records.protection.name_search import run_searches
from tracker.records.revisions import erasure
from tracker.server import backup
from tracker.server import restore as restoring
from tracker.server.embedded import Server

MINUTE = 60
KILLS = 12


class BackupTest(TransactionTestCase):
    """A folder with a pair of keys, a ledger and a place for a backup."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tracker-")))
        self.identity, self.file = self.folder / "identity", self.folder / "backup"
        self.enterContext(override_settings(ERASURE_LEDGER=self.folder / "ledger", DATA_DIR=self.folder))
        said = self.run_command("backup_key", self.identity)
        self.enterContext(mock.patch.dict(os.environ, dict([said.strip().split("=")])))

    def run_command(self, *arguments, **options):
        """What a command says."""
        out = io.StringIO()
        call_command(*map(str, arguments), stdout=out, **options)
        return out.getvalue()

    def restore(self, file=None, identity=None, **options):
        keys = f"--identity={identity or self.identity}"
        return self.run_command("restore", file or self.file, keys, **options)

    def refused(self, *arguments):
        """The sentence by which a command is refused."""
        with self.assertRaises(CommandError) as raised:
            self.run_command(*arguments)
        return str(raised.exception)

    @contextlib.contextmanager
    def elsewhere(self):
        """The connection leads to an empty database on the same server, for as long as the block runs."""
        known, name = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_restored"
        self.ask(f"DROP DATABASE IF EXISTS {name}")
        self.ask(f"CREATE DATABASE {name} TEMPLATE template0")
        self.lead_to(name)
        try:
            yield
        finally:
            self.lead_to(known)
            self.ask(f"DROP DATABASE {name}")

    def lead_to(self, name):
        connection.close()
        connection.settings_dict["NAME"] = name

    def ask(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def dump(self):
        """All of the database as text."""
        with backup.running("pg_dump", stdout=subprocess.PIPE) as process:
            return process.stdout.read().decode().lower()


class DrillTest(BackupTest):
    """Filled and backed up; then one person is taken down and one erased; then the backup is restored."""

    def test_all_is_there_again_but_what_was_taken_down_and_erased_since(self):
        editor, administrator = make.member("editor"), make.member("administrator")
        names = ("Zahra Qvortexli", "Rauf Xylophonov", "Somebody Else")
        down, gone, other = (Channels(make.person(name=name, notes=name), editor) for name in names)
        announcing.announce()
        mirror = Mirror().follow()
        self.run_command("backup", self.file)
        rows = backup.counts()
        for one in (down, gone):
            one.person.takedown(editor, "safety")
        run_searches()
        erasure.erase(Person.objects.get(pk=gone.person.pk), administrator, "legal")
        with self.elsewhere():
            began = time.monotonic()
            said = self.restore()
            for one in (down, gone):
                self.assertEqual([channel for channel, told in one.told().items() if told], [])
            self.assertLess(time.monotonic() - began, MINUTE)
            self.assertIn(f"Restored {sum(rows.values())} rows", said)
            self.assertTrue(all(other.told().values()))
            self.assertEqual(
                {*Person.objects.values_list("pk", flat=True)}, {down.person.pk, other.person.pk}
            )
            self.assertNotIn("xylophonov", self.dump())
            self.assertFalse(restoring.is_marked())
            self.assertEqual(self.client.get(path_of(mirror.next)).status_code, 410)
            announcing.announce()
            self.assertEqual(mirror.follow().rows, everything())

    def test_what_came_back_since_is_not_taken_down_again(self):
        editor, person = make.member("editor"), make.person()
        self.run_command("backup", self.file)
        person.takedown(editor, "safety")
        person.publish(editor, "They ask for it.")
        with self.elsewhere():
            self.restore()
            self.assertEqual(Person.objects.get().publication, "published")
            self.assertEqual(Deed.objects.count(), 2)

    def test_what_the_table_of_the_backup_says_is_done_without_the_file_too(self):
        person = make.person()
        person.takedown(make.member("editor"), "safety")
        self.run_command("backup", self.file)
        Person.objects.filter(pk=person.pk).update(publication="published")
        with override_settings(ERASURE_LEDGER=self.folder / "empty"), self.elsewhere():
            (self.folder / "empty").touch()
            self.restore()
            self.assertEqual(Person.objects.get().publication, "taken_down")
            self.assertIn(str(person.pk), (self.folder / "empty").read_text())

    def test_a_restore_that_was_stopped_is_taken_up_where_it_was(self):
        person = make.person()
        self.run_command("backup", self.file)
        person.takedown(make.member("editor"), "safety")
        with self.elsewhere():
            for place in ("load", "compare", "call_command", "erasure.replay", "takedown_ledger.write_down"):
                stop = mock.patch(f"tracker.server.restore.{place}", side_effect=KeyboardInterrupt)
                with stop, self.assertRaises(KeyboardInterrupt):
                    self.restore()
                with self.assertRaisesMessage(CommandError, "being restored"):
                    Serve().prepare()
            self.restore()
            self.assertEqual(Person.objects.get().publication, "taken_down")
            self.assertFalse(restoring.is_marked())


class FileTest(BackupTest):
    """What is in the file, and what is refused."""

    def sealed(self, plain):
        return pyrage.encrypt(plain, backup.recipients())

    def test_what_is_damaged_is_refused_and_nothing_is_written(self):
        make.person(name="Zahra Qvortexli")
        self.run_command("backup", self.file)
        whole, other, key = self.file.read_bytes(), self.folder / "other", self.folder / "other-key"
        self.run_command("backup_key", key)
        plain, middle = pyrage.decrypt(whole, backup.identities(self.identity)), len(whole) // 2
        newer = plain.replace(b'"records.0001_initial"', b'"records.9999_initial"', 1)
        format_2 = plain.replace(b'"format": 1', b'"format": 2', 1)
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        counted = plain.replace(b'"people_person": 1', b'"people_person": 2', 1)
        with self.elsewhere():
            for content, identity, words in (
                (whole[:-1000], self.identity, "truncated, damaged"),
                (whole[:100], self.identity, "truncated, damaged"),
                (flipped, self.identity, "truncated, damaged"),
                (b"", self.identity, "truncated, damaged"),
                (b"Hello", self.identity, "truncated, damaged"),
                (whole, key, "a different key"),
                (whole, self.file, "not contain a readable private key"),
                (self.sealed(b"Hello"), self.identity, "not a backup"),
                (self.sealed(b""), self.identity, "checksum"),
                (self.sealed(plain[:-100]), self.identity, "checksum"),
                (self.sealed(counted), self.identity, "checksum"),
                (self.sealed(newer), self.identity, "newer program"),
                (self.sealed(format_2), self.identity, "newer format"),
            ):
                with self.subTest(words):
                    other.write_bytes(content)
                    for command in ("restore", "verify_backup"):
                        self.assertIn(words, self.refused(command, other, f"--identity={identity}"))
            self.assertEqual(backup.tables(), [])
            self.assertIn(
                "no file", self.refused("restore", self.folder / "no", f"--identity={self.identity}")
            )

    def test_it_restores_into_an_empty_database_only_and_with_a_ledger(self):
        self.run_command("backup", self.file)
        self.assertIn("not empty", self.refused("restore", self.file, f"--identity={self.identity}"))
        with override_settings(ERASURE_LEDGER=self.folder / "no"), self.elsewhere():
            self.assertIn("no ledger", self.refused("restore", self.file, f"--identity={self.identity}"))
            self.assertEqual(backup.tables(), [])
            self.run_command(
                "restore", self.file, f"--identity={self.identity}", f"--ledger={self.folder / 'ledger'}"
            )
            self.assertTrue((self.folder / "no").exists())

    def test_it_holds_nothing_that_can_be_read_and_no_sessions(self):
        Session.objects.create(session_key="x" * 32, session_data="secret", expire_date=timezone.now())
        make.person(name="Zahra Qvortexli")
        self.run_command("backup", self.file)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(b"Qvortexli", self.file.read_bytes())
        with self.elsewhere():
            self.restore()
            self.assertFalse(Session.objects.exists())
            self.assertTrue(Person.objects.exists())

    def test_a_backup_overwrites_nothing_and_takes_a_key(self):
        self.file.write_text("Mine.")
        self.assertIn("already exists", self.refused("backup", self.file))
        for key, words in (("", "not set"), ("age1wrong", "cannot be read")):
            with mock.patch.dict(os.environ, BACKUP_RECIPIENT=key):
                self.assertIn(words, self.refused("backup", self.folder / "never"))
        self.assertEqual(self.file.read_text(), "Mine.")
        self.assertIn("cannot be created", self.refused("backup_key", self.identity))

    def test_a_backup_that_broke_off_leaves_no_file(self):
        full = OSError("No space left on device")
        broken = [
            mock.patch("tracker.server.backup.os.fsync", side_effect=full),
            mock.patch("tracker.server.backup.pyrage.encrypt_io", side_effect=full),
            mock.patch("tracker.server.backup.pyrage.encrypt_io", side_effect=KeyboardInterrupt),
            mock.patch(
                "tracker.server.backup.connection_arguments",
                return_value=("--dbname=nowhere", {**os.environ}),
            ),
        ]
        for how in broken:
            with how, self.assertRaises((CommandError, KeyboardInterrupt)):
                self.run_command("backup", self.file)
            self.assertEqual({one.name for one in self.folder.iterdir()}, {"identity", "ledger"})

    def test_the_words_of_a_dump_that_fails_are_handed_on(self):
        with mock.patch(
            "tracker.server.backup.connection_arguments",
            return_value=("--dbname=nowhere host=/none", {**os.environ}),
        ):
            self.assertIn("pg_dump failed: ", self.refused("backup", self.file))

    def test_without_the_programs_it_says_so(self):
        with (
            mock.patch("tracker.server.backup.shutil.which", return_value=None),
            mock.patch("tracker.server.embedded.find_spec", return_value=None),
        ):
            self.assertIn("There is no pg_dump of PostgreSQL", self.refused("backup", self.file))


@pytest.mark.long
class WholeTest(SimpleTestCase):
    """The commands as one types them, with the database that comes along; a restore that is killed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tracker-")))
        cls.identity, cls.file = cls.folder / "identity", cls.folder / "backup"
        cls.recipient = cls.done("backup_key", cls.identity).strip().partition("=")[2]
        cls.done("migrate", "--verbosity=0")
        cls.done("seed")
        cls.done("backup", cls.file)

    @classmethod
    def variables(cls, **others):
        known = {"DATA_DIR": cls.folder / "data", "ERASURE_LEDGER": cls.folder / "ledger"}
        known |= {"BACKUP_RECIPIENT": getattr(cls, "recipient", "")}
        return {**KEPT, **{name: str(value) for name, value in {**known, **others}.items()}}

    @classmethod
    def done(cls, *command, **variables):
        """What a command said that succeeded."""
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, command)],
            cwd=BASE_DIR,
            env={name: text for name, text in cls.variables(**variables).items() if text},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def test_into_a_new_data_folder_and_back(self):
        said = self.done("restore", self.file, "--identity", self.identity, DATA_DIR=self.folder / "new")
        self.assertIn("Every table has as many", said)
        again = self.folder / "again"
        self.done("backup", again, DATA_DIR=self.folder / "new")
        first, second = (
            backup.read_backup(file, self.identity)["rows"] for file in (self.file, self.folder / "again")
        )
        self.assertEqual(first, second)
        self.assertGreater(sum(first.values()), 500)

    def test_it_is_verified_by_restoring_it(self):
        said = self.done("verify_backup", self.file, "--identity", self.identity)
        self.assertIn("its checksum is correct", said)
        self.assertIn("Restored into a temporary database", said)

    def test_a_restore_that_is_killed_again_and_again_ends_whole(self):
        """Killed at twelve moments over the time that a whole one takes; the last is let be."""
        server = Server(self.folder / "server", throwaway=True).join()
        self.addCleanup(server.leave)
        began = time.monotonic()
        self.done("restore", self.file, "--identity", self.identity, DATA_DIR=self.folder / "timed")
        whole, kills = time.monotonic() - began, 0
        for number in range(1, KILLS + 1):
            kills += self.killed_after(whole * number / KILLS, server.url)
        with contextlib.suppress(AssertionError):  # killed at its very end it is whole, and refused
            self.done("restore", self.file, "--identity", self.identity, DATABASE_URL=server.url)
        again = self.folder / "killed"
        self.done("backup", again, DATABASE_URL=server.url)
        first, last = (backup.read_backup(file, self.identity)["rows"] for file in (self.file, again))
        self.assertEqual(first, last)
        marked = f"SELECT to_regclass('{backup.UNFINISHED_MARK}') IS NULL"
        self.assertEqual(server.run("psql", "-qAt", server.url, "-c", marked).strip(), "t")
        self.assertGreater(kills, 2)
        print(f"A restore was killed {kills} times and ended whole.")

    def killed_after(self, seconds, url):
        """Whether a restore was still at work after so long, and was killed."""
        command = [sys.executable, "manage.py", "restore", self.file, "--identity", self.identity]
        where = {"cwd": BASE_DIR, "env": self.variables(DATABASE_URL=url), "start_new_session": True}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **where)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        return process.returncode == -signal.SIGKILL
