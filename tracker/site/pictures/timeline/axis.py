"""An axis of time. Long stretches in which nothing is dated are shortened, and the axis shows where."""

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from tracker.records.values.dates.english import MONTHS
from tracker.site.pictures.drawing import SMALL, text_width

BREAK = 26  # units of a shortened stretch
STEPS = (1, 3, 6, 12, 60, 120, 600)  # months from tick to tick
ROOM = 46  # units that a tick needs
SHARE = 4  # a gap is shortened if it is longer than one part in four of the time in which something is dated
SHORTEST = 183  # days; shorter gaps are never shortened
LONG = 3 * 366  # days; a shorter axis is never shortened


class AxisPart(NamedTuple):
    """Whole months in which something is dated: from the first day to the day after the last."""

    start: date
    end: date

    @property
    def length(self):
        return (self.end - self.start).days


class Axis:
    """Where each day is between left and right. `spans`: the first and last day of all that is shown."""

    def __init__(self, spans, left, right):
        self.left, self.right = left, right
        self.parts = axis_parts(spans)
        room = right - left - BREAK * (len(self.parts) - 1)
        self.scale = room / sum(one.length for one in self.parts)
        self.starts = []
        for one in self.parts:
            self.starts.append(left)
            left += one.length * self.scale + BREAK

    def at(self, day):
        """The place of the beginning of a day."""
        for start, one in zip(reversed(self.starts), reversed(self.parts), strict=True):
            if day >= one.start:
                return start + min((day - one.start).days, one.length) * self.scale
        return self.left

    def after(self, day):
        """The place of the end of a day."""
        return self.at(day) + self.scale

    def breaks(self):
        """Yields (place, days) of the middle of each shortened stretch."""
        for (_, one), (start, following) in pairwise(zip(self.starts, self.parts, strict=True)):
            yield start - BREAK / 2, (following.start - one.end).days

    def ticks(self):
        """Yields (place, words) of what is written on the axis: months, and each year once."""
        step = next((one for one in STEPS if one * 30 * self.scale >= ROOM), STEPS[-1])
        free, year = self.left, None
        for start, one in zip(self.starts, self.parts, strict=True):
            for month in months(one, step):
                place = start + (month - one.start).days * self.scale
                if place < free:
                    continue
                words = [MONTHS[month.month - 1][:3]] if step < 12 else []
                words += [str(month.year)] if month.year != year else []
                yield place, " ".join(words)
                free, year = place + text_width(" ".join(words), SMALL) + 8, month.year


def axis_parts(spans):
    """The months in which something is dated, with the gaps between them that are not shortened."""
    found = []
    for first, last in sorted(spans):
        start, end = first.replace(day=1), next_month(last)
        if found and start <= found[-1].end:
            found[-1] = AxisPart(found[-1].start, max(end, found[-1].end))
        else:
            found.append(AxisPart(start, end))
    if (found[-1].end - found[0].start).days < LONG:
        return [AxisPart(found[0].start, found[-1].end)]
    longest = max(SHORTEST, sum(one.length for one in found) / SHARE)
    joined = found[:1]
    for one in found[1:]:
        if (one.start - joined[-1].end).days > longest:
            joined.append(one)
        else:
            joined[-1] = AxisPart(joined[-1].start, one.end)
    return joined


def months(stretch, step):
    """The first day of the stretch, and those days in it on which a step begins."""
    day, yielded = stretch.start, False
    while day < stretch.end:
        if not yielded or (day.year * 12 + day.month - 1) % step == 0:
            yield day
            yielded = True
        day = next_month(day)


def next_month(day):
    """The first day of the next month, or the last day that there is."""
    if (day.year, day.month) == (date.max.year, date.max.month):
        return date.max
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
