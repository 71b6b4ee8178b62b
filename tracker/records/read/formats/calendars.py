"""Lists as calendars (iCalendar), for the kinds of records that happen on days."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from icalendar import Calendar, Event

from tracker.records.shapes.fields import WHOLE
from tracker.records.values.dates.days import EXACT_DAY

from .atom import NEVER, SITE_NAME, moment_in
from .entries import entry_title, page_of, title_fields, writable
from .format import Format, Pages

PLACES = ("places", "place")
CALENDAR_SIZE = settings.MAX_PAGE_SIZE


class Occasion(NamedTuple):
    """Which fields of a shape say when something happens, and of which kind it is: `Meta.occasion`."""

    start: str
    end: str | None = None
    kinds: tuple = ()  # fields with a vocabulary, whose labels stand in the description
    statuses: tuple[str, Mapping[str, str]] = ("", {})  # a field, and the status in calendars of each value


def calendar_fields(shape):
    """What events are made of; nothing in lists of what does not happen on days."""
    occasion = occasion_of(shape)
    if not occasion:
        return ()
    known = shape.names()
    wanted = [occasion.start, occasion.end, *occasion.kinds, occasion.statuses[0], *PLACES, "inferred"]
    found = [name for name in wanted if name in known]
    return (*title_fields(shape), *dict.fromkeys(found), "published_at", "changed_at")


def occasion_of(shape):
    return getattr(shape.Meta, "occasion", None)


def calendar(listing, rows):
    """The calendar of a page of a list."""
    events = [calendar_event(row, listing.shape) for row in rows if days(row, occasion_of(listing.shape))]
    name, said = f"{SITE_NAME}: {listing.title}", calendar_notes(listing, len(rows) - len(events))
    found = Calendar()
    found.add("version", "2.0")
    found.add("prodid", f"-//{SITE_NAME}//EN")
    found.add("url", listing.shown_at)
    for key, text in (("name", name), ("x-wr-calname", name), ("description", said), ("x-wr-caldesc", said)):
        found.add(key, text)
    for one in events:
        found.add_component(one)
    return found.to_ical()


def calendar_notes(listing, left_out):
    """What the calendar says about itself: what is not in it."""
    said = [f"From {listing.shown_at}."]
    if left_out:
        said.append(f"Without {left_out} of which no source states the day.")
    if listing.following:
        said.append("Only the latest of a longer list.")
    return " ".join(said)


def days(record, occasion):
    """(first day, last day) of what happened; None unless all that is stated are days without doubt."""
    start = record[occasion.start]
    end = (occasion.end and record[occasion.end]) or start
    if not (start and EXACT_DAY.fullmatch(start["edtf"]) and EXACT_DAY.fullmatch(end["edtf"])):
        return None
    return date.fromisoformat(start["edtf"]), date.fromisoformat(end["edtf"])


def calendar_event(record, shape):
    """A record as an event of whole days."""
    occasion = occasion_of(shape)
    first, last = days(record, occasion)
    found = Event()
    found.add("uid", f"urn:uuid:{record['id']}")
    found.add("dtstamp", moment_in(record["changed_at"]) or NEVER)
    found.add("dtstart", first)
    found.add("dtend", last + timedelta(days=1))
    found.add("summary", entry_title(record, shape))
    found.add("url", page_of(record))
    found.add("transp", "TRANSPARENT")
    if said := description(record, shape, occasion):
        found.add("description", said)
    if where := ", ".join(places(record)):
        found.add("location", where)
    name, statuses = occasion.statuses
    if status := statuses.get(record.get(name)):
        found.add("status", status)
    return found


def description(record, shape, occasion):
    """The kind of event in words, and whether its date is inferred."""
    model = shape.Meta.model
    labels = [dict(model._meta.get_field(name).choices).get(record[name]) for name in occasion.kinds]
    inferred = {WHOLE, occasion.start, occasion.end} & {*record["inferred"]}
    said = [*filter(None, labels), *(["No source states the day; it is inferred"] if inferred else ())]
    return " ".join(f"{one}." for one in said)


def places(record):
    one = record.get("place")
    return [writable(place["name"]) for place in (*record.get("places", ()), *([one] if one else ()))]


ICS = Format(
    "ics",
    "text/calendar",
    "ics",
    pages=Pages(calendar, calendar_fields, lambda shape: f"-{occasion_of(shape).start}", CALENDAR_SIZE),
)
