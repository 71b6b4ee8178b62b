"""The pages that show a figure: an answer that is computed from many records, in sentences and tables."""

ORDER = ("base", "overviews", "all_figures")
