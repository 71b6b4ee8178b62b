"""The base classes of all tables, with sources, places and citations."""
