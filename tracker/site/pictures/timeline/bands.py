"""Marks in bands above an axis of time. The timeline and the course of a case are drawn so."""

from collections.abc import Iterable
from typing import NamedTuple

from tracker.site.pictures.drawing import Drawing, cut, text_width

from .axis import Axis
from .extents import Extent

MARGIN, ROW, HEAD, FOOT = 2, 38, 30, 24
BAR, DOT, LEAST = 11, 5.5, 9
LEAST_OPEN = 30  # of a mark with an unknown start or end, which must be seen to fade
SAMPLES = {  # what the marks mean: (class, fade, words), in their order
    "day": ("mark", None, "on a day"),
    "within": ("mark possible", "soft", "some time within"),
    "whole": ("mark", None, "all of this time"),
    "doubtful": ("mark possible doubtful", None, "date in doubt"),
    "open": ("mark possible", "begins", "start or end not known"),
}


class Mark(NamedTuple):
    """Something on the axis. Without an extent, it stands below it."""

    label: str
    extent: Extent | None
    tip: str = ""
    pages: tuple = ()  # the addresses of what it shows


class Band(NamedTuple):
    """Marks of one kind, under the name of the kind."""

    title: str
    marks: Iterable[Mark]


def in_bands(name, width, title, bands, described, most_labels=None):
    """A drawing of these bands. What has no date stands below them, as large as the rest.

    `most_labels`: if a band has more marks, they have no labels.
    """
    drawing = Drawing(name, width, title)
    drawing.description = described
    dated = [Band(one.title, [mark for mark in one.marks if has_place(mark)]) for one in bands]
    undated = [mark for one in bands for mark in one.marks if not has_place(mark)]
    spans = [mark.extent.shown for one in dated for mark in one.marks]
    if spans:
        axis = Axis(spans, MARGIN, width - MARGIN)
        drawing.height = HEAD
        below = Bands(drawing, axis, most_labels)
        for band in dated:
            if band.marks:
                below.add(band)
        below.finish()
    if undated:
        list_undated(drawing, undated)
    return drawing


def has_place(mark):
    return mark.extent is not None and bool(mark.extent.days)


class Bands:
    """Draws bands one below the other. The axis is drawn last, since it is as high as all of them."""

    def __init__(self, drawing, axis, most_labels=None):
        self.drawing, self.axis, self.used = drawing, axis, set()
        self.most_labels = most_labels
        self.behind = drawing.shape("g", "behind")

    def add(self, band):
        drawing = self.drawing
        if drawing.height > HEAD:
            drawing.line("rule", MARGIN, drawing.height + 4, drawing.width - MARGIN, drawing.height + 4)
        drawing.text("heading", MARGIN, drawing.height + 26, band.title)
        top, rows = drawing.height + 34, []
        if self.most_labels is not None and len(band.marks) > self.most_labels:
            return self.add_without_labels(band, top)
        for mark in band.marks:
            left, right = self.ends(mark.extent)
            words = cut(mark.label, drawing.width - 2 * MARGIN)
            wide = text_width(words)
            fits = left + wide <= drawing.width - MARGIN  # else the words end where the mark does
            start = left if fits else max(right - wide, MARGIN)
            row = free_row(rows, min(left, start), max(right, start + wide) + 14)
            before = not fits and start > MARGIN
            place = right if before else start
            with drawing.group_of(mark.pages):
                self.draw(mark, left, right, top + row * ROW + 18)
                drawing.text("label end" if before else "label", place, top + row * ROW + 12, words)
        drawing.height = top + len(rows) * ROW
        return None

    def add_without_labels(self, band, top):
        """The marks alone; the page names them beside the picture."""
        rows = []
        for mark in band.marks:
            left, right = self.ends(mark.extent)
            self.draw(mark, left, right, top + free_row(rows, left, right + 3) * (BAR + 3))
        self.drawing.height = top + len(rows) * (BAR + 3) + 6

    def ends(self, extent):
        """From where to where a mark reaches."""
        left, right = self.axis.left, self.axis.right
        first, last = extent.shown
        start, end = self.axis.at(first), self.axis.after(last)
        least = LEAST if extent.first and extent.last else LEAST_OPEN
        if end - start < least:
            middle = (start + end) / 2
            start, end = middle - least / 2, middle + least / 2
        return max(start, left), min(end, right)

    def draw(self, mark, left, right, top):
        extent, drawing = mark.extent, self.drawing
        doubtful = " doubtful" if extent.doubtful else ""
        self.used |= {"doubtful"} if doubtful else set()
        if extent.one_day:
            self.used.add("day")
            drawing.dot(f"mark{doubtful}", (left + right) / 2, top + BAR / 2, DOT, tip=mark.tip)
            return
        self.used |= {"open"} if not (extent.first and extent.last) else set()
        if extent.moment and extent.first and extent.last:
            self.used.add("within")
        self.bar(f"mark possible{doubtful}", left, right, top, fade_of(extent), tip=mark.tip)
        if extent.sure_part:
            self.used.add("whole")
            begins, ends = extent.sure_part
            self.bar(f"mark{doubtful}", self.axis.at(begins), self.axis.after(ends), top, None, tip=mark.tip)

    def bar(self, kind, left, right, top, fade, tip=""):
        self.drawing.box(kind, left, top, right - left, BAR, fade=fade, tip=tip, rx=3)

    def finish(self):
        """Draws the axis, and says what the marks mean."""
        drawing, axis, bottom = self.drawing, self.axis, self.drawing.height + 4
        drawing.layer = self.behind
        for place, _ in axis.breaks():
            drawing.box("break", place - 5, HEAD - 4, 10, bottom - HEAD + 4)
            drawing.text("tick middle", place, HEAD - 10, "…")
        for place, words in axis.ticks():
            drawing.line("grid", place, HEAD - 4, place, bottom)
            drawing.text("tick", place, HEAD - 10, words)
        drawing.line("axis", axis.left, HEAD - 4, axis.right, HEAD - 4)
        drawing.line("axis", axis.left, bottom, axis.right, bottom)
        drawing.layer, drawing.height = drawing.root, bottom
        self.explain()

    def explain(self):
        """Samples of the marks that occur."""
        drawing, x = self.drawing, MARGIN
        y = drawing.height + FOOT
        if any(True for _ in self.axis.breaks()):
            self.used.add("break")
        for name in [*SAMPLES, "break"]:
            if name not in self.used:
                continue
            kind, fade, words = SAMPLES.get(name, ("break", None, "time left out"))
            wide = 34 + text_width(words, 12) + 18
            if x + wide > drawing.width and x > MARGIN:
                x, y = MARGIN, y + 20
            if name == "day":
                drawing.dot(kind, x + 13, y - 4, DOT)
            elif name == "break":
                drawing.box(kind, x + 8, y - 12, 10, 16)
            else:
                self.bar(kind, x, x + 26, y - 4 - BAR / 2, fade)
            drawing.text("small", x + 32, y, words)
            x += wide
        drawing.height = y + 10


def fade_of(extent):
    """How the shape of a mark fades."""
    if bool(extent.first) != bool(extent.last):
        return "ends" if extent.first else "begins"
    return None if extent.doubtful else "soft"  # the dashes of a doubtful date must be seen at its ends


def free_row(rows, left, right):
    """The number of the first row with room; it is taken from then on."""
    for number, taken in enumerate(rows):
        if all(right <= start or left >= end for start, end in taken):
            taken.append((left, right))
            return number
    rows.append([(left, right)])
    return len(rows) - 1


def list_undated(drawing, marks):
    """What has no date, below the axis."""
    y = drawing.height + 24
    drawing.text("heading", MARGIN, y, "No date recorded")
    for mark in marks:
        y += 26
        drawing.dot("mark unknown", MARGIN + 7, y - 4, DOT, tip=mark.tip)
        y = drawing.lines("label", MARGIN + 22, y, mark.label, drawing.width - 2 * MARGIN - 22) - 17
    drawing.height = y + 14
