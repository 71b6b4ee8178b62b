"""One request, one statement: selection and shape, put together and sent."""

from functools import lru_cache
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.expressions import RawSQL

from .shapes import Reader, row

TOTAL = 1_000


class Statement(NamedTuple):
    """SQL with its parameters."""

    sql: str
    params: tuple

    def fetch(self):
        """The one row of the answer. A lost connection is made anew once: reading twice does no harm."""
        try:
            return self._fetch()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            return self._fetch()

    def _fetch(self):
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return cursor.fetchone()

    def copy(self):
        """Yields the JSON text of each row, streamed by COPY."""
        connection.ensure_connection()
        text = psycopg.ClientCursor(connection.connection).mogrify(self.sql, self.params)
        with connection.cursor() as cursor, cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
            for (line,) in copy.rows():
                yield line


def compiled(queryset):
    """The SQL of a queryset and its parameters."""
    sql, params = queryset.query.get_compiler(connection=connection).as_sql()
    return Statement(sql, tuple(params))


def shaped(shape, pick, reader):
    """The subquery that gives the JSON of the row whose id is page.key. The public's is kept."""
    if reader.user is None:
        return kept(shape, pick, reader.day, settings.PUBLIC_URL)
    return fresh(shape, pick, reader)


@lru_cache(maxsize=512)
def kept(shape, pick, day, public_url):
    """The one place where the text of statements is kept between requests."""
    return fresh(shape, pick, Reader(None, day))


def fresh(shape, pick, reader):
    model = shape.Meta.model
    rows = model._base_manager.filter(pk=RawSQL("page.key", ()))
    return compiled(rows.order_by().values(json=row(shape(pick=pick), reader)))


def one(selection, shape, pick, reader):
    """The statement for one record: its JSON text and its version; no row if the selection is empty."""
    page = compiled(selection.order_by().values(key=F("pk"), edition=F("version"))[:1])
    json = shaped(shape, pick, reader)
    sql = f"WITH page AS MATERIALIZED ({page.sql}) SELECT ({json.sql})::text, page.edition FROM page"
    return Statement(sql, page.params + json.params)


def many(selection, order, page, shape, pick, reader):
    """The statement for one page: JSON text of the rows, keys of the last one if more follow, and the total."""
    rows = selection.filter(order.after(page.after)) if page.after else selection
    keys = {f"key{number}": key for number, key in enumerate(order.expressions())}
    listed = rows.order_by(*order.by()).values(key=F("pk"), **keys)
    listed = compiled(listed[page.offset : page.offset + page.size + 1])
    json = shaped(shape, pick, reader)
    total = compiled(selection.order_by().values("pk")[: TOTAL + 1]) if page.cursor is None else Statement("SELECT 1", ())
    last = ", ".join(f"{name}::text" for name in keys)
    sql = (
        f"WITH page AS MATERIALIZED ({listed.sql})"
        f" SELECT array_to_json(ARRAY(SELECT ({json.sql}) FROM (SELECT * FROM page LIMIT {page.size}) AS page))::text,"
        f" (SELECT ARRAY[{last}] FROM page OFFSET {page.size - 1} LIMIT 1),"
        f" EXISTS (SELECT FROM page OFFSET {page.size}),"
        f" (SELECT count(*) FROM ({total.sql}) AS counted)"
    )
    return Statement(sql, listed.params + json.params + total.params)


def every(selection, order, shape, pick, reader):
    """The statement for all rows, each as a JSON text, to be copied."""
    rows = compiled(selection.order_by(*order.by()).values(key=F("pk")))
    json = shaped(shape, pick, reader)
    sql = f"WITH page AS MATERIALIZED ({rows.sql}) SELECT ({json.sql})::text FROM page"
    return Statement(sql, rows.params + json.params)
