"""What answers what is said, and which people were held when something was said by or about them."""

import json
from collections import defaultdict
from datetime import date

from django.db.models import Exists, OuterRef

from dialogues.choices import StatementKind, StatementRelationKind
from dialogues.models import Assessment, Speaker, Statement, StatementRelation
from people.api.case_facts import as_text, facts_of_person, person_as_of
from people.choices import Custody
from people.models import CaseEvent, Organization, PersecutionCase, Person
from tracker.figures.figure import ids_with_link
from tracker.records.values.dates.days import Days
from tracker.records.values.dates.partial_dates import understand

ANSWERED = "answer recorded"
NO_ANSWER = "no answer recorded; not recorded whether asked"
# Statements that judge those whom they are about, and how those can answer.
JUDGING = (StatementKind.ACCUSATION, StatementKind.ASSESSMENT, StatementKind.CRITICISM)
ANSWERING = (
    StatementRelationKind.RESPONDS_TO,
    StatementRelationKind.DENIES,
    StatementRelationKind.CONTRADICTS,
    StatementRelationKind.QUALIFIES,
    StatementRelationKind.CRITICIZES,
)
SUBJECTS = (
    (Person, "about_people", ("",)),
    (Organization, "about_organizations", ("",)),
    (PersecutionCase, "about_cases", ("__person", "__organization")),
    (CaseEvent, "about_case_events", ("__case__person", "__case__organization")),
)
HELD_ANSWERS = (Custody.HELD, Custody.HELD_WHEN_LAST_REPORTED)


class Replies:
    """The answers to statements, assessments and cases, as far as the reader of a figure sees them.

    A judgment is answered by those whom it is about, a question by anyone.
    """

    def __init__(self, figure, statements, assessments, cases):
        self.seen = figure.seen
        self.replying = set()  # the ids of all statements that answer something
        self.statements = {**self.to_judgments(statements), **self.to_questions(statements)}
        self.assessments = self.to_records(assessments, "responds_to_assessments")
        self.cases = self.to_records(cases, "responds_to_cases")

    def to_judgments(self, statements):
        """{statement: the statements that answer it} of those that judge someone."""
        judging = statements.filter(kind__in=JUDGING)
        subjects = self.subjects(judging)
        found = {key: set() for key in subjects}
        relations = self.relations(judging, ANSWERING)
        said_by = self.speakers({reply for _, reply in relations})
        for key, reply in relations:
            if subjects.get(key, set()) & said_by[reply]:
                found[key].add(reply)
        for key, reply in self.from_the_accused(statements):
            found.setdefault(key, set()).add(reply)
        return self.noted(found)

    def subjects(self, statements):
        """{statement: the people and organizations that it is about}."""
        found = defaultdict(set)
        for model, name, ends in SUBJECTS:
            rows = statements.filter(**{f"{name}__in": self.seen(model)})
            for key, *others in rows.values_list("pk", *(f"{name}{end}" for end in ends)):
                found[key] |= {*others} - {None}
        return dict(found)

    def relations(self, statements, kinds):
        """(statement, reply) of all relations of these kinds to the statements."""
        rows = self.seen(StatementRelation).filter(kind__in=kinds, related_statement__in=statements)
        return [*rows.values_list("related_statement", "statement")]

    def speakers(self, statements):
        """{statement: the people and organizations that say it, or the whole of which it is a part}."""
        wholes = self.seen(Statement).filter(pk__in=statements).values_list("pk", "part_of")
        parts = {pk: {pk, whole} for pk, whole in wholes}
        rows = self.seen(Speaker).filter(record__in=set().union(*parts.values()) - {None})
        said_by = defaultdict(set)
        for statement, person, organization in rows.values_list("record", "person", "organization"):
            said_by[statement] |= {person, organization} - {None}
        return {pk: set().union(*(said_by[one] for one in both)) for pk, both in parts.items()}

    def from_the_accused(self, statements):
        """(statement, reply): accusations in a case, and what the accused answered to the case."""
        cases = self.seen(PersecutionCase)
        rows = statements.filter(kind=StatementKind.ACCUSATION, about_cases__in=cases)
        accusations = [*rows.values_list("pk", "about_cases")]
        replies = self.replies_to("responds_to_cases", {case for _, case in accusations})
        return [(key, reply) for key, case in accusations for reply in replies[case]]

    def to_questions(self, statements):
        asked = statements.filter(kind=StatementKind.QUESTION)
        found = {key: set() for key in asked.values_list("pk", flat=True)}
        for key, reply in self.relations(asked, [StatementRelationKind.RESPONDS_TO]):
            found[key].add(reply)
        return self.noted(found)

    def to_records(self, rows, name):
        """{record: the statements that answer it}."""
        keys = {*rows.values_list("pk", flat=True)}
        return self.noted({key: set(found) for key, found in self.replies_to(name, keys).items()})

    def replies_to(self, name, keys):
        """{key: the statements that answer the record}: `name` is the field that names the records."""
        found = {key: [] for key in keys}
        for key, reply in self.seen(Statement).filter(**{f"{name}__in": keys}).values_list(name, "pk"):
            found[key].append(reply)
        return found

    def noted(self, found):
        self.replying |= set().union(*found.values())
        return found

    def unanswered(self, statements):
        """{kind: the number of records without an answer, with their list}."""
        questions = {*statements.filter(kind=StatementKind.QUESTION).values_list("pk", flat=True)}
        alone = {key for key, replies in self.statements.items() if not replies}
        return {
            "statements": ids_with_link(alone - questions, Statement),
            "questions": ids_with_link(alone & questions, Statement),
            "assessments": ids_with_link(
                [key for key, replies in self.assessments.items() if not replies], Assessment
            ),
            "cases": ids_with_link(
                [key for key, replies in self.cases.items() if not replies], PersecutionCase
            ),
        }


class HeldThen:
    """Whether people were held on the day of a statement. Nothing is said about anything else."""

    def __init__(self, figure, keys):
        """`keys`: the ids of the people who may be asked about."""
        cases = figure.seen(PersecutionCase).filter(person=OuterRef("pk"))
        rows = figure.seen(Person).filter(Exists(cases), pk__in=keys).order_by("pk")
        facts = rows.values_list("pk", "name", as_text(facts_of_person(figure.reader)))
        self.reader, self.known = figure.reader, {}
        self.people = {str(pk): (name, json.loads(text)) for pk, name, text in facts}

    def on(self, edtf, keys):
        """[(id, name, what is known about custody)] of those who were held on the day of this date."""
        found = []
        for key in sorted({*keys} & {*self.people}) if edtf else ():
            name, facts = self.people[key]
            if (key, edtf) not in self.known:
                reader = self.reader._replace(days=day_within(edtf))
                self.known[key, edtf] = person_as_of(facts, reader)["custody"]
            if self.known[key, edtf]["answer"] in HELD_ANSWERS:
                found.append((key, name, self.known[key, edtf]))
        return found


def day_within(edtf):
    """The days for something that happened within a partial date."""
    first, last = understand(edtf).possible
    first, last = first or date.min, last or date.max
    return Days(first, last, first, last, edtf)
