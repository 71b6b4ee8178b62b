"""The pages with a list, and its filters as a form."""

ORDER = ("base", "all_lists")
