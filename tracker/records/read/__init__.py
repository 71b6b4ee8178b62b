"""Reading: one request becomes one SQL statement."""

ORDER = ("pagination", "queries", "corrections", "filters", "lookup", "formats", "past", "views")
