"""What lists of dialogues, participations and statements are filtered by across relations."""

from tracker.records.filters import RecordFilterSet

from . import shapes


class DialogueFilterSet(RecordFilterSet):
    shape = shapes.DialogueShape
    paths = {
        "participant": "participations.person",
        "organization": "participations.organization",
        "participant_organization": "participations.affiliation.organization",
        "participant_side": "participations.side",
        "participant_role": "participations.role",
        "place_country": "places.country",
    }


class ParticipationFilterSet(RecordFilterSet):
    shape = shapes.ParticipationShape
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
