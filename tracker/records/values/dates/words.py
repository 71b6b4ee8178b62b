"""Partial dates in English words that parse back to the same date."""

from datetime import date

from .english import MONTHS, OPEN_ENDS, POINT, SEASONS, WINTER

# Writing


def english_words(edtf: str) -> str:
    """A partial date in English: "October 2025", "between June 2024 and August 2024"."""
    start, slash, end = edtf.partition("/")
    if not slash:
        return _words_of_point(start)
    if end in OPEN_ENDS:
        return f"{_words_of_point(start)} or later" + ("" if end else ", end unknown")
    if start in OPEN_ENDS:
        return f"{_words_of_point(end)} or earlier" + ("" if start else ", start unknown")
    return f"between {_words_of_point(start)} and {_words_of_point(end)}"


def words_of_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year:04}"


def words_of_days(first: date | None, last: date | None) -> str:
    """The days from first to last: "1 to 31 October 2025", "1 June 2024 or later"."""
    if first is None:
        return f"{words_of_day(last)} or earlier"
    if last is None:
        return f"{words_of_day(first)} or later"
    if first == last:
        return words_of_day(first)
    if first.year != last.year:
        return f"{words_of_day(first)} to {words_of_day(last)}"
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    return f"{first.day}{month} to {words_of_day(last)}"


def _words_of_point(edtf: str) -> str:
    year, month, day, qualifier = POINT.fullmatch(edtf).groups()
    words = _words_of_parts(year, month, day)
    if qualifier in ("~", "%"):
        words = f"about {words}"
    return f"{words} (uncertain)" if qualifier in ("?", "%") else words


def _words_of_parts(year: str, month: str | None, day: str | None) -> str:
    if "X" in year:
        return _words_of_years(year)
    if month in (None, "XX"):
        return (f"an unknown {'day' if day else 'month'} of " if month else "") + year
    if int(month) == WINTER:
        return f"winter {year}/{int(year) + 1:04}"
    if int(month) in SEASONS:
        return f"{SEASONS[int(month)][0]} {year}"
    named = f"{MONTHS[int(month) - 1]} {year}"
    if day is None:
        return named
    return f"an unknown day of {named}" if day == "XX" else f"{int(day)} {named}"


def _words_of_years(year: str) -> str:
    """ "the 1990s"; first and last year for a century, or a decade that looks like one."""
    if "XX" in year or year[2] == "0":
        return f"the years {year.replace('X', '0')} to {year.replace('X', '9')}"
    return f"the {year[:3]}0s"
