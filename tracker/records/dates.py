"""Partial dates: an EDTF text (ISO 8601-2:2019) with the first and the last day it can mean.

Read here: all of level 0 but times, and of level 1 `?`, `~`, `%`, `X`, open and unknown ends, and seasons; of
English five forms that have one reading. The rest is refused. The package `edtf` is the oracle of the tests
and not the reader: it pads unknown ends by ten years, ends winter in December, reads ranges backwards,
refuses `2024-22?` and `../199X`, prints, and is a thousand times slower.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.core.exceptions import ValidationError

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# The codes of ISO 8601-2 for seasons, with the first of their three months on the northern half. The standard
# leaves open which winter 24 is; here it begins in the year that is written and ends in the next February.
SEASONS = {21: ("spring", 3), 22: ("summer", 6), 23: ("autumn", 9), 24: ("winter", 12)}
SEASON_CODES = {name: code for code, (name, _) in SEASONS.items()} | {"fall": 23}
QUALIFIERS = {"?": ", uncertain", "~": ", approximate", "%": ", approximate and uncertain"}
# How many days further a qualified date may reach, by what it states: a day, a season, a month, a year, ten
# years, a hundred.
WIDTHS = (7, 91, 31, 366, 3653, 36525)
FEW_DAYS = WIDTHS[0]
LONGEST = 60  # "between 10 September 2025 and 30 September 2025" has 47 characters

FORMS = (
    "Write 2025-12-10, 2025-12 or 2025; 2024-22 for a summer (21 spring to 24 winter); 199X, 19XX, 2025-XX "
    "or 2025-12-XX for what is not known; at the end ? for uncertain, ~ for approximate, % for both; "
    "2024-06/2024-08, 2024-06/.. or ../2024-06 for a range; or in English 10 December 2025, December 2025, "
    "summer 2024, 1990s, between June 2024 and August 2024."
)
UNREADABLE = "This is not a date in a form that has one reading."
LEFT_OPEN = "Only the last digits of a date can be left open with X."
NO_SUCH_DAY = "There is no such day between the years 0001 and 9999."
BACKWARDS = "The end of the range lies before its start."
BOUNDLESS = "A range needs a date at one end at least."
CENTURY = "A decade that ends in 00 could be a century: write 200X for ten years, 20XX for a hundred."

POINT = re.compile(r"([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?([?~%]?)")
DAY_IN_ENGLISH = re.compile(r"(?:([0-9]{1,2}) )?([a-z]+) ([0-9]{4})")
DECADE_IN_ENGLISH = re.compile(r"([0-9]{3})0s")
BETWEEN = re.compile(r"between (.+) and (.+)", re.IGNORECASE)
HARMLESS = re.compile(r"[0-9X?~%./: -]+")
OPEN_ENDS = ("", "..")


@dataclass(frozen=True)
class PartialDate:
    """A date as far as it is known. A bound is None where the text leaves that side open or unknown.

    The bounds of a field that holds one moment mean "some time within"; a duration is two such fields.
    """

    edtf: str
    earliest: date | None
    latest: date | None

    @property
    def possible(self) -> tuple[date | None, date | None]:
        """The first and the last day that it may be: a qualifier reaches one unit further on its side."""
        start, _, end = self.edtf.partition("/")
        return _earlier(self.earliest, _reach(start)), _later(self.latest, _reach(end or start))

    @property
    def sure(self) -> bool:
        """Whether it proves anything: not where it is marked as uncertain, at either end."""
        return not {"?", "%"} & set(self.edtf)

    @property
    def sort(self) -> date:
        """The day to order by: what is open at the start goes by its end, what has no bound comes last."""
        return self.earliest or self.latest or date.max

    def words(self) -> str:
        """What was understood, in English: "October 2025", "between June 2024 and August 2024"."""
        start, slash, end = self.edtf.partition("/")
        if not slash:
            return _words_of_point(start)
        if end in OPEN_ENDS:
            return f"{_words_of_point(start)} or later" + ("" if end else ", end unknown")
        if start in OPEN_ENDS:
            return f"{_words_of_point(end)} or earlier" + ("" if start else ", start unknown")
        return f"between {_words_of_point(start)} and {_words_of_point(end)}"

    def span(self) -> str:
        """The days it can mean, in English: "1 to 31 October 2025", "1 June 2024 or later"."""
        if self.earliest is None:
            return f"{_words_of_day(self.latest)} or earlier"
        if self.latest is None:
            return f"{_words_of_day(self.earliest)} or later"
        doubt = "" if "/" in self.edtf else QUALIFIERS.get(self.edtf[-1], "")
        return _words_of_days(self.earliest, self.latest) + doubt


def understand(text: str) -> PartialDate:
    """The partial date that a text means. The ValidationError names the right forms, repeats no free text."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _refusal("", UNREADABLE)
    return _understand(text.strip())


@lru_cache(maxsize=8192)
def _understand(text: str) -> PartialDate:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
        raise _refusal(text, UNREADABLE)
    try:
        return _range_or_point(" ".join(text.split()))
    except _Refused as reason:
        raise _refusal(text, str(reason)) from None


class _Refused(Exception):
    """Why a text is not a partial date, in one sentence."""


def _refusal(text: str, reason: str) -> ValidationError:
    """The error for a text; it is repeated only if nothing but a number or a date can stand in it."""
    quoted = f'"{text}": ' if HARMLESS.fullmatch(text) else ""
    return ValidationError(f"{quoted}{reason} {FORMS}", code="partial_date")


def _range_or_point(text: str) -> PartialDate:
    between = BETWEEN.fullmatch(text)
    if between:
        return _range(_point(between[1]), _point(between[2]))
    start, slash, end = text.partition("/")
    if not slash:
        return _point(text)
    if start in OPEN_ENDS and end in OPEN_ENDS:
        raise _Refused(BOUNDLESS)
    return _range(_end(start), _end(end))


def _end(text: str) -> PartialDate:
    """One end of a range. Open (..) and unknown (empty) ends differ in the text only: neither has a bound."""
    return PartialDate(text, None, None) if text in OPEN_ENDS else _point(text)


def _range(start: PartialDate, end: PartialDate) -> PartialDate:
    if start.earliest and end.latest and end.latest < start.earliest:
        raise _Refused(BACKWARDS)
    return PartialDate(f"{start.edtf}/{end.edtf}", start.earliest, end.latest)


def _point(text: str) -> PartialDate:
    """A date that is not a range, in EDTF or English. A qualifier moves no bound: it says how sure we are."""
    edtf = _from_english(text)
    match = POINT.fullmatch(edtf)
    if not match:
        raise _Refused(UNREADABLE)
    try:
        return PartialDate(edtf, *_bounds(*match.group(1, 2, 3)))
    except ValueError:
        raise _Refused(NO_SUCH_DAY) from None


def _bounds(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    """First and last day; ValueError for what the calendar or level 1 does not have."""
    if "X" in year or month in (None, "XX"):
        if month and ("X" in year or day not in (None, "XX")):
            raise _Refused(LEFT_OPEN)
        return date(int(year.replace("X", "0")), 1, 1), date(int(year.replace("X", "9")), 12, 31)
    if int(month) in SEASONS and day is None:
        return _season(int(year), SEASONS[int(month)][1])
    if day in (None, "XX"):
        return date(int(year), int(month), 1), _last_day(int(year), int(month))
    return (exact := date(int(year), int(month), int(day))), exact


def _season(year: int, month: int) -> tuple[date, date]:
    """Three whole months (meteorological seasons); winter reaches into the next year."""
    return date(year, month, 1), _last_day(year + month // 12, (month + 1) % 12 + 1)


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _from_english(text: str) -> str:
    """EDTF for the English forms of one date, any other text as it is."""
    lower = text.lower()
    if decade := DECADE_IN_ENGLISH.fullmatch(lower):
        if decade[1].endswith("0"):
            raise _Refused(CENTURY)
        return f"{decade[1]}X"
    if named := DAY_IN_ENGLISH.fullmatch(lower):
        day, name, year = named.groups()
        if name.capitalize() in MONTHS:
            return f"{year}-{MONTHS.index(name.capitalize()) + 1:02}" + (f"-{int(day):02}" if day else "")
        if name in SEASON_CODES and not day:
            return f"{year}-{SEASON_CODES[name]}"
    return text


def _reach(point: str) -> timedelta:
    """How much further the qualifier of a date reaches: by what it states; "2025-XX~" states a year."""
    match = POINT.fullmatch(point)
    if not match or not match[4]:
        return timedelta(0)
    year, month, day = match.group(1, 2, 3)
    if month in (None, "XX"):
        return timedelta(WIDTHS[3 + year.count("X")])
    if day not in (None, "XX"):
        return timedelta(WIDTHS[0])
    return timedelta(WIDTHS[1 if int(month) in SEASONS else 2])


def _earlier(day: date | None, reach: timedelta) -> date | None:
    return day and day - min(reach, day - date.min)


def _later(day: date | None, reach: timedelta) -> date | None:
    return day and day + min(reach, date.max - day)


def _words_of_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year:04}"


def _words_of_days(first: date, last: date) -> str:
    """One day, or "1 to 31 October 2025", "1 June to 31 August 2024": what both ends share stands once."""
    if first == last:
        return _words_of_day(first)
    if first.year != last.year:
        return f"{_words_of_day(first)} to {_words_of_day(last)}"
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    return f"{first.day}{month} to {_words_of_day(last)}"


def _words_of_point(edtf: str) -> str:
    year, month, day, qualifier = POINT.fullmatch(edtf).groups()
    words = _words_of_parts(year, month, day)
    if qualifier in ("~", "%"):
        words = f"about {words}"
    return f"{words} (uncertain)" if qualifier in ("?", "%") else words


def _words_of_parts(year: str, month: str | None, day: str | None) -> str:
    if "X" in year:
        return f"the years {year.replace('X', '0')} to {year.replace('X', '9')}"
    if month in (None, "XX"):
        return (f"an unknown {'day' if day else 'month'} of " if month else "") + year
    if int(month) in SEASONS:
        name = SEASONS[int(month)][0]
        return f"{name} {year}" if name != "winter" else f"winter {year} to {int(year) + 1:04}"
    named = f"{MONTHS[int(month) - 1]} {year}"
    if day is None:
        return named
    return f"an unknown day of {named}" if day == "XX" else f"{int(day)} {named}"
