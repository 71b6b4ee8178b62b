"""Answers about a moment in the past, and permalinks to it: the parameter `published_on`."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from django.utils import timezone

from tracker.records.protocol.problems import BadParameters
from tracker.records.read.formats.references import Reference, reference_title
from tracker.records.read.formats.registry import OPTIONS
from tracker.records.shapes.urls import with_parameter, with_query
from tracker.records.values.dates.days import EXACT_DAY, Days

PUBLISHED_ON = "published_on"
MOMENT_TEXT = re.compile(rf"{EXACT_DAY.pattern}T\d\d:\d\d:\d\d(\.\d{{1,6}})?(Z|[+-]\d\d:\d\d)", re.ASCII)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT_FORMS = (
    "Give a moment as in 2025-12-10T09:00:00Z, or a day as in 2025-12-10: its end in UTC. The first is 1970."
)
FUTURE = "Give a moment in the past, or a day that is over in UTC."
NOTICE = (
    "This is what was public then, without what has been hidden since, so it may differ from what was shown"
    " then. Names of people are those of today."
)


class AtMoment:
    """Mixin for views that can answer about a moment in the past. `given` are the parameters."""

    @cached_property
    def moment(self):
        """The moment of the past that the answer is about; None: now."""
        return moment_of(self.given[PUBLISHED_ON]) if PUBLISHED_ON in self.given else None

    def past(self):
        """What an answer about the past says first."""
        return {PUBLISHED_ON: moment_text(self.moment), "notice": NOTICE} if self.moment else {}

    def reference_text(self, reference):
        """The text of a reference with a permalink: to what is shown now, or at the requested moment."""
        moment = self.asked_moment() if self.moment else this_second()
        permalink = with_parameter(reference.url, PUBLISHED_ON, moment)
        return self.form.cites(reference._replace(version=reference.version or moment, permalink=permalink))

    def asked_moment(self):
        """The requested moment as it was given; with another offset, in UTC: a reference says UTC."""
        asked = self.given[PUBLISHED_ON]
        return asked if asked.endswith("Z") or EXACT_DAY.fullmatch(asked) else moment_text(self.moment)

    def address_of(self, url):
        """The address of this answer with all that was asked, except for its form and the moment."""
        decides = self.decides()
        return url + with_query({name: self.given[name] for name in sorted(self.given) if name in decides})

    def decides(self):
        """The names of the parameters that decide what an answer says, and not only its form."""
        return {*self.known()} - {*OPTIONS, PUBLISHED_ON}

    def before_changes(self, row):
        """A record as it was: if it has changed since, it is not known when it had changed last."""
        changed_at = row.get("changed_at")
        return row | {"changed_at": None} if changed_at and changed_at > moment_text(self.moment) else row


class Citable(AtMoment):
    """Mixin for views whose records can be cited."""

    @classmethod
    def noun(cls):
        """What one of the records is called."""
        return cls.model()._meta.verbose_name

    def reference(self, row):
        """How to cite a record, as the API shows it."""
        return Reference(
            self.noun(), reference_title(row), row.get("changed_at"), self.address_of(row["url"])
        )


def moment_of(text):
    """The moment that a text means, for a day its end; BadParameters if it is no moment, or not over."""
    moment = understood_moment(text)
    if moment is None:
        raise BadParameters({PUBLISHED_ON: MOMENT_FORMS})
    if moment > timezone.now():
        raise BadParameters({PUBLISHED_ON: FUTURE})
    return moment


def understood_moment(text):
    """The same, None if it is no moment."""
    try:
        if EXACT_DAY.fullmatch(text):
            day = date.fromisoformat(text)
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        else:
            moment = datetime.fromisoformat(text).astimezone(UTC) if MOMENT_TEXT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment >= FIRST else None


def last_day(moment):
    """The last day of which something had passed: for the end of a day, that day."""
    return Days.day((moment - timedelta(microseconds=1)).date())


def moment_text(moment):
    """A moment as answers write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def this_second():
    """Now, as it is written in permalinks. A permalink works at once, so it never is in the future."""
    return timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
