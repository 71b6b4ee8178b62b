"""What lists of people, organizations, affiliations and cases are filtered by across relations."""

from tracker.records.filters import RecordFilterSet

from . import asof, shapes
from .choices import Active, Custody, Open


class PersonFilterSet(RecordFilterSet):
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


class OrganizationFilterSet(RecordFilterSet):
    shape = shapes.OrganizationShape
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
    computed = {"active": (asof.occupied, Active)}


class AffiliationFilterSet(RecordFilterSet):
    shape = shapes.AffiliationShape
    paths = {
        "organization_classification": "organization.classification",
        "organization_country": "organization.country",
    }
    computed = {"active": (asof.active, Active)}


class CaseFilterSet(RecordFilterSet):
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
    computed = {"open": (asof.opened, Open), "custody": (asof.custody, Custody)}


OF_CASE = {"person": "case.person", "organization": "case.organization", "conflict": "case.conflict"}


class ChargeFilterSet(RecordFilterSet):
    shape = shapes.ChargeShape
    paths = OF_CASE


class CaseEventFilterSet(RecordFilterSet):
    shape = shapes.CaseEventShape
    paths = OF_CASE
