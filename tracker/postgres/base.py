"""Django's PostgreSQL backend. If a server does not answer, not every request waits for it.

Reads are prepared: PostgreSQL plans a statement once for each connection, which can take longer than
executing it. PREPARED_STATEMENTS says whether what is between, such as a pooler, allows it.
"""

import re
import time
from collections import defaultdict
from itertools import count
from threading import Lock

import psycopg
from cachetools import LRUCache, cached
from django.conf import settings
from django.db.backends.postgresql import base

REST = 1  # second
TIMES_BEFORE = 2  # a statement is prepared
MOST_PREPARED = 200  # on each connection: a plan takes up to some hundred kilobytes
MOST_PARAMETERS = 65_535  # that PostgreSQL takes beside a statement
MOST_CACHED = (
    2**25
)  # characters of cached statements: filters and fields that readers choose make many long ones
PLACEHOLDER = re.compile(r"%(.)")


class DatabaseWrapper(base.DatabaseWrapper):
    """After a failed attempt to connect that took REST seconds, no thread tries again for REST seconds.

    `primary` is the connection that can write: this one, unless it is one to a replica.
    """

    silent_until = defaultdict(float)  # alias -> monotonic time

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.primary = self

    def get_new_connection(self, params):
        began = time.monotonic()
        if began < self.silent_until[self.alias]:
            raise self.Database.OperationalError("The database did not answer a moment ago.")
        try:
            connection = super().get_new_connection(params)
        except self.Database.OperationalError:
            if time.monotonic() - began > REST:
                self.silent_until[self.alias] = time.monotonic() + REST
            raise
        connection.prepared_max = MOST_PREPARED
        return connection

    def reading_cursor(self):
        """A cursor for statements that come again with other parameters, which are prepared.

        While Django logs statements, it is an ordinary one, so that the log shows their parameters.
        """
        self.ensure_connection()
        if settings.PREPARED_STATEMENTS == "off" or self.queries_logged:
            return self.cursor()
        with self.wrap_database_errors:
            return self._prepare_cursor(PreparingCursor(self.connection))


class PreparingCursor(psycopg.RawCursor):
    """Sends parameters beside the statement, and prepares it if it comes again.

    If there are too many for that, the statement contains its values.
    """

    name = "reading"  # pghistory puts settings before the statements of other cursors, for those that write

    def execute(self, query, params=None, **options):
        if len(params or ()) > MOST_PARAMETERS:
            return super().execute(psycopg.ClientCursor(self.connection).mogrify(query, params), **options)
        self.connection.prepare_threshold = TIMES_BEFORE
        try:
            return super().execute(numbered(query), params, **options)
        finally:
            self.connection.prepare_threshold = None  # statements of other cursors contain their values


@cached(LRUCache(MOST_CACHED, getsizeof=len), lock=Lock())
def numbered(sql):
    """A statement with PostgreSQL's placeholders, $1 and so on, instead of Django's."""
    numbers = count(1)
    return PLACEHOLDER.sub(lambda found: f"${next(numbers)}" if found[1] == "s" else found[1], sql)
