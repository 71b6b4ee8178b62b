"""What is known of affiliations and cases as of a day, as expressions of the database.

Each function takes the reader, who names the day and decides which events, charges and sources count.
"""

from datetime import date

from django.db import models
from django.db.models import Case, DateField, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest
from django.db.models.lookups import Exact, GreaterThanOrEqual

from tracker.records.choices import Stance
from tracker.records.overlaps import PossibleDay
from tracker.records.shapes import Json

from .choices import (
    BEGINS,
    CUSTODY,
    ENDS,
    ENDS_CASE,
    PURSUES_CASE,
    RELEASES,
    WITHIN,
    Active,
    CaseEventKind,
    ChargeStage,
    Custody,
    Open,
)
from .models import (
    Affiliation,
    CaseEvent,
    CaseEventCitation,
    Charge,
    Occupation,
    PersecutionCaseCitation,
)

FIRST_DAY, LAST_DAY = (Value(day, DateField()) for day in (date.min, date.max))
OVER = (ChargeStage.ACQUITTED, ChargeStage.DROPPED)
ARRESTS = (CaseEventKind.ARREST, CaseEventKind.DETENTION)  # what can begin custody after a release


def kinds(change):
    """The kinds of events that change custody in this way."""
    return [kind for kind, what in CUSTODY.items() if what == change]


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


def cited_dates(reader, model):
    """The citations of an affiliation whose source vouches for it and has a date, the newest source first."""
    cited = vouching(model.citations.rel.related_model, reader, record=OuterRef("pk"))
    return cited.exclude(source__date="").order_by("-source__date_sort", "pk")


# what an affiliation cannot be before, and after; an occupation has no organization
LIFE = {
    "start_date": "possibly_by",
    "organization__founding_date": "possibly_by",
    "end_date": "possibly_from",
    "person__death_date": "possibly_from",
    "organization__dissolution_date": "possibly_from",
}
OWN_LIFE = {name: lookup for name, lookup in LIFE.items() if not name.startswith("organization")}


def excluded(day, model):
    """Two Qs: a sure date says that an affiliation was not there on the day; a doubtful one does.

    It is not there before it began or after it ended, nor when the person was dead or the organization gone.
    """
    surely, perhaps = Q(), Q()
    for name, lookup in (LIFE if model is Affiliation else OWN_LIFE).items():
        outside = ~Q(**{f"{name}__{lookup}": day})
        surely |= outside & Q(**{f"{name}__sure": True})
        perhaps |= outside
    return surely, perhaps


def active(reader, model=Affiliation):
    """One of `Active` for an affiliation, or for an occupation.

    A doubtful date proves nothing: what it excludes is possible, and nothing is certain by it.
    """
    day = reader.day
    surely, perhaps = excluded(day, model)
    return choice(
        When(surely, then=Value(Active.NO)),
        When(perhaps, then=Value(Active.POSSIBLE)),
        When(Q(start_date__surely_by=day, end_date__surely_from=day), then=Value(Active.CERTAIN)),
        When(~Q(attested_date="") | Exists(cited_dates(reader, model)), then=Value(Active.ATTESTED)),
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


def distance(reader, model=Affiliation):
    """How far the day is from when a source vouches for the affiliation: as stated, else its newest."""
    stated = model.objects.filter(pk=OuterRef("pk")).exclude(attested_date="")
    stated = stated.values(
        earliest=PossibleDay("attested_date"),
        latest=PossibleDay("attested_date", last=True),
        day=literal(reader.day),
    )
    newest = cited_dates(reader, model).values(
        earliest=PossibleDay("source__date"),
        latest=PossibleDay("source__date", last=True),
        day=literal(reader.day),
    )
    attested = Exact(active(reader, model), Value(Active.ATTESTED))
    return Case(
        When(Q(attested) & ~Q(attested_date=""), then=Distance(stated)),
        When(attested, then=Distance(newest[:1])),
    )


def affiliation(reader, model=Affiliation):
    """{"day", "active", "distance_days"} of an affiliation, or of an occupation."""
    return Json(
        [
            ("day", literal(reader.day)),
            ("active", active(reader, model)),
            ("distance_days", distance(reader, model)),
        ]
    )


def occupation(reader):
    return affiliation(reader, Occupation)


def occupied(reader):
    return active(reader, Occupation)


# Cases


def events(reader, **conditions):
    return CaseEvent.objects.visible_to(reader.user).filter(case=OuterRef("pk"), **conditions).order_by()


def charges(reader):
    return Charge.objects.visible_to(reader.user).filter(case=OuterRef("pk")).order_by()


def dead(day):
    """Two Qs on a case: its person had certainly died by the day; had possibly."""
    name = "person__death_date"
    return surely_by(day, name), Q(person__isnull=False) & ~Q(**{name: ""}) & by(day, name)


def ends(reader):
    """Two conditions on a case: it had certainly ended by the day, and was not opened anew; possibly."""
    day, all_charges, endings = reader.day, charges(reader), events(reader, kind__in=ENDS_CASE)
    pursued = CaseEvent.objects.visible_to(reader.user).filter(by(day), kind__in=PURSUES_CASE)
    charged = Charge.objects.visible_to(reader.user).filter(by(day)).exclude(stage__in=OVER)
    after = {"case": OuterRef("case"), "date_earliest__gt": OuterRef("date_latest")}
    final = endings.exclude(Exists(pursued.filter(**after))).exclude(Exists(charged.filter(**after)))
    cleared = Exists(all_charges) & ~Exists(all_charges.exclude(stage__in=OVER))
    not_before = Charge.objects.visible_to(reader.user).filter(case=OuterRef("case"))
    anew = pursued.filter(case=OuterRef("pk")).exclude(date_earliest=None)
    anew = anew.exclude(Exists(not_before.exclude(date_latest__lt=OuterRef("date_earliest"))))
    certainly = Exists(final.filter(surely_by(day))) | (
        cleared & ~Exists(all_charges.exclude(surely_by(day))) & ~Exists(anew)
    )
    possibly = Exists(endings.filter(by(day))) | (cleared & ~Exists(all_charges.exclude(by(day))))
    return certainly, possibly


def opened(reader):
    """One of `Open` for a case. A conviction does not end it; a case without dates is possible, never no."""
    day, all_events, all_charges = reader.day, events(reader), charges(reader)
    ended, perhaps_ended = ends(reader)
    died, perhaps_died = dead(day)
    # how a time in prison ended is not known: it may have ended the case
    spells = Exists(events(reader, kind__in=kinds(WITHIN)).filter(by(day)))
    facts = Exists(all_events) | Exists(all_charges)
    begun = Exists(all_events.filter(surely_by(day))) | Exists(all_charges.filter(surely_by(day)))
    perhaps_begun = Exists(all_events.filter(by(day))) | Exists(all_charges.filter(by(day)))
    return choice(
        When(ended | died | (facts & ~perhaps_begun), then=Value(Open.NO)),
        When(begun & ~perhaps_ended & ~perhaps_died & ~spells, then=Value(Open.CERTAIN)),
        default=Open.POSSIBLE,
    )


def newest_source(reader):
    """The first day on which the newest source that the case or one of its events cites may have appeared."""
    case = vouching(PersecutionCaseCitation, reader, record=OuterRef("pk"))
    event = vouching(CaseEventCitation, reader, record__case=OuterRef("pk"))
    day = "source__date_earliest"
    return Greatest(
        *[
            Subquery(cited.exclude(**{day: None}).order_by(f"-{day}").values(day)[:1])
            for cited in (case, event)
        ]
    )


def term_over(reader):
    """A condition on a case: each term that it gave ran out before the day, told from the sentence.

    In truth a term runs from the arrest, which is earlier.
    """
    end = Func(
        F("date_latest"),
        F("term_months"),
        template="(%(expressions)s))::date",
        arg_joiner=" + make_interval(months => ",
        output_field=DateField(),
    )
    terms = events(reader).filter(Q(life=True) | Q(term_months__isnull=False))
    running = terms.filter(
        Q(life=True) | Q(date_latest=None) | Q(GreaterThanOrEqual(end, literal(reader.day)))
    )
    return Exists(terms) & ~Exists(running)


def others(reader, change):
    """The events that change custody in this way, in the case of an event that is filtered by them."""
    return CaseEvent.objects.visible_to(reader.user).filter(case=OuterRef("case"), kind__in=kinds(change))


def from_then(lookup="gte"):
    """A Q: possibly on or after the event that is filtered by it; "gt": not on its first day."""
    return Q(date_latest=None) | Q(
        **{f"date_latest__{lookup}": Coalesce(OuterRef("date_earliest"), FIRST_DAY)}
    )


def held(reader):
    """A condition on a case: custody began by the day, and nothing may have ended it by then."""
    ended = others(reader, ENDS).filter(by(reader.day)).filter(from_then())
    began = events(reader, kind__in=kinds(BEGINS)).filter(surely_by(reader.day)).exclude(Exists(ended))
    _, perhaps_died = dead(reader.day)
    return Exists(began) & ~perhaps_died & ~term_over(reader)


def freed(reader):
    """A condition on a case: custody ended by the day, and may not have begun anew by then.

    Which was first, an arrest or a release at about the same time? The release only if another custody
    explains it. An extension or a transfer begins none anew.
    """
    begun = others(reader, BEGINS).filter(by(reader.day))
    another = others(reader, BEGINS).filter(by(OuterRef(OuterRef("date_latest")))).exclude(pk=OuterRef("pk"))
    arrested = Q(date_earliest__gt=OuterRef("date_latest")) | (
        from_then() & Q(kind__in=ARRESTS) & Exists(another)
    )
    endings = events(reader, kind__in=kinds(ENDS)).filter(surely_by(reader.day))
    released = endings.filter(kind__in=RELEASES).exclude(Exists(begun.filter(arrested)))
    left = endings.exclude(kind__in=RELEASES).exclude(Exists(begun.filter(from_then("gt"))))
    return Exists(released) | Exists(left)


def freed_later(reader):
    """A condition on a case: a release after the day, or perhaps after it, whose custody is not recorded."""
    until_then = Q(date_earliest=None) | Q(date_earliest__lte=Coalesce(OuterRef("date_latest"), LAST_DAY))
    releases = events(reader, kind__in=RELEASES).exclude(surely_by(reader.day))
    return Exists(releases.exclude(Exists(others(reader, BEGINS).filter(until_then))))


def custody(reader):
    """One of `Custody` for a case; null where no event of it tells of custody on that day or around it."""
    day = reader.day
    beginnings, spells = (events(reader, kind__in=kinds(change)) for change in (BEGINS, WITHIN))
    told = Exists(beginnings) | Exists(events(reader, kind__in=RELEASES))
    died, _ = dead(day)
    vouched = When(GreaterThanOrEqual(newest_source(reader), literal(day)), then=Value(Custody.HELD))
    return Case(
        When(died & (told | Exists(spells)), then=Value(Custody.NOT_HELD)),
        When(held(reader), then=choice(vouched, default=Custody.HELD_WHEN_LAST_REPORTED)),
        When(Exists(spells.filter(by(day)).exclude(date_latest__lt=day)), then=Value(Custody.POSSIBLY)),
        When(freed(reader), then=Value(Custody.NOT_HELD)),
        When(Exists(beginnings.filter(by(day))) | freed_later(reader), then=Value(Custody.POSSIBLY)),
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
