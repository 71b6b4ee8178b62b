"""Pictures of what the pages say, drawn on the server as SVG, and as PNG for sharing."""

ORDER = ("drawing", "timeline", "participants", "series", "coverage", "network", "fonts", "sheet", "files")
