"""The editors' desk: forms, lists, pages and the start page, and the base classes of every admin."""

from . import sources_places, start_page  # noqa: F401 - Django looks for what registers itself here
from .lists.lists import field_text
from .pages import proposals  # noqa: F401
from .people import access_log, accounts, tokens  # noqa: F401
from .record_page.base import RecordAdmin, VisibleAdmin
from .record_page.inlines import (
    CitationInline,
    IdentifierInline,
    OtherNameInline,
    PartInline,
    RecordInline,
)
from .record_page.relations import VisibleRelations
from .rights import ReadOnlyAdmin

__all__ = [
    "CitationInline",
    "IdentifierInline",
    "OtherNameInline",
    "PartInline",
    "ReadOnlyAdmin",
    "RecordAdmin",
    "RecordInline",
    "VisibleAdmin",
    "VisibleRelations",
    "field_text",
]

ORDER = (
    "addresses",
    "rights",
    "forms",
    "refusals",
    "lists",
    "pages",
    "saving",
    "verbs",
    "record_page",
    "people",
    "sources_places",
    "start_page",
)
