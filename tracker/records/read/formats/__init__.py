"""The formats of an answer."""
