"""What a format of an answer is."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Listing(NamedTuple):
    """What a page of a list is: its name, and its addresses."""

    title: str
    url: str  # of the list with its filters
    shown_at: str  # of the same list for people who read
    following: str | None  # of the next page
    shape: type


class Pages(NamedTuple):
    """How a format shows one page of a list. It decides which fields it needs and what comes first."""

    write: Callable  # `write(listing, rows)` returns the bytes
    fields: (
        Callable  # `fields(shape)`: what it needs of each row; nothing if such lists do not have the format
    )
    ordering: Callable  # `ordering(shape)`: the order unless another is requested
    size: int  # rows unless another number is requested


class Format(NamedTuple):
    """One format. `registry` lists them all, and whatever depends on a format derives from it.

    `write(table, records, **options)` yields the bytes of a file; the records are those of the JSON answer.
    A format with `pages` shows one page of the list. With neither, the answer is one page of JSON, as the
    database made it.

    In a `flat` format, rows consist of cells: a list inside a row becomes a table of its own. Other formats
    get None as the table. `cites(reference)` returns a text that says how to cite a record or a figure.
    `options` are more parameters that are true or false: {name: what it decides}.
    """

    slug: str  # what the parameter `format` says
    media_type: str
    extension: str
    write: Callable | None = None
    pages: Pages | None = None
    flat: bool = False
    options: Mapping[str, str] = {}
    cites: Callable | None = None

    def fits(self, shape):
        """Whether lists of this shape have the format."""
        return not self.pages or bool(self.pages.fields(shape))

    @property
    def content_type(self):
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    @property
    def label(self):
        """How the access log names it."""
        return self.slug.upper()
