"""A picture for sharing: a drawing with what must not be lost when it leaves its page, as PNG."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from threading import Condition
from typing import NamedTuple
from xml.etree import ElementTree

import resvg_py
from cachetools import LRUCache, cached
from django.conf import settings
from django.utils.html import format_html_join

from tracker.records.values.dates.words import words_of_day
from tracker.records.values.numbers import how_many

from .drawing import SPACE, WIDE, svg_text, wrapped
from .fonts import FONT_FAMILY, drawable

SHEET, BORDER, LEAST = 1200, 60, 630  # the size for which sites that show links are made
STYLES = Path(__file__).parents[2] / "static" / "tracker"
VALUE = re.compile(r"(--[\w-]+):\s*([^;]+);")
MOST_KEPT = 64


class Sheet(NamedTuple):
    """What a picture shows, and what is said below it: of how many, on which day, from how many sources."""

    drawings: list
    says: str
    data: str  # the same as JSON
    day: date | None = None
    sources: int = 0
    page: str = ""  # the address of the page that has the picture, without the host
    name: str = ""  # of its files, below that address; "" if it has none
    query: str = ""  # what was asked for
    preview: str | None = None  # the parameters of the picture beside shared links; None: there is none

    def block(self):
        """What a page shows of it: plain data for `site/parts/picture.html`."""
        return {
            "svg": self.inline,
            "file": f"{self.page}{self.name}" if self.name else "",
            "query": self.query,
            "data": f"{self.data}{self.query}",
            "preview": self.previewed,
            "title": self.wide.title,
        }

    @property
    def previewed(self):
        """The address of the picture that other sites show beside a link to the page, "" if there is none."""
        none = self.preview is None or not self.wide.height
        return "" if none else f"{self.page}{self.name}.png{self.preview}"

    @property
    def inline(self):
        """The drawing in all its widths, of which the style sheet shows one. "" if it is empty."""
        return format_html_join("", "{}", ([one.as_svg()] for one in self.drawings if one.height))

    @property
    def wide(self):
        return next(one for one in self.drawings if one.width == WIDE)

    def for_sharing(self):
        """The SVG from which the PNG is made."""
        drawing, inner = self.wide, SHEET - 2 * BORDER
        height = drawing.height * inner / WIDE
        sheet = ElementTree.Element("svg", {"xmlns": SPACE, "class": "drawing", "width": str(SHEET)})
        y = lines(sheet, "sheet-title", 78, wrapped(drawing.title, inner, 2, 30), 40)
        content = drawing.as_element()
        content.attrib |= {"x": str(BORDER), "y": f"{y:.0f}", "width": str(inner), "height": f"{height:.0f}"}
        y = max(y + height, LEAST - 110)
        sheet.append(content)
        recorded = f"Recorded from {how_many(self.sources, 'source')}, as of {words_of_day(self.day)}."
        said = wrapped(f"{self.says} {recorded}", inner, 3, 18)
        y = lines(sheet, "sheet-foot", y + 48, [*said, f"{settings.PUBLIC_URL}{self.page}{self.query}"], 27)
        sheet.attrib |= {"height": f"{y + 14:.0f}"}
        return svg_text(sheet)


def lines(parent, kind, y, words, step):
    """Adds lines of text, and returns the place below them."""
    for one in words:
        ElementTree.SubElement(parent, "text", {"class": kind, "x": str(BORDER), "y": f"{y:.0f}"}).text = one
        y += step
    return y


@cached(LRUCache(MOST_KEPT), condition=Condition())  # whoever asks meanwhile waits for it
def png(svg):
    """The picture as PNG. NoFonts if none are installed."""
    svg, fonts = drawable(svg)
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        style_sheet=colors_in(),
        background="#fdfcf9",
        font_files=fonts,
        skip_system_fonts=True,
        font_family=FONT_FAMILY,
        sans_serif_family=FONT_FAMILY,
    )


@cache
def colors_in():
    """The style sheet of pictures with the values of the light page in it; a PNG has only one."""
    values = dict(reversed(VALUE.findall((STYLES / "site.css").read_text())))
    style = (STYLES / "pictures.css").read_text().partition("@media")[0]
    return re.sub(r"var\((--[\w-]+)\)", lambda name: values[name[1]], style)
