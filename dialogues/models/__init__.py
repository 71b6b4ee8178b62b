"""The tables of dialogues, participations, assessments and statements."""

# ruff: noqa: I001 - tables are made, and relations listed, in this order

from .dialogues import Dialogue, DialogueIdentifier, DialogueCitation
from .participations import (
    ParticipationQuerySet,
    Participation,
    ParticipationCitation,
    IdentityQuerySet,
    ParticipationIdentity,
)
from .assessments import Assessment, AssessmentCitation
from .context import Question, AllTitlesFolded, ContextEvent, ContextEventIdentifier, ContextEventCitation
from .statements import Statement, Speaker, StatementCitation, StatementRelation, StatementRelationCitation

__all__ = [
    "AllTitlesFolded",
    "Assessment",
    "AssessmentCitation",
    "ContextEvent",
    "ContextEventCitation",
    "ContextEventIdentifier",
    "Dialogue",
    "DialogueCitation",
    "DialogueIdentifier",
    "IdentityQuerySet",
    "Participation",
    "ParticipationCitation",
    "ParticipationIdentity",
    "ParticipationQuerySet",
    "Question",
    "Speaker",
    "Statement",
    "StatementCitation",
    "StatementRelation",
    "StatementRelationCitation",
]
