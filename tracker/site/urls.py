"""The public pages. A page that is not listed here has no address."""

from .about import About
from .all_lists import LISTS

PAGES = [*LISTS, About]
urlpatterns = [page.route() for page in PAGES]
