"""All tables of the kernel, where Django looks for them. No other module imports from here."""

# ruff: noqa: I001 - sources come before places, as they always did

from .base.sources import Source
from .accounts.api_tokens import ApiToken
from .accounts.saved_filters import SavedFilter
from .audit.access_log import Reading
from .audit.history import Entry
from .audit.takedown_ledger import Deed
from .base.places import Place, PlaceIdentifier
from .base.slugs import OldSlug
from .changes.models import Announcement, Event, Feed, Touched, Unannounced
from .policy.search_words import Token
from .protection.name_check import Homonym
from .protection.name_search import AlsoHidden, NameSearch
from .protocol.idempotency import KeptAnswer
from .protocol.rate_limits import Tally
from .workflow.approvals import Approval
from .workflow.proposals import Proposal

__all__ = [
    "AlsoHidden",
    "Announcement",
    "ApiToken",
    "Approval",
    "Deed",
    "Entry",
    "Event",
    "Feed",
    "Homonym",
    "KeptAnswer",
    "NameSearch",
    "OldSlug",
    "Place",
    "PlaceIdentifier",
    "Proposal",
    "Reading",
    "SavedFilter",
    "Source",
    "Tally",
    "Token",
    "Touched",
    "Unannounced",
]
