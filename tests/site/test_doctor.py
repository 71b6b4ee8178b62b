import io
import os
import tempfile
import time
from collections import namedtuple
from pathlib import Path
from unittest import mock

import psycopg
from django.core.checks import Error
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import TestCase, override_settings
from psycopg.conninfo import make_conninfo

from tracker.server import checks, doctor

Disk = namedtuple("Disk", "free")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@override_settings(DEMO=True)
class DoctorTest(TestCase):
    """`manage.py doctor` names what is wrong, says what to do, and fails then."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(DATA_DIR=self.folder))
        # The servers of the tests forget what they acknowledge, and gather no statistics.
        self.enterContext(mock.patch.object(checks, "DURABLE", ()))
        self.enterContext(mock.patch.object(doctor, "SWITCHED_OFF", "SELECT '' WHERE false"))
        self.enterContext(mock.patch.object(doctor, "LARGE", 10**12))

    def doctor(self):
        """The exit status and the lines."""
        out, code = io.StringIO(), 0
        try:
            call_command("doctor", stdout=out)
        except SystemExit as ended:
            code = ended.code
        return code, out.getvalue().splitlines()

    def assert_wrong(self, *words):
        code, lines = self.doctor()
        self.assertEqual([code, len(lines)], [1, 1], lines)
        for word in words:
            self.assertIn(word, lines[0])

    def test_nothing_is_wrong(self):
        self.assertEqual(self.doctor(), (0, ["Nothing is wrong."]))

    def test_settings(self):
        wrong = Error("WORKERS is odd.", hint="Make it even.", id="tracker.E999")
        with mock.patch.object(doctor, "run_checks", return_value=[wrong]):
            self.assert_wrong("- WORKERS is odd. Make it even.")

    def test_settings_of_a_public_server(self):
        self.recent_backup()
        with override_settings(DEMO=False, SECURE_HSTS_SECONDS=0):
            _, lines = self.doctor()
        self.assertIn("SECURE_HSTS_SECONDS", " ".join(lines))

    @override_settings(DEMO=False)
    def test_durability(self):
        run("SET LOCAL synchronous_commit = off")
        self.recent_backup()
        with mock.patch.object(checks, "DURABLE", ("synchronous_commit",)):
            self.assertIn("synchronous_commit is off", " ".join(self.doctor()[1]))

    def test_migration(self):
        last = MigrationRecorder(connection).migration_qs.filter(app="people").order_by("id").last()
        last.delete()
        self.assert_wrong(f"people.{last.name} is not applied", "manage.py migrate")

    def test_clock(self):
        for step in (-10, 10):
            with mock.patch.object(doctor.time, "time", return_value=time.time() + step):
                self.assert_wrong("differ by 10 seconds", "Synchronize")

    def test_disk(self):
        with mock.patch.object(doctor.shutil, "disk_usage", return_value=Disk(free=900_000_000)):
            self.assert_wrong("Only 900 MB", "at least 1 GB")

    def recent_backup(self, hours=1):
        """Until the end of the test, the last backup was this many hours ago."""
        doctor.note_backup()
        os.utime(self.folder / "last-backup", (time.time() - hours * 3600,) * 2)

    @override_settings(DEMO=False)
    def test_backup(self):
        with mock.patch.object(doctor, "run_checks", return_value=[]):
            self.assert_wrong("No backup", "manage.py backup", f"touch {self.folder}/last-backup")
            self.recent_backup(hours=50)
            self.assert_wrong("50 hours old", "run it now")
            self.recent_backup(hours=25)
            self.assertEqual(self.doctor()[0], 0)

    def test_index(self):
        address = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
        with psycopg.connect(address, autocommit=True) as link:
            self.addCleanup(psycopg.connect(address, autocommit=True).execute, "DROP TABLE half")
            link.execute("CREATE TABLE half AS SELECT 1 AS x FROM generate_series(1, 2)")
            with self.assertRaises(psycopg.errors.UniqueViolation):
                link.execute("CREATE UNIQUE INDEX CONCURRENTLY half_done ON half (x)")
        self.assert_wrong("half_done is invalid", "REINDEX INDEX CONCURRENTLY half_done")

    def test_statistics(self):
        run("CREATE TABLE heap AS SELECT n FROM generate_series(1, 40000) AS n")
        with mock.patch.object(doctor, "LARGE", 1_000_000):
            self.assertIn("heap", next(line for line in self.doctor()[1] if "ANALYZE heap;" in line))
            run("ANALYZE heap")
            self.assertNotIn("heap", " ".join(self.doctor()[1]))

    def test_autovacuum(self):
        with mock.patch.object(doctor, "SWITCHED_OFF", "SELECT 'autovacuum'"):
            self.assert_wrong("autovacuum is off", "Set it to on")

    def test_database_that_cannot_be_reached(self):
        with (
            mock.patch.object(doctor, "values", side_effect=OperationalError("no route")),
            self.assertRaisesMessage(CommandError, "cannot be used: no route"),
        ):
            self.doctor()
