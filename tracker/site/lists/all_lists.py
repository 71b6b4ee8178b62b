"""The lists of the site: of what, in which order, and which filters their forms have."""

from dialogues.api import views as dialogues
from people.api import views as people
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.api.sources_places import PlaceViewSet, SourceViewSet

from .base import SiteList

SEARCH = ("q", "Words in the name", "any spelling or script")
WHEN = "2025-10 or 2024/2025"


class DialogueList(SiteList):
    view = dialogues.DialogueViewSet
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
    view = people.PersonViewSet
    intro = (
        "People who took part in dialogues, made statements, or are accused or prosecuted. Being listed here "
        "says nothing about a person beyond the facts on their page."
    )
    ordering = "name"
    fields = ("slug", "url", "name", "description", "affiliations")
    controls = (SEARCH, ("occupation", "Occupation"), ("conflict", "Conflict"), ("custody", "Custody today"))


class OrganizationList(SiteList):
    view = people.OrganizationViewSet
    intro = (
        "The kind of an organization says only what it does. Who owns or influences it is recorded only as a "
        "judgment by a named assessor."
    )
    ordering = "name"
    fields = ("slug", "url", "name", "classification", "place", "country")
    controls = (SEARCH, ("classification", "Kind"), ("country", "Country"), ("conflict", "Conflict"))


class CaseList(SiteList):
    view = people.CaseViewSet
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
    view = dialogues.StatementViewSet
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
    view = dialogues.QuestionViewSet
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


class PartList(SiteList):
    """A list of records that have no page: what numbers lead to."""

    intro = "Each stands on the page of what it is about."
    expand = ("citations",)


class ParticipationList(PartList):
    view = dialogues.ParticipationViewSet
    controls = (("role", "As what"), ("naming", "Name"), ("dialogue_conflict", "Conflict"))


class AssessmentList(PartList):
    view = dialogues.AssessmentViewSet
    intro = "Judgments by named assessors, in their words. This site makes none of its own."
    ordering = "-date"
    controls = (("attribute", "About"), ("form", "Form"))


class ContextEventList(PartList):
    view = dialogues.ContextEventViewSet
    intro = "Wars, agreements and other events that help to understand the dialogues."
    ordering = "-start_date"
    controls = (("q", "Words in the title", "any spelling or script"), ("conflict", "Conflict"))


class CaseEventList(PartList):
    view = people.CaseEventViewSet
    intro = "Events in cases, as sources report them."
    ordering = "-date"
    controls = (("kind", "Event"), ("date_overlaps", "When", WHEN), ("conflict", "Conflict"))


class ChargeList(PartList):
    view = people.ChargeViewSet
    intro = "Accusations as sources report them. Nothing here says that they are true."
    controls = (("offence", "Accused of"), ("stage", "Stage"))


class AffiliationList(PartList):
    view = people.AffiliationViewSet


class OtherList(PartList):
    """A list whose rows need no words of their own."""

    template = "site/lists/others.html"


class OccupationList(OtherList):
    view = people.OccupationViewSet


class CaseActorList(OtherList):
    view = people.CaseActorViewSet


class RecognitionList(OtherList):
    view = people.RecognitionViewSet


class CaseRelationList(OtherList):
    view = people.CaseRelationViewSet


class StatementRelationList(OtherList):
    view = dialogues.StatementRelationViewSet


class ConflictList(OtherList):
    view, expand = people.ConflictViewSet, ()
    intro = "The conflict lines across which people meet."


class PlaceList(OtherList):
    view, expand = PlaceViewSet, ()
    intro = ""


class CitationList(PartList):
    view, expand = CitationViewSet, ()
    noun = ("citation", "citations")
    intro = "What cites a source, and for what."


PART_LISTS = [
    CitationList,
    *(ParticipationList, AssessmentList, ContextEventList, CaseEventList, ChargeList, AffiliationList),
    *(OccupationList, CaseActorList, RecognitionList, CaseRelationList, StatementRelationList),
    *(ConflictList, PlaceList),
]
LIST_PAGES = [DialogueList, PersonList, OrganizationList, CaseList, StatementList, QuestionList, SourceList]
