"""Vocabularies, and codes of languages, scripts and countries."""
