"""Texts in their stored form, and web addresses."""
