"""The formats of an answer."""

ORDER = (
    "format",
    "files",
    "csv_tables",
    "references",
    "entries",
    "atom",
    "calendars",
    "registry",
    "negotiation",
)
