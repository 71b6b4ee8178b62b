"""Loads the rows of the benchmark into the product's own tables, all published, with the triggers off.

Derived columns are computed by the product's own fields, once for each distinct text. What triggers
would write (whether a row is public, the words for the search) is given. No history is made.
"""

import argparse
import time
from contextlib import contextmanager
from types import SimpleNamespace

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from tracker.records.base.record import Record
from tracker.records.base.sources import Source

from . import data

PUBLISHED = {
    "publication": "'published'",
    "published_at": "timestamptz '2023-01-01' + (hashtext(id::text) & 65535) * interval '26 minutes'",
    "version": "2",
}


def run(sql, *parameters):
    """The rows of a statement; the number of rows if it returns none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


@contextmanager
def told(what):
    began = time.perf_counter()
    yield
    print(f"  {what}: {time.perf_counter() - began:.1f} s", flush=True)


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'{}'" if value == [] else "'" + str(getattr(value, "value", value)).replace("'", "''") + "'"


def derived_from(model, given):
    """{source column: the fields that are derived from it} of a model, but for those that are given."""
    found = {}
    for field in model._meta.concrete_fields:
        if hasattr(field, "derive") and field.name not in given and field.sources[0] in given:
            found.setdefault(field.sources[0], []).append(field)
    return found


def derive(column, fields):
    """Makes a table of what the fields derive from each text of a staged column; returns its name."""
    name = f"derived_from_{column}"
    types = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields)
    run(f'CREATE UNLOGGED TABLE {name} ("{column}" text, {types})')
    texts = [text for (text,) in run(f'SELECT DISTINCT "{column}" FROM staged')]
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for text in texts:
            row = SimpleNamespace(**{column: text})
            copy.write_row((text, *(field.derive(row) for field in fields)))
    run(f"ANALYZE {name}")
    return name


def fill(model, select):
    """Fills the table of a model; returns the number of rows."""
    run(f"CREATE UNLOGGED TABLE staged AS {select}")
    if model is Source:  # its title is shown as it is
        run("ALTER TABLE staged ADD display_title text; UPDATE staged SET display_title = title")
    given = [
        name
        for (name,) in run(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'staged'::regclass AND attnum > 0"
        )
    ]
    values, made = {name: f'"{name}"' for name in given}, []
    for column, fields in derived_from(model, given).items():
        made.append((derive(column, fields), column))
        values |= {field.column: f'"{field.column}"' for field in fields}
    if issubclass(model, Record):
        values |= PUBLISHED
    for field in model._meta.concrete_fields:
        default = timezone.now() if field.name in ("created_at", "updated_at") else field.get_default()
        values.setdefault(field.column, "true" if field.name == "is_public" else literal(default))
    names = ", ".join(f'"{name}"' for name in values)
    joins = "".join(f' JOIN {table} USING ("{column}")' for table, column in made)
    select = f"SELECT {', '.join(values.values())} FROM staged{joins}"
    rows = run(f"INSERT INTO {model._meta.db_table} ({names}) {select}")
    run(f"DROP TABLE {', '.join(['staged', *(table for table, _ in made)])}")
    return rows


def supplies():
    """The tables from which texts are taken."""
    run(
        f"CREATE UNLOGGED TABLE word AS SELECT n AS place, {data.word('n')} AS word"
        f" FROM {data.series(data.VOCABULARY)}"
    )
    run("ALTER TABLE word ADD PRIMARY KEY (place); ANALYZE word")
    run(
        f"CREATE UNLOGGED TABLE sentence AS SELECT n AS place, {data.words(10, 60, 5)} || '.' AS text"
        f" FROM {data.series(data.SENTENCES)}"
    )
    run("ALTER TABLE sentence ADD PRIMARY KEY (place); ANALYZE sentence")


def search_words(model):
    """Makes the words by which the rows of a model are found, as its trigger would."""
    for column, record in (("name_folded", "id"), ("title_folded", "id"), ("text_folded", "record_id")):
        if any(field.name == column for field in model._meta.concrete_fields):
            run(
                "INSERT INTO records_token (record_id, name_id, token, confidentiality, is_public)"
                f" SELECT DISTINCT r.{record}, r.id, word, r.confidentiality, r.is_public"
                f" FROM {model._meta.db_table} r, unnest(string_to_array(r.{column}, ' ')) AS word"
                " WHERE word <> ''"
            )


def indexes(tables):
    """(name, definition) of the indexes without which the tables would still be correct."""
    return run(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = quote_ident(indexname)::regclass)",
        tables,
    )


def load(size):
    """Replaces whatever the tables of records hold by the rows of a size; returns their number."""
    tables = [(apps.get_model(name), select) for name, select in data.tables(size)]
    links = [*data.links(size)]
    filled = [model._meta.db_table for model, _ in tables] + [link.split()[0] for link, _ in links]
    filled.append("records_token")
    run("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'")
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")  # triggers and foreign keys
        run(f"TRUNCATE {', '.join(filled)} CASCADE")
        dropped = indexes(filled)
        for name, _ in dropped:
            run(f'DROP INDEX "{name}"')
        run("CREATE SCHEMA benchmark; SET LOCAL search_path = benchmark, public")
        supplies()
        rows = 0
        for model, select in tables:
            with told(model.__name__):
                rows += fill(model, select)
        with told("links and words"):
            rows += sum(run(f"INSERT INTO {link} {select}") for link, select in links)
            for model, _ in tables:
                search_words(model)
        run("DROP SCHEMA benchmark CASCADE")
        with told(f"{len(dropped)} indexes"):
            for _, definition in dropped:
                run(definition)
    with told("vacuum"):
        run("VACUUM (ANALYZE)")
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("size", choices=data.SIZES)
    size = parser.parse_args().size
    print(load(size), "rows")
