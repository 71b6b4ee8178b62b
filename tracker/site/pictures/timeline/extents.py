"""When something was, as far as it is known: what a mark on an axis of time shows."""

from datetime import date, timedelta
from typing import NamedTuple

from tracker.records.values.dates.partial_dates import understand

OPEN = timedelta(days=180)
DOUBTS = {"?", "~", "%"}


class Extent(NamedTuple):
    """It began between `first` and `begun`, and ended between `ending` and `last`. None: no source says.

    Of a moment, only `first` and `last` are known: it was some time within.
    """

    first: date | None
    last: date | None
    begun: date | None = None
    ending: date | None = None
    doubtful: bool = False
    moment: bool = True

    @property
    def days(self):
        """The days that are known of its bounds."""
        return [day for day in self[:4] if day]

    @property
    def shown(self):
        """From when to when it is drawn: in the direction of an open end, as far as `OPEN`."""
        return self.first or earlier(min(self.days)), self.last or later(max(self.days))

    @property
    def one_day(self):
        return self.first is not None and self.first == self.last

    @property
    def sure_part(self):
        """The days on which it certainly went on, None if there are none."""
        if self.moment or not (self.begun and self.ending) or self.begun >= self.ending:
            return None
        return self.begun, self.ending


def moment_extent(edtf):
    """A date of something that took a moment."""
    known = understand(edtf)
    return Extent(known.earliest, known.latest, doubtful=is_doubtful(edtf))


def extent(start, end, last):
    """From the dates of a record; `last` is its last possible day, None if its end is open.

    If neither a first nor a last day is known, only the latest start is drawn, and no time after it.
    """
    begins = understand(start)
    if not end and (last or not (begins.earliest and begins.latest)):
        return moment_extent(start)
    ends = understand(end) if end else None
    return Extent(
        begins.earliest,
        ends and ends.latest,
        begins.latest,
        ends and ends.earliest,
        doubtful=is_doubtful(start + (end or "")),
        moment=bool(ends) and start == end,
    )


def is_doubtful(edtf):
    return bool(DOUBTS & {*edtf})


def earlier(day):
    return day - OPEN if day - date.min > OPEN else date.min


def later(day):
    return day + OPEN if date.max - day > OPEN else date.max
