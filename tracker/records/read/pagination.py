"""The order of a list, its pages and its cursors."""

import base64
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThan

from tracker.records.base.labels import Named
from tracker.records.base.slugs import Slugged
from tracker.records.protocol.problems import BadParameters
from tracker.records.protocol.query import CONTROL, whole_number
from tracker.records.shapes.fields import PartialDateJSONField
from tracker.records.values.dates.date_columns import newest_first
from tracker.records.values.moments import FIRST_MOMENT

PAGE_SIZE = 50
LARGEST_PAGE = settings.MAX_PAGE_SIZE
LARGEST_OFFSET = settings.MAX_OFFSET
START = "*"


class Key(NamedTuple):
    """Something that a list can be ordered by: for each direction, an expression that is never null and sorts
    missing values last, and a function that parses its text.
    """

    rising: F | Func
    falling: F | Func
    read: Callable


def with_edges(name, most, least, read):
    """The key of a nullable column, with the values that replace null in each direction."""
    return Key(Coalesce(F(name), Value(most)), Coalesce(F(name), Value(least)), read)


@lru_cache
def order_keys(shape):
    """The keys by which a list of this shape can be ordered, by name."""
    fields = shape().fields
    dates = {name: field.source for name, field in fields.items() if isinstance(field, PartialDateJSONField)}
    keys = {
        name: Key(F(f"{source}_sort"), newest_first(source), date.fromisoformat)
        for name, source in dates.items()
    }
    if issubclass(shape.Meta.model, Slugged):
        name = "name" if issubclass(shape.Meta.model, Named) else "title"
        keys[name] = Key(F(f"{name}_sort"), F(f"{name}_sort"), str)
    if "position" in fields:
        keys["position"] = with_edges("position", 2**15, -1, int)
    moments = [name for name in ("published_at", "changed_at") if name in fields]
    last = datetime(9999, 12, 31, tzinfo=UTC)
    return keys | {name: with_edges(name, last, FIRST_MOMENT, datetime.fromisoformat) for name in moments}


class Order:
    """The order of a list: its keys, all in one direction, then the id."""

    def __init__(self, shape, text):
        """`text` is the parameter `ordering`; BadParameters if it is wrong."""
        names = text.split(",") if text else list(getattr(shape.Meta, "ordering", ()))
        valid = order_keys(shape)
        self.descending = bool(names) and names[0].startswith("-")
        bare = [name.removeprefix("-") for name in names]
        if set(bare) - set(valid):
            raise BadParameters({"ordering": f"Valid keys are {', '.join(valid)}, each also with a minus."})
        if len({name.startswith("-") for name in names}) > 1 or max(Counter(bare).values(), default=1) > 1:
            raise BadParameters({"ordering": "Give each key once, and all of them in the same direction."})
        self.keys = [valid[name] for name in bare] + [Key(F("pk"), F("pk"), UUID)]

    def expressions(self):
        return [key.falling if self.descending else key.rising for key in self.keys]

    def columns(self):
        """The keys as columns: key0, key1 ..."""
        return {f"key{number}": expression for number, expression in enumerate(self.expressions())}

    def by(self):
        """The arguments for order_by()."""
        return [key.desc() if self.descending else key.asc() for key in self.expressions()]

    def after(self, values):
        """The condition that a row comes after these key values."""
        side = {"function": "ROW", "output_field": TextField()}
        compare = LessThan if self.descending else GreaterThan
        return compare(Func(*self.expressions(), **side), Func(*[Value(value) for value in values], **side))


class ListPage:
    """The requested page of a list: by number, or after a cursor."""

    def __init__(self, given, order, size=PAGE_SIZE):
        self.cursor, self.size = given.get("cursor"), whole_number(given, "page_size", size, LARGEST_PAGE)
        if self.cursor is not None and "page" in given:
            raise BadParameters({"cursor": "Give either cursor or page."})
        self.last = LARGEST_OFFSET // self.size + 1
        self.number = whole_number(given, "page", 1, self.last, f" Beyond that, use cursor={START}.")
        self.offset = (self.number - 1) * self.size
        self.after = None if self.cursor in (None, START) else read_cursor(self.cursor, order.keys)

    def following(self, values):
        """The parameters of the next page. After the last numbered page, a cursor for these values."""
        if self.cursor is None and self.number < self.last:
            return {"page": str(self.number + 1)}
        return {"page": None, "cursor": write_cursor(values)}


def read_cursor(text, keys):
    """The key values that a cursor contains."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        if CONTROL & set("".join(values).encode().decode()):  # half a surrogate pair cannot be encoded
            raise ValueError(text)
        return [key.read(value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise BadParameters(
            {"cursor": f"Give the cursor from next of an answer, or {START} to start."}
        ) from None


def write_cursor(values):
    return base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode()
