"""Reading: one request becomes one statement."""

ORDER = ("pagination", "queries", "corrections", "filters", "formats", "views")
