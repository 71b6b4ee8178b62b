"""Partial dates: read, stored, compared, and written in words."""
