"""What people, organizations, affiliations and cases look like in the API."""

from people import models
from people.choices import Active, Open
from tracker.records.api.openapi.writes import PARTIAL_DATE
from tracker.records.read.formats.calendars import Occasion
from tracker.records.shapes.declaration import PartShape, Ref, Row, Shape
from tracker.records.shapes.fields import Computed

from . import as_of_days, case_facts

DAY = {"type": "string", "format": "date"}
SPAN = {"type": ["integer", "null"], "minimum": 0}
AFFILIATION_DAY = {
    "type": "object",
    "properties": {
        "day": DAY,
        "period": {"type": "string"},
        "active": {"type": "string", "enum": Active.values},
        "distance_days": {"type": ["object", "null"], "properties": {"min": SPAN, "max": SPAN}},
    },
    "required": ["active", "distance_days"],
}


def track(vocabulary):
    """The schema of an answer about one track."""
    day = {"type": ["string", "null"], "format": "date"}
    answer = {"type": "string", "enum": vocabulary.values}
    days = {
        "type": "array",
        "description": "With during, if the exact days are not known: when it may have been so.",
        "items": {"type": "object", "properties": {"first": day, "last": day, "answer": answer}},
    }
    return {
        "type": "object",
        "properties": {
            "answer": answer,
            "last_reported": {
                **PARTIAL_DATE,
                "description": "The date of the fact that supports the answer.",
            },
            "last_event": {"type": ["string", "null"], "description": "The kind of that fact, or death."},
            "inferred": {
                "type": "array",
                "description": "The parts of that fact that no source states: last_reported, last_event, or *"
                " for the fact as a whole.",
                "items": {"type": "string"},
            },
            "days": days,
        },
        "required": ["answer", "last_reported", "last_event", "inferred"],
    }


PERSON_AS_OF = {
    "type": "object",
    "properties": {
        "day": {**DAY, "description": "The requested day, if a day was requested."},
        "period": {
            "type": "string",
            "description": "The requested period, if a period was requested. The answers then say what was so"
            " on at least one day of it.",
        },
        **{name: track(vocabulary) for name, vocabulary in case_facts.ANSWERS.items()},
    },
    "required": list(case_facts.ANSWERS),
}
CASE_AS_OF = {
    **PERSON_AS_OF,
    "properties": {**PERSON_AS_OF["properties"], "open": {"type": "string", "enum": Open.values}},
    "required": ["open", *case_facts.ANSWERS],
}
# Paths to the rows from which these are computed.
OF_OCCUPATION = ("person", "citations.source")
OF_AFFILIATION = (*OF_OCCUPATION, "organization")
HISTORY = ("events.citations.source", "charges.citations.source")
OF_PERSON = ("citations.source", *(f"cases.{path}" for path in HISTORY))
OF_CASE = (*HISTORY, *(f"person.{path}" for path in OF_PERSON))


class NameShape(PartShape):
    class Meta:
        model = models.Name
        fields = ["text", "lang", "script", "kind", "start_date", "end_date"]
        internal = ["confidentiality"]


class SideShape(PartShape):
    class Meta:
        model = models.Side
        fields = ["name"]
        order = ["position"]


class AffiliationRef(Ref):
    class Meta:
        model = models.Affiliation
        fields = ["role", "organization"]


class CaseEventRef(Ref):
    class Meta:
        model = models.CaseEvent
        fields = ["kind", "date"]


class ConflictShape(Shape):
    class Meta:
        model = models.Conflict
        fields = ["title", "sides"]
        detail = ["summary", "identifiers"]
        ordering = ["title"]


OCCUPATION = ["occupation", "wording", "start_date", "end_date", "attested_date", "as_of"]


class OccupationRow(Row):
    as_of = Computed(
        as_of_days.occupation, AFFILIATION_DAY, basis=as_of_days.basis_of_occupation, rests_on=OF_OCCUPATION
    )

    class Meta:
        model = models.Occupation
        fields = OCCUPATION
        order = ["start_date_sort"]


class OccupationShape(Shape):
    as_of = Computed(
        as_of_days.occupation, AFFILIATION_DAY, basis=as_of_days.basis_of_occupation, rests_on=OF_OCCUPATION
    )

    class Meta:
        model = models.Occupation
        fields = ["person", *OCCUPATION]


class AffiliationRow(Row):
    as_of = Computed(as_of_days.affiliation, AFFILIATION_DAY, basis=as_of_days.basis, rests_on=OF_AFFILIATION)

    class Meta:
        model = models.Affiliation
        fields = ["organization", "role", "start_date", "end_date", "attested_date", "on_behalf_of", "as_of"]
        order = ["start_date_sort"]


class CaseRow(Row):
    as_of = Computed(case_facts.facts_of_case, CASE_AS_OF, finish=case_facts.case_as_of, rests_on=OF_CASE)

    class Meta:
        model = models.PersecutionCase
        fields = ["title", "conflict", "impugned_activities", "as_of", "responses"]


class PersonShape(Shape):
    as_of = Computed(
        case_facts.facts_of_person, PERSON_AS_OF, finish=case_facts.person_as_of, rests_on=OF_PERSON
    )
    occupations = OccupationRow(many=True)
    affiliations = AffiliationRow(many=True)
    cases = CaseRow(many=True)

    class Meta:
        model = models.Person
        fields = [
            "name",
            "description",
            "gender",
            "nationality",
            "birth_date",
            "death_date",
            "as_of",
            "occupations",
            "affiliations",
        ]
        detail = ["basis", "summary", "other_names", "identifiers", "cases"]
        ordering = ["name"]


class OrganizationShape(Shape):
    cases = CaseRow(many=True)

    class Meta:
        model = models.Organization
        fields = ["name", "classification", "parent", "place", "country", "founding_date", "dissolution_date"]
        detail = ["summary", "other_names", "identifiers", "cases"]
        ordering = ["name"]


class AffiliationShape(Shape):
    as_of = Computed(as_of_days.affiliation, AFFILIATION_DAY, basis=as_of_days.basis, rests_on=OF_AFFILIATION)

    class Meta:
        model = models.Affiliation
        fields = ["person", *AffiliationRow.Meta.fields]


CHARGE = ["stage", "offence", "provision", "wording", "date", "court", "proceeding_number"]


class ChargeRow(Row):
    class Meta:
        model = models.Charge
        fields = CHARGE
        order = ["date_sort"]


class ChargeShape(Shape):
    class Meta:
        model = models.Charge
        fields = ["case", *CHARGE]
        ordering = ["date"]


TERM = ["term_months", "term_days", "suspended_months", "suspended_days", "life"]
EVENT = ["kind", "date", "position", "place", "authority", "circumstances", "outcome", *TERM]


class CaseEventRow(Row):
    class Meta:
        model = models.CaseEvent
        fields = EVENT
        order = ["date_sort", "position"]


class CaseEventShape(Shape):
    class Meta:
        model = models.CaseEvent
        fields = ["case", *EVENT]
        ordering = ["date", "position"]
        occasion = Occasion("date", kinds=("kind", "outcome"))


ACTOR = ["event", "person", "organization", "role"]


class CaseActorRow(Row):
    class Meta:
        model = models.CaseActor
        fields = ACTOR
        example = ["organization"]


class CaseActorShape(Shape):
    class Meta:
        model = models.CaseActor
        fields = ["case", *ACTOR]
        example = ["organization"]


RECOGNITION = ["organization", "recognized_by", "kind", "wgad_categories", "date", "reference", "answer"]


class RecognitionRow(Row):
    class Meta:
        model = models.Recognition
        fields = RECOGNITION
        order = ["date_sort"]
        example = ["organization"]


class RecognitionShape(Shape):
    class Meta:
        model = models.Recognition
        fields = ["case", *RECOGNITION]
        ordering = ["date"]
        example = ["organization"]


class CaseRelationRow(Row):
    class Meta:
        model = models.CaseRelation
        fields = ["kind", "related_case"]


class CaseRelationToRow(Row):
    class Meta:
        model = models.CaseRelation
        fields = ["kind", "case"]


class CaseRelationShape(Shape):
    class Meta:
        model = models.CaseRelation
        fields = ["case", "kind", "related_case"]


class CaseShape(Shape):
    as_of = Computed(case_facts.facts_of_case, CASE_AS_OF, finish=case_facts.case_as_of, rests_on=OF_CASE)
    charges = ChargeRow(many=True)
    events = CaseEventRow(many=True)
    actors = CaseActorRow(many=True)
    recognitions = RecognitionRow(many=True)
    relations = CaseRelationRow(many=True)
    relations_to = CaseRelationToRow(many=True)

    class Meta:
        model = models.PersecutionCase
        fields = [
            "title",
            "person",
            "organization",
            "jurisdiction",
            "conflict",
            "impugned_activities",
            "as_of",
            "charges",
            "events",
            "responses",
        ]
        detail = [
            "stated_reason",
            "summary",
            "evidence",
            "identifiers",
            "actors",
            "recognitions",
            "relations",
            "relations_to",
        ]
        example = ["person"]
        ordering = ["title"]
