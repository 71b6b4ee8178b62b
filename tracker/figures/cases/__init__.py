"""People with recorded cases, and what is known about them on some days."""

ORDER = ("people_with_cases", "attribution", "concurrent", "census")
