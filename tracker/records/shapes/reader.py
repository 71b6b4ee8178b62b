"""For whom a row is written, for which days, and with which fields."""

from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser

from tracker.records.values.dates.days import Days


class Reader(NamedTuple):
    """The user and the days (UTC) for which a row is written. No user means the public.

    No days: answers that depend on the day are replaced by the data that they are computed from.

    `known_on`: for what is known about a person, only sources of that day or earlier count.
    """

    user: AbstractBaseUser | None
    days: Days | None
    known_on: date | None = None

    @classmethod
    def today(cls, user):
        return cls(user, Days.today())


class Pick(NamedTuple):
    """Which fields of a shape are shown. `detail` adds the fields of a single record, `editorial` those that
    only writers see.
    """

    detail: bool = False
    fields: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    editorial: bool = False


LIST = Pick()
FULL = Pick(detail=True, editorial=True)  # everything that a writer reads and writes
