"""What is known about affiliations and occupations on given days, as database expressions.

Each function takes the reader, which has the days and decides which sources count.
"""

from django.db import models
from django.db.models import Case, DateField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from people.choices import Active
from people.models import Affiliation, Occupation
from tracker.records.shapes.json_expressions import Json
from tracker.records.values.codes.vocabularies import Stance
from tracker.records.values.dates.conditions import PossibleDay, period_certainly_overlaps


def literal(day):
    return Cast(Value(day), DateField())


def choice(*whens, default):
    return Case(*whens, default=Value(default), output_field=models.CharField())


def vouching(citations, reader, **conditions):
    """Citations that a reader may see and that do not contradict; with `known_on`, those of that time."""
    rows = citations.objects.visible_to(reader.user).filter(**conditions).exclude(stance=Stance.CONTRADICTS)
    if not reader.known_on:
        return rows
    return rows.alias(appeared=PossibleDay("source__date", last=True)).filter(appeared__lte=reader.known_on)


def cited_dates(reader, model):
    """The citations of an affiliation whose source supports it and has a date, newest source first."""
    cited = vouching(model.citations.rel.related_model, reader, record=OuterRef("pk"))
    return cited.exclude(source__date="").order_by("-source__date_sort", "pk")


# the limits of an affiliation; an occupation has no organization
LIFE = {
    "start_date": "possibly_by",
    "organization__founding_date": "possibly_by",
    "end_date": "possibly_from",
    "person__death_date": "possibly_from",
    "organization__dissolution_date": "possibly_from",
}
OWN_LIFE = {name: lookup for name, lookup in LIFE.items() if not name.startswith("organization")}


def excluded(days, model):
    """Two Qs: whether a sure date, or a doubtful one, excludes the affiliation on all of the days.

    It is excluded before it began, after it ended, after the person's death, and without the organization.
    """
    surely, perhaps = Q(), Q()
    edges = {"possibly_by": days.last_end, "possibly_from": days.first_start}
    for name, lookup in (LIFE if model is Affiliation else OWN_LIFE).items():
        outside = ~Q(**{f"{name}__{lookup}": edges[lookup]})
        surely |= outside & Q(**{f"{name}__sure": True})
        perhaps |= outside
    return surely, perhaps


def certain(days):
    """A Q: the affiliation existed on one of the days; on all of them, if the exact days are not known."""
    if days.is_placed:
        return period_certainly_overlaps("start_date", "end_date", f"{days.first_start}/{days.last_end}")
    return Q(start_date__surely_by=days.first_start, end_date__surely_from=days.last_end)


def active(reader, model=Affiliation):
    """One of `Active` for an affiliation, or for an occupation.

    A doubtful date proves nothing: what it excludes is still possible, and it makes nothing certain.
    """
    surely, perhaps = excluded(reader.days, model)
    mentioning = vouching(model.citations.rel.related_model, reader, record=OuterRef("pk"))
    unmentioned = When(~Exists(mentioning), then=Value(Active.POSSIBLE))  # no source of that time mentions it
    return choice(
        *([unmentioned] if reader.known_on else []),
        When(surely, then=Value(Active.NO)),
        When(perhaps, then=Value(Active.POSSIBLE)),
        When(certain(reader.days), then=Value(Active.CERTAIN)),
        When(~Q(attested_date="") | Exists(cited_dates(reader, model)), then=Value(Active.ATTESTED)),
        default=Active.POSSIBLE,
    )


class Distance(Subquery):
    """{"min", "max"}: the days between the given days and a date. A subquery gives the bounds of both."""

    output_field = models.JSONField()
    template = (
        "(SELECT CASE WHEN num_nulls(earliest, latest) = 0 THEN json_build_object("
        "'min', greatest(0, earliest - last, first - latest), "
        "'max', greatest(abs(last - earliest), abs(first - latest))"
        ") ELSE json_build_object('min', NULL, 'max', NULL) END FROM (%(subquery)s) AS vouched)"
    )


def days_apart(reader, model=Affiliation):
    """How far the given days are from the day for which a source confirms it: as stated, else the newest."""
    days = {"first": literal(reader.days.first_start), "last": literal(reader.days.last_end)}
    stated = model.objects.filter(pk=OuterRef("pk")).exclude(attested_date="")
    stated = stated.values(
        earliest=PossibleDay("attested_date"),
        latest=PossibleDay("attested_date", last=True),
        **days,
    )
    newest = cited_dates(reader, model).values(
        earliest=PossibleDay("source__date"),
        latest=PossibleDay("source__date", last=True),
        **days,
    )
    attested = Exact(active(reader, model), Value(Active.ATTESTED))
    return Case(
        When(Q(attested) & ~Q(attested_date=""), then=Distance(stated)),
        When(attested, then=Distance(newest[:1])),
    )


def affiliation(reader, model=Affiliation):
    """{"day" or "period", "active", "distance_days"} of an affiliation, or of an occupation."""
    days = ("day" if reader.days.is_day else "period", Value(reader.days.text, models.TextField()))
    return Json([days, ("active", active(reader, model)), ("distance_days", days_apart(reader, model))])


def occupation(reader):
    return affiliation(reader, Occupation)


def basis(reader, model=Affiliation):
    """Everything that the answers about an affiliation or occupation are computed from, on any day."""
    dates = [(name, F(name)) for name in (LIFE if model is Affiliation else OWN_LIFE)]
    newest = Subquery(cited_dates(reader, model).values("source__date")[:1])
    return Json([*dates, ("attested_date", F("attested_date")), ("newest", newest)])


def basis_of_occupation(reader):
    return basis(reader, Occupation)


def occupied(reader):
    return active(reader, Occupation)
