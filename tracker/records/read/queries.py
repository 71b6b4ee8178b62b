"""One request, one SQL statement: selection and shape are combined and sent."""

from contextlib import contextmanager, nullcontext
from threading import BoundedSemaphore, Lock
from typing import NamedTuple

import psycopg
from cachetools import LRUCache, cached
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import RawSQL

from tracker.records.audit.access_log import note_ids
from tracker.records.policy import roles
from tracker.records.policy.visibility import BY_RULE
from tracker.records.protocol.giving_way import giving_way
from tracker.records.protocol.rate_limits import TooMany, tally_key
from tracker.records.shapes.finishing import finished
from tracker.records.shapes.json_expressions import row_expression
from tracker.records.shapes.reader import Reader

TOTAL = 1_000
EXPORT_WAIT = 10  # seconds after which to try again
ROOM = 64 * 2**20  # bytes for cached statement texts


# For this transaction: more time, and a lock on the key.
ALONE = """
SELECT set_config('statement_timeout', %s, true), pg_try_advisory_xact_lock(hashtextextended(%s, 0))
"""
EXPORTS = BoundedSemaphore(2)


class Underway(TooMany):
    def __init__(self):
        super().__init__(EXPORT_WAIT)
        self.detail = "Another export is running. Try again when it is complete."


@contextmanager
def one_of_few():
    """Holds one of the process's slots for exports; Underway if all are taken."""
    exports = EXPORTS
    if not exports.acquire(blocking=False):
        raise Underway
    try:
        yield
    finally:
        exports.release()


class Query(NamedTuple):
    """SQL with parameters. The first column is JSON, which is finished for the reader, if there is one.

    The last column has the ids of the records that the row shows, for the access log.
    """

    sql: str
    params: tuple
    reader: Reader | None = None

    def fetch(self):
        """The single row of the result, without the ids."""
        with connection.reading_cursor() as cursor:
            cursor.execute(self.sql, self.params)
            row = cursor.fetchone()
        return row and self.noted(*row)

    def noted(self, text, *rest):
        *rest, ids = rest
        note_ids(ids or "")
        return finished(text, self.reader), *rest

    def texts(self):
        """The JSON text of each row, all at once."""
        with connection.reading_cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return [self.noted(*row)[0] for row in cursor.fetchall()]

    def copy(self, exporter=()):
        """Yields the JSON text of each row, streamed by COPY within the time limit of an export.

        With `exporter`: Underway if this exporter has another export, or this process already has two.
        """
        connection.ensure_connection()
        sql, params = self.sql, self.params
        for wrapper in connection.execute_wrappers:  # which COPY does not pass through
            sql, params = getattr(wrapper, "rewritten", unchanged)(sql, params)
        other = sql is not self.sql
        text = psycopg.ClientCursor(connection.connection).mogrify(sql, params)
        few = one_of_few() if exporter else nullcontext()
        with few, transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.execute(ALONE, [f"{settings.EXPORT_TIMEOUT}s", tally_key("export", *exporter)])
            if exporter and not cursor.fetchone()[1]:
                raise Underway
            if other:
                run_with_hash_joins()
            with connection.wrap_database_errors, cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
                for row in giving_way(copy.rows()):
                    yield self.noted(*row)[0]


def run_with_hash_joins():
    """Makes statements of this transaction join without going through one table for each row of the other.

    What stands in the place of a table has no index, and the planner expects too few rows in it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop TO off")


def unchanged(sql, params):
    """The statement that a wrapper leaves as it is."""
    return sql, params


def compiled(queryset):
    """The SQL of a queryset with parameters, even if Django knows that it is empty."""
    sql, params = queryset.query.get_compiler(connection=connection, elide_empty=False).as_sql()
    return Query(sql, tuple(params))


def ids(queryset):
    """A subquery with the ids of these records that is compiled only once, however often it is used."""
    sql, params, _ = compiled(queryset.order_by().values("pk"))
    return RawSQL(sql, params)  # noqa: S611 - made by Django, with all values as parameters


def shaped(shape, pick, reader):
    """The subquery for the JSON of the row with the id page.key."""
    text, params, _ = cached_query(*cache_arguments(shape, pick, reader))
    params = tuple(reader.user.pk if one == roles.ANYBODY else one for one in params)
    return Query(text, params, reader)


def is_cached(shape, pick, reader):
    """Whether `shaped` already has the text. Building one takes up to a second."""
    return cached_query.cache_key(*cache_arguments(shape, pick, reader)) in cached_query.cache


def cache_arguments(shape, pick, reader):
    """Everything that decides the text. The rule uses the user's roles, and the id that `shaped` inserts."""
    held = reader.user and roles.roles(reader.user)
    return shape, pick, reader.days, reader.known_on, held, settings.PUBLIC_URL, BY_RULE.get()


@cached(LRUCache(ROOM, getsizeof=lambda statement: len(statement.sql)), lock=Lock())
def cached_query(shape, pick, days, known_on, held, public_url, by_rule):
    """The cache of statement texts between requests, for all users with these roles."""
    return fresh(shape, pick, Reader(None if held is None else roles.anybody(held), days, known_on))


def fresh(shape, pick, reader):
    model = shape.Meta.model
    rows = model._base_manager.filter(pk=RawSQL("page.key", ()))
    return written_out(compiled(rows.order_by().values(json=row_expression(shape(pick=pick), reader))))


def written_out(query):
    """A query with its values in the text, where the planner sees them, except for the reader's id."""
    connection.ensure_connection()
    text = psycopg.ClientCursor(connection.connection).mogrify(query.sql, query.params).replace("%", "%%")
    return Query(text.replace(str(roles.ANYBODY), "%s"), (roles.ANYBODY,) * text.count(str(roles.ANYBODY)))


def one(rows, json, about="key"):
    """The statement for one record: its JSON text and its version; no row if it does not exist.

    `rows` has `key` and `edition`, and the column `about` with the id for the access log; `json` is what
    `shaped` returns. The same applies below.
    """
    select = f"SELECT ({json.sql})::text, page.edition, {about}::text FROM page LIMIT 1"
    return with_page(rows, select, json.params, json.reader)


def json_text_of(rows, shape, pick, reader):
    """The JSON text of the one record in `rows`, as the reader sees it; None if there is none."""
    answer = one(found(rows), shaped(shape, pick, reader)).fetch()
    return answer and answer[0]


def many(rows, json, total, page, keys, about="key"):
    """The statement for one page: JSON text of the rows, keys of the last one, whether more follow, total.

    `rows` has `key`, the sort keys `key0`, `key1` ..., and one row more than the page.
    """
    last = ", ".join(f"key{number}::text" for number in range(keys))
    shown = f"(SELECT * FROM page LIMIT {page.size}) AS page"
    more, beyond = f"EXISTS (SELECT FROM page OFFSET {page.size})", "NOT EXISTS (SELECT FROM page)"
    select = (
        f"SELECT array_to_json(ARRAY(SELECT ({json.sql}) FROM {shown}))::text,"
        f" (SELECT ARRAY[{last}] FROM page OFFSET {page.size - 1} LIMIT 1),"
        f" {more},"
        f" CASE WHEN {more} OR {page.offset} > 0 AND {beyond} THEN"
        f" (SELECT count(*) FROM ({total.sql}) AS counted)"
        f" ELSE {page.offset} + (SELECT count(*) FROM page) END,"  # the last page: nothing is left to count
        f" (SELECT string_agg({about}::text, ' ') FROM {shown})"
    )
    return with_page(rows, select, json.params + total.params, json.reader)


def export_query(rows, json, about="key"):
    """The statement for all rows, each as a JSON text, for COPY."""
    return with_page(rows, f"SELECT ({json.sql})::text, {about}::text FROM page", json.params, json.reader)


def with_page(rows, select, params, reader):
    """A statement over the rows as `page`. Its text consists of compiled querysets and integers only."""
    return Query(f"WITH page AS MATERIALIZED ({rows.sql}) {select}", rows.params + params, reader)


def found(selection, *columns):
    """The rows for `one`, with these additional columns."""
    return compiled(selection.order_by().values(*columns, key=F("pk"), edition=F("version"))[:1])


def ordered(selection, order):
    """The rows for `export_query`."""
    return compiled(selection.order_by(*order.by()).values(key=F("pk"), **order.columns()))


def paged(selection, order, page):
    """The rows for `many`."""
    rows = selection.filter(order.after(page.after)) if page.after else selection
    rows = rows.order_by(*order.by()).values(key=F("pk"), **order.columns())
    return compiled(rows[page.offset : page.offset + page.size + 1])


def count_query(selection, page):
    """The rows that `many` counts; none after a cursor."""
    if page.cursor is not None:
        return Query("SELECT 1", ())
    return compiled(selection.order_by().values("pk")[: TOTAL + 1])


def united(statements):
    """One statement with the rows of all statements."""
    statements = list(statements)
    sql = " UNION ALL ".join(f"({statement.sql})" for statement in statements)
    return Query(sql, sum((statement.params for statement in statements), ()))


def totals(total):
    """The total of a list, exact up to a limit."""
    if total > TOTAL:
        return {"total": TOTAL, "total_is": "at_least"}
    return {"total": total, "total_is": "exact"}
