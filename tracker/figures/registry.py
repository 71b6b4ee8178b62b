"""All figures. A new one is a module with a `Figure`, and a line here."""

from .claims import CaseClaims, DialogueClaims, PersonClaims, QuestionClaims
from .representation import DialogueRepresentation

FIGURES = (
    DialogueRepresentation,
    *(DialogueClaims, PersonClaims, QuestionClaims, CaseClaims),
)
