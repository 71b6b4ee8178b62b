"""What a value may be: dates, texts, codes, and columns that are computed from others."""

ORDER = ("names", "columns", "moments", "declaring", "dates", "constraints", "texts", "numbers", "codes")
