"""What lists of dialogues, participations and statements are filtered by across relations."""

from tracker.records.filters import RecordFilterSet

from . import lasting, shapes
from .choices import ABSENT

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
    periods = (lasting.period_overlaps, lasting.period_certainly_overlaps)

    def way(self, name, value):
        """A role is that of who is asked for beside it: of who came, or of who did not."""
        path = super().way(name, value)
        if not name.startswith("participant_role"):
            return path
        absent = {one in ABSENT for one in ([value] if isinstance(value, str) else value)}
        verbs = [verb for verb, given in ((CAME, {False}), (ABSENTEES, {True})) if absent == given]
        return verbs[0].split(".") if verbs else path


class ParticipationFilterSet(RecordFilterSet):
    shape = shapes.ParticipationShape
    verbs = {"took_part": ("took_part", "did_not_take_part", "Whether they took part: true or false.")}
    paths = {
        "conflict": "dialogue.conflict",
        "dialogue_classification": "dialogue.classification",
        "dialogue_start_date": "dialogue.start_date",
        "affiliation_organization": "affiliation.organization",
    }


class AssessmentFilterSet(RecordFilterSet):
    shape = shapes.AssessmentShape
    paths = {"dialogue": "participation.dialogue"}


class StatementFilterSet(RecordFilterSet):
    shape = shapes.StatementShape
    paths = {
        "speaker": "speakers.person",
        "speaker_organization": "speakers.organization",
        "speaker_label": "speakers.label",
        "relation_kind": "relations.kind",
        "related_statement": "relations.related_statement",
    }


class StatementRelationFilterSet(RecordFilterSet):
    shape = shapes.StatementRelationShape
    paths = {"speaker": "statement.speakers.person", "related_speaker": "related_statement.speakers.person"}
