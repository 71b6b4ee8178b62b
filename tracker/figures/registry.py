"""All figures. A new one is a module with a `Figure`, and a line here."""

from .representation import DialogueRepresentation

FIGURES = (DialogueRepresentation,)
