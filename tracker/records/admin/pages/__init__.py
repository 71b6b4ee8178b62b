"""Pages beside the form of a record: its history, proposals, erasure."""
