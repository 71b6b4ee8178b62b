"""Finds names in texts: in any spelling with the same folded form, inflected, reversed or broken up.

A name is found if two of its words belong together in a text: side by side in either order, with a
patronymic, an initial or one more name between them, or written together as in an address. Next to a family
name, the initial of another word is enough. A family name alone is reported separately, since many people
may have it; with another first name it belongs to someone else.
"""

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from tracker.records.values.names import APOSTROPHES, fold

WORD = re.compile(r"[^\W_]+")
SHORTEST_RUN = 8  # letters of a full name that is searched for inside longer words
DIGRAPHS = {"sh", "ch", "zh", "kh", "gh", "dj", "ts", "yu", "ya", "ye", "th", "ph", "дж"}
SON_OF = {"oklu", "kizi"}  # oğlu, qızı in folded form
AROUND = re.compile(r"\W*\s+\W*")  # what separates the words of a sentence, but not of an address
BESIDE = SON_OF | {"bai", "mualim", "kanim", "aka"}  # bəy, müəllim, xanım, ağa
PATRONYMIC = re.compile(r"(ovich|avich|ovna|avna|ichna)$")
FAMILY = re.compile(  # nearly always a family name
    r"((?<!sl)[oa]v[ai]?|ski|skaia|iani?|iants|zada|oklu|kizi|shvili|adza|anko|chuk|baili)$|.{4}l[iu]$"
)
PERHAPS_FAMILY = re.compile(r"(ina?|ia|ua|uk|ich|dza|li|lu|ani|ur)$")

ENDINGS_OF = {  # endings of cases, possession and postpositions, folded
    "Russian, Ukrainian": "a i u o ai oi oiu om am im iu ia iai iam iom ioi ii ov ova ovi avi oko ako omu amu"
    " ik ak imi ami",
    "Azerbaijani, Turkish": "in un nin nun iin ni nu ki ku ka kin kun na da ta dan tan nda nta ndan la ila"
    " lar lari larin lara larda lardan larla dir dur tir tur idi im um mi daki taki ndaki ca",
    "Armenian": "n iin its iits iov ium um nar nari narin s d ni ina",
    "Georgian": "m ma is it ad isi sa isa za iza shi ishi idan iskan skan stan istan stvis istvis ts mats ats"
    " ab abi",
    "English": "s as",
}
ENDINGS = frozenset({"", *" ".join(ENDINGS_OF.values()).split()})
FLEETING = re.compile(r"([^aiou])[ao](l|k|ts)$")  # Павел, Павла
LONGEST_ENDING = max(map(len, ENDINGS))

LATIN, OTHERS = re.compile(r"[a-z]", re.IGNORECASE), re.compile(r"[\u0370-\u052f\u0531-\u0587]")
# letters of other scripts that look like Latin ones, and Latin ones that look like Cyrillic ones
TO_LATIN = str.maketrans("АВЕЅІЈКМНОРСТУХаеѕіјкморсухһԛԝ", "ABESIJKMHOPCTYXaesijkmopcyxhqw")
TO_LATIN |= str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναυօոսցհՕՍ", "ABEZHIKMNOPTYXovauonughOU")
TO_CYRILLIC = str.maketrans("ABCEHIJKMOPSTXYaceijkmopsxy", "АВСЕНІЈКМОРЅТХУасеіјкморѕху")

NEXT = re.compile(r"[,\n]")  # what separates names in a list
JOINS = {"-", "_", ".", "+", "%20"}
AND = {"and", "və", "ve", "и", "й", "і", "та", "և", "და"}
BREAK = re.compile(r"[;|•·]|[.!?…:։။](\s|$)")
FULL_STOP = re.compile(r"\.\s")
HYPHENS = "-\u2010\u2011"
BROKEN = re.compile(rf"(?<=\w)[{HYPHENS}\u00ad]\s*(?=\w)")
SPACED = re.compile(r"(?<=\b\w)[ .\u00a0](?=\w\b)")


class Word(NamedTuple):
    """A word of a text: letters, folded forms, whether it is capitalized, and the gap to the next word.

    `capital` is None if it says nothing: in scripts without capitals, and in addresses.
    """

    raw: str
    forms: tuple[str, ...]
    capital: bool | None
    gap: str

    @property
    def is_initial(self):
        letters = len(self.raw) == 1 or (self.raw.lower() in DIGRAPHS and "." in self.gap)
        joined = self.gap in JOINS  # addresses have no capitals
        return letters and self.raw.isalpha() and (joined or self.capital is not False)

    @property
    def ends(self):
        """Whether no name continues after it."""
        if FULL_STOP.match(self.gap) and len(self.raw) < 3:
            return False
        return bool(BREAK.search(self.gap))


def words_in(text):
    """The words of a text, in order."""
    text = cleaned(text)
    found, address = list(WORD.finditer(text)), not re.search(r"\s", text.strip())
    ends = [*(one.start() for one in found[1:]), len(text)][: len(found)]
    return [
        Word(one[0], forms(one[0]), None if address else capital(one[0]), text[one.end() : end])
        for one, end in zip(found, ends, strict=True)
    ]


def cleaned(text):
    """The text without combining marks, apostrophes and invisible characters."""
    return unicodedata.normalize("NFKC", text).translate(UNSEEN)


class Unseen(dict):
    """For `translate`: removes characters that disappear when names are folded."""

    def __missing__(self, number):
        letter = chr(number)
        gone = letter in APOSTROPHES or unicodedata.category(letter) in ("Cf", "Mn", "Me")
        self[number] = None if gone else number
        return self[number]


UNSEEN = Unseen()


def capital(word):
    """Whether a word begins with a capital; None in scripts without capitals, like Georgian."""
    if word.lower() == word.lower().title():
        return None
    return word[0] != word[0].lower()


@lru_cache(maxsize=1 << 16)
def forms(word):
    """The folded forms of a word: more than one if letters of two scripts look alike.

    Georgian has one letter for f and an aspirated p, so either may be meant.
    """
    spelled = [word, word.lower().replace("ფ", "f")]
    if LATIN.search(word) and OTHERS.search(word):
        spelled += [word.translate(TO_LATIN), word.translate(TO_CYRILLIC)]
    found = {form for one in spelled if (form := fold(one).replace(" ", ""))}
    return (*found, *({form.replace("f", "p") for form in found} - found))


def variants(text):
    """The text, and variants of it with broken, spaced out or encoded words restored."""
    found = [text]
    if "%" in text:
        found.append(unquote(text))
    found.append(BROKEN.sub("", text))
    found.append(SPACED.sub("", text))
    return dict.fromkeys(found)


class NamePattern(NamedTuple):
    """A name as folded words without patronymics. `pairs`: positions of words that together are the name."""

    words: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    family: frozenset[int]  # positions of words that are a name next to an initial
    alone: frozenset[int]  # positions of words that are reported alone


@lru_cache(maxsize=1 << 15)
def understood(folded):
    """The Name behind a folded name; None if nothing is left of it."""
    parts = folded.split()
    words = [
        part
        for part, following in zip(parts, [*parts[1:], ""], strict=True)
        if len(part) > 1 and not {part, following} & SON_OF and not PATRONYMIC.search(part)
    ]
    words = tuple(dict.fromkeys(words if len(words) > 1 else [part for part in parts if len(part) > 1]))
    if not words:
        return None
    sure = {place for place, word in enumerate(words) if len(word) > 4 and FAMILY.search(word)}
    family = sure or {place for place, word in enumerate(words) if PERHAPS_FAMILY.search(word)}
    ends = (0, len(words) - 1)
    pairs = tuple(
        (one, other)
        for one in range(len(words))
        for other in range(one + 1, len(words))
        if (one, other) == ends or {one, other} & sure
    )
    alone = sure if len(words) > 1 else {0} if len(words[0]) > 4 else set()
    return NamePattern(words, pairs, frozenset(family or set(ends)), frozenset(alone))


def stems(word):
    """The parts of a word that remain when it is inflected."""
    stem = word.rstrip("aiou")
    return {word, stem, FLEETING.sub(r"\1\2", word)} if len(stem) > 2 else {word}


class Names:
    """Many names, (key, folded name) each, prepared for searching."""

    def __init__(self, held):
        self.keys, self.names = [], []
        self.stems, self.runs = defaultdict(list), defaultdict(list)
        for key, folded in held:
            if name := understood(folded):
                self.add(key, name)
        self.lengths = sorted({len(run) for run in self.runs})
        self.meanings, self.joined = {}, {}  # looked up before: the same words occur in many texts

    def add(self, key, name):
        number = len(self.names)
        self.keys.append(key)
        self.names.append(name)
        for place, word in enumerate(name.words):
            for stem in stems(word):
                self.stems[stem].append((number, place))
        for one, other in name.pairs:
            for run in (name.words[one] + name.words[other], name.words[other] + name.words[one]):
                if len(run) >= SHORTEST_RUN:
                    self.runs[run].append(number)

    def found_in(self, text):
        """{key: words} for the names in a text: the folded words found alone; none for a full name."""
        found = {}
        for one in variants(text):
            for number, alone in self.matches(one):
                key = self.keys[number]
                found[key] = found.get(key, alone) and alone  # a full name outweighs a part of it
        return found

    def matches(self, text):
        """Yields (number, words) for each name in a text, without variants of the text."""
        at, clean = defaultdict(lambda: defaultdict(list)), cleaned(text)
        meanings = looked_up(self.meanings, self.meant, WORD.findall(clean))
        for position, meant in enumerate(meanings) if any(meanings) else ():
            for number, place in meant:
                at[number][place].append(position)
        read = words_in(text) if at else ()
        for number, places in at.items():
            name = self.names[number]
            if is_whole(name, places, read):
                yield number, frozenset()
            elif alone := alone_in(name, places, read):
                yield number, alone
        for number in self.run_together(clean):
            yield number, frozenset()

    def meant(self, word):
        """The words of names of which a word may be a form: (number of the name, position in it)."""
        if word.isdigit():
            return ()
        cuts = ((form, cut) for form in forms(word) for cut in range(min(LONGEST_ENDING, len(form) - 2) + 1))
        stems = {form[: len(form) - cut] for form, cut in cuts if form[len(form) - cut :] in ENDINGS}
        return tuple({one for stem in stems for one in self.stems.get(stem, ())})

    def run_together(self, clean):
        """The numbers of the names in a text whose words have only marks between them."""
        chunks = [chunk for chunk in AROUND.split(clean) if len(chunk) >= SHORTEST_RUN]
        for found in looked_up(self.joined, self.runs_in, chunks):
            yield from found

    def runs_in(self, chunk):
        """The numbers of the names whose words are written together in a part of a text without spaces."""
        found = set()
        for form in forms(chunk):
            for start in range(len(form) - SHORTEST_RUN + 1):
                for length in self.lengths:
                    found.update(self.runs.get(form[start : start + length], ()))
        return tuple(found)


def looked_up(known, look_up, words):
    """The results for some words. Missing ones are looked up and kept."""
    for word in [one for one in words if one not in known]:
        known[word] = look_up(word)
    return [known[word] for word in words]


def is_whole(name, places, read):
    """Whether the words of a text at these positions are the name."""
    for one, other in name.pairs:
        short = min(len(name.words[one]), len(name.words[other])) < 4
        for first in places.get(one, ()):
            for second in places.get(other, ()):
                both = (read[first], read[second])
                seen = not short or all(word.capital is not False for word in both)
                if first != second and seen and belong_together(read, first, second):
                    return True
    others = {place: [word for at, word in enumerate(name.words) if at != place] for place in name.family}
    return any(
        has_initial(read, position, others[place])
        for place in name.family
        for position in places.get(place, ())
    )


def belong_together(read, one, other):
    """Whether two words of a text, in the order of the name, belong to one name."""
    first, second = sorted((one, other))
    before = read[first:second]
    if any(word.ends for word in before) or second - first > 4:
        return False
    if any(NEXT.search(word.gap) for word in before):
        wrapped = one < other and "," not in before[0].gap
        return second == first + 1 and (wrapped or not is_listed(read, first))
    between = [word for word in read[first + 1 : second] if not BESIDE & {*word.forms}]
    if len(between) == 2 and one < other and between[0].raw.lower() in AND:
        between.pop(0)  # Leyla and Arif Yunus
    return len(between) < 2 and all(word.capital is not False for word in between)


def is_listed(read, first):
    """Whether the words before and after a comma or a line end belong to different names."""
    before, second, after = read[first - 1 : first], read[first + 1], read[first + 2 : first + 3]
    return bool(
        before
        and after
        and all(word.capital is not False for word in (*before, *after))
        and not any(word.ends or NEXT.search(word.gap) for word in (*before, second))
        and after[0].raw not in AND
    )


def has_initial(read, position, others):
    """Whether an initial of one of the other words is next to a family name."""

    def is_of(word):
        return word.is_initial and any(other.startswith(form) for other in others for form in word.forms)

    before = read[max(position - 2, 0) : position]
    for start, word in enumerate(before):
        rest = before[start:]
        if is_of(word) and all(one.is_initial and "," not in one.gap for one in rest):
            return True
    after = read[position + 1 : position + 2]
    return bool(after and not read[position].ends and is_of(after[0]) and "." in after[0].gap)


def is_of_another(read, position):
    """Whether a family name has another person's first name next to it."""
    before, after = read[position - 1] if position else None, (*read[position + 1 : position + 2], None)[0]
    begins = position < 2 or read[position - 2].ends  # a sentence: any word is capitalized there
    if before and before.is_initial and not before.ends:
        return True
    first = before and not begins and is_name(before) and before.gap.isspace()
    return bool(first or (after and is_name(after) and read[position].gap.isspace()))


def is_name(word):
    """Whether a word looks like part of a name: a capital followed by small letters."""
    return bool(word.capital) and not word.raw.isupper()


def alone_in(name, places, read):
    """The folded words of a family name that occur alone in a text, and the word of the name."""
    return frozenset(
        form
        for place in name.alone
        for position in places.get(place, ())
        if read[position].capital is not False and not (len(name.words) > 1 and is_of_another(read, position))
        for form in (name.words[place], *read[position].forms)
    )
