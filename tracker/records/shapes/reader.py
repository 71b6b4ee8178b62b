"""For whom a row is written, for which days, and which of its fields."""

from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser

from tracker.records.values.dates.days import Days


class Reader(NamedTuple):
    """For whom, and for which days (UTC) a row is written; no user is the public.

    No days: what depends on the day is left open, and what it is computed from stands there.

    `known_on`: only what sources of that day or earlier say counts for what is known of a person.
    """

    user: AbstractBaseUser | None
    days: Days | None
    known_on: date | None = None

    @classmethod
    def today(cls, user):
        return cls(user, Days.today())


class Pick(NamedTuple):
    """Which fields of a shape are shown. `detail` adds those that a single record shows, `editorial` those
    that nobody but writers is shown.
    """

    detail: bool = False
    fields: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    editorial: bool = False


LIST = Pick()
FULL = Pick(detail=True, editorial=True)  # what a writer reads of one record, and writes
