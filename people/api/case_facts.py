"""The facts of a person's cases as a reader sees them, and the answers computed from them.

The database returns the facts as JSON, and `people.situations` computes the answers. Only what the reader may
see counts; with `known_on`, only what sources of that day or earlier say.
"""

import json
import math
import time
from datetime import date
from functools import partial
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache, cached
from django.conf import settings
from django.db import models
from django.db.models import Case, DateField, Exists, F, Func, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce

from people.choices import Abroad, ChargeStage, Custody, InForce
from people.models import (
    CaseEvent,
    CaseEventCitation,
    Charge,
    ChargeCitation,
    PersecutionCase,
    Person,
    PersonCitation,
)
from people.situations.effects import TRACKS
from people.situations.facts import Accusation, CaseHistory, Fact, interval
from people.situations.periods import of_case, person, possible_stretches, situation
from tracker.records.protocol.database_errors import Overdue
from tracker.records.protocol.giving_way import giving_way
from tracker.records.shapes.fields import WHOLE
from tracker.records.shapes.finishing import finisher
from tracker.records.shapes.json_expressions import Json, Many, One, marked
from tracker.records.values.dates.conditions import PossibleDay
from tracker.records.values.dates.partial_dates import understand

from .as_of_days import vouching

ANSWERS = dict(
    zip(TRACKS, (Custody, InForce, InForce, Abroad), strict=True)
)  # each from the weakest to the strongest
ANSWER_SLUGS = {track: list(vocabulary) for track, vocabulary in ANSWERS.items()}


# The facts, as database expressions.


class Array(Func):
    """A JSON list of expressions."""

    function = "json_build_array"
    output_field = models.JSONField()


def visible_records(model, citations, reader, **conditions):
    """The records that a reader may see; with `known_on`, those that cite a source of that day or earlier."""
    rows = model.objects.visible_to(reader.user).filter(**conditions).order_by("pk")
    return (
        rows.filter(Exists(vouching(citations, reader, record=OuterRef("pk")))) if reader.known_on else rows
    )


def dated(name, citations, reader):
    """A date of a record. With `known_on`, it is empty unless a source of that day or earlier gives it."""
    if not reader.known_on:
        return F(name)
    cited = vouching(citations, reader, record=OuterRef("pk"), field__in=("", name))
    return Case(When(Exists(cited), then=F(name)), default=Value(""))


def reported(reader):
    """For an event without a last day: the last day on which its newest source can have appeared."""
    cited = vouching(CaseEventCitation, reader, record=OuterRef("pk"))
    day = PossibleDay("source__date", last=True)
    newest = Subquery(cited.order_by().values("record").annotate(newest=Max(day)).values("newest"))
    return newest if reader.known_on else Case(When(date_latest=None, then=newest), output_field=DateField())


NO_MARKS = Value([], models.JSONField())


def concluded(citations, reader):
    """A JSON list of the record's fields that no source states, as in `inferred`."""
    return marked(vouching(citations, reader, record=OuterRef("pk")))


def unmarked(citations, reader):
    """A cheap replacement for `concluded`, where inferred fields are not shown."""
    return NO_MARKS


def history(reader, marks=concluded):
    """[id, events, charges] of a case."""
    events = visible_records(CaseEvent, CaseEventCitation, reader, case=OuterRef("pk"))
    charges = visible_records(Charge, ChargeCitation, reader, case=OuterRef("pk"))
    terms = ("term_months", "term_days", "suspended_months", "suspended_days", "life", "outcome")
    date = dated("date", CaseEventCitation, reader)
    event = Array("kind", date, reported(reader), "position", *terms, marks(CaseEventCitation, reader))
    charge = Array("stage", dated("date", ChargeCitation, reader), marks(ChargeCitation, reader))
    return Array(F("pk"), Many(events.values(json=event)), Many(charges.values(json=charge)))


def facts_of_person(reader, marks=concluded):
    """The facts of all cases of a person."""
    cases = PersecutionCase.objects.visible_to(reader.user).filter(person=OuterRef("pk")).order_by("pk")
    died = Array(dated("death_date", PersonCitation, reader), marks(PersonCitation, reader))
    return Json([("death", died), ("cases", Many(cases.values(json=history(reader, marks))))])


def facts_of_case(reader):
    """The facts of all cases of a case's person, since they affect each other, and which of them it is."""
    people = Person.objects.visible_to(reader.user).filter(pk=OuterRef("person")).order_by()
    person = people.values(json=facts_of_person(reader))
    return Json([("case", F("pk")), ("person", Coalesce(One(person), facts_alone(reader)))])


def facts_alone(reader, marks=concluded):
    """The facts of a case without a person."""
    return Json([("death", Array(Value(""), NO_MARKS)), ("cases", Array(history(reader, marks)))])


# The answers, from the facts.


class Facts(NamedTuple):
    """What is recorded about a person: ids of the cases, their histories, and the date of death.

    `inferred` lists, for each fact, what was inferred.
    """

    cases: tuple[str, ...]
    histories: tuple[CaseHistory, ...]
    death: str
    inferred: dict[Fact, list[str]]

    @classmethod
    def read(cls, found):
        ids = tuple(case[0] for case in found["cases"])
        death, marks = found["death"]
        inferred, histories = {Fact("death", death): marks}, []
        for _, events, charges in found["cases"]:
            facts = [(fact(row), row[-1]) for row in events]
            facts += cleared(charges, facts)
            accusations = tuple(Accusation(stage, edtf) for stage, edtf, _ in charges)
            histories.append(CaseHistory(tuple(one for one, _ in facts), accusations))
            for one, marks in facts:  # for equal facts: what none of them states
                inferred[one] = [name for name in marks if name in inferred.get(one, marks)]
        return cls(ids, tuple(histories), death, inferred)


def fact(row):
    kind, edtf, newest, position, months, days, months_off, days_off, life, outcome, _ = row
    term = None if months is days is None else (months or 0, days or 0)
    off = (months_off or 0, days_off or 0)
    return Fact(kind, edtf, newest and date.fromisoformat(newest), position, term, off, bool(life), outcome)


def cleared(charges, facts):
    """An acquittal that is only known from the stages of the charges, as an event."""
    kinds = {ChargeStage.ACQUITTED: "acquittal", ChargeStage.DROPPED: "charges_dropped"}
    stated = {one.kind for one, _ in facts} & set(kinds.values())
    if stated or not charges or not all(stage in kinds for stage, _, _ in charges):
        return []
    stage, edtf, marks = max(charges, key=lambda charge: interval(Fact("", charge[1]))[1::-1])
    return [(Fact(kinds[stage], edtf), marks)]


@finisher
def person_as_of(found, reader):
    """What is known about a person on the reader's days."""
    facts = Facts.read(found)
    found = situation(facts.histories, facts.death, reader.days)
    return {**requested_days(reader), **tracks(found.person, reader, facts, person)}


@finisher
def case_as_of(found, reader):
    """What this case tells about its person, and whether the case was open."""
    facts = Facts.read(found["person"])
    number = facts.cases.index(found["case"])
    found = situation(facts.histories, facts.death, reader.days)
    answers = tracks(found.cases[number], reader, facts, partial(of_case, number))
    return {**requested_days(reader), "open": found.opened[number], **answers}


def requested_days(reader):
    return {"day" if reader.days.is_day else "period": reader.days.text}


def tracks(answers, reader, facts, of):
    """{track: what is known}: the answer, with the date and the kind of the fact that supports it.

    If the exact days are not known, the answer includes the days on which it may have been so.
    """
    found = {}
    for number, (track, known) in enumerate(zip(TRACKS, answers, strict=True)):
        found[track] = {
            "answer": ANSWER_SLUGS[track][known.strength],
            "last_reported": known.basis and partial_date(date_of(known.basis)),
            "last_event": known.basis and known.basis.kind,
            "inferred": inferred_parts(known.basis, facts) if known.basis else [],
        }
        if not reader.days.is_placed:
            days = possible_stretches(facts.histories, facts.death, reader.days, of(number))
            found[track]["days"] = [
                {"first": edge(first), "last": edge(last), "answer": ANSWER_SLUGS[track][strength]}
                for first, last, strength in days
            ]
    return found


NAMED = {"date": "last_reported", "death_date": "last_reported", "kind": "last_event", "stage": "last_event"}


def inferred_parts(fact, facts):
    """The parts of the fact behind an answer that were inferred, that is, stated by no source."""
    marks = facts.inferred[fact]
    found = {NAMED.get(name) for name in marks} | ({WHOLE} & {*marks})
    if fact.reported and not fact.edtf:
        found.add("last_reported")  # that it happened by the day of its source
    return sorted(found - {None})


def edge(day):
    """A day in JSON; null if there is no limit."""
    return None if day in (date.min, date.max) else day.isoformat()


def date_of(fact):
    """The date of a fact. Without one, it happened by the day of its newest source, if that is known."""
    return fact.edtf or (f"../{fact.reported.isoformat()}" if fact.reported else "")


def partial_date(edtf):
    """A partial date as in the API."""
    if not edtf:
        return None
    moment = understand(edtf)
    earliest, latest = (day and day.isoformat() for day in (moment.earliest, moment.latest))
    return {"edtf": edtf, "earliest": earliest, "latest": latest}


# Lists, filtered by the answers.

PEOPLE_CACHED = 50_000  # in each process, some 500 bytes a person


def fact_texts(reader, owners=None):
    """(id of the person or None, text of the facts) for all cases that the reader sees.

    `owners`: only of these people, and of these cases of organizations.
    """
    cases = PersecutionCase.objects.visible_to(reader.user).order_by()
    if owners is not None:
        cases = cases.filter(Q(person__in=owners) | Q(person=None, pk__in=owners))
    people = Person.objects.visible_to(reader.user).filter(Exists(cases.filter(person=OuterRef("pk"))))
    of_people = people.order_by().values_list("pk", as_text(facts_of_person(reader, unmarked)))
    alone = cases.filter(person=None).values_list("person", as_text(facts_alone(reader, unmarked)))
    return of_people.union(alone, all=True)


def as_text(expression):
    return Cast(expression, models.TextField())


def facts_digest(text, days):
    return blake2b(f"{days} {text}".encode(), digest_size=16).digest()


def facts_read(text):
    return Facts.read(json.loads(text))


@cached(LRUCache(PEOPLE_CACHED), facts_digest, Lock())
def known_by_facts(text, days):
    """What the facts say about the days: answers by track about the person, when that was last reported, and
    about each of their cases (id, answers by track, whether it was open). Readers who see the same facts get
    the same answer.

    Plain tuples of texts: the garbage collector leaves them out, and so all threads run on.
    """
    facts = facts_read(text)
    found = situation(facts.histories, facts.death, days)
    cases = zip(facts.cases, map(answer_slugs, found.cases), map(str, found.opened), strict=True)
    reported_on = tuple(known.basis and date_of(known.basis) for known in found.person)
    return answer_slugs(found.person), reported_on, tuple(cases)


def answer_slugs(answers):
    return tuple(ANSWER_SLUGS[track][known.strength] for track, known in zip(TRACKS, answers, strict=True))


class Found(NamedTuple):
    """What is known about all people and cases that a reader sees: {track: {id: answer}}.

    `last_reported` has the dates of the facts that support the answers about people: {track: {id: date}}.
    """

    people: dict
    cases: dict
    last_reported: dict
    owners: frozenset = frozenset()  # if it is only about these people and cases of organizations

    @classmethod
    def by(cls, reader, owners=None):
        """The answers for a reader. Raises Overdue if it takes too long, but keeps what was computed."""
        people, cases = {name: {} for name in TRACKS}, {name: {} for name in (*TRACKS, "open")}
        last_reported = {name: {} for name in TRACKS}
        due = time.monotonic() + (settings.STATEMENT_TIMEOUT or math.inf)
        texts = () if owners == set() else fact_texts(reader, owners)
        for pk, text in giving_way(texts, own=1):
            if time.monotonic() > due:
                raise Overdue
            of_person, reported_on, of_cases = known_by_facts(text, reader.days)
            for case, answers, opened in of_cases:
                cases["open"][case] = opened
                for track, answer in zip(TRACKS, answers, strict=True):
                    cases[track][case] = answer
            for track, answer, edtf in zip(TRACKS, of_person, reported_on, strict=True) if pk else ():
                people[track][pk], last_reported[track][pk] = answer, edtf
        return cls(people, cases, last_reported, frozenset(owners or ()))

    def matching(self, kind, track, answers):
        """A Q: the rows of a kind, "people" or "cases", with one of these answers.

        People without cases have the weakest answer.
        """
        found = getattr(self, kind)[track]
        if ANSWER_SLUGS.get(track, [None])[0] in answers:
            return ~Q(pk__in=[pk for pk, answer in found.items() if answer not in answers])
        return Q(pk__in=[pk for pk, answer in found.items() if answer in answers])
