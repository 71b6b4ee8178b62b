"""What is known of affiliations and cases as of a day, as expressions of the database.

Each function takes the reader, who names the day and decides which events, charges and sources count.
"""

from datetime import date

from django.db import models
from django.db.models import Case, DateField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest
from django.db.models.lookups import Exact, GreaterThanOrEqual

from tracker.records.shapes import Json

from .choices import (
    BEGINS,
    CUSTODY,
    ENDS,
    ENDS_CASE,
    WITHIN,
    Active,
    CaseEventKind,
    ChargeStage,
    Custody,
    Open,
)
from .models import (
    Affiliation,
    AffiliationCitation,
    CaseEvent,
    CaseEventCitation,
    Charge,
    PersecutionCaseCitation,
)

FIRST_DAY, LAST_DAY = (Value(day, DateField()) for day in (date.min, date.max))
OVER = (ChargeStage.ACQUITTED, ChargeStage.DROPPED)
# what ends custody and thereby tells that there was some
FREE_BEFORE = {CaseEventKind.LEFT_COUNTRY, CaseEventKind.EXILE, CaseEventKind.HOUSE_ARREST}
RELEASES = [kind for kind, change in CUSTODY.items() if change == ENDS and kind not in FREE_BEFORE]


def kinds(change):
    """The kinds of events that change custody in this way."""
    return [kind for kind, what in CUSTODY.items() if what == change]


def by(day, prefix="date"):
    """A Q: possibly on or before the day."""
    return Q(**{f"{prefix}_earliest__isnull": True}) | Q(**{f"{prefix}_earliest__lte": day})


def surely_by(day, prefix="date"):
    """A Q: certainly on or before the day."""
    return Q(**{f"{prefix}_latest__lte": day})


def first(rows, column):
    """A column of the first of some rows."""
    return Subquery(rows.values(column)[:1])


def literal(day):
    return Cast(Value(day), DateField())


def choice(*whens, default):
    return Case(*whens, default=Value(default), output_field=models.CharField())


# Affiliations


def cited_dates(reader):
    """The citations of an affiliation whose source has a date, the newest source first."""
    cited = AffiliationCitation.objects.visible_to(reader.user).filter(record=OuterRef("pk"))
    return cited.exclude(source__date="").order_by("-source__date_sort", "pk")


def active(reader):
    """One of `Active` for an affiliation."""
    day = reader.day
    return choice(
        When(Q(start_date_earliest__gt=day) | Q(end_date_latest__lt=day), then=Value(Active.NO)),
        When(Q(start_date_latest__lte=day, end_date_earliest__gte=day), then=Value(Active.CERTAIN)),
        When(~Q(attested_date="") | Exists(cited_dates(reader)), then=Value(Active.ATTESTED)),
        default=Active.POSSIBLE,
    )


class Distance(Subquery):
    """{"min", "max"} days between a day and a partial date; a subquery gives `day`, `earliest`, `latest`."""

    output_field = models.JSONField()
    template = (
        "(SELECT CASE WHEN num_nulls(earliest, latest) = 0 THEN json_build_object("
        "'min', greatest(0, earliest - day, day - latest), "
        "'max', greatest(abs(day - earliest), abs(day - latest))"
        ") ELSE json_build_object('min', NULL, 'max', NULL) END FROM (%(subquery)s) AS vouched)"
    )


def distance(reader):
    """How far the day is from when a source vouches for the affiliation: as stated, else its newest."""
    stated = Affiliation.objects.filter(pk=OuterRef("pk")).exclude(attested_date="")
    stated = stated.values(
        earliest=F("attested_date_earliest"), latest=F("attested_date_latest"), day=literal(reader.day)
    )
    newest = cited_dates(reader).values(
        earliest=F("source__date_earliest"), latest=F("source__date_latest"), day=literal(reader.day)
    )
    return Case(
        When(Q(Exact(active(reader), Value(Active.ATTESTED))) & ~Q(attested_date=""), then=Distance(stated)),
        When(Exact(active(reader), Value(Active.ATTESTED)), then=Distance(newest[:1])),
    )


def affiliation(reader):
    """{"day", "active", "distance_days"} of an affiliation."""
    return Json(
        [("day", literal(reader.day)), ("active", active(reader)), ("distance_days", distance(reader))]
    )


# Cases


def events(reader, **conditions):
    return CaseEvent.objects.visible_to(reader.user).filter(case=OuterRef("pk"), **conditions).order_by()


def charges(reader):
    return Charge.objects.visible_to(reader.user).filter(case=OuterRef("pk")).order_by()


def opened(reader):
    """One of `Open` for a case. A conviction does not end it; a case without dates is possible, never no."""
    day, all_events, all_charges = reader.day, events(reader), charges(reader)
    endings, spells = events(reader, kind__in=ENDS_CASE), events(reader, kind__in=kinds(WITHIN))
    all_over = Exists(all_charges) & ~Exists(all_charges.exclude(stage__in=OVER))
    ended = Exists(endings.filter(surely_by(day))) | (all_over & ~Exists(all_charges.exclude(surely_by(day))))
    # how a time in prison ended is not known: it may have ended the case
    perhaps = (
        Exists(endings.filter(by(day)))
        | Exists(spells.filter(by(day)))
        | (all_over & ~Exists(all_charges.exclude(by(day))))
    )
    facts = Exists(all_events) | Exists(all_charges)
    begun = Exists(all_events.filter(surely_by(day))) | Exists(all_charges.filter(surely_by(day)))
    perhaps_begun = Exists(all_events.filter(by(day))) | Exists(all_charges.filter(by(day)))
    return choice(
        When(ended | (facts & ~perhaps_begun), then=Value(Open.NO)),
        When(begun & ~perhaps, then=Value(Open.CERTAIN)),
        default=Open.POSSIBLE,
    )


def newest_source(reader):
    """The first day on which the newest source that the case or one of its events cites may have appeared."""
    case = PersecutionCaseCitation.objects.visible_to(reader.user).filter(record=OuterRef("pk"))
    event = CaseEventCitation.objects.visible_to(reader.user).filter(record__case=OuterRef("pk"))
    day = "source__date_earliest"
    return Greatest(
        *[
            Subquery(cited.exclude(**{day: None}).order_by(f"-{day}").values(day)[:1])
            for cited in (case, event)
        ]
    )


def custody(reader):
    """One of `Custody` for a case; null where no event of it tells of custody."""
    day, user = reader.day, reader.user
    beginnings, endings, spells = (
        events(reader, kind__in=kinds(change)) for change in (BEGINS, ENDS, WITHIN)
    )
    releases = events(reader, kind__in=RELEASES)
    # an open start may be any day, and so may an open end
    began, ended_last = (
        Coalesce(OuterRef("date_earliest"), FIRST_DAY),
        Coalesce(OuterRef("date_latest"), LAST_DAY),
    )
    same_case = CaseEvent.objects.visible_to(user).filter(case=OuterRef("case"))
    until_day = same_case.filter(by(day))
    end_after = until_day.filter(Q(date_latest=None) | Q(date_latest__gte=began), kind__in=kinds(ENDS))
    begin_after = until_day.filter(Q(date_latest=None) | Q(date_latest__gt=began), kind__in=kinds(BEGINS))
    begin_before = same_case.filter(
        Q(date_earliest=None) | Q(date_earliest__lte=ended_last), kind__in=kinds(BEGINS)
    )
    spell = Exists(spells.filter(by(day)).exclude(date_latest__lt=day))
    held = Exists(beginnings.filter(surely_by(day)).exclude(Exists(end_after)))
    ended = Exists(endings.filter(surely_by(day)).exclude(Exists(begin_after)))
    before_release = Exists(releases.exclude(surely_by(day)).exclude(Exists(begin_before)))
    told = Exists(beginnings) | Exists(spells) | Exists(releases)
    vouched = Q(GreaterThanOrEqual(newest_source(reader), literal(day)))
    return Case(
        When(held & vouched, then=Value(Custody.HELD)),
        When(held, then=Value(Custody.HELD_WHEN_LAST_REPORTED)),
        When(spell, then=Value(Custody.POSSIBLY)),
        When(ended, then=Value(Custody.NOT_HELD)),
        When(Exists(beginnings.filter(by(day))) | before_release, then=Value(Custody.POSSIBLY)),
        When(told, then=Value(Custody.NOT_HELD)),
        default=Value(None),
        output_field=models.CharField(),
    )


def case(reader):
    """{"day", "open", "custody", "last_reported"} of a case."""
    return Json(
        [
            ("day", literal(reader.day)),
            ("open", opened(reader)),
            ("custody", custody(reader)),
            ("last_reported", newest_source(reader)),
        ]
    )
