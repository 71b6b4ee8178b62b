"""A drawing: SVG elements with classes. The style sheet `pictures.css` gives them their colors."""

import copy
from contextlib import contextmanager
from xml.etree import ElementTree

from django.utils.safestring import mark_safe

from tracker.records.read.formats.entries import writable

WIDE, NARROW = 860, 340  # units; on a screen of its width, a unit is about a pixel
LAYOUTS = {WIDE: "wide", NARROW: "narrow"}
SPACE = "http://www.w3.org/2000/svg"
LETTER = 0.57  # the width of a letter of most fonts, of its size: what is drawn may be a bit wider or smaller
SMALL, TEXT_SIZE = 12, 13  # as in the style sheet
SIZES = {"heading": 16.5, "total": 15, "label": TEXT_SIZE, "small": SMALL}  # bold letters are wider
FADES = {  # how a shape fades: (place, opacity) from left to right
    "soft": ((0, 0), (0.3, 1), (0.7, 1), (1, 0)),
    "begins": ((0, 0), (1, 1)),
    "ends": ((0, 1), (1, 0)),
}
MARK_PAGES, LINE_ENDS = "data-pages", "data-ends"  # of a mark, and of a line between two
ISOLATED = "\u2068{}\u2069"  # text whose direction does not change that of the text around it


def svg_text(element):
    """An element as text, in which each value is escaped."""
    return mark_safe(writable(ElementTree.tostring(element, encoding="unicode")))


class Drawing:
    """An SVG image with a title and a description, of a fixed width, that grows downwards."""

    def __init__(self, name, width, title):
        self.name, self.width, self.height = f"{name}-{LAYOUTS[width]}", width, 0
        self.title, self.description = title, ""
        self.root = ElementTree.Element("svg", {"xmlns": SPACE, "class": f"drawing {LAYOUTS[width]}"})
        self.layer, self.fades = self.root, set()

    def shape(self, tag, kind, fade=None, tip="", **numbers):
        """Adds an element with a class; `tip` is shown by a mouse that rests on it."""
        given = {name.replace("_", "-"): short(value) for name, value in numbers.items()}
        if fade:
            self.fades.add(fade)
            given["mask"] = f"url(#{self.name}-{fade})"
        found = ElementTree.SubElement(self.layer, tag, {"class": kind, **given})
        if tip:
            ElementTree.SubElement(found, "title").text = tip
        return found

    @contextmanager
    def group_of(self, pages):
        """What is drawn in this block stands for what these pages show; see `pictures.js`."""
        around, known = self.layer, " ".join(filter(None, pages))
        if known:
            self.layer = self.shape("g", "of-pages")
            self.layer.set(MARK_PAGES, known)
        yield
        self.layer = around

    def text(self, kind, x, y, words):
        self.shape("text", kind, x=x, y=y).text = words

    def line(self, kind, x1, y1, x2, y2):
        self.shape("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def dot(self, kind, x, y, r, tip=""):
        self.shape("circle", kind, cx=x, cy=y, r=r, tip=tip)

    def box(self, kind, x, y, width, height, **more):
        self.shape("rect", kind, x=x, y=y, width=width, height=height, **more)

    def lines(self, kind, x, y, words, width, most=3, step=17):
        """Adds words on as many lines as they need, and returns the place below them."""
        for one in wrapped(words, width, most, SIZES[kind.split()[0]]):
            self.text(kind, x, y, one)
            y += step
        return y

    def as_svg(self):
        """The drawing as text that can stand in a page."""
        return svg_text(self.as_element())

    def as_element(self):
        """The drawing with its title and description, and what its shapes refer to."""
        names = {"title": self.title, "desc": self.description}
        self.root.attrib |= {
            "viewBox": f"0 0 {self.width} {short(self.height)}",
            "width": str(self.width),
            "height": short(self.height),
            "role": "img",
            "aria-labelledby": " ".join(f"{self.name}-{tag}" for tag in names),
        }
        found = copy.copy(self.root)
        named = [element(tag, words, id=f"{self.name}-{tag}") for tag, words in names.items()]
        found[:0] = [*named, *self.masks()]
        return found

    def masks(self):
        """The definitions of the fades that were used."""
        found = []
        for fade in sorted(self.fades):
            name = f"{self.name}-{fade}"
            defs = element("defs")
            ramp = ElementTree.SubElement(defs, "linearGradient", id=f"{name}-ramp")
            for place, opacity in FADES[fade]:
                ElementTree.SubElement(
                    ramp, "stop", {"offset": str(place), "stop-color": "#fff", "stop-opacity": str(opacity)}
                )
            mask = ElementTree.SubElement(defs, "mask", id=name, maskContentUnits="objectBoundingBox")
            ElementTree.SubElement(mask, "rect", width="1", height="1", fill=f"url(#{name}-ramp)")
            found.append(defs)
        return found


def element(tag, words=None, **attributes):
    found = ElementTree.Element(tag, attributes)
    found.text = words
    return found


def short(number):
    """A number with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0") if isinstance(number, int | float) else number


def text_width(words, size=TEXT_SIZE):
    """About how wide words are."""
    return len(words) * LETTER * size


def cut(words, width, size=TEXT_SIZE):
    """The words, or as much of them as fits."""
    most = max(int(width / (LETTER * size)), 2)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def wrapped(words, width, most=3, size=TEXT_SIZE):
    """The words on lines of this width, at most so many."""
    found, line = [], ""
    for word in words.split():
        if line and text_width(f"{line} {word}", size) > width:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    found.append(line)
    if len(found) > most:
        found = [*found[: most - 1], cut(" ".join(found[most - 1 :]), width, size)]
    return [cut(one, width, size) for one in found]


def isolated(words):
    """Words from a record, which may run from right to left, for use between words of ours."""
    return ISOLATED.format(words) if words else ""
