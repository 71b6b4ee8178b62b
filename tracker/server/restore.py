"""From a backup to a database: load, compare, migrate, and let the ledger speak last.

A table marks a restore that is under way: it names the dump and the step, so that one that was killed is
taken up where it was, and nothing is served before its end.
"""

import os
import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tracker.records.audit import takedown_ledger
from tracker.records.changes import announcing
from tracker.records.revisions import erasure

from . import backup, embedded
from .backup import MARK, Failed

NO_LEDGER = (
    "There is no ledger {}: without it what was taken down since would be public again. Bring it back; if"
    " nothing was ever taken down or erased, make an empty file of this name."
)
NOT_EMPTY = "The database is not empty: restore into an empty one. Nothing was changed."
OTHERS = "Somebody else is connected to the database: stop the program, and restore again."
OTHER_FILE = "Another backup was being restored here: go on with that file, or empty the database first."
OLDER = "It comes from PostgreSQL {}, and this is PostgreSQL {}: restore into that version or a newer one."
OTHERS_THERE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
"""


def restore(path, identity, more_ledgers=()):
    """Restores a backup: (rows, how many were taken down again, how many erased again); or Failed."""
    said = backup.opened(path, identity)  # all of it is looked at before anything is written
    deeds = lines(more_ledgers)
    if begin(said) != "compared":
        load(path, identity)
        compare(said)
        ask("UPDATE restore_unfinished SET step = 'compared'")
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        takedown_ledger.take_in(deeds)
        down, erased = erasure.replay(takedown_ledger.in_table())
        announcing.start_again()
    takedown_ledger.write_down()
    ask("DROP TABLE restore_unfinished")
    return sum(said["rows"].values()), down, erased


def lines(more):
    """What the ledger says, and others; Failed if one is missing, its own only where there is no other."""
    own, found = settings.ERASURE_LEDGER, []
    for file in [*more, *([own] if own.exists() or not more else [])]:
        if not file.exists():
            raise Failed(NO_LEDGER.format(file))
        found += takedown_ledger.lines_of(file.read_bytes())
    return found


def begin(said):
    """Marks the database as one that is being restored, and returns the step that was reached before."""
    if backup.server_version() < said["postgres"]:
        raise Failed(OLDER.format(said["postgres"], backup.server_version()))
    if is_marked():
        digest, step = ask("SELECT digest, step FROM restore_unfinished")
        if digest != said["digest"]:
            raise Failed(OTHER_FILE)
        return step
    if backup.tables():
        raise Failed(NOT_EMPTY)
    if ask(OTHERS_THERE) != (0,):
        raise Failed(OTHERS)
    with transaction.atomic():
        ask("CREATE TABLE restore_unfinished (digest text, step text)")
        ask("INSERT INTO restore_unfinished VALUES (%s, '')", said["digest"])
    return ""


def is_marked():
    """Whether a restore into this database has begun and not ended."""
    return ask("SELECT to_regclass(%s)", f"public.{MARK}") != (None,)


def ask(sql, *params):
    """The first row that a statement gives, None if it gives none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone() if cursor.description else None


def load(path, identity):
    """Loads the dump in one transaction, unless that was done before it was killed."""
    if backup.tables():
        return
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"]
    with backup.running("pg_restore", *options, stdin=subprocess.PIPE) as process:
        try:
            backup.opened(path, identity, process.stdin.write)
        except BrokenPipeError:
            process.wait()


def compare(said):
    """Failed if a table has not as many rows as the backup says."""
    found = backup.counts()
    other = sorted(name for name in {*found, *said["rows"]} if found.get(name) != said["rows"].get(name))
    if other:
        raise Failed(f"Not all was restored: {', '.join(other)} differ from the backup. Start anew.")


def tried(path, identity, said, folder):
    """Restores a backup into a server of its own, to be thrown away; what was done, in words."""
    try:
        server = embedded.Server(folder / "server", throwaway=True).join()
    except embedded.Refused:
        return "It was not restored to try it: that takes the embedded PostgreSQL, which is not here."
    try:
        if int(server.version) < said["postgres"]:
            return f"It was not restored to try it. {OLDER.format(said['postgres'], server.version)}"
        none = folder / "ledger"
        none.touch()
        there = {**os.environ, "DATABASE_URL": server.url, "ERASURE_LEDGER": str(none)}
        command = [sys.executable, "manage.py", "restore", path.absolute(), "--identity", identity.absolute()]
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=there, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"It cannot be restored: {done.stderr.strip().splitlines()[-1]}")
        return f"Restored into a database that was thrown away. {done.stdout.strip()}"
    finally:
        server.leave()
