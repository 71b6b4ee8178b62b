"""What a feed or a calendar says of a record: its title, and the page that shows it."""

import re

from django.conf import settings

from tracker.records.shapes.urls import page_address

from .references import name_of

NAMES = ("name", "title", "display_title")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text):
    """A text without the signs that XML and calendars forbid. Only another program can have stored them."""
    return UNWRITABLE.sub("", text)


def title_fields(shape):
    """The fields that a title and an address are made of."""
    known = shape.names()
    own = [name for name in ("slug", *NAMES, *shape.Meta.model.visible_with) if name in known]
    return ("id", "url", *own)


def entry_title(record, shape):
    """The name or title of a record. If it has none: its kind, and the names of what it belongs to.

    It never says what happened to anyone.
    """
    noun = str(shape.Meta.model._meta.verbose_name).capitalize()
    others = dict.fromkeys(names_inside({name: record.get(name) for name in shape.Meta.model.visible_with}))
    return writable(name_of(record) or f"{noun}: {', '.join(others)}".removesuffix(": "))


def names_inside(record):
    """The names of the records that a record refers to."""
    for one in references(record):
        own = name_of(one)
        yield from [own] if own else names_inside(one)


def page_of(record):
    """The address of the page that shows a record: its own, or that of a record that it belongs to."""
    return next(pages(record), record["url"])


def pages(record):
    if own := page_address(record):
        yield settings.PUBLIC_URL + own
    for one in references(record):
        yield from pages(one)


def references(record):
    return [value for value in record.values() if isinstance(value, dict) and "url" in value]
