"""Writing: a document becomes a record with its parts, or is refused."""
