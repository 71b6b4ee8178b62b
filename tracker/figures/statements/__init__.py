"""What is said about dialogues, people, cases and questions, and who answered."""

ORDER = ("replies", "claims")
