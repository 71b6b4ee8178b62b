"""The pages about one record of each kind, and the lists on them."""

from dialogues.api import views as dialogues
from dialogues.models.dialogues import MEANT_FOR
from people.api import views as people
from tracker.figures.cases.concurrent import ConcurrentCases
from tracker.figures.representation import DialogueRepresentation
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.api.sources_places import SourceViewSet
from tracker.records.shapes.urls import page_address
from tracker.records.values.dates.words import english_words
from tracker.site.figures.days import people_of
from tracker.site.pictures.files import course_sheet, participants_sheet
from tracker.site.words.tags import label

from . import linked_data
from .base import SiteRecord
from .feed import FEED

STATEMENT = ("slug", "url", "title", "kind", "speakers", "date", "summary", "quotation", "language")
WITH_ANSWERS = (*STATEMENT, "relations", "relations_to")
DIALOGUE = ("slug", "url", "title", "classification", "status", "start_date", "places", "conflict")
CITED = ("citations",)
MOST_CITATIONS = 200
MOST_PARTICIPANTS = 100
MOST_CONCURRENT = 3  # people with their cases on the page of a dialogue
UNKNOWN = {"track": "track", "mediation": "mediation", "venue_relation": "venue", "disclosure": "disclosure"}


class FirstConcurrentCases(ConcurrentCases):
    """The same numbers, with the first people alone."""

    most = MOST_CONCURRENT


class RecordWithBlocks(SiteRecord):
    """The lists that the pages of several kinds have."""

    def statements(self, order="date", fields=STATEMENT, **given):
        return self.block(dialogues.StatementViewSet, given, order, fields=fields)

    def participations(self, **given):
        return self.block(dialogues.ParticipationViewSet, given, expand=CITED)

    def assessments(self, **given):
        return self.block(dialogues.AssessmentViewSet, given, expand=CITED)


class DialoguePage(RecordWithBlocks):
    view = dialogues.DialogueViewSet
    linked_data = staticmethod(linked_data.dialogue_data)

    @classmethod
    def described(cls, record):
        kind = label(record["classification"], "dialogue_classification")
        when = english_words(record["start_date"]["edtf"]) if record["start_date"] else ""
        where = ", ".join(one["name"] for one in record["places"])
        facts = ", ".join(filter(None, [kind, when, where]))
        return f"{facts}: who took part, for whom, and who says what about it, with the source of each fact."

    def blocks(self, record):
        key = record["id"]
        came = record["participations"]
        shown = came[:MOST_PARTICIPANTS]
        judged = self.assessments(dialogue=key)
        return {
            "sides": by_side(shown, self.posts(key, shown), judged["results"]),
            "unlisted": len(came) - len(shown),
            "judged": judged,
            "named": sum(bool(row["person"] or row["organization"]) for row in came),
            "groups": sum(bool(row["group_label"]) for row in came),
            "sizeless": sum(bool(row["group_label"]) and row["count_max"] is None for row in came),
            "not_held": record["status"] in MEANT_FOR,
            "unnamed": sum(row["naming"] != "named" for row in came),
            "not_stated": [words for name, words in UNKNOWN.items() if record[name] == "unknown"],
            "statements": self.statements(fields=WITH_ANSWERS, about_dialogues=key),
            "said_there": self.statements(said_at=key),
            "parts": self.block(dialogues.DialogueViewSet, {"parent": key}, fields=DIALOGUE),
            **self.figures(record),
        }

    def figures(self, record):
        """The beginning of what the figures about this dialogue say; their pages say the rest."""
        cases = self.computed(FirstConcurrentCases, record["id"])
        took_part = self.computed(DialogueRepresentation, record["id"])
        return {
            "picture": participants_sheet(record, took_part).block() if record["participations"] else None,
            "cases": {"total": cases["total"], **people_of(cases, MOST_CONCURRENT)},
            "earlier": took_part["earlier"],
            "named_people": took_part["total"]["people"]["count"],
        }

    def posts(self, key, came):
        """{person: their affiliations at the time of the dialogue}."""
        ids = [row["person"]["id"] for row in came if row["person"]]
        during = {"during": key}
        found = self.listed(people.PersonViewSet, ids, during, fields=("affiliations",), detail=True)
        return {one["id"]: one["affiliations"] for one in found}


def by_side(came, posts, judged):
    """[{name, rows}] of the participants of each side, those without a side last."""
    sides = {}
    for row in came:
        own = {
            **row,
            "posts": posts.get(row["person"] and row["person"]["id"], []),
            "assessments": [one for one in judged if (one["participation"] or {}).get("id") == row["id"]],
        }
        name = row["side"]["name"] if row["side"] else ("On no side" if row["no_side"] else "")
        sides.setdefault(name, []).append(own)
    named = [{"name": name, "rows": rows} for name, rows in sides.items() if name]
    return [*named, *([{"name": "", "rows": sides[""]}] if "" in sides else [])]


class PersonPage(RecordWithBlocks):
    view = people.PersonViewSet
    linked_data = staticmethod(linked_data.person_data)
    description = "Posts, dialogues and statements as sources report them, with the source of each fact."

    def blocks(self, record):
        key = record["id"]
        return {
            "feed": page_address(record) + FEED,
            "cases": self.block(people.CaseViewSet, {"person": key}, detail=True),
            "attended": self.participations(person=key, took_part="true"),
            "absent": self.participations(person=key, took_part="false"),
            "said": self.statements("-date", speaker=key),
            "statements": self.statements("-date", about_people=key),
            "assessments": self.assessments(person=key),
        }


class OrganizationPage(RecordWithBlocks):
    view = people.OrganizationViewSet
    linked_data = staticmethod(linked_data.organization_data)
    description = (
        "Its part in dialogues across a conflict line, and its statements, with the source of each fact."
    )

    def blocks(self, record):
        key = record["id"]
        return {
            "affiliations": self.block(people.AffiliationViewSet, {"organization": key}, expand=CITED),
            "attended": self.participations(organization=key, took_part="true"),
            "absent": self.participations(organization=key, took_part="false"),
            "said": self.statements("-date", speaker_organization=key),
            "published": self.statements("-date", publisher=key),
            "statements": self.statements("-date", about_organizations=key),
            "assessments": self.assessments(organization=key),
        }


class CasePage(RecordWithBlocks):
    view = people.CaseViewSet
    description = "The course of a case as sources report it, with the source of each fact."

    def blocks(self, record):
        drawn = record["events"] or record["charges"]
        return {
            "picture": course_sheet(record).block() if drawn else None,
            "statements": self.statements(about_cases=record["id"]),
            "answers": self.statements(responds_to_cases=record["id"]),
        }


class StatementPage(SiteRecord):
    view = dialogues.StatementViewSet
    linked_data = staticmethod(linked_data.statement_data)
    description = "Who said it, when and where, and who supports, contradicts or answers it."

    def blocks(self, record):
        about = ("dialogues", "people", "organizations", "cases", "context_events")
        return {"about": [one for name in about for one in record[f"about_{name}"]]}


class QuestionPage(RecordWithBlocks):
    view = dialogues.QuestionViewSet
    description = "A contested point, and the statements that take positions on it, each with its source."

    def blocks(self, record):
        return {"statements": self.statements(fields=WITH_ANSWERS, questions=record["id"])}


class SourcePage(SiteRecord):
    view = SourceViewSet
    linked_data = staticmethod(linked_data.source_data)
    description = "A source, with all that is recorded from it and the place in it where it says so."

    def blocks(self, record):
        cited = self.rows(CitationViewSet, {"source": record["id"]}, size=MOST_CITATIONS)
        republished = self.block(SourceViewSet, {"republication_of": record["id"]})
        return {"places": by_place(cited["results"]), "cited": cited, "republished": republished}


def by_place(citations):
    """[{kind, place, rows}] of citations, in the order of the source."""
    found = {}
    for one in sorted(citations, key=order_in_source):
        found.setdefault((one["locator_kind"], one["locator"]), []).append(one)
    return [{"kind": kind, "place": place, "rows": rows} for (kind, place), rows in found.items()]


def order_in_source(citation):
    place = citation["locator"]
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 10 else 10**9
    return citation["locator_kind"], number, place, citation["record_type"], citation["id"]


RECORD_PAGES = [DialoguePage, PersonPage, OrganizationPage, CasePage, StatementPage, QuestionPage, SourcePage]
