"""The buttons of the workflow, what blocks them, and which records go along."""
