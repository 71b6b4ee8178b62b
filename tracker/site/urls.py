"""The public pages. A page that is not listed here has no address."""

from .about import About
from .lists.all_lists import LIST_PAGES
from .records.all_records import RECORD_PAGES

PAGES = [*LIST_PAGES, *RECORD_PAGES, About]
urlpatterns = [page.route() for page in PAGES]
