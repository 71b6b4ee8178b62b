"""How long a dialogue lasted: a meeting that was held ended on the day it began if no end date says more."""

from datetime import UTC, date, datetime

from django.db.models import Q

from tracker.records.values.dates import conditions
from tracker.records.values.dates.date_columns import possible_days
from tracker.records.values.dates.partial_dates import PartialDate

from .choices import DialogueClassification, DialogueStatus

# What takes one day where nothing else is said. A dialogue of unknown kind was a meeting, whatever else it
# was; what is known to be a visit, a forum or a series may have ended on another day than it began.
MEETINGS = (
    DialogueClassification.MEETING,
    DialogueClassification.DELEGATION_MEETING,
    DialogueClassification.ONLINE_MEETING,
    DialogueClassification.UNKNOWN,
)
ONE_DAY = Q(
    status=DialogueStatus.HELD,
    classification__in=MEETINGS,
    end_date="",
    meetings_min=None,  # several meetings are a series
    meetings_max=None,
)

Interval = tuple[date | None, date | None]


def ended_the_day_it_began(dialogue) -> bool:
    """Whether a dialogue that has no end date ended on the day it began."""
    several = dialogue.meetings_min is not None or dialogue.meetings_max is not None
    held_once = dialogue.status == DialogueStatus.HELD and not several
    return held_once and not dialogue.end_date and dialogue.classification in MEETINGS


def placing(dialogue) -> tuple[Interval, Interval]:
    """The days on which it may have begun, and those on which it may have ended: (first, last), None if open.

    Where it `ended_the_day_it_began`, both are the same day. A dialogue that did not take place has the days
    that it was meant for.
    """
    start = possible_days(dialogue, "start_date")
    return start, start if ended_the_day_it_began(dialogue) else possible_days(dialogue, "end_date")


def lacks_end(dialogue) -> str:
    """What its publisher has to enter where the end is not stated and may be another day, else ""."""
    held = dialogue.status == DialogueStatus.HELD
    if not held or not dialogue.start_date or dialogue.end_date or ended_the_day_it_began(dialogue):
        return ""
    first = dialogue.start_date.partition("/")[0] or ".."
    return (
        "It has no end_date, and may have lasted longer than a day: enter when it ended, perhaps the day it"
        f" began. If no source says so, {first}/{datetime.now(UTC).date()} is from its beginning to today."
    )


def period_overlaps(start: str, end: str, asked: str | PartialDate) -> Q:
    """Dialogues whose days possibly are among those that are asked for.

    Of one that did not take place these are the days that it was meant for: its status says so.
    """
    first, _ = conditions.asked_days(asked)
    return conditions.period_overlaps(start, end, asked) & (
        ~ONE_DAY | Q(**{f"{start}__possibly_from": first})
    )


def period_certainly_overlaps(start: str, end: str, asked: str | PartialDate) -> Q:
    """Dialogues that certainly took place on a day that is asked for: those that were held."""
    return Q(status=DialogueStatus.HELD) & conditions.period_certainly_overlaps(start, end, asked)
