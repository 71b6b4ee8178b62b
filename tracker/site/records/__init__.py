"""The pages about one record."""

ORDER = ("base", "feed", "all_records")
