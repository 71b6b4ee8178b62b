"""The pages of the figures about all records: the timeline, the network, coverage and search."""

from itertools import groupby
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from dialogues.api.views import StatementViewSet
from dialogues.models import Statement
from tracker.figures.overviews import search, timeline
from tracker.figures.overviews.coverage import Coverage
from tracker.figures.overviews.network import Network
from tracker.figures.overviews.search import Search
from tracker.figures.overviews.timeline import Timeline
from tracker.records.shapes.urls import api_url, resource, with_query
from tracker.site.pictures.files import coverage_sheet, network_sheet, timeline_sheet

from .base import FigurePage

WHEN = "2025-10 or 2024/2025"


class KindOnPage(NamedTuple):
    """What is said of a kind of record on the timeline: all of them, one, and the vocabulary of its type."""

    title: str
    one: str
    vocabulary: str


KINDS_ON_PAGE = {
    "dialogues": KindOnPage("Dialogues", "dialogue", "dialogue_classification"),
    "case-events": KindOnPage("Events in cases", "event in a case", "case_event_kind"),
    "statements": KindOnPage("Statements", "statement", "statement_kind"),
    "context-events": KindOnPage("Wars, agreements and other events", "other event", "context_event_kind"),
}
NOUNS = {resource(model): str(model._meta.verbose_name) for model in search.NAMED}
HEADS = (
    "Records",
    "With a source",
    "Stated",
    "Inferred",
    "One source",
    "Several sources",
    "Contradicted",
    "No source",
)
PAGE = "cursor", "page_size"
MOST_EDGES, MOST_SOURCES = 80, 20  # on one page


class TimelinePage(FigurePage):
    """Everything with a date on one axis, a page of it at a time."""

    figure, template = Timeline, "site/figures/timeline.html"
    title = "Timeline"
    intro = (
        "Dialogues, events in cases, statements, and the wars and agreements around them, in the order of "
        "the first day that their dates can mean."
    )
    controls = (("overlaps", "When", WHEN), ("kind", "What"), ("conflict", "Conflict"))
    paging, picture = PAGE, timeline_sheet

    def options(self, name):
        return (
            [[kind, KINDS_ON_PAGE[kind].title] for kind in timeline.KINDS]
            if name == "kind"
            else super().options(name)
        )

    def shown(self, found, given):
        speakers = self.speakers(found["events"])
        return {
            "years": [
                {"year": year, "events": [on_page(event, speakers) for event in events]}
                for year, events in groupby(found["events"], key=year_of)
            ],
            "undated": [
                {**one, "words": words.title.lower(), "one": words.one}
                for one, words in ((one, KINDS_ON_PAGE[one["kind"]]) for one in found["without_date"])
                if one["count"]
            ],
            "next": self.here(dict(parse_qsl(urlsplit(found["next"]).query))) if found["next"] else "",
            "first": self.here(self.without_paging(given)) if "cursor" in given else "",
        }

    def speakers(self, events):
        """{statement: its speakers}: what someone says is not shown as if it had happened."""
        ids = [one["id"] for one in events if one["kind"] == resource(Statement)]
        found = self.listed(StatementViewSet, ids, fields=("speakers",))
        return {one["id"]: one["speakers"] for one in found}


def year_of(event):
    """The year in which an event began at the earliest, as it is written."""
    return (event["first"] or event["start"].lstrip("./"))[:4]


def on_page(event, speakers):
    """An event of the timeline with its dates as they are put into words, and what its type is called."""
    begins, ends = ({"edtf": event[name]} if event[name] else None for name in ("start", "end"))
    return {
        **event,
        "begins": begins,
        "ends": ends,
        "vocabulary": KINDS_ON_PAGE[event["kind"]].vocabulary,
        "speakers": speakers.get(event["id"]),
    }


class NetworkPage(FigurePage):
    """Who took part in which open dialogue, dialogue by dialogue."""

    figure, template, picture = Network, "site/figures/network.html", network_sheet
    title = "Who took part in what"
    intro = (
        "People and organizations that sources name as participants of dialogues held in the open. Nothing "
        "here connects two people directly, and nothing says that they met."
    )
    controls = (("period_overlaps", "When", WHEN), ("classification", "Kind"), ("conflict", "Conflict"))

    def shown(self, found, given):
        dialogues = {}
        for edge in found["edges"][:MOST_EDGES]:
            dialogues.setdefault(edge["dialogue"]["id"], []).append(edge)
        return {
            "shown": min(MOST_EDGES, len(found["edges"])),
            "left_out": found["left_out"] + len(found["edges"][MOST_EDGES:]),
            "dialogues": [{"dialogue": edges[0]["dialogue"], "edges": edges} for edges in dialogues.values()],
            "graphml_url": api_url(f"network/{with_query({**given, 'format': 'graphml'})}"),
        }


class CoveragePage(FigurePage):
    """How much of what is published is sourced, as a table by kind of record."""

    figure, template, picture = Coverage, "site/figures/coverage.html", coverage_sheet
    title = "How much is sourced"
    intro = (
        "Everything published here needs a source. This page counts what the sources state, what only "
        "follows from them, and what rests on a single one."
    )
    controls = (("conflict", "Conflict"),)

    def shown(self, found, given):
        everything, *kinds = found["kinds"]
        filled = groupby((row for row in found["fields"] if row["filled"]), key=lambda row: row["kind"])
        sources = groupby(found["by_source"], key=lambda row: row["source"])
        return {
            "everything": everything,
            "rows": [with_links(row) for row in kinds if row["records"]],
            "heads": list(HEADS),
            "fields": [{"kind": kind_words(kind), "rows": list(rows)} for kind, rows in filled],
            "cited_sources": [
                {"source": source, "records": sum(row["records"] for row in rows)} for source, rows in sources
            ][:MOST_SOURCES],
        }


def kind_words(kind):
    """The name of a list of the API as words."""
    return kind.replace("-", " ").capitalize()


def with_links(row):
    """A row of the table, with its numbers that lead to a list."""
    linked = {"records": "url", "uncited": "uncited_url", "contradicted": "contradicted_url"}
    links = {name: {"count": row[name], "url": row[url]} for name, url in linked.items()}
    return {**row, **links, "kind": kind_words(row["kind"])}


class SearchPage(FigurePage):
    """Everything with a name or title that has certain words."""

    figure, template = Search, "site/figures/search.html"
    title = "Search"
    intro = "People, organizations, dialogues, cases, statements, questions and sources, by name or title."
    controls = (("q", "Words in the name or title", "any spelling or script"),)
    send = "Find"

    def shown(self, found, given):
        kinds = [
            {**one, "words": one["kind"].replace("-", " "), "noun": NOUNS[one["kind"]]}
            for one in found["kinds"]
            if one["count"]
        ]
        return {
            "kinds": kinds,
            "total": sum(one["count"] for one in kinds),
            "hits": [{**one, "noun": NOUNS[one["kind"]]} for one in found["results"]],
        }


OVERVIEW_PAGES = [TimelinePage, NetworkPage, CoveragePage, SearchPage]
