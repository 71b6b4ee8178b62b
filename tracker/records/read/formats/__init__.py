"""The formats of an answer."""

ORDER = ("format", "csv_tables", "references", "entries", "atom", "calendars", "registry", "negotiation")
