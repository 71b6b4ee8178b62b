"""Pages of records for search engines, as Schema.org data.

It says less than the page: no summary and no quotation, which may tell what happened to someone; nothing
about cases; dates only if they are days; and of other systems only addresses.
"""

from django.conf import settings

from tracker.records.read.formats.references import name_of
from tracker.records.shapes.urls import page_address
from tracker.records.values.dates.days import EXACT_DAY

EVENT_STATUS = {"planned": "EventScheduled", "postponed": "EventPostponed", "canceled": "EventCancelled"}


def dialogue_data(record):
    status = EVENT_STATUS.get(record["status"])
    return {
        "@type": "Event",
        "startDate": day_of(record["start_date"]),
        "endDate": day_of(record["end_date"]),
        "eventStatus": status and f"https://schema.org/{status}",
        "location": [{"@type": "Place", "name": one["name"]} for one in record["places"]],
        "superEvent": linked("Event", record["parent"]),
        "sameAs": addresses(record),
    }


def person_data(record):
    return {
        "@type": "Person",
        "alternateName": [one["text"] for one in record["other_names"]],
        "birthDate": day_of(record["birth_date"]),
        "deathDate": day_of(record["death_date"]),
        "sameAs": addresses(record),
    }


def organization_data(record):
    return {
        "@type": "Organization",
        "alternateName": [one["text"] for one in record["other_names"]],
        "foundingDate": day_of(record["founding_date"]),
        "dissolutionDate": day_of(record["dissolution_date"]),
        "parentOrganization": linked("Organization", record["parent"]),
        "sameAs": addresses(record),
    }


def statement_data(record):
    speakers = [one["person"] or one["organization"] for one in record["speakers"]]
    kinds = ["Person" if one["person"] else "Organization" for one in record["speakers"]]
    return {
        "@type": "Quotation" if record["quotation"] else "CreativeWork",
        "creator": [linked(kind, one) for kind, one in zip(kinds, speakers, strict=True) if one],
        "dateCreated": day_of(record["date"]),
        "inLanguage": record["language"],
        "publisher": linked("Organization", record["publisher"]),
        "about": [linked("Event", one) for one in record["about_dialogues"]],
    }


def source_data(record):
    return {
        "@type": "CreativeWork",
        "creditText": record["authors"],
        "datePublished": day_of(record["date"]),
        "inLanguage": record["language"],
        "sameAs": [one for one in (record["source_url"], record["archive_url"]) if one],
    }


def with_context(data, record, url):
    """The data with what every page has, without what is empty."""
    found = {"@context": "https://schema.org", "name": name_of(record), "url": url, **data}
    return {name: value for name, value in found.items() if value}


def day_of(partial_date):
    """A day as a text; None for all dates that are less exact, or in doubt."""
    edtf = partial_date["edtf"] if partial_date else ""
    return edtf if EXACT_DAY.fullmatch(edtf) else None


def linked(kind, reference):
    """A reference to a record with a page; None if there is none."""
    if not reference:
        return None
    return {"@type": kind, "name": name_of(reference), "url": settings.PUBLIC_URL + page_address(reference)}


def addresses(record):
    """The identifiers that are addresses."""
    found = [one["identifier"] for one in record["identifiers"]]
    return [one for one in found if one.startswith(("https://", "http://"))]
