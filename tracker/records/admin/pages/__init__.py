"""Pages besides the form of a record: its history, proposals, erasure."""
