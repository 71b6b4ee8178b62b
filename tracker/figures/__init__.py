"""Answers that are computed from many records: who represents whom, who was held, who says what."""

ORDER = (
    "figure",
    "participants",
    "representation",
    "series",
    "replies",
    "claims",
    "cases",
    "overviews",
    "registry",
)
