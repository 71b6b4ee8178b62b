"""The pages that show a figure."""

from .claims import CLAIMS_PAGES
from .days import CensusPage, ConcurrentCasesPage
from .overviews import OVERVIEW_PAGES
from .participants import RepresentationPage, SeriesPage

FIGURE_PAGES = [
    *(SeriesPage, RepresentationPage, CensusPage, ConcurrentCasesPage),
    *CLAIMS_PAGES,
    *OVERVIEW_PAGES,
]
