"""What dialogues, participations, assessments and statements look like in the API."""

from dialogues import models
from dialogues.choices import ABSENT, DialogueStatus
from people.api.shapes import AffiliationRef
from tracker.records.read.formats.calendars import Occasion
from tracker.records.shapes.declaration import PartShape, Ref, Row, Shape


class ParticipationRef(Ref):
    class Meta:
        model = models.Participation
        fields = ["dialogue", "person", "organization", "group_label", "role"]


PARTICIPANT = [
    "naming",
    "person",
    "organization",
    "group_label",
    "pseudonym",
    "count_min",
    "count_max",
    "count_basis",
    "women_min",
    "women_max",
    "member_of",
    "side",
    "no_side",
    "role",
    "capacity",
    "selection",
    "selected_by",
    "affiliation",
    "described_as",
    "note",
]


class ParticipationRow(Row):
    """Who took part."""

    affiliation = AffiliationRef(allow_null=True, read_only=True)

    class Meta:
        model = models.Participation
        fields = PARTICIPANT
        example = ["person"]
        rows = "took_part"
        other_rows = ("role", "People who did not come belong in did_not_take_part. Write the row there.")


class AbsenceRow(ParticipationRow):
    """People who were invited and did not come, were excluded, or were prevented from coming."""

    class Meta(ParticipationRow.Meta):
        rows = "did_not_take_part"
        typical = {"role": ABSENT[0]}
        other_rows = ("role", f"This list is for people who did not come. Use one of {', '.join(ABSENT)}.")


OCCASION = Occasion(
    "start_date",
    "end_date",
    kinds=("classification", "status"),
    statuses=(
        "status",
        {
            DialogueStatus.PLANNED: "TENTATIVE",
            DialogueStatus.HELD: "CONFIRMED",
            DialogueStatus.POSTPONED: "CANCELLED",  # it does not take place on that day
            DialogueStatus.CANCELED: "CANCELLED",
            DialogueStatus.DISPUTED: "TENTATIVE",
        },
    ),
)


class DialogueShape(Shape):
    participations = ParticipationRow(many=True)
    did_not_take_part = AbsenceRow(many=True, source="participations")

    class Meta:
        model = models.Dialogue
        fields = [
            "title",
            "classification",
            "status",
            "start_date",
            "end_date",
            "places",
            "conflict",
            "parent",
            "meetings_min",
            "meetings_max",
            "track",
            "mediation",
            "venue_relation",
            "venue_side",
            "disclosure",
            "participations",
            "did_not_take_part",
        ]
        detail = ["stated_purpose", "agenda", "outcome", "summary", "identifiers"]
        ordering = ["start_date"]
        occasion = OCCASION


class ParticipationShape(Shape):
    class Meta:
        model = models.Participation
        fields = ["dialogue", *PARTICIPANT]
        example = ["person"]


class AssessmentShape(Shape):
    class Meta:
        model = models.Assessment
        fields = [
            "person",
            "organization",
            "participation",
            "assessor_person",
            "assessor_organization",
            "attribute",
            "value",
            "wording",
            "share",
            "form",
            "date",
            "responses",
        ]
        ordering = ["date"]
        example = ["organization", "assessor_person"]


class QuestionShape(Shape):
    class Meta:
        model = models.Question
        fields = ["title", "conflict", "summary"]
        ordering = ["title"]


class ContextEventShape(Shape):
    class Meta:
        model = models.ContextEvent
        fields = ["title", "other_titles", "kind", "conflict", "start_date", "end_date", "place"]
        detail = ["summary", "identifiers"]
        ordering = ["start_date"]


class SpeakerShape(PartShape):
    class Meta:
        model = models.Speaker
        fields = ["naming", "person", "organization", "label", "name_as_given"]
        order = ["position"]
        example = ["label"]


class StatementRef(Ref):
    class Meta:
        model = models.Statement
        fields = ["kind"]


class StatementPartRow(Row):
    class Meta:
        model = models.Statement
        fields = ["title", "kind", "summary", "quotation"]


class RelationRow(Row):
    class Meta:
        model = models.StatementRelation
        fields = ["kind", "related_statement", "note"]


class RelationToRow(Row):
    class Meta:
        model = models.StatementRelation
        fields = ["kind", "statement", "note"]


class StatementShape(Shape):
    parts = StatementPartRow(many=True)
    relations = RelationRow(many=True)
    relations_to = RelationToRow(many=True)

    class Meta:
        model = models.Statement
        fields = [
            "title",
            "kind",
            "speakers",
            "date",
            "medium",
            "publisher",
            "summary",
            "quotation",
            "language",
            "translation",
            "part_of",
            "about_dialogues",
        ]
        detail = [
            "period",
            "said_at",
            "place",
            "about_people",
            "about_organizations",
            "about_cases",
            "about_case_events",
            "about_context_events",
            "responds_to_assessments",
            "responds_to_cases",
            "questions",
            "parts",
            "relations",
            "relations_to",
        ]
        ordering = ["date"]


class StatementRelationShape(Shape):
    class Meta:
        model = models.StatementRelation
        fields = ["statement", "kind", "related_statement", "note"]
