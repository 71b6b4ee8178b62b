"""Other pages about a record: its history, proposals, takedown and erasure."""
