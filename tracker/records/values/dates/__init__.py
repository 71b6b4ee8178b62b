"""Partial dates: parsing, storing, comparing, and writing them in words."""
