"""The database as Django sees it, and operations for migrations."""
