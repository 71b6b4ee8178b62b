"""The fonts of this machine, and which of them have the letters of a text."""

from functools import cache
from pathlib import Path

import uharfbuzz
from anyascii import anyascii

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
FONT_FAMILY = "DejaVu Sans"
FIRST = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
OTHERS = "NotoSans*-Regular.[ot]tf"  # for letters that the first ones lack
UNSEEN = {*"\u2068\u2069\n"}
UNREADABLE = "?"


class NoFonts(Exception):
    """No font is installed with which texts can be drawn."""


def drawable(text):
    """(text, fonts): the text as it can be drawn, with the paths of the fonts. NoFonts if there are none.

    No box is drawn for a letter that no font has: it is transliterated.
    """
    found = first_fonts()
    if not found:
        raise NoFonts
    needed = {*text} - UNSEEN - letters_of(found[0])
    for path in other_fonts() if needed else ():
        if needed & letters_of(path):
            found = [*found, path]
            needed -= letters_of(path)
    return text.translate({ord(one): anyascii(one) or UNREADABLE for one in needed}), found


@cache
def first_fonts():
    """The regular and the bold one, of which the regular one has more letters."""
    return [str(path) for name in FIRST for path in installed(name)[:1]]


@cache
def other_fonts():
    return [str(path) for path in installed(OTHERS)]


def installed(pattern):
    """The files of fonts whose names match."""
    return [path for folder in FOLDERS for path in sorted(Path(folder).rglob(pattern))]


@cache
def letters_of(path):
    """The letters that a font has."""
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path))
    return frozenset(map(chr, face.unicodes))
