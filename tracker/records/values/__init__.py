"""What a value may be: dates, texts, codes, and columns that are computed from others."""

ORDER = ("names", "columns", "moments", "dates", "constraints", "texts", "numbers", "codes")
