"""The move to another PostgreSQL server goes as docs/backup.md says."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests import make
from tests.emptied import TransactionTestCase
from tests.served import KEPT
from tests.test_upgrade import rows, tables
from tracker.environment import BASE_DIR
from tracker.server.embedded import Server, programs

DUMP = "/var/backups/tracker.dump"


def recipe():
    """The lines of the document that move a database."""
    text = (BASE_DIR / "docs" / "backup.md").read_text(encoding="utf-8")
    return re.search(r"^## Moving to another.*?```sh\n(.*?)```", text, re.MULTILINE | re.DOTALL)[1]


@pytest.mark.long
class MovedTest(TransactionTestCase):
    def test_everything_is_on_the_new_server(self):
        make.participation()
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tracker-")))
        server = Server(folder / "server", throwaway=True).join()
        self.addCleanup(server.leave)
        old = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
        moving, doctor = recipe().replace(DUMP, str(folder / "dump")).rstrip().rsplit("\n", 1)
        self.assertTrue(doctor.endswith("manage.py doctor"))
        told = {**KEPT, "OLD": old, "NEW": server.url, "PATH": f"{programs()}:{os.environ['PATH']}"}
        done = subprocess.run(["sh", "-ec", moving], cwd=BASE_DIR, env=told, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        examined = subprocess.run(
            ["sh", "-c", doctor], cwd=BASE_DIR, env=told, capture_output=True, text=True
        )
        self.assertEqual(
            examined.stdout.count("\n"), 1, examined.stdout
        )  # throw-away servers gather no statistics
        self.assertIn("autovacuum is off", examined.stdout)
        with psycopg.connect(old) as before, psycopg.connect(server.url) as after:
            self.assertEqual(tables(before), tables(after))
            for table, columns in tables(before).items():
                self.assertEqual(rows(before, table, columns), rows(after, table, columns), table)
