"""Lists as Atom feeds: what was published or changed, the latest first."""

from datetime import UTC, datetime

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from .entries import entry_title, page_of, title_fields, writable
from .format import Format, Pages

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # feeds must have a date, also without entries
TEXTS = ("summary", "description")
SITE_NAME = "Dialogue tracker"
FEED_SIZE = 50


class AtomFeed(Atom1Feed):
    """A feed that depends on its entries only: the same records give the same bytes."""

    def latest_post_date(self):
        return max((item["updateddate"] for item in self.items), default=NEVER)

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        if self.feed["following"]:
            handler.addQuickElement("link", None, {"rel": "next", "href": self.feed["following"]})


def atom_fields(shape):
    """What entries are made of; nothing in lists that do not say when their rows changed."""
    known = shape.names()
    if "changed_at" not in known:
        return ()
    return (*title_fields(shape), *(name for name in TEXTS if name in known), "published_at", "changed_at")


def feed(listing, rows):
    """The feed of a page of a list."""
    return feed_of(listing, [entry(row, listing.shape) for row in rows])


def feed_of(listing, entries):
    """A feed with these entries."""
    found = AtomFeed(
        title=f"{SITE_NAME}: {writable(listing.title)}",
        link=listing.shown_at,
        description="",
        language="en",
        author_name=settings.DATA_PUBLISHER,
        feed_url=listing.url,
        feed_guid=listing.url,
        feed_copyright=settings.DATA_LICENSE,
        following=listing.following,
    )
    for one in entries:
        found.add_item(**one)
    return found.writeString("utf-8").encode()


def entry(record, shape):
    """What the feed says about one record."""
    text = next((record[name] for name in TEXTS if record.get(name)), "")
    return {
        "title": entry_title(record, shape),
        "link": page_of(record),
        "description": escape(writable(text)),
        "unique_id": f"urn:uuid:{record['id']}",
        "pubdate": moment_in(record["published_at"]),
        "updateddate": moment_in(record["changed_at"]) or NEVER,
        "categories": [str(shape.Meta.model._meta.verbose_name)],
    }


def moment_in(text):
    return datetime.fromisoformat(text) if text else None


ATOM = Format(
    "atom",
    "application/atom+xml",
    "atom",
    pages=Pages(feed, atom_fields, lambda shape: "-changed_at", FEED_SIZE),
)
