"""Texts in the form in which they are kept, and addresses on the web."""
