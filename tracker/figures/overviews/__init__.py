"""Figures about all records: what happened when, who took part in what, how much is sourced, and search."""

ORDER = ("timeline", "network", "sourced", "coverage", "search")
