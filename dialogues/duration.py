"""How long a dialogue lasted. A meeting without an end date ended on the day it began."""

from datetime import UTC, date, datetime

from django.db.models import Q

from tracker.records.values.dates import conditions
from tracker.records.values.dates.date_columns import possible_days
from tracker.records.values.dates.partial_dates import PartialDate

from .choices import DialogueClassification, DialogueStatus

# Kinds that last one day unless an end date says otherwise. A dialogue of unknown kind is a meeting, whatever
# else it was. A visit, a forum or a series may have ended on a later day.
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

OpenInterval = tuple[date | None, date | None]


def ended_the_day_it_began(dialogue) -> bool:
    """Whether a dialogue without an end date ended on the day it began."""
    several = dialogue.meetings_min is not None or dialogue.meetings_max is not None
    held_once = dialogue.status == DialogueStatus.HELD and not several
    return held_once and not dialogue.end_date and dialogue.classification in MEETINGS


def placing(dialogue) -> tuple[OpenInterval, OpenInterval]:
    """The days on which it may have begun, and those on which it may have ended: (first, last); None: open.

    If it `ended_the_day_it_began`, both are the same. A dialogue that did not take place has the days
    that were planned.
    """
    start = possible_days(dialogue, "start_date")
    return start, start if ended_the_day_it_began(dialogue) else possible_days(dialogue, "end_date")


def lacks_end(dialogue) -> str:
    """The sentence that asks for an end date, if it is missing and may differ from the start; else ""."""
    held = dialogue.status == DialogueStatus.HELD
    if not held or not dialogue.start_date or dialogue.end_date or ended_the_day_it_began(dialogue):
        return ""
    first = dialogue.start_date.partition("/")[0] or ".."
    return (
        "It has no end_date and may have lasted longer than a day. Enter when it ended, perhaps the day it"
        f" began. If no source says when, enter {first}/{datetime.now(UTC).date()} (from its start to today)."
    )


def dialogue_overlaps(start: str, end: str, requested: str | PartialDate) -> Q:
    """Dialogues that possibly took place on one of the given days.

    For a dialogue that did not take place, these are the planned days; its status says so.
    """
    first, _ = conditions.day_range(requested)
    return conditions.period_overlaps(start, end, requested) & (
        ~ONE_DAY | Q(**{f"{start}__possibly_from": first})
    )


def dialogue_certainly_overlaps(start: str, end: str, requested: str | PartialDate) -> Q:
    """Dialogues that were held, and certainly on one of the given days."""
    return Q(status=DialogueStatus.HELD) & conditions.period_certainly_overlaps(start, end, requested)
