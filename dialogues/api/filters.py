"""Filters of dialogues, participations and statements that follow relations to other records."""

from dialogues import duration
from dialogues.choices import ABSENT
from dialogues.models import Participation, Statement
from people.conflict_links import tied, ties
from people.models import Organization, Person
from tracker.records.read.filters.filter_set import RecordFilterSet

from . import shapes

ties[Person] += ["participations.dialogue.conflict"]
ties[Organization] += ["participations.dialogue.conflict", "affiliations.participations.dialogue.conflict"]
ties[Participation] = ["dialogue.conflict"]
OF_STATEMENT = [
    "about_dialogues.conflict",
    "said_at.conflict",
    "about_cases.conflict",
    "responds_to_cases.conflict",
    "about_case_events.case.conflict",
    "about_context_events.conflict",
    "questions.conflict",
]
ties[Statement] = [*OF_STATEMENT, *(f"part_of.{path}" for path in OF_STATEMENT)]
ABOUT = "Any dialogue, case, event or question that it is about, or the dialogue where it was said."
CAME, ABSENTEES = "participations.took_part()", "participations.did_not_take_part()"


class DialogueFilterSet(RecordFilterSet):
    shape = shapes.DialogueShape
    paths = {
        "participant": f"{CAME}.person",
        "organization": f"{CAME}.organization",
        "participant_organization": f"{CAME}.affiliation.organization",
        "participant_side": f"{CAME}.side",
        "participant_role": "participations.role",
        "did_not_take_part": f"{ABSENTEES}.person",
        "did_not_take_part_organization": f"{ABSENTEES}.organization",
        "place_country": "places.country",
    }
    periods = (duration.dialogue_overlaps, duration.dialogue_certainly_overlaps)

    def ways(self, name, given):
        """Read a role together with the other filters: of those who came, or of those who did not.

        If both are asked for, a role that only one of the two can have belongs to that one.
        """
        if not name.startswith("participant_role"):
            return super().ways(name, given)
        sought = {self.filters[other].path[1] for other in given if self.filters[other].path[1:]}
        kinds = [kind for kind in (CAME, ABSENTEES) if kind.partition(".")[2] in sought]
        if len(kinds) == 2:
            roles = [given[name]] if isinstance(given[name], str) else given[name]
            absent = {role in ABSENT for role in roles}
            kinds = [kind for kind, has in ((CAME, False), (ABSENTEES, True)) if has in absent]
        return [kind.split(".") for kind in kinds] or super().ways(name, given)


class ParticipationFilterSet(RecordFilterSet):
    shape = shapes.ParticipationShape
    verbs = {
        "took_part": (
            "took_part",
            "did_not_take_part",
            "true: those who took part. false: those who did not.",
        )
    }
    paths = {
        "conflict": "dialogue.conflict",
        "dialogue_classification": "dialogue.classification",
        "dialogue_start_date": "dialogue.start_date",
        "affiliation_organization": "affiliation.organization",
        "person_gender": "person.gender",
    }


class AssessmentFilterSet(RecordFilterSet):
    shape = shapes.AssessmentShape
    paths = {"dialogue": "participation.dialogue"}
    connected = tied(
        "The conflict of the dialogue that the group attended, or any that the person or organization has.",
        participation=Participation,
        person=Person,
        organization=Organization,
    )


class StatementFilterSet(RecordFilterSet):
    shape = shapes.StatementShape
    paths = {
        "speaker": "speakers.person",
        "speaker_organization": "speakers.organization",
        "speaker_label": "speakers.label",
        "relation_kind": "relations.kind",
        "related_statement": "relations.related_statement",
    }
    connected = tied(ABOUT, Statement)


class StatementRelationFilterSet(RecordFilterSet):
    shape = shapes.StatementRelationShape
    paths = {"speaker": "statement.speakers.person", "related_speaker": "related_statement.speakers.person"}
    connected = tied(
        f"The conflict of either statement. {ABOUT}", statement=Statement, related_statement=Statement
    )
