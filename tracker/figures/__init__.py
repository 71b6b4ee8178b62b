"""Answers that are computed from many records: who represents whom, who was held, who says what."""

ORDER = (
    "figure",
    "participants",
    "representation",
    "series",
    "statements",
    "cases",
    "overviews",
    "registry",
)
