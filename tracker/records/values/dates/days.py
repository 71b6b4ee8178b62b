"""The days that an answer is about: a day, a period, or the possibly inexact time of a dialogue."""

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError

from .partial_dates import understand

EXACT_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)  # a date, or another text, that is exactly a day
DAY_FORMS = "Give a day, for example 2025-10-31, or a period, for example 2025-10."


class Days(NamedTuple):
    """Days from a start to an end. Each of the two is one of several possible days.

    A day and a period have exactly one start and one end. If it is not known when something took place, an
    answer must be true for all possible days. `text` is the original text.
    """

    first_start: date
    last_start: date
    first_end: date
    last_end: date
    text: str = ""

    @classmethod
    def day(cls, day):
        return cls(day, day, day, day, day.isoformat())

    @classmethod
    def today(cls):
        return cls.day(datetime.now(UTC).date())

    @classmethod
    def read(cls, text):
        """The days for a text: a day, or a period with both ends. Otherwise ValueError."""
        try:
            period = understand(text)
        except ValidationError:
            raise ValueError(text) from None
        if None in (period.earliest, period.latest) or set("?~%") & set(text) or period.edtf != text:
            raise ValueError(text)
        return cls(period.earliest, period.earliest, period.latest, period.latest, text)

    @property
    def is_day(self):
        return self.first_start == self.last_end

    @property
    def is_placed(self):
        """Whether the exact days are known."""
        return self.first_start == self.last_start and self.first_end == self.last_end
