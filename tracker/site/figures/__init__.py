"""The pages that show a figure: an answer that is computed from many records, in sentences and tables."""

ORDER = ("base", "participants", "days", "claims", "overviews", "all_figures")
