"""One request, one statement: selection and shape, put together and sent."""

from functools import lru_cache
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import RawSQL

from . import roles
from .shapes import Reader, row

TOTAL = 1_000


class Statement(NamedTuple):
    """SQL with its parameters."""

    sql: str
    params: tuple

    def fetch(self):
        """The one row of the answer."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return cursor.fetchone()

    def copy(self):
        """Yields the JSON text of each row, streamed by COPY, for as long as an export may take."""
        connection.ensure_connection()
        text = psycopg.ClientCursor(connection.connection).mogrify(self.sql, self.params)
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{settings.EXPORT_TIMEOUT}s'")
            with connection.wrap_database_errors, cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
                for (line,) in copy.rows():
                    yield line


def compiled(queryset):
    """The SQL of a queryset and its parameters, also of one that Django knows to be empty."""
    sql, params = queryset.query.get_compiler(connection=connection, elide_empty=False).as_sql()
    return Statement(sql, tuple(params))


def shaped(shape, pick, reader):
    """The subquery that gives the JSON of the row whose id is page.key."""
    held = reader.user and roles.roles(reader.user)
    text, params = kept(shape, pick, reader.day, held, settings.PUBLIC_URL)
    return Statement(text, tuple(reader.user.pk if one == roles.ANYBODY else one for one in params))


@lru_cache(maxsize=512)
def kept(shape, pick, day, held, public_url):
    """The one place where the text of statements is kept between requests, for all users with these roles.

    The rule knows of a user the roles and the id, which is a parameter: `shaped` puts it in.
    """
    return fresh(shape, pick, Reader(None if held is None else roles.anybody(held), day))


def fresh(shape, pick, reader):
    model = shape.Meta.model
    rows = model._base_manager.filter(pk=RawSQL("page.key", ()))
    return compiled(rows.order_by().values(json=row(shape(pick=pick), reader)))


def one(rows, json):
    """The statement for one record: its JSON text and its version; no row if there are none.

    `rows` gives `key` and `edition`, `json` what `shaped` makes of page.key; likewise below.
    """
    select = f"SELECT ({json.sql})::text, page.edition FROM page LIMIT 1"
    return with_page(rows, select, json.params)


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
    return with_page(rows, select, json.params + total.params)


def every(rows, json):
    """The statement for all rows, each as a JSON text, to be copied."""
    return with_page(rows, f"SELECT ({json.sql})::text FROM page", json.params)


def with_page(rows, select, params):
    """A statement over the rows as `page`. Its text comes from compiled querysets and whole numbers alone."""
    return Statement(f"WITH page AS MATERIALIZED ({rows.sql}) {select}", rows.params + params)


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
