"""The buttons of the workflow, what blocks them, and which other records are included."""
