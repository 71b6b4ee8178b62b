"""People with recorded cases: how many have which answer on the days, and the list of them."""

from collections import Counter
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from people.api import case_facts, stored_answers
from people.api.as_of_days import vouching
from people.api.views import KNOWN_ON
from people.choices import InForce, Open
from people.models import (
    CaseEvent,
    CaseEventCitation,
    Charge,
    ChargeCitation,
    PersecutionCase,
    PersecutionCaseCitation,
    Person,
)
from people.situations.effects import TRACKS
from tracker.figures.figure import (
    COUNT_SCHEMA,
    LINK,
    TEXT,
    ids_with_link,
    link_to,
    object_schema,
    rows_schema,
)
from tracker.records.api.openapi.writes import PARTIAL_DATE
from tracker.records.base.sources import Source
from tracker.records.read.pagination import Order
from tracker.records.shapes.fields import registry
from tracker.records.values.dates.conditions import PossibleDay
from tracker.records.values.dates.partial_dates import understand
from tracker.records.values.numbers import how_many

MOST_PEOPLE = 100
SCALES = {
    track: vocabulary.values for track, vocabulary in case_facts.ANSWERS.items()
}  # from the weakest to the strongest
LONG_AGO = timedelta(days=180)
IN_CUSTODY, UNDER_HOUSE_ARREST, *_ = TRACKS
WHEN_LAST_REPORTED = 4  # the place of this answer among those of a track, from the weakest
COUNTED = object_schema(
    {"count": COUNT_SCHEMA, "url": LINK, "words": {**TEXT, "description": "The number in words."}}
)
REPORTS = {
    **object_schema({"old": COUNT_SCHEMA, "oldest": PARTIAL_DATE}),
    "type": ["object", "null"],
    "description": "Of those about whom this was so when last reported: how many of the reports are certainly"
    f" from more than {LONG_AGO.days} days before these days, and the date of the oldest report.",
}
BESIDE_CUSTODY = {
    **object_schema(dict.fromkeys(InForce.values, COUNT_SCHEMA)),
    "type": ["object", "null"],
    "description": "Beside an answer about custody: what is known about house arrest of the same people.",
}
ANSWER_ROWS = {
    **rows_schema(
        {
            "track": {**TEXT, "enum": [*TRACKS]},
            "answer": TEXT,
            "label": TEXT,
            "people": COUNTED,
            "reports": REPORTS,
            "house_arrest": BESIDE_CUSTODY,
        }
    ),
    "description": "How many of the people have each answer. Each person has one answer in each track. Held,"
    " and held when last reported, are two answers: do not add them.",
}
OPEN_ROWS = {
    **rows_schema({"open": {**TEXT, "enum": Open.values}, "label": TEXT, "cases": COUNTED}),
    "description": "How many of the cases of these people were open on these days.",
}


class Selected(NamedTuple):
    """The cases that count: {id: person}, and those that the filters of the API find.

    They differ with known_on, which leaves out cases that no source had mentioned yet.
    """

    cases: dict
    found: dict
    filters: dict

    @property
    def people(self):
        return {*self.cases.values()}


class PeopleWithCases:
    """Mixin for figures about people with recorded cases."""

    def days_asked(self):
        """The parameters of the API that stand for the days of the figure."""
        raise NotImplementedError

    @cached_property
    def situations(self):
        return stored_answers.known_answers(self.reader)

    def selected(self, cases, filters):
        """The cases of people among these, which the filters of the API find."""
        found = dict(cases.values_list("pk", "person"))
        known = dict(self.backed(cases).values_list("pk", "person")) if self.reader.known_on else found
        return Selected(known, found, filters)

    def backed(self, cases):
        """The cases of people that a source mentions; with `known_on`, one of that day or earlier."""
        cases, reader = cases.exclude(person=None).order_by(), self.reader
        if not reader.known_on:
            return cases
        events = case_facts.visible_records(CaseEvent, CaseEventCitation, reader, case=OuterRef("pk"))
        charges = case_facts.visible_records(Charge, ChargeCitation, reader, case=OuterRef("pk"))
        own = vouching(PersecutionCaseCitation, reader, record=OuterRef("pk"))
        return cases.filter(Q(Exists(own)) | Q(Exists(events)) | Q(Exists(charges)))

    # Numbers.

    def counted(self, number, url, of):
        """A number with its list. Zero says in how many sources nothing was found."""
        return {"count": number, "url": url, "words": of if number else self.none_recorded}

    @cached_property
    def none_recorded(self):
        sources = self.by_then(self.seen(Source)).count()
        return f"none recorded in the {how_many(sources, 'source')} read"

    def by_then(self, sources):
        """Sources; with `known_on`, those of that day or earlier."""
        last = self.reader.known_on
        return sources.alias(day=PossibleDay("date", last=True)).filter(day__lte=last) if last else sources

    def total(self, selected):
        people = len(selected.people)
        return self.counted(
            people, self.people_url(selected, selected.people), f"{people} {with_case(people)}"
        )

    def answer_rows(self, selected):
        """How many people have each answer, by track, the strongest answer first."""
        rows, everyone = [], selected.people
        for track, vocabulary in case_facts.ANSWERS.items():
            for answer in reversed(vocabulary):
                people = self.people_with(everyone, track, answer)
                words = f"{len(people)} of {len(everyone)} {with_case(len(everyone))}"
                number = self.counted(len(people), self.people_url(selected, people, track, answer), words)
                rows.append(
                    {
                        "track": track,
                        "answer": answer.value,
                        "label": answer.label,
                        "people": number,
                        "reports": self.reports(people, track, answer),
                        "house_arrest": self.house_arrest(people) if track == IN_CUSTODY else None,
                    }
                )
        return rows

    def people_with(self, people, track, answer):
        answers, silent = self.situations.people[track], SCALES[track][0]
        return {pk for pk in people if answers.get(pk, silent) == answer}

    def reports(self, people, track, answer):
        """How old the reports are behind an answer that was true when last reported."""
        if answer != SCALES[track][WHEN_LAST_REPORTED] or not people:
            return None
        dates = [self.situations.last_reported[track][pk] for pk in people]
        ended = [edtf for edtf in dates if last_possible_day(edtf)]
        oldest = min(ended, key=lambda edtf: (last_possible_day(edtf), edtf), default="")
        old = sum(is_long_ago(edtf, self.reader.days.first_start) for edtf in dates)
        return {"old": old, "oldest": case_facts.partial_date(oldest)}

    def house_arrest(self, people):
        answers, silent = self.situations.people[UNDER_HOUSE_ARREST], InForce.NOT_RECORDED
        found = Counter(answers.get(pk, silent) for pk in people)
        return {answer: found[answer] for answer in InForce.values}

    def open_rows(self, selected):
        """How many of the cases were open on the days, as far as it is known."""
        rows, number = [], len(selected.cases)
        for answer in reversed(Open):
            cases = self.cases_with(selected.cases, answer)
            words = f"{len(cases)} of {how_many(number, 'case')} of people"
            found = self.counted(len(cases), self.cases_url(selected, cases, answer), words)
            rows.append({"open": answer.value, "label": answer.label, "cases": found})
        return rows

    def cases_with(self, cases, answer):
        answers = self.situations.cases["open"]
        return {pk for pk in cases if answers.get(str(pk), Open.UNDATED) == answer}

    # Links: a list of exactly these records, None if no filters select them.

    def people_url(self, selected, people, track=None, answer=None):
        if None in selected.filters.values():
            return None
        same = people
        if self.reader.known_on:  # the list also has people whom no source had mentioned yet
            everyone = {*selected.found.values()}
            same = self.people_with(everyone, track, answer) if track else everyone
        silent = track is None or answer == SCALES[track][0]
        if people != same or (silent and not selected.filters):  # these are also people without a case
            return ids_with_link(people, Person)["url"]
        of_cases = {f"case_{name}": value for name, value in selected.filters.items()}
        asked = {**self.days_asked(), track: answer} if track else {}
        return link_to(Person, **of_cases, **asked)

    def cases_url(self, selected, cases, answer):
        if None in selected.filters.values():
            return None
        if cases != self.cases_with(selected.found, answer):
            return ids_with_link(cases, PersecutionCase)["url"]
        asked = {**self.days_asked(), "open": answer, "person__isnull": "false"}
        return link_to(PersecutionCase, **selected.filters, **asked)

    # Lists.

    def strongest_first(self, cases):
        """The people of these cases in the order of their answers, the strongest first, then by name."""
        rows = self.seen(Person).filter(pk__in=self.backed(cases).values("person"))
        by_name = rows.order_by(*Order(registry.whole[Person], None).by())
        return sorted(by_name.values_list("pk", flat=True), key=self.weakness)

    def weakness(self, pk):
        found = self.situations.people
        return [-values.index(found[track].get(pk, values[0])) for track, values in SCALES.items()]

    def listed(self, keys, part):
        """The records with these keys as the API shows them, in this order."""
        rows = {row["id"]: row for row in self.records(self.seen(part.model).filter(pk__in=keys), part)}
        return [rows[str(key)] for key in keys if str(key) in rows]

    def cited(self, cases):
        """The sources that the cases, their events and their charges cite."""
        parts = [self.seen(model).filter(case__in=cases) for model in (CaseEvent, Charge)]
        return self.sources_of(*(self.vouching(rows) for rows in (cases, *parts)))

    def vouching(self, rows):
        """The citations of these records; with `known_on`, those of sources of that day or earlier."""
        return vouching(rows.model.citations.rel.related_model, self.reader, record__in=rows.values("pk"))

    def days_in_links(self, **asked):
        """Parameters of the API for these days, with `known_on` if it was given."""
        return {**asked, KNOWN_ON: self.given.get(KNOWN_ON)}


def last_possible_day(edtf):
    """The last day that the date of a report can mean; None if it has no date or no end."""
    return understand(edtf).possible[1] if edtf else None


def is_long_ago(edtf, day):
    """Whether a report is certainly from more than LONG_AGO before a day. A doubtful date proves nothing."""
    last = last_possible_day(edtf)
    return bool(last) and understand(edtf).sure and last < max(day, date.min + LONG_AGO) - LONG_AGO


def with_case(number):
    return "person with a recorded case" if number == 1 else "people with a recorded case"
