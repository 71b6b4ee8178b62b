"""The pages that show a figure."""

from .overviews import OVERVIEW_PAGES

FIGURE_PAGES = [*OVERVIEW_PAGES]
