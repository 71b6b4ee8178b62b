"""What a format of an answer is."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Format(NamedTuple):
    """One format. `registry` lists them all, and whatever depends on a format derives from it.

    `write(table, records, **options)` yields the bytes of a file; the records are those of the JSON answer.
    Without `write`, the answer is one page of JSON, as the database made it.

    In a `flat` format, rows consist of cells: a list inside a row becomes a table of its own. Other formats
    get None as the table. `cites(reference)` returns a text that says how to cite a record or a figure.
    `options` are more parameters that are true or false: {name: what it decides}.
    """

    slug: str  # what the parameter `format` says
    media_type: str
    extension: str
    write: Callable | None = None
    flat: bool = False
    options: Mapping[str, str] = {}
    cites: Callable | None = None

    @property
    def content_type(self):
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    @property
    def label(self):
        """How the access log names it."""
        return self.slug.upper()
