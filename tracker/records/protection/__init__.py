"""Names that no public text may tell, and how they are found in texts."""
