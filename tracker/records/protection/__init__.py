"""Protected names, which no public text may contain, and finding them in texts."""
