"""What is wrong with an installation: a sentence for each problem that says what to do about it."""

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.db import connection

from . import embedded
from .health import unapplied

LONGEST_STEP = 1  # second that the clocks of database and web server may differ
LEAST_SPACE = 1_000_000_000  # bytes
OLDEST_BACKUP = timedelta(hours=26)  # every night, and some time to make it
INVALID = """
SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE NOT (indisvalid AND indisready) AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
# The planner does without statistics of a table with a few rows.
LARGE = 1_000_000  # bytes
UNKNOWN = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > %s
AND NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = 'public' AND tablename = relname) ORDER BY 1
"""
SWITCHED_OFF = "SELECT name FROM pg_settings WHERE name IN ('autovacuum', 'track_counts') AND setting = 'off'"


def problems() -> Iterator[str]:
    """Everything that is wrong, one sentence or two each."""
    for examine in (wrong_settings, missing_migrations, clock, space, backup_age, indexes, statistics):
        yield from examine()


def values(sql, *params):
    """The first column of a statement's result."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [value for value, *_ in cursor.fetchall()]


def wrong_settings():
    """What Django and our own checks say about settings and database, and about durability."""
    for found in run_checks(include_deployment_checks=not settings.DEMO, databases=["default"]):
        if found.level >= WARNING:
            yield " ".join([str(found.msg), found.hint or ""]).strip()


def missing_migrations():
    for sentence in unapplied():
        yield f"{sentence} Run `manage.py migrate`, or start the program, which does so."


def clock():
    """The clocks decide when an embargo ends and a token expires."""
    before = time.time()
    (theirs,) = values("SELECT extract(epoch FROM clock_timestamp())::float8")
    after = time.time()
    step = max(before - theirs, theirs - after)
    if step > LONGEST_STEP:
        yield (
            f"The clocks of this machine and of the database differ by {step:.0f} seconds. "
            "Synchronize both, for example with chrony."
        )


def space():
    """Free space on the disk of DATA_DIR. What is free on the disk of another server cannot be asked."""
    free = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR).free
    if free < LEAST_SPACE:
        yield (
            f"Only {free // 1_000_000} MB are free on the disk of DATA_DIR. Free at least 1 GB: the database"
            f" in it becomes read-only when less than {embedded.NEARLY_FULL // 2**20} MB are left."
        )


def last_backup():
    """The file whose age is that of the last backup."""
    return settings.DATA_DIR / "last-backup"


def note_backup():
    """Makes a note that a backup has been written."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    last_backup().touch()


def backup_age():
    """A public server needs a backup of every night."""
    if settings.DEMO:
        return
    try:
        age = timedelta(seconds=time.time() - last_backup().stat().st_mtime)
    except FileNotFoundError:
        yield (
            f"No backup has been made here. Run `manage.py backup` every night (docs/backup.md). If another "
            f"program makes backups, let it run `touch {last_backup()}` at its end."
        )
        return
    if age > OLDEST_BACKUP:
        yield (
            f"The last backup is {age.days * 24 + age.seconds // 3600} hours old. Find out why "
            "`manage.py backup` did not run or failed, and run it now."
        )


def indexes():
    for name in values(INVALID):
        yield (
            f"The index {name} is invalid, so it slows down writes and is not used by reads. "
            f"Build it again: REINDEX INDEX CONCURRENTLY {name};"
        )


def statistics():
    """Without statistics, PostgreSQL plans every read as if it knew nothing about the rows."""
    for name in values(SWITCHED_OFF):
        yield f"{name} is off in the database, so statistics are not kept up to date. Set it to on."
    for name in values(UNKNOWN, LARGE):
        yield f"PostgreSQL has no statistics about the table {name}, so reads are slow. Run: ANALYZE {name};"
