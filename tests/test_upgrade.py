"""Data of the first release comes through every migration; one that is killed can be run again."""

import os
import signal
import subprocess
import sys
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.test import SimpleTestCase, TestCase
from django.utils.timezone import now
from psycopg.conninfo import make_conninfo

from people.models import Person
from tests import make
from tests.generate import World
from tests.served import KEPT
from tests.test_fixtures import load
from tracker.environment import BASE_DIR
from tracker.records.base.slugs import OldSlug
from tracker.server.embedded import environment, programs

COMPUTED = {"published"}  # whether an identifier has to be unique: of its record, by a rule that may change
OURS = ("records", "people", "dialogues")
# What Django makes by itself, and what is computed anew.
OWN = {"django_migrations", "django_content_type", "django_session", "django_admin_log"}
OWN |= {"auth_permission", "auth_group", "auth_group_permissions"}
OWN |= {"auth_user_groups", "auth_user_user_permissions"}
# Runs a command of manage.py, and is killed when it is about to send a statement, if a number says which.
KILLED = """
import os, signal, sys
from django.core.management import execute_from_command_line
from django.db.backends.utils import CursorWrapper
last, sent, execute = int(sys.argv[1]), 0, CursorWrapper._execute
def counted(self, sql, params, *ignored):
    global sent
    sent += 1
    if os.environ.get("TELL") and str(sql).startswith("INSERT INTO \\"django_migrations"):
        print(sent, flush=True)
    if sent == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(self, sql, params, *ignored)
CursorWrapper._execute = counted
os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
execute_from_command_line(["manage.py", *sys.argv[2:]])
print(sent)
"""


class Upgrading:
    """Mixin: on a database of its own, beside that of the tests."""

    def address(self, name):
        return make_conninfo(os.environ["DATABASE_URL"], dbname=name)

    def create(self, name):
        """An empty database, until the end of the test."""
        self.administer(f"DROP DATABASE IF EXISTS {name}")
        self.administer(f"CREATE DATABASE {name} TEMPLATE template0")
        self.addCleanup(self.administer, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def administer(self, statement):
        with psycopg.connect(self.address("postgres"), autocommit=True) as link:
            link.execute(statement)

    def migrate(self, name, *arguments, killed_at=0, **variables):
        """The finished `manage.py migrate`, killed before that statement unless it is 0."""
        command = [sys.executable, "-c", KILLED, str(killed_at), "migrate", "--verbosity=0", *arguments]
        own = {**KEPT, "DATABASE_URL": self.address(name), **variables}
        done = subprocess.run(command, cwd=BASE_DIR, env=own, capture_output=True, text=True)
        self.assertEqual(done.returncode, -signal.SIGKILL if killed_at else 0, done.stderr[-3000:])
        return [int(line) for line in done.stdout.split()]

    def schema(self, name):
        """The tables, triggers and functions of a database, and the migrations it knows."""
        dump = [
            programs() / "pg_dump",
            "--schema-only",
            "--no-owner",
            "--restrict-key=same",
            self.address(name),
        ]
        text = subprocess.run(dump, env=environment(), capture_output=True, text=True, check=True).stdout
        return text, self.applied(name)

    def switch_triggers(self, link, how, names):
        for name in names:
            link.execute(f"ALTER TABLE {name} {how} TRIGGER USER")
        link.commit()

    def applied(self, name):
        with psycopg.connect(self.address(name)) as link:
            return link.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()


def tables(link):
    """{table: its columns that hold what was written}, of what is ours."""
    found = link.execute(
        "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)"
        " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' GROUP BY 1"
    )
    return {name: columns for name, columns in found if name not in OWN}


def quoted(columns):
    return ", ".join(f'"{column}"' for column in columns)


def rows(link, table, columns):
    """The rows of a table as sorted texts, in these columns, without what is computed."""
    said = [column for column in columns if column not in COMPUTED]
    found = link.execute(f"SELECT to_jsonb(kept)::text FROM (SELECT {quoted(said)} FROM {table}) AS kept")
    return sorted(text for (text,) in found)


def fill(link, table, columns):
    """Copies the rows of this test's database into a table that has no others, and perhaps fewer columns."""
    with connection.cursor() as cursor:
        there = {field.name for field in connection.introspection.get_table_description(cursor, table)}
        known = [column for column in columns if column in there]
        cursor.execute(f"SELECT row_to_json(kept)::text FROM (SELECT {quoted(known)} FROM {table}) AS kept")
        found = cursor.fetchall()
    with link.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({quoted(known)}) SELECT {quoted(known)}"
            f" FROM json_populate_record(NULL::{table}, %s::json)",
            found,
        )


def filled(model):
    """A row of a kind that is no record; keys lead to whatever is there."""
    columns = [field for field in model._meta.concrete_fields if not field.has_default() and not field.null]
    return model(**{field.attname: filling(field) for field in columns if not field.auto_created})


def filling(field):
    if isinstance(field, models.ForeignKey):
        return field.related_model.objects.values_list("pk", flat=True)[0]
    if isinstance(field, ArrayField):
        return [filling(field.base_field)]
    if field.choices:
        return field.choices[0][0]
    values = {
        models.DateField: now(),
        models.JSONField: {},
        models.UUIDField: uuid4(),
        models.IntegerField: 1,
    }
    return next((value for kind, value in values.items() if isinstance(field, kind)), "x")


@pytest.mark.long
class FirstReleaseTest(Upgrading, TestCase):
    def test_nothing_is_lost(self):
        """Each row of each table of the first release has the same values afterwards."""
        self.create("tracker_upgrade")
        for arguments in (["dialogues", "0001"], ["auth"], ["admin"], ["sessions"]):
            self.migrate("tracker_upgrade", *arguments)
        self.assertEqual(
            {name for app, name in self.applied("tracker_upgrade") if app in OURS}, {"0001_initial"}
        )
        load()
        person = World(cleared=make.superuser()).build().any(Person)
        make.identity(make.participation(naming="withheld"))
        OldSlug.objects.create(model="people.person", slug="former", record_id=person.pk)
        for model in [model for app in OURS for model in apps.get_app_config(app).get_models()]:
            if not model.objects.exists():
                model.objects.bulk_create([filled(model)])
        with psycopg.connect(self.address("tracker_upgrade")) as old:
            first = tables(old)
            self.switch_triggers(old, "DISABLE", first)  # none adds to what is copied
            for table, columns in first.items():
                fill(old, table, columns)
            old.commit()
            self.switch_triggers(old, "ENABLE", first)
            before = {table: rows(old, table, columns) for table, columns in first.items()}
        self.assertEqual([table for table, found in before.items() if not found], [])
        self.assertGreater(sum(map(len, before.values())), 1000)
        self.migrate("tracker_upgrade")
        with psycopg.connect(self.address("tracker_upgrade")) as link:
            now = tables(link)
            for table, columns in first.items():
                with self.subTest(table=table):
                    self.assertLessEqual(set(columns), {*now.get(table, ())}, f"{table} lost columns")
                    self.assertEqual(rows(link, table, columns), before[table])


@pytest.mark.long
class KilledTest(Upgrading, SimpleTestCase):
    def test_killed_at_many_moments_it_can_be_run_again(self):
        self.create("tracker_whole")
        *noted, total = self.migrate("tracker_whole", TELL="1")
        whole = self.schema("tracker_whole")
        self.assertGreater(len(noted), 20)
        self.create("tracker_killed")
        moments = [noted[0], noted[len(noted) // 2], total // 3, total // 2, total - total // 10]
        for moment in moments:
            with self.subTest(moment=moment, of=total):
                self.create("tracker_killed")
                self.migrate("tracker_killed", killed_at=moment)
                self.migrate("tracker_killed")
                self.assertEqual(self.schema("tracker_killed"), whole)
