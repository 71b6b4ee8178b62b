"""The public pages. A page that is not listed here has no address."""

from tracker.records.shapes.urls import list_sections, record_sections

from .about import About
from .figures.all_figures import FIGURE_PAGES
from .found import Robots, Sitemap
from .lists.all_lists import LIST_PAGES, PART_LISTS
from .pictures.files import PICTURE_PAGES
from .records.all_records import RECORD_PAGES
from .records.feed import PersonFeed
from .start import Start

PAGES = [
    *(Start, *LIST_PAGES, *PART_LISTS, *RECORD_PAGES, PersonFeed, *PICTURE_PAGES, *FIGURE_PAGES),
    *(About, Robots, Sitemap),
]
list_sections.update(page.address.strip("/") for page in (*LIST_PAGES, *PART_LISTS))
record_sections.update(page.address.partition("/")[0] for page in RECORD_PAGES)
urlpatterns = [page.route() for page in PAGES]
