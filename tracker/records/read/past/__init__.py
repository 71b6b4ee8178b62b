"""What was public at an earlier moment."""

ORDER = ("moments", "rows", "names", "state")
