"""Permissions, the visibility rule, and the words by which records are found."""
