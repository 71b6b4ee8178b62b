"""Pictures with an axis of time: the timeline, and the course of a case."""

ORDER = ("extents", "axis", "bands", "events")
