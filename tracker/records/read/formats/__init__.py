"""The formats of an answer."""

ORDER = ("format", "csv_tables", "references", "registry", "negotiation")
