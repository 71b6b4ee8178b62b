"""Hosts in web addresses: whether any reader can reach them, and whether they imitate another host."""

import re
import unicodedata
from ipaddress import ip_address

from .text import tidied

NUMBER = re.compile(r"\d+|0x[\da-f]*", re.IGNORECASE)  # a last label that browsers read as an IPv4 address
DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
# Names that no public server has: RFC 6761, 6762, 7686 and 8375, and those reserved for private networks.
INNER = {"localhost", "local", "internal", "invalid", "test", "onion", "arpa"}

# Letters that look like Latin ones, from Chromium's idn_spoof_checker.cc, with their capitals.
LOOK_LATIN = {
    *"аысԁеԍһіюјӏорԗԛѕԝхуъьҽпгѵѡАВСԀЕԌҺІЈӀКМНОРԚЅТԜХУѴ",
    *"αικνρυωηοπτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    *"ագզէլհյոսւօՍՕ",
    *"იოყძხჽჿ",
}
NEARLY = {*"кмнт"}  # enough for .сом, which looks like .com and does not exist
ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "GEORGIAN", "CHEROKEE", "LISU"}
UNUSUAL = re.compile("[ɑɡɩᴀ-ᵿ]")  # Latin, but not in usual spelling: they look like a, g, i and capitals
OWN = {
    "ею",
    "ком",
    "мон",
    "орг",
    "укр",
    "հայ",
}  # top-level domains that exist although all their letters look Latin


def labels_of(host):
    """The labels of a host as readers see them, without punycode; ValueError if it is not a host."""
    plain = unicodedata.normalize("NFKC", host.translate(DOTS)).translate(DOTS)
    return [without_punycode(label) for label in plain.removesuffix(".").split(".")]


def without_punycode(label):
    """A label without punycode. Only labels with non-ASCII letters may use it."""
    if not label.lower().startswith("xn--"):
        return label
    found = label[4:].encode("ascii").decode("punycode")
    if found.isascii() or found != tidied(unicodedata.normalize("NFKC", found), lines=False):
        raise ValueError(label)
    return found


def is_reachable(labels):
    """Whether any reader can reach a host."""
    last = labels[-1].lower()
    if NUMBER.fullmatch(last):
        number = ip_address(".".join(labels))
        return number.is_global and not number.is_multicast
    return last not in INNER and all(0 < len(label) < 64 for label in labels)


def is_disguised(labels):
    """Whether a label of a host mixes alphabets, or only looks Latin."""
    top = labels[-1]
    native = top.lower() in OWN or not (top.isascii() or letters(top) <= LOOK_LATIN | NEARLY)
    return any(mixes_alphabets(label) or (not native and looks_latin(label)) for label in labels)


def mixes_alphabets(label):
    """Whether a label has letters of two alphabets, or Latin letters that no language uses."""
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters(label)}
    return len(scripts & ALPHABETS) > 1 or bool(UNUSUAL.search(label))


def looks_latin(label):
    """Whether all letters of a label look Latin but are not."""
    return not label.isascii() and letters(label) <= LOOK_LATIN


def letters(label):
    """The letters of a label, without accents."""
    return {letter for letter in unicodedata.normalize("NFD", label) if letter.isalpha()}
