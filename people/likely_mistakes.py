"""Likely mistakes in records about people: warnings before publication, never errors."""

from collections import Counter

from people.situations.effects import IMPLY_CUSTODY
from tracker.records.values.dates.date_columns import possible_days

from .choices import CaseEventKind

BEFORE_BIRTH = "It is dated before {} was born."
ACTS_BEFORE = "Dated before the person was born: {}."
NEVER_HELD = (
    "No event of the case says that the person was in custody. If a source does, enter that event too."
)


def is_unborn(person, act):
    """Whether an act was certainly over before a person was born."""
    last, born = act.days()[1], possible_days(person, "birth_date")[0]
    return bool(last and born and last < born)


def acts_before_birth(person, acts):
    """A list with one sentence that counts the acts dated before the person's birth, by kind; else empty."""
    kinds = Counter(type(act) for act in acts if is_unborn(person, act))
    counts = [f"{number} {noun(kind, number)}" for kind, number in kinds.items()]
    return [ACTS_BEFORE.format(", ".join(counts))] if counts else []


def noun(kind, number):
    return str(kind._meta.verbose_name if number == 1 else kind._meta.verbose_name_plural)


def is_term_to_serve(event):
    """Whether an event is a prison sentence that is not completely suspended."""
    term, suspended = (30 * (months or 0) + (days or 0) for months, days in terms(event))
    return event.kind == CaseEventKind.SENTENCE and not 0 < term <= suspended


def terms(event):
    """The term and the suspended part of it, each as (months, days)."""
    return (event.term_months, event.term_days), (event.suspended_months, event.suspended_days)


def never_held(event, events):
    """A list with one warning, if no event of the case begins the custody for this term; else empty."""
    of_custody = events.filter(kind__in=IMPLY_CUSTODY)
    return [NEVER_HELD] if is_term_to_serve(event) and not of_custody.exists() else []
