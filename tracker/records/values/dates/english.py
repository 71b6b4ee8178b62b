"""Partial dates in English. Unambiguous forms are converted to EDTF."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

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
# The ISO 8601-2 codes of seasons, with the first of their three months in the northern hemisphere. The
# standard does not define winter 24 exactly; here it begins in the given year and ends in the next February.
SEASONS = {21: ("spring", 3), 22: ("summer", 6), 23: ("autumn", 9), 24: ("winter", 12)}
WINTER = 24
POINT = re.compile(r"([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?([?~%]?)")
OPEN_ENDS = ("", "..")

CODES = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
CODES |= {name[:3]: number for name, number in CODES.items()} | {"sept": 9}
CODES |= {name: code for code, (name, _) in SEASONS.items()} | {"fall": 23}


def _form(text: str) -> re.Pattern:
    return re.compile(text, re.IGNORECASE)


NAMES = "|".join(rf"{name}\.?" if len(name) < 5 else name for name in sorted(CODES, key=len, reverse=True))
DAY, YEAR = r"([0-9]{1,2})(?:st|nd|rd|th|\.)?", r"(?:,? (?:of )?([0-9]{4}))?"
DAY_FIRST = _form(rf"{DAY}(?: (?:of )?({NAMES}))?{YEAR}")
NAME_FIRST = _form(rf"({NAMES})(?: {DAY})?{YEAR}")
YEAR_FIRST = _form(rf"([0-9]{{4}})[ -]({NAMES})(?:[ -]{DAY})?")
SPREADSHEET = _form(rf"(?:([0-9]{{1,2}})[-/])?({NAMES})[-/]([0-9]{{4}})")
DECADE = _form(r"([0-9]{3})0s")
TWO_YEARS = _form(r"winter (?:of )?([0-9]{4})(?:[/–-]| to )([0-9]{4}|[0-9]{2})")
YEARS = _form(r"years ([0-9]{4}) to ([0-9]{4})")
UNKNOWN = _form(r"an unknown (month|day) of (.+)")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY = _form(r"(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? (.+)")
FULL_STOP = _form(r"(.*[0-9a-z])\.")
LEADING = _form(r"(?:some ?time )?(?:in|on|during) (?!or )(.+)")
ARTICLE = _form(r"the (?:year |month of )?(.+)")
ABOUT = _form(
    r"(?:(?:c|ca)\.? ?(?=[0-9])|(?:c|ca)\. |"
    r"(?:c|ca|circa|(?:on or )?about|around|roughly|approximately|approx\.?) )(.+)"
)
PERHAPS = _form(r"(?:perhaps|possibly|probably|maybe|likely) (.+)|(.+) \(uncertain\)")
MARKED = _form(r"(.*[^ ?~%]) ?([?~%])")
SIGNS = {"": "", "?": "?", "~": "~", "?~": "%"}  # a word and a sign combined

VAGUE = _form(r"(?:early|mid|middle|late|beginning|start|end|turn)\b.*")
UP_TO = _form(r"(?:until|till|by|up to) .+")
NUMBERS = _form(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})|([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})")

TWO_WINTERS = "A winter belongs to two years. Write winter {}/{} or winter {}/{}."
NO_WINTER = "A winter belongs to two consecutive years. Write, for example, winter 2024/2025."
NO_LIMITS = "Early, mid and late have no exact limits. Write months, for example March to May 2026."
MISTAKEN = "Day and month are ambiguous. Write {}."
NOT_ISO = "Numeric dates have only one valid form. Write {}."
TWO_ABOUTS = (
    "Say which ends are approximate. Write from about 2019 to 2021, or from about 2019 to about 2021."
)
NOT_NEXT = (
    '"or" can only connect consecutive dates, for example 2004 or 2005. Otherwise write between'
    " 2004 and 2006,"
    " which includes everything in between."
)
TAKEN_IN_OR_NOT = (
    '"until" and "by" may or may not include the date itself. Write before 2020, or 2020 or earlier.'
)
OTHER_WEEKDAY = "That day was a {}. Check the day of the week and the date."
CENTURY = "A decade that ends in 00 could mean a century. Write 200X for ten years, 20XX for a hundred."
NO_SUCH_DAY = "There is no such day between the years 0001 and 9999."


class NotADate(Exception):
    """The reason, in one sentence, why a text is not a partial date."""


# Reading


@dataclass(frozen=True)
class End:
    """A date, or one end of a range. Shared parts may be given at the other end only."""

    day: str = ""
    name: str = ""  # name of a month or a season
    year: str = ""
    whole: str = ""  # EDTF text, if nothing is shared with the other end
    qualifier: str = ""  # from a word such as "about"

    def edtf(self) -> str:
        """Its EDTF text, "" if something is missing."""
        if self.whole:
            return self.whole + self.qualifier
        code = CODES.get(self.name.lower().rstrip("."))
        if not code or not self.year or (self.day and code in SEASONS):
            return ""
        if code == WINTER:
            raise NotADate(_two_winters(int(self.year)))
        day = f"-{int(self.day):02}" if self.day else ""
        return f"{self.year}-{code:02}{day}{self.qualifier}"


def from_english(text: str) -> str:
    """EDTF for an English date or range; any other text unchanged. Refused has the reason."""
    if is_edtf(text):
        return text
    if stop := FULL_STOP.fullmatch(text):
        text = stop[1]
    if weekday := WEEKDAY.fullmatch(text):
        return _on_weekday(*weekday.groups())
    one = _end(text)
    if one and (edtf := one.edtf()):
        return edtf
    for form, read in READERS:
        if (found := form.fullmatch(text)) and (edtf := read(*filter(None, found.groups()))):
            return edtf
    return text


def is_edtf(text: str) -> bool:
    """Whether the text looks like a date or a range in EDTF."""
    return all(end in OPEN_ENDS or POINT.fullmatch(end) for end in text.split("/"))


def _end(text: str) -> End | None:
    """One end of a range; None if it cannot be parsed."""
    signs = ""
    if marked := MARKED.fullmatch(text):
        text, signs = marked[1], "?~" if marked[2] == "%" else marked[2]
    if leading := LEADING.fullmatch(text):
        text = leading[1]
    if perhaps := PERHAPS.fullmatch(text):
        text, signs = perhaps[1] or perhaps[2], f"?{signs}"
    if about := ABOUT.fullmatch(text):
        text, signs = about[1], f"{signs}~"
    if article := ARTICLE.fullmatch(text):
        text = article[1]
    found = _plain_end(text)
    if not found or signs not in SIGNS or (signs and found.whole[-1:] in ("?", "~", "%")):
        return None
    return replace(found, qualifier=SIGNS[signs])


def _plain_end(text: str) -> End | None:
    if POINT.fullmatch(text):
        return End(whole=text)
    for form, read in WHOLES:
        if (found := form.fullmatch(text)) and (edtf := read(*found.groups())):
            return End(whole=edtf)
    if found := DAY_FIRST.fullmatch(text) or SPREADSHEET.fullmatch(text):
        return End(*(part or "" for part in found.groups()))
    if found := NAME_FIRST.fullmatch(text):
        name, day, year = (part or "" for part in found.groups())
        return End(day, name, year)
    if found := YEAR_FIRST.fullmatch(text):
        year, name, day = (part or "" for part in found.groups())
        return End(day, name, year)
    return None


def _on_weekday(name: str, text: str) -> str:
    """EDTF for a day with a day of the week."""
    edtf = from_english(text)
    if not _is_day(edtf):
        return text
    weekday = WEEKDAYS[date.fromisoformat(edtf).weekday()]
    if not weekday.lower().startswith(name.lower()):
        raise NotADate(OTHER_WEEKDAY.format(weekday))
    return edtf


def _decade(start: str) -> str:
    if start.endswith("0"):
        raise NotADate(CENTURY)
    return f"{start}X"


def _winter(first: str, second: str) -> str:
    if (int(first) + 1) % 10 ** len(second) != int(second):
        raise NotADate(NO_WINTER)
    return f"{first}-{WINTER}"


def _two_winters(year: int) -> str:
    return TWO_WINTERS.format(*(f"{year + step:04}" for step in (-1, 0, 0, 1)))


def _years(first: str, last: str) -> str:
    """EDTF for the decade or century from the first to the last year, else ""."""
    for known, digits in ((3, "X"), (2, "XX")):
        if first == first[:known] + "0" * len(digits) and last == first[:known] + "9" * len(digits):
            return first[:known] + digits
    return ""


def _unknown(what: str, of: str) -> str:
    end = _end(of)
    edtf = end.edtf() if end and not end.qualifier else ""
    if re.fullmatch(r"[0-9]{4}", edtf):
        return f"{edtf}-XX" if what.lower() == "month" else f"{edtf}-XX-XX"
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", edtf) and what.lower() == "day":
        return f"{edtf}-XX"
    return ""


def _refuse(why: str) -> str:
    raise NotADate(why)


def _mistaken(*parts: str | None) -> str:
    """Raises NotADate, with each day that the numbers can mean."""
    one, other, year, *iso = parts
    orders = [iso] if not year else [(year, other, one), (year, one, other)]
    meant = dict.fromkeys("-".join(part.zfill(2) for part in order) for order in orders)
    real = [text for text in meant if _is_day(text)]
    if not real:
        raise NotADate(NO_SUCH_DAY)
    raise NotADate((MISTAKEN if year else NOT_ISO).format(" or ".join(real)))


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _range(first: str, last: str) -> str:
    """EDTF for a range in which each end has its own qualifier."""
    start, end = _end(first), _end(last)
    if not start or not end:
        return ""
    if not end.whole:
        if not start.whole and start.day and end.day:
            end = replace(end, name=end.name or start.name)
        if not start.whole:
            name = start.name or (end.name if end.day else "")
            start = replace(start, name=name, year=start.year or end.year)
    one, other = start.edtf(), end.edtf()
    return f"{one}/{other}" if one and other else ""


def _simple_range(first: str, last: str) -> str:
    """EDTF for a range in which a qualifier could apply to both ends: "about 2019 to 2021"."""
    edtf = _range(first, last)
    if not edtf:
        return ""
    start, end = _end(first), _end(last)
    if start.qualifier or end.qualifier:
        raise NotADate(TWO_ABOUTS)
    return "" if start.name and end.whole.isdecimal() else edtf  # "summer 2024-2025"


def _either(first: str, last: str) -> str:
    edtf = _simple_range(first, last)
    start, _, end = edtf.partition("/")
    if edtf and neighbor(start, 1) != end:
        raise NotADate(NOT_NEXT)
    return edtf


def _alone(text: str, form: str, step: int = 0) -> str:
    """EDTF for a range with one open side. `step` moves to the next date, if the date itself is excluded."""
    end = _end(text)
    edtf = end.edtf() if end else ""
    return form.format(neighbor(edtf, step) if step else edtf) if edtf else ""


def neighbor(edtf: str, step: int) -> str:
    """The next (step 1) or previous (-1) date, with the same precision and qualifier."""
    year, code, day, qualifier = POINT.fullmatch(edtf).groups()
    try:
        return f"{_neighbor(year, code, day, step)}{qualifier}"
    except (ValueError, OverflowError):
        raise NotADate(NO_SUCH_DAY) from None


def _neighbor(year: str, code: str | None, day: str | None, step: int) -> str:
    if code in (None, "XX"):
        left_open = year.count("X")
        number = int(year[: 4 - left_open]) + step
        return f"{number:0{4 - left_open}}{'X' * left_open}"
    if day not in (None, "XX"):
        return (date(int(year), int(code), int(day)) + timedelta(step)).isoformat()
    first, units = (21, 4) if int(code) in SEASONS else (1, 12)
    years, place = divmod(int(code) - first + step, units)
    return f"{int(year) + years:04}-{first + place:02}"


WHOLES: tuple[tuple[re.Pattern, Callable[..., str]], ...] = (
    (DECADE, _decade),
    (TWO_YEARS, _winter),
    (YEARS, _years),
    (UNKNOWN, _unknown),
    (VAGUE, partial(_refuse, NO_LIMITS)),
    (UP_TO, partial(_refuse, TAKEN_IN_OR_NOT)),
    (NUMBERS, _mistaken),
)
TO = r"(?: to | until | till | through | [–—-] |[–—])"
READERS: tuple[tuple[re.Pattern, Callable[..., str]], ...] = (
    (_form(r"(?:before|prior to) (.+)"), lambda text: _alone(text, "../{}", -1)),
    (_form(r"after (.+)"), lambda text: _alone(text, "{}/..", 1)),
    (
        _form(
            r"since (.+)|from (.+?)(?: on| onwards?)?|(.+) or (?:later|after)|"
            r"(?:on|in) or after (.+)|not? (?:earlier than|before) (.+)|(.+) at the earliest"
        ),
        lambda text: _alone(text, "{}/.."),
    ),
    (
        _form(
            r"(.+) or (?:earlier|before)|(?:on|in) or before (.+)|"
            r"not? (?:later than|after) (.+)|(.+) at the latest"
        ),
        lambda text: _alone(text, "../{}"),
    ),
    (_form(r"(.+) or later, end unknown"), lambda text: _alone(text, "{}/")),
    (_form(r"(.+) or earlier, start unknown"), lambda text: _alone(text, "/{}")),
    (_form(rf"between (.+) and (.+)|from (.+?){TO}(.+)"), _range),
    (_form(r"(.+) or (.+)|([^/]+)/([^/]+)"), _either),
    (_form(rf"(?:the years )?(.+?){TO}(.+)|([^-]+)-([^-]+)"), _simple_range),
)
