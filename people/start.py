"""What the start page of the admin says of cases: hearings to come, and who is held without news."""

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from tracker.records import roles
from tracker.records.admin.start import Section, start
from tracker.records.choices import TAKEN_BACK
from tracker.records.shapes import Reader

from . import asof
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
    """Cases of people who were held when last reported on, and the last report is old."""
    reader = Reader.today(user)
    cases = PersecutionCase.objects.visible_to(user).exclude(publication__in=TAKEN_BACK)
    cases = cases.annotate(held=asof.custody(reader), moment=asof.newest_source(reader))
    silent = Q(moment=None) | Q(moment__lt=reader.day - SILENCE)
    return [cases.filter(silent, held__in=(Custody.HELD, Custody.HELD_WHEN_LAST_REPORTED))]


start.add(
    Section("hearings", "Next hearings", hearings, roles.writes, mixed=True),
    Section(
        "no-news",
        f"In custody without news for {SILENCE.days} days",
        without_news,
        roles.writes,
        help="By the date of the newest source that the case or one of its events cites.",
        mixed=True,
    ),
)
