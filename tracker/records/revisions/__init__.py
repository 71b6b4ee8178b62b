"""Earlier versions of a record, and erasure of what must not be kept."""
