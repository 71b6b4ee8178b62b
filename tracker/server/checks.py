"""System checks of the database server."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections

OLDEST = 15
FACTS = "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
# If one of these is off, acknowledged data may be lost or damaged when the machine stops.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
CONNECTIONS = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
"""
COMMANDS = 5  # that may run beside the web server, each with a connection
LETTERS = "SELECT similarity('Бахруз', 'Бахрус') > 0"


@register(Tags.database)
def server_is_fit(app_configs, databases, **kwargs):
    """Errors for a server that is too old, does not store Unicode, or cannot search for non-ASCII names."""
    return [error for alias in databases or [] for error in errors(connections[alias])]


def errors(connection):
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        version, encoding = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        cursor.execute(LETTERS if cursor.fetchone()[0] else "SELECT true")
        finds_letters = cursor.fetchone()[0]
    if version < OLDEST:
        yield Error(f"PostgreSQL {version} is too old. Use {OLDEST} or newer.", id="tracker.E001")
    if encoding != "UTF8":
        yield Error(
            f"The encoding of the database is {encoding}. Create it with ENCODING 'UTF8'.", id="tracker.E002"
        )
    if not finds_letters:
        yield Error(
            "The database's locale only supports ASCII letters, so names with other letters cannot be found.",
            hint="Create it again with: CREATE DATABASE ... TEMPLATE template0 LC_CTYPE 'C.UTF-8'.",
            id="tracker.E003",
        )


@register(Tags.database)
def connections_are_enough(app_configs, databases, **kwargs):
    """Errors and warnings about the connections of the web processes, and about a pooler between."""
    return [found for alias in databases or [] for found in wrong_connections(connections[alias])]


def wrong_connections(connection):
    """A pooler is known by the number of the process that answers: a client is given another one."""
    needed = settings.WORKERS * settings.THREADS + COMMANDS
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        direct = cursor.fetchone()[0] == connection.connection.info.backend_pid
        cursor.execute(CONNECTIONS)
        (allowed,) = cursor.fetchone()
    if not direct and settings.PREPARED_STATEMENTS == "direct":
        yield Error(
            "There is a pooler in front of the database, but PREPARED_STATEMENTS is direct.",
            hint="Set it to off, or to pooled if the pooler keeps prepared statements (PgBouncer 1.21 or"
            " newer with max_prepared_statements).",
            id="tracker.E004",
        )
    if direct and needed > allowed:
        yield Warning(
            f"The program may need {needed} connections, but the database allows {allowed}.",
            hint="Set WORKERS or THREADS lower, or max_connections of the database higher.",
            id="tracker.W002",
        )


@register(Tags.database, deploy=True)
def server_is_durable(app_configs, databases, **kwargs):
    """Warnings for a server that may lose acknowledged data, like test servers."""
    return [warning for alias in databases or [] for warning in forgetful(connections[alias])]


def forgetful(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [[*DURABLE]])
        for (name,) in cursor.fetchall():
            yield Warning(
                f"{name} is off, so acknowledged data can be lost. Set it to on.", id="tracker.W001"
            )
