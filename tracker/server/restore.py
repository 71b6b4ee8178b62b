"""Restores a backup into a database: load, compare, migrate, and finally apply the ledger.

A table marks a running restore with its dump and step, so that a killed one can continue where it
stopped, and nothing is served before its end.
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
from .backup import UNFINISHED_MARK, Failed

NO_LEDGER = (
    "There is no ledger {}. Without it, records that were taken down since would be public again."
    " Bring it back. If nothing was ever taken down or erased, create an empty file with this name."
)
NOT_EMPTY = "The database is not empty. Restore into an empty one. Nothing was changed."
OTHERS = "Another process is connected to the database. Stop the program, then restore again."
OTHER_FILE = (
    "The restore of another backup was interrupted here."
    " Continue with that file, or empty the database first."
)
OLDER = (
    "This backup comes from PostgreSQL {}, but this is PostgreSQL {}."
    " Restore into that version or a newer one."
)
OTHERS_THERE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
"""


def restore(path, identity, more_ledgers=()):
    """Restores a backup; returns (rows, number taken down again, number erased again), or raises Failed."""
    manifest = backup.read_backup(path, identity)  # the whole file is checked before anything is written
    deeds = ledger_lines(more_ledgers)
    if mark_unfinished(manifest) != "compared":
        load(path, identity)
        compare(manifest)
        first_row("UPDATE restore_unfinished SET step = 'compared'")
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        takedown_ledger.take_in(deeds)
        down, erased = erasure.replay(takedown_ledger.in_table())
        announcing.start_again()
    takedown_ledger.write_down()
    first_row("DROP TABLE restore_unfinished")
    return sum(manifest["rows"].values()), down, erased


def ledger_lines(more):
    """The lines of the ledger and of others; Failed if one is missing (our own only without others)."""
    own, found = settings.ERASURE_LEDGER, []
    for file in [*more, *([own] if own.exists() or not more else [])]:
        if not file.exists():
            raise Failed(NO_LEDGER.format(file))
        found += takedown_ledger.lines_of(file.read_bytes())
    return found


def mark_unfinished(manifest):
    """Marks the database as being restored; returns the last completed step."""
    if backup.server_version() < manifest["postgres"]:
        raise Failed(OLDER.format(manifest["postgres"], backup.server_version()))
    if is_marked():
        digest, step = first_row("SELECT digest, step FROM restore_unfinished")
        if digest != manifest["digest"]:
            raise Failed(OTHER_FILE)
        return step
    if backup.tables():
        raise Failed(NOT_EMPTY)
    if first_row(OTHERS_THERE) != (0,):
        raise Failed(OTHERS)
    with transaction.atomic():
        first_row("CREATE TABLE restore_unfinished (digest text, step text)")
        first_row("INSERT INTO restore_unfinished VALUES (%s, '')", manifest["digest"])
    return ""


def is_marked():
    """Whether a restore into this database is unfinished."""
    return first_row("SELECT to_regclass(%s)", f"public.{UNFINISHED_MARK}") != (None,)


def first_row(sql, *params):
    """The first row of a statement's result, None if it is empty."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone() if cursor.description else None


def load(path, identity):
    """Loads the dump in one transaction, unless an interrupted restore already did."""
    if backup.tables():
        return
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"]
    with backup.running("pg_restore", *options, stdin=subprocess.PIPE) as process:
        try:
            backup.read_backup(path, identity, process.stdin.write)
        except BrokenPipeError:
            process.wait()


def compare(manifest):
    """Failed if a table does not have as many rows as the backup says."""
    found = backup.counts()
    other = sorted(
        name for name in {*found, *manifest["rows"]} if found.get(name) != manifest["rows"].get(name)
    )
    if other:
        raise Failed(
            f"Not everything was restored: {', '.join(other)} differ from the backup. Start again with an"
            " empty database."
        )


def trial_restore(path, identity, manifest, folder):
    """Restores a backup into a temporary server; returns a sentence about the result."""
    try:
        server = embedded.Server(folder / "server", throwaway=True).join()
    except embedded.CannotStart:
        return "No trial restore: it needs the embedded PostgreSQL, which is not installed."
    try:
        if int(server.version) < manifest["postgres"]:
            return f"No trial restore. {OLDER.format(manifest['postgres'], server.version)}"
        none = folder / "ledger"
        none.touch()
        there = {**os.environ, "DATABASE_URL": server.url, "ERASURE_LEDGER": str(none)}
        command = [sys.executable, "manage.py", "restore", path.absolute(), "--identity", identity.absolute()]
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=there, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"The backup cannot be restored: {done.stderr.strip().splitlines()[-1]}")
        return f"Restored into a temporary database. {done.stdout.strip()}"
    finally:
        server.leave()
