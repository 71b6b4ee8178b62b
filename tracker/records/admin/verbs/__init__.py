"""The buttons of the workflow, what stands in their way, and what goes along."""
