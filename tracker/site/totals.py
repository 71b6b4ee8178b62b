"""The state of the data in numbers, for the start page."""

from django.core.cache import cache

from tracker.figures.cases.census import Census
from tracker.figures.overviews.coverage import Coverage

KEPT_FOR = 60  # seconds; numbers that name nobody may be as old as that


def state_of_data(page):
    """The numbers that the reader of a page sees. Those of the public are computed once a minute."""
    if page.reader.user:
        return counted_for(page)
    return cache.get_or_set(f"{__name__}.totals", lambda: counted_for(page), KEPT_FOR)


def counted_for(page):
    """{records, cited, percent, kinds, sources, custody}: see the figures."""
    return {**Coverage.in_short(page.reader), "custody": Census.custody_in_short(page.reader)}
