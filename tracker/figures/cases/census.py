"""The census: what is known about all people with recorded cases on a day or in a period."""

from people.api.filters import CaseFilterSet
from people.models import PersecutionCase, Person
from tracker.figures.figure import (
    COUNT_SCHEMA,
    LINKED_COUNT,
    TEXT,
    FigureOnDays,
    ListOf,
    grouped,
    ids_with_link,
    with_link,
)

from .people_with_cases import ANSWER_ROWS, COUNTED, IN_CUSTODY, MOST_PEOPLE, OPEN_ROWS, PeopleWithCases

FILTERS = ("conflict", "conflict__in", "impugned_activities", "impugned_activities__in")
DURING = "during"


class CensusFilterSet(CaseFilterSet):
    """Filters of cases that lists of people have too."""

    @classmethod
    def get_filters(cls):
        return {name: one for name, one in super().get_filters().items() if name in FILTERS}


class Census(PeopleWithCases, FigureOnDays):
    """What is known about people with recorded cases on a day, in a period, or during a dialogue: who was in
    custody, under house arrest, banned from travel or abroad, and which cases were open."""

    address = "census"
    filters = CensusFilterSet
    table = "answers"
    schema_of = {
        "counts": TEXT,
        "total": COUNTED,
        "answers": ANSWER_ROWS,
        "open": OPEN_ROWS,
        "people": ListOf(Person, ("slug", "name", "as_of"), {"cases": LINKED_COUNT}),
        "more": {**COUNT_SCHEMA, "description": "How many more people there are than in the list."},
        "sources": LINKED_COUNT,
    }

    def days_asked(self):
        if DURING in self.given:
            return self.days_in_links(during=self.given[DURING])
        return self.days_in_links(as_of=self.reader.days.text)

    def computed(self):
        cases = self.selection()
        filters = {name: self.given[name] for name in FILTERS if name in self.given}
        selected = self.selected(cases.exclude(person=None), filters)
        people = self.strongest_first(cases)
        return {
            "counts": "People with a recorded case, and what is recorded about them on these days. The list"
            " begins with those about whom most is recorded, by track and answer, then by name.",
            "total": self.total(selected),
            "answers": self.answer_rows(selected),
            "open": self.open_rows(selected),
            "people": self.with_cases(people[:MOST_PEOPLE], selected),
            "more": max(0, len(people) - MOST_PEOPLE),
            "sources": self.cited(self.backed(cases)),
        }

    @classmethod
    def custody_in_short(cls, reader):
        """{answer: its numbers} about custody today, without the list of people."""
        made = cls.for_page(reader.user, {})
        selected = made.selected(made.selection().exclude(person=None), {})
        return {row["answer"]: row for row in made.answer_rows(selected) if row["track"] == IN_CUSTODY}

    def with_cases(self, people, selected):
        """These people, each with the number of their cases."""
        cases = grouped((person, case) for case, person in selected.cases.items())
        rows = self.listed(people, self.schema_of["people"])
        for row in rows:
            row["cases"] = self.case_count(row["id"], cases[row["id"]], selected.filters)
        return rows

    def case_count(self, person, cases, filters):
        if self.reader.known_on:  # the list also has cases that no source had mentioned yet
            return ids_with_link(cases, PersecutionCase)
        return with_link(len(cases), PersecutionCase, person=person, **filters)
