"""The public pages, for people who read in a browser, and the pages for errors."""

ORDER = ("navigation", "tags", "errors", "page", "about", "urls")
