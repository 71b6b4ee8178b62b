"""The public pages, for people who read in a browser, and the pages for errors."""

ORDER = (
    "words",
    "errors",
    "asking",
    "cite",
    "page",
    "filtered",
    "pictures",
    "about",
    "totals",
    "start",
    "found",
    "lists",
    "figures",
    "records",
    "urls",
)
