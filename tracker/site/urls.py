"""The public pages. A page that is not listed here has no address."""

from .about import About

PAGES = [About]
urlpatterns = [page.route() for page in PAGES]
