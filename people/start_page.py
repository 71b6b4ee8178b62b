"""Sections of the start page about cases: coming hearings, and people in custody without news."""

from datetime import timedelta

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from people.situations.effects import SHOW_CUSTODY
from tracker.records.admin.start_page import Section, start
from tracker.records.policy import roles
from tracker.records.shapes.reader import Reader
from tracker.records.values.codes.vocabularies import TAKEN_BACK

from .api.stored_answers import known_answers
from .choices import CaseEventKind, Custody
from .models import CaseEvent, PersecutionCase

SILENCE = timedelta(days=180)


def hearings(user):
    """Hearings and trials that may still be to come."""
    to_come = CaseEvent.objects.visible_to(user).exclude(publication__in=TAKEN_BACK)
    kinds = (CaseEventKind.HEARING, CaseEventKind.TRIAL)
    today = timezone.now().date()
    ahead = to_come.filter(kind__in=kinds, date_latest__isnull=False, date__possibly_from=today)
    return [ahead.annotate(moment=F("date_earliest"))]


def without_news(user):
    """Cases of people who were in custody according to the last report, if that report is old."""
    reader = Reader.today(user)
    custody = known_answers(reader).cases["custody"]
    held = [pk for pk, answer in custody.items() if answer in (Custody.HELD, Custody.HELD_WHEN_LAST_REPORTED)]
    events = CaseEvent.objects.visible_to(user).filter(case=OuterRef("pk"), kind__in=SHOW_CUSTODY).order_by()
    newest = events.values("case").annotate(newest=Max("date_latest")).values("newest")
    cases = PersecutionCase.objects.visible_to(user).exclude(publication__in=TAKEN_BACK).filter(pk__in=held)
    cases = cases.annotate(moment=Subquery(newest))
    return [cases.filter(Q(moment=None) | Q(moment__lt=timezone.now().date() - SILENCE))]


start.add(
    Section("hearings", "Next hearings", hearings, roles.writes, mixed=True),
    Section(
        "no-news",
        f"In custody without news for {SILENCE.days} days",
        without_news,
        roles.writes,
        help="Counted from the last event that shows custody: an arrest, or a report that the person is"
        " being held.",
        mixed=True,
    ),
)
