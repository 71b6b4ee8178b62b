"""The formats of an answer."""

ORDER = ("format", "csv_tables", "registry", "negotiation")
