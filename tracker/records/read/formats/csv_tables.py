"""Lists as tables: CSV with a column for each value; a list of rows inside a row is a table of its own."""

import csv
import io
import logging
import re
import unicodedata
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from rest_framework import serializers

from tracker.records.protocol.database_errors import passing
from tracker.records.shapes.fields import Computed, Inferred, Links, PartialDateJSONField
from tracker.records.shapes.reader import Pick

from .format import Format

log = logging.getLogger(__name__)
BOM = "\ufeff"
PLAIN = [()]  # the columns of a list of plain values
SEPARATOR = "; "  # between the plain values of one cell
FORMULA = "=+-@"
UNSEEN = re.compile(r"[\s\0\"'\u200b-\u200f\u2060\ufeff]*")  # before a formula, some programs pass over it
NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?\Z")


class Table(NamedTuple):
    """The columns of a table, as paths into a row, and the list in each record whose items are its rows."""

    columns: list
    within: tuple = ()

    def header(self):
        own = [".".join(path or self.within[-1:]) for path in self.columns]
        return ["record.id", *own] if self.within else own

    def lines(self, record):
        """The lines that one record fills, each a list of cells."""
        if not self.within:
            return [[cell(at(record, path)) for path in self.columns]]
        items = at(record, self.within) or []
        return [[record["id"], *(cell(at(item, path)) for path in self.columns)] for item in items]


def whole(shape, names=()):
    """The table of what a shape shows, its columns in the order of names if there are some."""
    found = columns(shape, links="links" in names)
    order = {name: number for number, name in enumerate(names)}
    return Table(sorted(found, key=lambda path: order.get(path[0], len(order))))


def inner(shape, name):
    """The table of a list inside what a shape shows, by its name in `lists`."""
    return Table(lists(shape)[name], tuple(name.split(".")))


def columns(shape, path=(), links=False):
    """The paths to the cells of a row. Related records and dates are spread; lists of rows have no cell."""
    found = []
    for name, field in shape.fields.items():
        here = (*path, name)
        if isinstance(field, Links):
            found += [(*here, to) for to in (*field.urls(shape.Meta.model), "corrections")] if links else []
        elif isinstance(field, PartialDateJSONField):
            found += [(*here, part) for part in ("edtf", "earliest", "latest")]
        elif isinstance(field, Computed):
            found += leaves(field.schema, here)
        elif isinstance(field, serializers.BaseSerializer):
            found += [] if isinstance(field, serializers.ListSerializer) else columns(field, here)
        else:
            found.append(here)
    return found


def leaves(schema, path=()):
    """The paths to single values and to lists of them, in an object of this schema."""
    if "properties" in schema:
        return [leaf for name, one in schema["properties"].items() for leaf in leaves(one, (*path, name))]
    return [] if "properties" in schema.get("items", {}) else [path]


def lists(shape, path=()):
    """{name: the columns of its items} of each list inside what a shape shows; of plain values, one.

    Names of lists inside related records and computed values have dots.
    """
    found = {}
    for name, field in shape.fields.items():
        here = (*path, name)
        if isinstance(field, serializers.ListSerializer):
            found[".".join(here)] = columns(field.child)
        elif isinstance(field, serializers.BaseSerializer):
            found |= lists(field, here)
        elif isinstance(field, Computed):
            found |= arrays(field.schema, here)
        elif isinstance(field, Inferred | serializers.ListField):
            found[".".join(here)] = PLAIN
    return found


@lru_cache
def names(shape):
    """The names of the lists inside all that a shape can show, unless more is expanded."""
    return tuple(lists(shape(pick=Pick(detail=True))))


def arrays(schema, path=()):
    """The same, in an object of this schema."""
    if "items" in schema and "object" not in schema["type"]:
        return {".".join(path): leaves(schema["items"])}
    parts = schema.get("properties", {}).items()
    return {name: found for part, one in parts for name, found in arrays(one, (*path, part)).items()}


def at(value, path):
    """What a path leads to, None if something on the way is missing."""
    for name in path:
        value = value and value.get(name)
    return value


def cell(value):
    """One cell. A text that a spreadsheet would take for a formula gets an apostrophe, a number none."""
    if isinstance(value, list):
        return cell(SEPARATOR.join(map(str, value)))
    if isinstance(value, dict):  # a date that a source has instead
        return cell(value["edtf"])
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and runs(value) else value


def runs(text):
    """Whether a spreadsheet may run a text, also one whose signs have another width."""
    first = UNSEEN.sub("", text, count=1)[:1]
    formula = unicodedata.normalize("NFKC", first)[:1] in (*FORMULA,) or text[:1] in ("\t", "\r", "\n", "\0")
    return formula and not NUMBER.match(text)


def csv_lines(table, records, bom=False):
    """Yields the bytes of a table, line by line. After an error, the last line says so."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM if bom else "")
    for line in chain([table.header()], with_error_line(chain.from_iterable(map(table.lines, records)))):
        writer.writerow(line)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def with_error_line(lines):
    """The lines, and after an error one that says so: the answer is under way, and would look complete."""
    try:
        yield from lines
    except Exception as error:
        log.exception("A list broke off.")
        yield [f"Incomplete. {passing(error) or 'This is a mistake of the server.'}"]


CSV = Format(
    "csv",
    "text/csv",
    "csv",
    csv_lines,
    flat=True,
    options={"bom": "whether the file begins with a byte order mark, so that Excel reads it as UTF-8."},
)
