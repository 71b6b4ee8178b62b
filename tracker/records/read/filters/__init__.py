"""Filters of lists: what a parameter may say, and the condition that it becomes."""
