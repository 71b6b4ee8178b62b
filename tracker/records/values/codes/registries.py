"""Languages, scripts and countries: given by an English name or a code, stored as the code of a registry.

Languages are BCP 47 tags, scripts ISO 15924, countries the two letters of ISO 3166-1. Names and codes are
from CLDR and the IANA registry, as in langcodes and language_data. A text with two readings is
refused.

A former state keeps the two letters that it had: SU, YU, DD. CS was used for two states, one after another,
so they have the four letters of ISO 3166-3: CSHH and CSXX. XK is in CLDR but not in ISO 3166-1; without it,
nobody could enter what a source says about Kosovo.
"""

import difflib
from functools import cache

from django.core.exceptions import ValidationError
from langcodes import Language
from langcodes.data_dicts import (
    ALL_SCRIPTS,
    LANGUAGE_ALPHA3,
    LANGUAGE_ALPHA3_BIBLIOGRAPHIC,
    LANGUAGE_REPLACEMENTS,
    TERRITORY_REPLACEMENTS,
)
from language_data.names import load_trie, normalize_name
from language_data.util import data_filename

from tracker.records.values.names import alphabetical, latin

# Unions, parts of countries and places with two letters in the registry, and codes for testing software.
NOT_COUNTRIES = {
    *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "FX", "IC", "NT", "QO", "TA", "UN", "XA", "XB", "ZZ"),
    *("BU", "CS"),  # Burma is MM; CS was two states
}
FORMER = {"CSHH": "Czechoslovakia", "CSXX": "Serbia and Montenegro"}
# Three letters of former states: langcodes takes them for one of their successors.
FORMER_LETTERS = {"SUN": "SU", "YUG": "YU", "DDR": "DD", "CSK": "CSHH", "SCG": "CSXX", "YMD": "YD"}
FORMER_LETTERS |= {"ANT": "AN", "ZAR": "ZR", "NTZ": "", "PCI": ""}
# Common names that the libraries do not know, or know as something else.
COUNTRY_NAMES = {"ussr": "SU", "soviet union": "SU", "east germany": "DD", "great britain": "GB"}
COUNTRY_NAMES |= {"burma": "MM", "czechoslovakia": "CSHH", "serbia montenegro": "CSXX"}
COUNTRY_NAMES |= {"u s": "US", "u s a": "US", "u k": "GB", "britain": "GB", "uae": "AE", "gdr": "DD"}
COUNTRY_NAMES |= {
    "drc": "CD",
    "dr congo": "CD",
    "democratic republic of congo": "CD",
    "dprk": "KP",
    "holy see": "VA",
    "macau": "MO",
}
LANGUAGE_NAMES = {"montenegrin": "cnr", "dari": "prs"}
NO_LANGUAGE = {"und", "mis"}
LITTLE = {"and", "the"}  # words that are optional in names
SHORTEST_NAME, LONGEST_NAME = 4, 100  # letters of a name; shorter texts can only be codes
CLOSE = 0.85


class CodeRegistry:
    """The codes of one kind: `read` returns the code for a text, `name` the English name of a code."""

    category = more_names = right = example = None

    def codes(self):
        """The codes that can be chosen."""
        raise NotImplementedError

    def coded(self, text):
        """The code that a text spells, perhaps in another form; None if it is not a code."""
        raise NotImplementedError

    def name(self, code):
        """The English name of a code."""
        raise NotImplementedError

    def label(self, text):
        """The name of a code, in a form that can be typed again. Any other text is returned unchanged."""
        return self.name(text) if text in self.codes() else text

    def read(self, text):
        """The code for a text; ValidationError says what would be right."""
        text = text.strip()
        words, short = name_words(text[:LONGEST_NAME]), len(text) <= LONGEST_NAME
        likely = self.readings(text, words) if short else ()
        code = (self.coded(text) or self.named(text, words)) if short else None
        if likely or code is None:
            raise ValidationError(" ".join([self.right, *suggestion(self, likely or self.like(words))]))
        return code

    def readings(self, text, words):
        """The codes that a text may mean, if it is ambiguous; else none."""
        return ()

    def named(self, text, words):
        """The code for a name, None if there is none."""
        if code := self.more_names.get(words) or self.words().get(words):
            return code
        trie, key = english_names(self.category), normalize_name(text)
        return self.coded(trie[key][0].decode()) if key in trie and len(key) >= SHORTEST_NAME else None

    def holding(self, words):
        """The codes whose names contain these words."""
        return [code for name, code in self.words().items() if f" {words} " in f" {name} "]

    def like(self, words):
        """The codes whose names contain these words or are very similar."""
        close = difflib.get_close_matches(words, self.words(), 3, CLOSE)
        return self.holding(words) or [self.words()[name] for name in close]

    @cache  # noqa: B019 - there are three of them
    def words(self):
        """{words of a name: its code} for the codes that can be chosen."""
        return {name_words(self.name(code)): code for code in self.codes()}

    @cache  # noqa: B019
    def listed(self):
        """[(code, name)] of the codes that can be chosen, by name."""
        named = [(code, self.name(code)) for code in self.codes()]
        return sorted(named, key=lambda pair: alphabetical(pair[1]))


class Countries(CodeRegistry):
    category, more_names, example = "territory", COUNTRY_NAMES, "AM"
    right = "Give a country by its English name or its ISO 3166-1 code, for example Armenia or AM."

    @cache  # noqa: B019
    def codes(self):
        known = {code.decode() for _, code in english_names(self.category).items()}
        return {code for code in known if len(code) == 2 and code not in NOT_COUNTRIES} | {*FORMER}

    def coded(self, text):
        letters = text.upper()
        other = len(letters) == 3 or letters == "UK"  # former two-letter codes stay what they were
        code = TERRITORY_REPLACEMENTS.get(letters.lower(), letters) if other else letters
        code = FORMER_LETTERS.get(letters, code)
        return code if code in self.codes() else None

    def name(self, code):
        return FORMER.get(code) or Language.make(territory=code).territory_name()

    def readings(self, text, words):
        """CS was two states. Congo and Korea are each part of the names of two."""
        if words == "cs":
            return [*FORMER]
        if self.coded(text) or words in self.words() or words in self.more_names:
            return ()
        found = self.holding(words)
        return found if len(found) > 1 else ()


class Scripts(CodeRegistry):
    category, more_names, example = "script", {}, "Latn"
    right = "Give a script by its English name or its ISO 15924 code, for example Cyrillic or Cyrl."

    @cache  # noqa: B019
    def codes(self):
        return {code for code in ALL_SCRIPTS if len(code) == 4 and code != "Zzzz"}

    def coded(self, text):
        return text.title() if text.title() in self.codes() else None

    def name(self, code):
        return Language.make(script=code).script_name()


class Languages(CodeRegistry):
    category, more_names, example = "language", LANGUAGE_NAMES, "en"
    right = "Give a language by its English name or its BCP 47 tag, for example Armenian, hy or az-Latn."

    @cache  # noqa: B019
    def short(self):
        """{three letters: two letters} for languages that have both."""
        known = {**LANGUAGE_ALPHA3, **LANGUAGE_ALPHA3_BIBLIOGRAPHIC}
        pairs = [*LANGUAGE_ALPHA3_BIBLIOGRAPHIC.items(), *LANGUAGE_ALPHA3.items()]
        return {long: two for two, long in pairs if two in known and len(two) == 2}

    @cache  # noqa: B019
    def codes(self):
        return {two for two in LANGUAGE_ALPHA3 if len(two) == 2 and self.canonical(two) == two}

    def canonical(self, letters):
        """The shortest code of a language. A code that a registry replaces by a narrower one stays."""
        letters = self.short().get(letters, letters)
        other = LANGUAGE_REPLACEMENTS.get(letters, letters)
        return other if len(other) == 2 else letters

    def coded(self, text):
        try:
            given = Language.get(text.replace("_", "-"), normalize=False) if text.isascii() else None
        except ValueError:
            return None
        if given is None or given.language in (None, *NO_LANGUAGE):
            return None
        place = given.territory and (place_of(given.territory) or "ZZ")
        found = given.update_dict({"language": self.canonical(given.language), "territory": place})
        return found.to_tag() if found.is_valid() and not is_private(found) else None

    def name(self, code):
        return Language.get(code, normalize=False).display_name()


@cache
def english_names(category):
    """The English names of a category with their codes, from language_data."""
    return load_trie(data_filename(f"trie/en/name_to_{category}.marisa"))


def place_of(code):
    """The country or region number in a tag, None if there is none."""
    return code if code.isdigit() else COUNTRIES.coded(code)


def is_private(language):
    """Whether a part of a tag is for private use or undefined."""
    own = "qaa" <= language.language <= "qtz" or "Qaaa" <= (language.script or "") <= "Qabx"
    return own or language.private is not None or language.territory == "ZZ" or "x-" in language.language


def name_words(text):
    """The words of a name in the form in which they are compared."""
    words = ["st" if word == "saint" else word for word in latin(text).split()]
    return " ".join(word for word in words if word not in LITTLE)


def suggestion(registry, codes):
    """Yields a sentence with what a text may have meant, if anything."""
    if codes:
        names = sorted(f"{registry.name(code)} ({code})" for code in codes)[:3]
        yield f"Did you mean {' or '.join(names)}?"


COUNTRIES, SCRIPTS, LANGUAGES = Countries(), Scripts(), Languages()
REGISTRIES = {registry.category: registry for registry in (COUNTRIES, SCRIPTS, LANGUAGES)}
