"""The pages about one record."""

ORDER = ("linked_data", "base", "feed", "all_records")
