"""One request, one statement: selection and shape, put together and sent."""

from contextlib import contextmanager, nullcontext
from threading import BoundedSemaphore, Lock
from typing import NamedTuple

import psycopg
from cachetools import LRUCache, cached
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import RawSQL

from tracker.records.policy import roles
from tracker.records.protocol.rate_limits import TooMany, key_of
from tracker.records.shapes.expressions import row
from tracker.records.shapes.finishing import finished
from tracker.records.shapes.reader import Reader

TOTAL = 1_000
EXPORT_WAIT = 10  # seconds after which to try again
ROOM = 64 * 2**20  # bytes, of the texts that are kept


# For as long as the transaction lasts: more time, and nobody else with the same key.
ALONE = """
SELECT set_config('statement_timeout', %s, true), pg_try_advisory_xact_lock(hashtextextended(%s, 0))
"""
EXPORTS = BoundedSemaphore(2)


class Underway(TooMany):
    def __init__(self):
        super().__init__(EXPORT_WAIT)
        self.detail = "Another export is under way: try again when it is complete."


@contextmanager
def one_of_few():
    """Holds one of the places that a process has for exports; Underway if there is none."""
    exports = EXPORTS
    if not exports.acquire(blocking=False):
        raise Underway
    try:
        yield
    finally:
        exports.release()


class Statement(NamedTuple):
    """SQL with its parameters; with a reader, its first column is JSON that is finished for them."""

    sql: str
    params: tuple
    reader: Reader | None = None

    def fetch(self):
        """The one row of the answer."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            row = cursor.fetchone()
        return row and (finished(row[0], self.reader), *row[1:])

    def copy(self, exporter=()):
        """Yields the JSON text of each row, streamed by COPY, for as long as an export may take.

        With an `exporter`: Underway if they have another one, in any process, or two are in this one.
        """
        connection.ensure_connection()
        text = psycopg.ClientCursor(connection.connection).mogrify(self.sql, self.params)
        few = one_of_few() if exporter else nullcontext()
        with few, transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.execute(ALONE, [f"{settings.EXPORT_TIMEOUT}s", key_of("export", *exporter)])
            if exporter and not cursor.fetchone()[1]:
                raise Underway
            with connection.wrap_database_errors, cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
                for (line,) in copy.rows():
                    yield finished(line, self.reader)


def compiled(queryset):
    """The SQL of a queryset and its parameters, also of one that Django knows to be empty."""
    sql, params = queryset.query.get_compiler(connection=connection, elide_empty=False).as_sql()
    return Statement(sql, tuple(params))


def shaped(shape, pick, reader):
    """The subquery that gives the JSON of the row whose id is page.key."""
    text, params, _ = kept(*what_is_kept(shape, pick, reader))
    params = tuple(reader.user.pk if one == roles.ANYBODY else one for one in params)
    return Statement(text, params, reader)


def is_kept(shape, pick, reader):
    """Whether `shaped` has the text already: making one takes up to a second."""
    return kept.cache_key(*what_is_kept(shape, pick, reader)) in kept.cache


def what_is_kept(shape, pick, reader):
    """What decides the text. The rule knows of a user the roles and the id, which `shaped` puts in."""
    held = reader.user and roles.roles(reader.user)
    return shape, pick, reader.days, reader.known_on, held, settings.PUBLIC_URL


@cached(LRUCache(ROOM, getsizeof=lambda statement: len(statement.sql)), lock=Lock())
def kept(shape, pick, days, known_on, held, public_url):
    """The one place where the text of statements is kept between requests, for all users with these roles."""
    return fresh(shape, pick, Reader(None if held is None else roles.anybody(held), days, known_on))


def fresh(shape, pick, reader):
    model = shape.Meta.model
    rows = model._base_manager.filter(pk=RawSQL("page.key", ()))
    return compiled(rows.order_by().values(json=row(shape(pick=pick), reader)))


def one(rows, json):
    """The statement for one record: its JSON text and its version; no row if there are none.

    `rows` gives `key` and `edition`, `json` what `shaped` makes of page.key; likewise below.
    """
    select = f"SELECT ({json.sql})::text, page.edition FROM page LIMIT 1"
    return with_page(rows, select, json.params, json.reader)


def text_of(rows, shape, pick, reader):
    """The JSON text of the one record of some rows, as a reader reads it; None if there is none."""
    answer = one(found(rows), shaped(shape, pick, reader)).fetch()
    return answer and answer[0]


def many(rows, json, total, page, keys):
    """The statement for one page: JSON text of the rows, keys of the last one, if more follow, the total.

    `rows` gives, besides `key`, so many `key0`, `key1` ... that order it, and one row more than the page.
    """
    last = ", ".join(f"key{number}::text" for number in range(keys))
    shown = f"(SELECT * FROM page LIMIT {page.size}) AS page"
    select = (
        f"SELECT array_to_json(ARRAY(SELECT ({json.sql}) FROM {shown}))::text,"
        f" (SELECT ARRAY[{last}] FROM page OFFSET {page.size - 1} LIMIT 1),"
        f" EXISTS (SELECT FROM page OFFSET {page.size}),"
        f" (SELECT count(*) FROM ({total.sql}) AS counted)"
    )
    return with_page(rows, select, json.params + total.params, json.reader)


def every(rows, json):
    """The statement for all rows, each as a JSON text, to be copied."""
    return with_page(rows, f"SELECT ({json.sql})::text FROM page", json.params, json.reader)


def with_page(rows, select, params, reader):
    """A statement over the rows as `page`. Its text comes from compiled querysets and whole numbers alone."""
    return Statement(f"WITH page AS MATERIALIZED ({rows.sql}) {select}", rows.params + params, reader)


def found(selection, *columns):
    """The rows of `one`, with more columns if they are asked for."""
    return compiled(selection.order_by().values(*columns, key=F("pk"), edition=F("version"))[:1])


def ordered(selection, order):
    """The rows of `every`."""
    return compiled(selection.order_by(*order.by()).values(key=F("pk"), **order.columns()))


def paged(selection, order, page):
    """The rows of `many`."""
    rows = selection.filter(order.after(page.after)) if page.after else selection
    rows = rows.order_by(*order.by()).values(key=F("pk"), **order.columns())
    return compiled(rows[page.offset : page.offset + page.size + 1])


def counted(selection, page):
    """The rows that `many` counts: none after a cursor."""
    if page.cursor is not None:
        return Statement("SELECT 1", ())
    return compiled(selection.order_by().values("pk")[: TOTAL + 1])


def united(statements):
    """One statement that gives the rows of all."""
    statements = list(statements)
    sql = " UNION ALL ".join(f"({statement.sql})" for statement in statements)
    return Statement(sql, sum((statement.params for statement in statements), ()))
