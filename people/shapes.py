"""What people, organizations, affiliations and cases look like in the API."""

from tracker.records.shapes import Computed, PartShape, Ref, Row, Shape

from . import asof, models
from .choices import Active, Custody, Open

DAY = {"type": "string", "format": "date"}
SPAN = {"type": ["integer", "null"], "minimum": 0}
AFFILIATION_DAY = {
    "type": "object",
    "properties": {
        "day": DAY,
        "active": {"type": "string", "enum": Active.values},
        "distance_days": {"type": ["object", "null"], "properties": {"min": SPAN, "max": SPAN}},
    },
    "required": ["day", "active", "distance_days"],
}
CASE_DAY = {
    "type": "object",
    "properties": {
        "day": DAY,
        "open": {"type": "string", "enum": Open.values},
        "custody": {"type": ["string", "null"], "enum": [*Custody.values, None]},
        "last_reported": {"type": ["string", "null"], "format": "date"},
    },
    "required": ["day", "open", "custody", "last_reported"],
}


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
    as_of = Computed(asof.occupation, AFFILIATION_DAY)

    class Meta:
        model = models.Occupation
        fields = OCCUPATION
        order = ["start_date_sort"]


class OccupationShape(Shape):
    as_of = Computed(asof.occupation, AFFILIATION_DAY)

    class Meta:
        model = models.Occupation
        fields = ["person", *OCCUPATION]


class AffiliationRow(Row):
    as_of = Computed(asof.affiliation, AFFILIATION_DAY)

    class Meta:
        model = models.Affiliation
        fields = ["organization", "role", "start_date", "end_date", "attested_date", "on_behalf_of", "as_of"]
        order = ["start_date_sort"]


class CaseRow(Row):
    as_of = Computed(asof.case, CASE_DAY)

    class Meta:
        model = models.PersecutionCase
        fields = ["title", "conflict", "impugned_activities", "as_of", "responses"]


class PersonShape(Shape):
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
    as_of = Computed(asof.affiliation, AFFILIATION_DAY)

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
    as_of = Computed(asof.case, CASE_DAY)
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
