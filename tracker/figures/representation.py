"""Who took part in dialogues, for whom, and what is recorded about that."""

from collections import defaultdict
from uuid import UUID

from dialogues.choices import Naming
from dialogues.models import Assessment, Dialogue, Participation, Speaker, Statement
from people.api.shapes import AFFILIATION_DAY
from people.choices import Active, OrganizationClassification
from people.models import Affiliation, Organization, Person, Side

from .figure import (
    LINKED_COUNT,
    NOT_STATED,
    TEXT,
    WITHHELD_BUCKET,
    DuringDialogue,
    Figure,
    ListOf,
    ids_with_link,
    object_schema,
    rows_schema,
)
from .participants import (
    BREAKDOWN,
    LABELS,
    TOTAL_SCHEMA,
    People,
    breakdown,
    earlier_dialogues,
    participant_totals,
    people_ranges,
)

NOT_RECORDED = "not_recorded"
PARTICIPANT = (
    *("naming", "person", "organization", "group_label", "pseudonym", "count_min", "count_max", "member_of"),
    *("side", "no_side", "role", "capacity", "selection", "selected_by", "described_as", "note", "citations"),
)
AFFILIATION = ListOf(Affiliation, ("organization", "role", "as_of"))
ON_THE_DAY = {
    "type": ["object", "null"],
    "description": "The affiliation, and what is known about it on the days of the dialogue.",
    "properties": {
        "organization": {"$ref": "#/components/schemas/OrganizationRef"},
        "role": TEXT,
        "as_of": AFFILIATION_DAY,
    },
}
JUDGMENT = (
    *("assessor_person", "assessor_organization", "person", "organization", "participation", "attribute"),
    *("value", "wording", "share", "form", "date", "citations"),
)
ORGANIZATIONS_OF_PEOPLE = {
    **rows_schema(
        {
            "classification": TEXT,
            "label": TEXT,
            "active": {"type": ["string", "null"], "enum": [*Active.values, None]},
            "people": LINKED_COUNT,
        }
    ),
    "description": "People who took part by the kind of the organization with which they came, and by what is"
    " known about their post there on the days of the dialogue: certain, attested and possible are not"
    f" added. {NOT_STATED}: no organization is recorded for the person's part. {WITHHELD_BUCKET}: not"
    " classified.",
}
VOICES = {
    **rows_schema({"side": TEXT, "statements": LINKED_COUNT}),
    "description": "Recorded statements about it by the side for which the speaker took part in it."
    f" {NOT_RECORDED}: no side of the speaker is recorded for this dialogue.",
}
MAYBE = {**LINKED_COUNT, "type": ["object", "null"]}
OUTLINE = ("title", "classification", "status", "disclosure", "start_date", "end_date", "conflict")


class Representation(Figure):
    """Base of the figures about who took part in one dialogue, or in several."""

    def sides(self, rows):
        """{id: name} of the sides for which these participants came, as far as the reader sees them."""
        return dict(self.seen(Side).filter(pk__in=rows.order_by().values("side")).values_list("pk", "name"))

    def sources(self, dialogues, rows):
        """The sources that these dialogues and participations cite."""
        return self.sources_of(self.citations(dialogues), self.citations(rows))


class DialogueRepresentation(DuringDialogue, Representation):
    """Who took part in a dialogue, for whom, and what is recorded about that."""

    address = "dialogues/<id>/representation"
    table = "participants"
    schema_of = {
        "counts": TEXT,
        "dialogue": ListOf(Dialogue, OUTLINE),
        "total": TOTAL_SCHEMA,
        "breakdown": BREAKDOWN,
        "organizations": ORGANIZATIONS_OF_PEOPLE,
        "participants": ListOf(Participation, PARTICIPANT, {"affiliation_on_the_day": ON_THE_DAY}),
        "did_not_take_part": ListOf(Participation, PARTICIPANT),
        "earlier": {
            **object_schema({"people": MAYBE, "dialogues": MAYBE}),
            "description": "How many of the named people took part in an earlier dialogue of the same"
            " conflict, and of how many earlier dialogues participants are recorded. Null: its conflict or"
            " date is not recorded, or it was not open.",
        },
        "assessments": ListOf(Assessment, JUDGMENT),
        "voices": VOICES,
        "sources": LINKED_COUNT,
    }

    def computed(self):
        rows = self.seen(Participation).filter(dialogue=self.record)
        came, scope = rows.took_part(), {"dialogue": self.record.pk, "took_part": "true"}
        dialogue, people = self.seen(Dialogue).filter(pk=self.record.pk), people_ranges(came)
        participants = self.with_affiliations(came)
        return {
            "counts": "Participations that are recorded for this dialogue.",
            "dialogue": self.records(dialogue, self.schema_of["dialogue"]),
            "total": participant_totals(came, scope, people.get(self.record.pk, People())),
            "breakdown": breakdown(came, scope, self.sides(came)),
            "organizations": self.organizations(participants),
            "participants": participants,
            "did_not_take_part": self.records(rows.did_not_take_part(), self.schema_of["did_not_take_part"]),
            "earlier": self.earlier(came),
            "assessments": self.records(self.judgments(rows), self.schema_of["assessments"]),
            "voices": self.voices(came),
            "sources": self.sources(dialogue, rows),
        }

    def with_affiliations(self, came):
        """The participants, each with what is known about the affiliation on the days of the dialogue."""
        found = self.records(came, self.schema_of["participants"])
        rows = self.seen(Affiliation).filter(pk__in=came.values("affiliation"))
        ties = {tie["id"]: tie for tie in self.records(rows, AFFILIATION)}
        held = dict(came.exclude(affiliation=None).values_list("pk", "affiliation"))
        shown = ("organization", "role", "as_of")
        for row in found:
            tie = ties.get(str(held.get(UUID(row["id"]))))
            row["affiliation_on_the_day"] = tie and {name: tie[name] for name in shown}
        return found

    def organizations(self, participants):
        """How many people came with which kind of organization, as far as their posts then are known."""
        people = [row for row in participants if row["person"] or row["naming"] != Naming.NAMED]
        ties = {row["id"]: row["affiliation_on_the_day"] for row in people}
        keys = {tie["organization"]["id"] for tie in ties.values() if tie}
        rows = self.seen(Organization).filter(pk__in=keys).values_list("pk", "classification")
        kinds = {str(pk): kind for pk, kind in rows}
        found = defaultdict(list)
        for row in people:
            tie = ties[row["id"]]
            known = (kinds[tie["organization"]["id"]], tie["as_of"]["active"]) if tie else (NOT_STATED, None)
            found[known if row["person"] else (WITHHELD_BUCKET, None)].append(row["id"])
        return [
            {
                "classification": kind,
                "label": LABELS.get(kind) or OrganizationClassification(kind).label,
                "active": active,
                "people": ids_with_link(found[kind, active], Participation),
            }
            for kind, active in sorted(found, key=kind_order)
        ]

    def earlier(self, came):
        """How many named participants also took part in an earlier dialogue of the conflict, and of how many
        earlier dialogues participants are recorded. Only open dialogues connect people.
        """
        before = earlier_dialogues(self.seen(Dialogue), self.record, self.conflict)
        if before is None:
            return {"people": None, "dialogues": None}
        took_part = self.seen(Participation).filter(dialogue__in=before).took_part()
        people = came.filter(person__in=took_part.values("person")).values_list("person", flat=True)
        dialogues = took_part.order_by().values_list("dialogue", flat=True).distinct()
        return {"people": ids_with_link(people, Person), "dialogues": ids_with_link(dialogues, Dialogue)}

    def judgments(self, rows):
        """Assessments of the groups, also of those that did not take part. Members inherit nothing."""
        return self.seen(Assessment).filter(participation__in=rows)

    def voices(self, came):
        """How many statements are recorded about it, by the side for which the speaker took part in it."""
        about = self.seen(Statement).filter(about_dialogues=self.record)
        spoke = self.seen_speakers(about)
        names = self.sides(came)
        sides = defaultdict(set)
        rows = came.filter(side__in=names).values_list("person", "organization", "side")
        for person, organization, side in rows:
            sides[person or organization].add(names[side])
        found = {}
        for statement, speakers in spoke.items():
            own = set().union(*(sides[one] for one in speakers if one in sides))
            for side in sorted(own) or [NOT_RECORDED]:
                found.setdefault(side, []).append(statement)
        return [
            {"side": side, "statements": ids_with_link(found[side], Statement)}
            for side in sorted(found, key=lambda one: (one == NOT_RECORDED, one))
        ]

    def seen_speakers(self, statements):
        """{statement: the people and organizations who spoke} of statements that the reader sees."""
        found = {pk: set() for pk in statements.values_list("pk", flat=True)}
        rows = self.seen(Speaker).filter(record__in=statements)
        for statement, *speaker in rows.values_list("record", "person", "organization"):
            found[statement] |= {*speaker} - {None}
        return found


def kind_order(known):
    """Sort key: by kind, what is most certain first; what is not stated and what is withheld come last."""
    kind, active = known
    last = ("", NOT_STATED, WITHHELD_BUCKET)
    return last.index(kind) if kind in last else 0, kind, Active.values.index(active) if active else 0
