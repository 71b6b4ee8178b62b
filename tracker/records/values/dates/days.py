"""The days that an answer is about: a day, a period, or the time of something of which that is not exact."""

from datetime import UTC, date, datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError

from .partial_dates import understand

FORMS = "Give a day as in 2025-10-31, or a period as in 2025-10."


class Days(NamedTuple):
    """Days from a start to an end, each of which is one day of a few.

    A day and a period have one start and one end. Where it is not known when something took place, what is
    the same wherever its days lie is the answer. `text` is what was asked for.
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
        """The days of a text: a day, or a period with both ends. ValueError for any other."""
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
        """Whether it is known which days these are."""
        return self.first_start == self.last_start and self.first_end == self.last_end
