"""The pages about one record of each kind, and the lists on them."""

from dialogues.api import views as dialogues
from dialogues.models.dialogues import MEANT_FOR
from people.api import views as people
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.api.sources_places import SourceViewSet
from tracker.site.pictures.files import course_sheet, participants_sheet

from .base import SiteRecord

STATEMENT = ("slug", "url", "title", "kind", "speakers", "date", "summary", "quotation", "language")
DIALOGUE = ("slug", "url", "title", "classification", "status", "start_date", "places", "conflict")
CITED = ("citations",)
MOST_CITATIONS = 500
UNKNOWN = {"track": "track", "mediation": "mediation", "venue_relation": "venue", "disclosure": "disclosure"}


class DialoguePage(SiteRecord):
    view = dialogues.DialogueViewSet

    def blocks(self, record):
        key = record["id"]
        came = record["participations"]
        judged = self.rows(dialogues.AssessmentViewSet, {"dialogue": key}, expand=CITED)["results"]
        return {
            "picture": participants_sheet(record, self.reader).block() if came else None,
            "sides": by_side(came, self.posts(key, came), judged),
            "named": sum(bool(row["person"] or row["organization"]) for row in came),
            "groups": sum(bool(row["group_label"]) for row in came),
            "sizeless": sum(bool(row["group_label"]) and row["count_max"] is None for row in came),
            "not_held": record["status"] in MEANT_FOR,
            "unnamed": sum(row["naming"] != "named" for row in came),
            "not_stated": [words for name, words in UNKNOWN.items() if record[name] == "unknown"],
            "statements": self.rows(
                dialogues.StatementViewSet, {"about_dialogues": key, "ordering": "date"}, fields=STATEMENT
            ),
            "said_there": self.rows(
                dialogues.StatementViewSet, {"said_at": key, "ordering": "date"}, fields=STATEMENT
            ),
            "parts": self.rows(dialogues.DialogueViewSet, {"parent": key}, fields=DIALOGUE),
        }

    def posts(self, key, came):
        """{person: their affiliations at the time of the dialogue}."""
        ids = sorted({row["person"]["id"] for row in came if row["person"]})[:50]
        if not ids:
            return {}
        given = {"id__in": ",".join(ids), "during": key}
        found = self.rows(people.PersonViewSet, given, fields=("affiliations",), detail=True)
        return {one["id"]: one["affiliations"] for one in found["results"]}


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


class PersonPage(SiteRecord):
    view = people.PersonViewSet

    def blocks(self, record):
        key = record["id"]
        return {
            "cases": self.rows(people.CaseViewSet, {"person": key}, detail=True),
            "attended": self.rows(
                dialogues.ParticipationViewSet, {"person": key, "took_part": "true"}, expand=CITED
            ),
            "absent": self.rows(
                dialogues.ParticipationViewSet, {"person": key, "took_part": "false"}, expand=CITED
            ),
            "said": self.rows(
                dialogues.StatementViewSet, {"speaker": key, "ordering": "-date"}, fields=STATEMENT
            ),
            "statements": self.rows(
                dialogues.StatementViewSet, {"about_people": key, "ordering": "-date"}, fields=STATEMENT
            ),
            "assessments": self.rows(dialogues.AssessmentViewSet, {"person": key}, expand=CITED),
        }


class OrganizationPage(SiteRecord):
    view = people.OrganizationViewSet

    def blocks(self, record):
        key = record["id"]
        return {
            "affiliations": self.rows(people.AffiliationViewSet, {"organization": key}, expand=CITED),
            "attended": self.rows(
                dialogues.ParticipationViewSet, {"organization": key, "took_part": "true"}, expand=CITED
            ),
            "absent": self.rows(
                dialogues.ParticipationViewSet, {"organization": key, "took_part": "false"}, expand=CITED
            ),
            "said": self.rows(
                dialogues.StatementViewSet,
                {"speaker_organization": key, "ordering": "-date"},
                fields=STATEMENT,
            ),
            "published": self.rows(
                dialogues.StatementViewSet, {"publisher": key, "ordering": "-date"}, fields=STATEMENT, size=20
            ),
            "statements": self.rows(
                dialogues.StatementViewSet,
                {"about_organizations": key, "ordering": "-date"},
                fields=STATEMENT,
            ),
            "assessments": self.rows(dialogues.AssessmentViewSet, {"organization": key}, expand=CITED),
        }


class CasePage(SiteRecord):
    view = people.CaseViewSet

    def blocks(self, record):
        drawn = record["events"] or record["charges"]
        return {
            "picture": course_sheet(record).block() if drawn else None,
            "statements": self.rows(
                dialogues.StatementViewSet, {"about_cases": record["id"]}, fields=STATEMENT
            ),
            "answers": self.rows(
                dialogues.StatementViewSet, {"responds_to_cases": record["id"]}, fields=STATEMENT
            ),
        }


class StatementPage(SiteRecord):
    view = dialogues.StatementViewSet

    def blocks(self, record):
        about = ("dialogues", "people", "organizations", "cases", "context_events")
        return {"about": [one for name in about for one in record[f"about_{name}"]]}


class QuestionPage(SiteRecord):
    view = dialogues.QuestionViewSet

    def blocks(self, record):
        asked = {"questions": record["id"], "ordering": "date"}
        fields = (*STATEMENT, "relations", "relations_to")
        return {"statements": self.rows(dialogues.StatementViewSet, asked, fields=fields)}


class SourcePage(SiteRecord):
    view = SourceViewSet

    def blocks(self, record):
        cited = self.rows(CitationViewSet, {"source": record["id"]}, size=MOST_CITATIONS)
        republished = self.rows(SourceViewSet, {"republication_of": record["id"]})
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
