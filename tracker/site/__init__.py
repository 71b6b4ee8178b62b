"""The public pages, for people who read in a browser, and the pages for errors."""

ORDER = (
    "navigation",
    "tags",
    "phrases",
    "errors",
    "asking",
    "page",
    "about",
    "lists",
    "all_lists",
    "records",
    "all_records",
    "urls",
)
