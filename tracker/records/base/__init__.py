"""The base classes of all records, with sources, places and citations."""
