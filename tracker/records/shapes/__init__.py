"""Shapes: what a record looks like in the API, and the SQL that produces it."""
