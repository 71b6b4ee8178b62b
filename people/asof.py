"""What is known of affiliations on the days that are asked for, as expressions of the database.

Each function takes the reader, who names the days and decides which sources count.
"""

from django.db import models
from django.db.models import Case, DateField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from tracker.records.choices import Stance
from tracker.records.shapes import Json

from .choices import Active
from .models import Affiliation, AffiliationCitation


def by(day, prefix="date"):
    """A Q: possibly on or before the day."""
    return Q(**{f"{prefix}_earliest__isnull": True}) | Q(**{f"{prefix}_earliest__lte": day})


def surely_by(day, prefix="date"):
    """A Q: certainly on or before the day."""
    return Q(**{f"{prefix}_latest__lte": day})


def literal(day):
    return Cast(Value(day), DateField())


def choice(*whens, default):
    return Case(*whens, default=Value(default), output_field=models.CharField())


# Affiliations


def vouching(citations, reader, **conditions):
    """The citations that the reader may see and whose source does not contradict what it is cited for."""
    rows = citations.objects.visible_to(reader.user).filter(**conditions)
    return rows.exclude(stance=Stance.CONTRADICTS)


def cited_dates(reader):
    """The citations of an affiliation whose source vouches for it and has a date, the newest source first."""
    cited = vouching(AffiliationCitation, reader, record=OuterRef("pk"))
    return cited.exclude(source__date="").order_by("-source__date_sort", "pk")


def outlived(day):
    """A Q: the person of an affiliation was dead on the day, or the organization not there."""
    return (
        Q(person__death_date_latest__lt=day)
        | Q(organization__dissolution_date_latest__lt=day)
        | Q(organization__founding_date_earliest__gt=day)
    )


def active(reader):
    """One of `Active` for an affiliation."""
    day = reader.days.first_start
    excluded = Q(start_date_earliest__gt=day) | Q(end_date_latest__lt=day) | outlived(day)
    return choice(
        When(excluded, then=Value(Active.NO)),
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
        earliest=F("attested_date_earliest"),
        latest=F("attested_date_latest"),
        day=literal(reader.days.first_start),
    )
    newest = cited_dates(reader).values(
        earliest=F("source__date_earliest"),
        latest=F("source__date_latest"),
        day=literal(reader.days.first_start),
    )
    return Case(
        When(Q(Exact(active(reader), Value(Active.ATTESTED))) & ~Q(attested_date=""), then=Distance(stated)),
        When(Exact(active(reader), Value(Active.ATTESTED)), then=Distance(newest[:1])),
    )


def affiliation(reader):
    """{"day", "active", "distance_days"} of an affiliation."""
    return Json(
        [
            ("day", literal(reader.days.first_start)),
            ("active", active(reader)),
            ("distance_days", distance(reader)),
        ]
    )
