"""The lists of the site: of what, in which order, and which filters their forms have."""

from dialogues.api.views import DialogueViewSet, QuestionViewSet, StatementViewSet
from people.api.views import CaseViewSet, OrganizationViewSet, PersonViewSet
from tracker.records.api.sources_places import SourceViewSet

from .base import SiteList

SEARCH = ("q", "Words in the name", "any spelling or script")
WHEN = "2025-10 or 2024/2025"


class DialogueList(SiteList):
    view = DialogueViewSet
    intro = "Meetings, visits and forums across a conflict line, newest first."
    ordering = "-start_date"
    fields = ("slug", "url", "title", "classification", "status", "start_date", "places", "conflict")
    controls = (
        ("q", "Words in the title", "any spelling or script"),
        ("period_overlaps", "When", WHEN),
        ("classification", "Kind"),
        ("conflict", "Conflict"),
    )


class PersonList(SiteList):
    view = PersonViewSet
    intro = (
        "People who took part in dialogues, made statements, or are accused or prosecuted. Being listed here "
        "says nothing about a person beyond the facts on their page."
    )
    ordering = "name"
    fields = ("slug", "url", "name", "description", "affiliations")
    controls = (SEARCH, ("occupation", "Occupation"), ("conflict", "Conflict"), ("custody", "Custody today"))


class OrganizationList(SiteList):
    view = OrganizationViewSet
    intro = (
        "What an organization does is a neutral class. Who owns or influences it is recorded only as a "
        "judgment by a named assessor."
    )
    ordering = "name"
    fields = ("slug", "url", "name", "classification", "place", "country")
    controls = (SEARCH, ("classification", "Kind"), ("country", "Country"), ("conflict", "Conflict"))


class CaseList(SiteList):
    view = CaseViewSet
    intro = "Cases against people and organizations, as sources report them."
    ordering = "title"
    fields = ("slug", "url", "title", "person", "organization", "charges", "events")
    controls = (
        ("q", "Words in the title", "any spelling or script"),
        ("charge_offence", "Accused of"),
        ("event_kind", "Recorded event"),
        ("custody", "Custody today"),
        ("conflict", "Conflict"),
    )


class StatementList(SiteList):
    view = StatementViewSet
    intro = "Who said what. A statement is what its speaker says, not what is so; a question asserts nothing."
    ordering = "-date"
    fields = ("slug", "url", "title", "kind", "speakers", "date", "summary")
    controls = (
        ("q", "Words in the title", "any spelling or script"),
        ("kind", "Kind"),
        ("medium", "Medium"),
        ("date_overlaps", "When", WHEN),
        ("conflict", "Conflict"),
    )


class QuestionList(SiteList):
    view = QuestionViewSet
    intro = "Contested points on which statements take positions."
    ordering = "title"
    fields = ("slug", "url", "title", "summary")
    controls = (("q", "Words in the question", "any spelling or script"), ("conflict", "Conflict"))


class SourceList(SiteList):
    view = SourceViewSet
    intro = "The texts, recordings and records that the facts on this site come from."
    ordering = "-date"
    fields = ("slug", "url", "display_title", "kind", "authors", "publisher", "date")
    controls = (
        ("q", "Words in the title", "any spelling or script"),
        ("kind", "Kind"),
        ("language", "Language"),
        ("date_overlaps", "When", WHEN),
    )


LIST_PAGES = [DialogueList, PersonList, OrganizationList, CaseList, StatementList, QuestionList, SourceList]
