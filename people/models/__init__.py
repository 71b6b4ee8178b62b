"""The tables of people, organizations and cases."""

# ruff: noqa: I001 - tables are made, and relations listed, in this order

from .conflicts import Conflict, ConflictIdentifier, Side
from .names import Name
from .acts import Act, OfCase, WithCases
from .people import Person, PersonName, PersonIdentifier, PersonCitation
from .consents import ConsentQuerySet, Consent
from .organizations import Organization, OrganizationName, OrganizationIdentifier, OrganizationCitation
from .affiliations import Occupation, OccupationCitation, Affiliation, AffiliationCitation
from .cases import (
    PersecutionCase,
    PersecutionCaseIdentifier,
    PersecutionCaseCitation,
    CaseRelation,
    CaseRelationCitation,
)
from .case_events import (
    Charge,
    ChargeCitation,
    Protecting,
    CaseEvent,
    CaseEventCitation,
    CaseActor,
    CaseActorCitation,
    Recognition,
    RecognitionCitation,
)
from .stored_answers import Outdated, StoredAnswer

__all__ = [
    "Act",
    "Affiliation",
    "AffiliationCitation",
    "CaseActor",
    "CaseActorCitation",
    "CaseEvent",
    "CaseEventCitation",
    "CaseRelation",
    "CaseRelationCitation",
    "Charge",
    "ChargeCitation",
    "Conflict",
    "ConflictIdentifier",
    "Consent",
    "ConsentQuerySet",
    "Name",
    "Occupation",
    "OccupationCitation",
    "OfCase",
    "Organization",
    "OrganizationCitation",
    "OrganizationIdentifier",
    "OrganizationName",
    "Outdated",
    "PersecutionCase",
    "PersecutionCaseCitation",
    "PersecutionCaseIdentifier",
    "Person",
    "PersonCitation",
    "PersonIdentifier",
    "PersonName",
    "Protecting",
    "Recognition",
    "RecognitionCitation",
    "Side",
    "StoredAnswer",
    "WithCases",
]
