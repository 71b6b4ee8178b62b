"""The pages about one record."""

ORDER = ("base", "all_records")
