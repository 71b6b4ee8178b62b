"""People and organizations, and what is done to people because of their contacts."""

ORDER = (
    "choices",
    "situations",
    "likely_mistakes",
    "models",
    "conflict_links",
    "consent",
    "api",
    "start_page",
    "admin",
)
