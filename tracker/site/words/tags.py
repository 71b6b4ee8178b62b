"""Filters and tags of the templates: dates in words, labels, links to records, citations on demand.

Every argument is plain data as the API shows it, so a template can only show what came through a shape.
"""

import json
import re
from functools import cache

from django.conf import settings
from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from tracker.records.read.formats.references import name_of, named_references
from tracker.records.shapes.fields import WHOLE
from tracker.records.shapes.urls import API, api_url, page_address
from tracker.records.values.codes.registries import COUNTRIES, LANGUAGES
from tracker.records.values.codes.vocabularies import LocatorKind, Stance, vocabularies
from tracker.records.values.dates.words import english_words
from tracker.records.values.numbers import how_many

from .navigation import menus

register = Library()
TIME_VALUE = re.compile(r"\d{4}(-(0\d|1[0-2])(-\d\d)?)?\Z")  # what the element `time` accepts
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # so that a text cannot end its element


@register.filter
def words(partial_date):
    """A partial date in words, as a `time` element if it is a year, a month or a day; "" if there is none."""
    if not partial_date:
        return ""
    edtf = partial_date["edtf"]
    said = english_words(edtf)
    if TIME_VALUE.match(edtf):
        return format_html('<time datetime="{}">{}</time>', edtf, said)
    return format_html('<span class="date">{}</span>', said)


@register.filter
def label(slug, vocabulary):
    """The label of a term, by the name of its vocabulary: `{{ kind|label:"statement_kind" }}`."""
    return slug_labels(vocabulary).get(slug, slug) if slug else ""


@cache
def slug_labels(vocabulary):
    """{slug: label} of a vocabulary; KeyError if there is none of this name."""
    return dict(vocabularies()[vocabulary].choices)


@register.filter
def language(code):
    return LANGUAGES.label(code) if code else ""


@register.filter
def country(code):
    return COUNTRIES.label(code) if code else ""


register.filter(page_address)
register.filter(name_of)


@register.filter
def on_site(url):
    """The address of the list of this site with the same rows as a list of the API."""
    return f"/{url.partition(API)[2]}" if url else ""


@register.simple_tag
def linked_number(linked, one="", many=""):
    """A number and its noun, which lead to the list of exactly these records: "3 groups"."""
    noun = one if linked["count"] == 1 else many
    said = f"{linked['count']:,} {noun}" if noun else f"{linked['count']:,}"
    if not linked["count"]:
        return f"no {noun} recorded" if noun else "0"
    return format_html('<a href="{}">{}</a>', on_site(linked["url"]), said) if linked["url"] else said


@register.filter
def references_in(row):
    """The records that a row refers to, itself first if it has a name."""
    others = named_references(row)
    return [row, *others] if name_of(row) else others


@register.inclusion_tag("site/parts/link.html")
def record_link(reference):
    """The name of a record, which leads to its page if it has one."""
    return {"address": page_address(reference), "words": name_of(reference)}


@register.simple_tag
def not_stated(said="not stated"):
    """What stands in the place of a value that no source gives."""
    return format_html('<span class="unknown">{}</span>', said)


@register.inclusion_tag("site/parts/citations.html")
def why(record, field=""):
    """Where a fact comes from: the citations of a field, else those of the record as a whole; WHOLE: all."""
    chosen = citations_for(record, field)
    if field != WHOLE:
        about = chosen[0]["field"] if chosen else ""
        inferred = "inferred" if (about or WHOLE) in record.get("inferred", ()) else ""
    else:
        inferred = how_inferred(record)
    told = [
        {
            **one,
            "place": place_in_source(one),
            "said": rival_words(one["value"]),
            "about": underscored(one["field"]) if field == WHOLE else "",
        }
        for one in chosen
    ]
    return {"citations": told, "short": short_places(chosen), "inferred": inferred}


def citations_for(record, field):
    listed = record.get("citations") or []
    if field == WHOLE:
        return sorted(listed, key=lambda one: one["field"])
    return [one for one in listed if one["field"] == field] or [one for one in listed if not one["field"]]


def how_inferred(record):
    """Whether all of a record is inferred, a part of it, or nothing."""
    fields = record.get("inferred", ())
    if WHOLE in fields:
        return "inferred"
    if not fields:
        return ""
    return f"{', '.join(map(underscored, fields))} inferred"


@register.simple_tag
def sources_of(record, field):
    """The sources that support a fact, to be named in a sentence."""
    supporting = [one for one in record.get("citations") or [] if one["stance"] != Stance.CONTRADICTS]
    cited = citations_for({"citations": supporting}, field)
    links = list(dict.fromkeys((page_address(one["source"]), name_of(one["source"])) for one in cited))
    if not links:
        return "a source that is not public"
    return format_html_join(", ", '<a href="{}"><bdi>{}</bdi></a>', links)


def place_in_source(citation):
    """Where in its source a citation is: "paragraph 6"."""
    kind = label(citation["locator_kind"], "locator_kind")
    words = [] if citation["locator_kind"] == LocatorKind.OTHER else [kind.lower()]
    return " ".join([*words, citation["locator"]])


def short_places(citations):
    """What stands for citations until they are opened: "¶ 6, 22", "source", "3 sources"."""
    sources = {one["source"]["id"] for one in citations}
    if len(sources) > 1:
        return f"{len(sources)} sources"
    places = dict.fromkeys(
        one["locator"] for one in citations if one["locator_kind"] == LocatorKind.PARAGRAPH
    )
    whole = len(citations) == sum(one["locator_kind"] == LocatorKind.PARAGRAPH for one in citations)
    return f"¶ {', '.join(places)}" if places and whole else "source"


def rival_words(value):
    """What a contradicting source says instead, in words."""
    if isinstance(value, dict):
        return english_words(value["edtf"]) if value.get("edtf") else ""
    return ", ".join(value) if isinstance(value, list) else str(value) if value is not None else ""


@register.simple_tag
def linked_data(data):
    """Data for search engines as an element that no browser runs, and that no text in it can end."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPED)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))


@register.inclusion_tag("site/parts/table.html")
def table(caption, heads, rows):
    """A table of plain texts, which scrolls sideways where it does not fit."""
    return {"caption": caption, "heads": heads, "rows": rows}


@register.inclusion_tag("site/parts/navigation.html")
def navigation(here):
    return {"menus": menus(here or "")}


@register.inclusion_tag("site/parts/map.html")
def site_map():
    """All sections of the site."""
    return {"menus": menus("")}


@register.inclusion_tag("site/parts/footer.html")
def footer():
    urls = {"api_url": api_url(""), "docs_url": api_url("docs/")}
    return {"license": settings.DATA_LICENSE, **urls, **something_wrong()}


@register.inclusion_tag("site/parts/wrong.html")
def something_wrong():
    """Whom to write to about a mistake."""
    contact = settings.SECURITY_CONTACT
    return {"contact": contact, "contact_words": contact.removeprefix("mailto:")}


@register.inclusion_tag("site/parts/cited.html")
def cited_record(citation):
    """What a citation is about: the kind of record, the field, and the page that shows it."""
    record = citation["record"]
    shown = record if page_address(record) else belongs_to(record)
    return {
        "noun": citation["record_type"].replace("-", " "),
        "field": underscored(citation["field"]),
        "address": page_address(shown) if shown else "",
        "words": (name_of(shown) if shown else "") or own_words(record),
    }


def belongs_to(record):
    """What a record without a page belongs to and has one, None if it names none."""
    others = [value for value in record.values() if isinstance(value, dict) and "url" in value]
    found = [one for one in others if page_address(one)] or [belongs_to(one) for one in others]
    return next(filter(None, found), None)


def own_words(record):
    return name_of(record) or record.get("group_label") or record.get("role") or ""


@register.simple_tag
def total_link(number, address, totals):
    """A number of the start page with its list. Zero says in how many sources nothing was found."""
    if number:
        return format_html('<a href="{}">{}</a>', address, f"{number:,}")
    sources = totals["sources"]
    read = f"the {how_many(sources, 'source')} read" if sources else "any source yet"
    return format_html('<span class="none">none recorded in {}</span>', read)


@register.filter
def underscored(name):
    """The name of a field as words."""
    return name.replace("_", " ")


@register.filter
def period_words(text):
    """The days of an answer in words: "October 2025"; "days that are not recorded" if there are none."""
    return words({"edtf": text}) if text else "days that are not recorded"


@register.filter
def day_words(day):
    """A day in words: "31 October 2025"."""
    return english_words(day)
