"""The public pages, for people who read in a browser, and the pages for errors."""

ORDER = ("errors", "page", "about", "urls")
