"""Partial dates: an EDTF text (ISO 8601-2:2019) with the first and the last day it can mean.

Supported: level 0 without times; from level 1 `?`, `~`, `%`, `X`, open and unknown ends, and seasons; and
unambiguous forms in English. The rest is refused. The package `edtf` is used as an oracle in tests, but not
as the parser: it pads unknown ends by ten years, ends winter in December, accepts reversed ranges,
refuses `2024-22?` and `../199X`, prints output, and is a thousand times slower.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.core.exceptions import ValidationError

from .english import NO_SUCH_DAY, OPEN_ENDS, POINT, SEASONS, NotADate, from_english
from .words import english_words, words_of_days

QUALIFIERS = {"?": ", uncertain", "~": ", approximate", "%": ", approximate and uncertain"}
# How many days further a qualified date may reach, by its precision: a day, a season, a month, a year, ten
# years, a hundred.
WIDTHS = (7, 91, 31, 366, 3653, 36525)
FEW_DAYS = WIDTHS[0]
LONGEST_EDTF = 60  # characters of a stored text
LONGEST_TYPED = 120  # two ends as "about an unknown day of September 2025 (uncertain)"

FORMS = (
    "Write 2025-12-10, 2025-12 or 2025; 2024-22 for a summer (21 spring to 24 winter); 199X, 19XX, 2025-XX "
    "or 2025-12-XX for unknown digits; at the end ? for uncertain, ~ for approximate, % for both; "
    "2024-06/2024-08, 2024-06/.. or ../2024-06 for a range; or in English 10 December 2025, Dec 10, 2025, "
    "December 2025, summer 2024, winter 2024/2025, 1990s, about 2019, 12-14 November 2026, between March and "
    "May 2026, 2019 to 2021, 2004 or 2005, before 2020, after 31 July 2005, since March 2024."
)
UNREADABLE = "This date cannot be read, or it is ambiguous."
FEW_FORMS = "Write 2025-12-10, 10 December 2025, December 2025, 2025, summer 2024 or about 2019."
LEFT_OPEN = "X can only replace the last digits of a date."
BACKWARDS = "The end of the range is before its start."
BOUNDLESS = "A range needs a date at one end at least."

HARMLESS = re.compile(r"[0-9X?~%./: -]+")


@dataclass(frozen=True)
class PartialDate:
    """A date that may be only partly known. A bound is None if that side is open or unknown.

    In a field that means one point in time, the bounds mean "some time within". A duration is two such
    fields.
    """

    edtf: str
    earliest: date | None
    latest: date | None

    @property
    def possible(self) -> tuple[date | None, date | None]:
        """The first and the last possible day. A qualifier extends its side by one unit."""
        start, _, end = self.edtf.partition("/")
        return _earlier(self.earliest, _reach(start)), _later(self.latest, _reach(end or start))

    @property
    def sure(self) -> bool:
        """Whether it can prove anything: neither end is marked as uncertain."""
        return not {"?", "%"} & set(self.edtf)

    @property
    def sort(self) -> date:
        """The day to order by: the start, or the end if the start is open; without bounds, it comes last."""
        return self.earliest or self.latest or date.max

    def words(self) -> str:
        """The date in English that can be parsed again: "between June 2024 and August 2024"."""
        return english_words(self.edtf)

    def span(self) -> str:
        """The days that it means or may mean: "1 to 31 October 2025", "1 June 2024 or later"."""
        days = words_of_days(self.earliest, self.latest)
        if "/" not in self.edtf:
            days += QUALIFIERS.get(self.edtf[-1], "")
        wide = self.possible
        return days if wide == (self.earliest, self.latest) else f"{days}: perhaps {words_of_days(*wide)}"


def understand(text: str) -> PartialDate:
    """The partial date for a text. The ValidationError lists the right forms and repeats no free text."""
    if not isinstance(text, str) or len(text) > LONGEST_TYPED:
        raise _refusal("", UNREADABLE)
    return _understand(text.strip())


def explain(text: str) -> dict[str, str]:
    """The message while a text is typed: the understood days, or briefly why it is refused."""
    try:
        known = understand(text)
    except ValidationError as error:
        reason = error.message.removesuffix(FORMS).strip()
        return {"refused": "not understood: " + reason.replace(UNREADABLE, f"{UNREADABLE} {FEW_FORMS}")}
    return {"understood": f"understood: {known.span()} ({known.edtf})"}


@lru_cache(maxsize=8192)
def _understand(text: str) -> PartialDate:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
        raise _refusal(text, UNREADABLE)
    try:
        return _range_or_point(" ".join(text.split()))
    except NotADate as reason:
        raise _refusal(text, str(reason)) from None


def _refusal(text: str, reason: str) -> ValidationError:
    """The error for a text. The text is only repeated if it can only contain a number or a date."""
    quoted = f'"{text}": ' if HARMLESS.fullmatch(text) else ""
    return ValidationError(f"{quoted}{reason} {FORMS}", code="partial_date")


def _range_or_point(text: str) -> PartialDate:
    start, slash, end = from_english(text).partition("/")
    if not slash:
        return _point(start)
    if start in OPEN_ENDS and end in OPEN_ENDS:
        raise NotADate(BOUNDLESS)
    return _from_to(_point_or_open(start), _point_or_open(end))


def _point_or_open(text: str) -> PartialDate:
    """One end of a range. Open (..) and unknown (empty) ends only differ in the text; neither has a bound."""
    return PartialDate(text, None, None) if text in OPEN_ENDS else _point(text)


def _from_to(start: PartialDate, end: PartialDate) -> PartialDate:
    if start.earliest and end.latest and end.latest < start.earliest:
        raise NotADate(BACKWARDS)
    return PartialDate(f"{start.edtf}/{end.edtf}", start.earliest, end.latest)


def _point(text: str) -> PartialDate:
    """A date that is not a range. A qualifier does not move the bounds; it says how certain they are."""
    match = POINT.fullmatch(text)
    if not match:
        raise NotADate(UNREADABLE)
    try:
        return PartialDate(text, *_bounds(*match.group(1, 2, 3)))
    except ValueError:
        raise NotADate(NO_SUCH_DAY) from None


def _bounds(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    """The first and last day; ValueError if the calendar or level 1 does not have them."""
    if "X" in year or month in (None, "XX"):
        if month and ("X" in year or day not in (None, "XX")):
            raise NotADate(LEFT_OPEN)
        return date(int(year.replace("X", "0")), 1, 1), date(int(year.replace("X", "9")), 12, 31)
    if int(month) in SEASONS and day is None:
        return _season(int(year), SEASONS[int(month)][1])
    if day in (None, "XX"):
        return date(int(year), int(month), 1), _last_day(int(year), int(month))
    return (exact := date(int(year), int(month), int(day))), exact


def _season(year: int, month: int) -> tuple[date, date]:
    """Three whole months (meteorological seasons). Winter extends into the next year."""
    return date(year, month, 1), _last_day(year + month // 12, (month + 1) % 12 + 1)


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _reach(point: str) -> timedelta:
    """How far the qualifier of a date reaches, by its precision. "2025-XX~" has the precision of a year."""
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
