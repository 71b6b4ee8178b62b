"""Reading: one request becomes one SQL statement."""

ORDER = ("pagination", "queries", "corrections", "filters", "formats", "views")
