"""Figures about all records: what happened in time, and who took part in which dialogue."""

ORDER = ("timeline", "network")
