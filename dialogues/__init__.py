"""Dialogues across a conflict line: who took part, and what is said about them."""

ORDER = ("choices", "duration", "models", "api", "admin")
