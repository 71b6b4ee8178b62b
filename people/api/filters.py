"""Filters of people, organizations, affiliations and cases that follow relations to other records."""

from functools import cached_property

from people.choices import Active, Open
from people.conflict_links import tied
from people.models import Organization, PersecutionCase, Person
from tracker.records.read.filters.filter_set import RecordFilterSet
from tracker.records.read.filters.kinds import Filter, list_schema
from tracker.records.read.filters.values import ChoiceField, Values

from . import as_of_days, case_facts, shapes, stored_answers

WHO = "Through a case of theirs, a case in which they act, or a dialogue that they took part in."

ABOUT = {
    "custody": "What is known about custody",
    "house_arrest": "What is known about house arrest",
    "travel_ban": "What is known about a travel ban",
    "abroad": "What is known about a stay abroad",
    "open": "Whether the case was open",
}


class AnswerFilter(Filter):
    """Rows whose person or case has one of the given answers on the given days."""

    def __init__(self, name, field, schema):
        when = "on the day or in the period that as_of gives, or during the dialogue that during gives"
        super().__init__([], field, None, f"{ABOUT[name]} {when}.", schema)
        self.name = name

    def filter(self, queryset, value):
        if not value:
            return queryset
        answers = value if isinstance(value, list) else [value]
        return queryset.filter(self.parent.answered(self.name, answers))


def answer_filters(name, vocabulary):
    schema = {"type": "string", "enum": vocabulary.values}
    one = ChoiceField(choices=vocabulary.choices, required=False)
    return {
        name: AnswerFilter(name, one, schema),
        f"{name}__in": AnswerFilter(name, Values(one), list_schema(schema)),
    }


class SituationFilterSet(RecordFilterSet):
    """Filters by what is known about people and their cases on a day.

    The answers are not columns. They are looked up, or computed once for everyone whom the reader sees.
    """

    answers = case_facts.ANSWERS

    @classmethod
    def get_filters(cls):
        found = {}
        for name, vocabulary in cls.answers.items():
            found |= answer_filters(name, vocabulary)
        return {**super().get_filters(), **found} if cls.shape else {}

    @cached_property
    def known(self):
        return stored_answers.known_answers(self.reader)

    def answered(self, name, answers):
        """A Q: the rows that have one of these answers."""
        kind = "people" if self.shape.Meta.model is Person else "cases"
        return self.known.matching(kind, name, answers)


class PersonFilterSet(SituationFilterSet):
    shape = shapes.PersonShape
    paths = {
        "occupation": "occupations.occupation",
        "organization": "affiliations.organization",
        "role": "affiliations.role",
        "case_conflict": "cases.conflict",
        "case_impugned_activities": "cases.impugned_activities",
        "charge_offence": "cases.charges.offence",
        "charge_stage": "cases.charges.stage",
        "case_event_kind": "cases.events.kind",
        "case_event_date": "cases.events.date",
    }
    connected = tied(WHO, Person)


class OrganizationFilterSet(RecordFilterSet):
    shape = shapes.OrganizationShape
    connected = tied(WHO, Organization)
    paths = {
        "person": "affiliations.person",
        "child": "children",
        "case_conflict": "cases.conflict",
        "case_impugned_activities": "cases.impugned_activities",
        "case_event_kind": "cases.events.kind",
        "case_event_date": "cases.events.date",
    }


class OccupationFilterSet(RecordFilterSet):
    shape = shapes.OccupationShape
    connected = tied(f"A conflict that the person is connected with. {WHO}", person=Person)
    computed = {"active": (as_of_days.occupied, Active)}


class AffiliationFilterSet(RecordFilterSet):
    shape = shapes.AffiliationShape
    connected = tied(
        f"A conflict that the person or organization is connected with. {WHO}",
        person=Person,
        organization=Organization,
    )
    paths = {
        "organization_classification": "organization.classification",
        "organization_country": "organization.country",
    }
    computed = {"active": (as_of_days.active, Active)}


class CaseFilterSet(SituationFilterSet):
    shape = shapes.CaseShape
    paths = {
        "charge_offence": "charges.offence",
        "charge_stage": "charges.stage",
        "charge_date": "charges.date",
        "event_kind": "events.kind",
        "event_date": "events.date",
        "event_place": "events.place",
        "actor_person": "actors.person",
        "actor_organization": "actors.organization",
        "recognition_kind": "recognitions.kind",
        "recognized_by": "recognitions.organization",
        "relation_kind": "relations.kind",
        "related_case": "relations.related_case",
    }
    answers = {**case_facts.ANSWERS, "open": Open}


OF_CASE = {"person": "case.person", "organization": "case.organization", "conflict": "case.conflict"}


class ChargeFilterSet(RecordFilterSet):
    shape = shapes.ChargeShape
    paths = OF_CASE


class CaseEventFilterSet(RecordFilterSet):
    shape = shapes.CaseEventShape
    paths = OF_CASE


class CaseRelationFilterSet(RecordFilterSet):
    shape = shapes.CaseRelationShape
    connected = tied("The conflict of either case.", case=PersecutionCase, related_case=PersecutionCase)


class CaseActorFilterSet(RecordFilterSet):
    shape = shapes.CaseActorShape
    paths = {"conflict": "case.conflict"}


class RecognitionFilterSet(RecordFilterSet):
    shape = shapes.RecognitionShape
    paths = OF_CASE
