"""The tags and filters of the templates: dates, labels, links, sources, and what is said about people."""

ORDER = ("navigation", "tags", "phrases")
