"""The public pages, for people who read in a browser, and the pages for errors."""

ORDER = ("words", "errors", "asking", "page", "about", "start", "found", "lists", "records", "census", "urls")
