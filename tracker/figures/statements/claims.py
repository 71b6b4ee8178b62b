"""Who says what about a dialogue, a person, a case or a question, in which words, and who answered."""

from django.db.models import Q

from dialogues.choices import Naming, StatementKind
from dialogues.models import Assessment, Dialogue, Participation, Question, Speaker, Statement
from people.api.shapes import track
from people.choices import Custody
from people.models import CaseEvent, PersecutionCase, Person
from tracker.figures.figure import (
    COUNT_SCHEMA,
    LINK,
    LINKED_COUNT,
    TEXT,
    WITHHELD_BUCKET,
    Figure,
    ListOf,
    ids_with_link,
    object_schema,
    with_link,
)
from tracker.figures.representation import JUDGMENT
from tracker.records.shapes.urls import record_url, resource
from tracker.records.values.dates.date_columns import newest_first
from tracker.records.values.numbers import how_many

from .replies import ANSWERED, NO_ANSWER, HeldThen, Replies

MOST_LISTED = 500
ASSERTION = "assertion"
FORMS = {StatementKind.QUESTION: "question", StatementKind.HYPOTHETICAL: "hypothesis"}
IN_WORDS = (
    *("title", "kind", "speakers", "date", "medium", "publisher", "said_at", "place", "summary"),
    *("quotation", "language", "translation", "part_of", "citations"),
)
CONNECTIONS = (
    *("about_dialogues", "about_people", "about_organizations", "about_cases", "about_case_events"),
    *("questions", "responds_to_assessments", "responds_to_cases", "relations", "relations_to"),
)
SAID_BY = {
    "type": "array",
    "items": TEXT,
    "description": f"The speakers in words. {WITHHELD_BUCKET}: the name is not published.",
}
FORM = {
    **TEXT,
    "enum": [ASSERTION, *FORMS.values()],
    "description": "A question or a hypothesis asserts nothing.",
}
ANSWER = {
    "type": ["string", "null"],
    "description": f"Whether those who are judged answered, or anyone a question: {ANSWERED}, or {NO_ANSWER}."
    " Null: it judges nobody and asks nothing.",
}
HELD_THEN = {
    "type": "array",
    "description": "Who of the speakers, and of those whom it is about, was held on the day of the statement."
    " Nothing is said about others, nor without a date.",
    "items": object_schema(
        {
            "person": object_schema({"id": TEXT, "name": TEXT, "url": TEXT}),
            "label": TEXT,
            "custody": track(Custody),
        }
    ),
}
CLAIM = ListOf(
    Statement,
    (*IN_WORDS, *CONNECTIONS),
    {"said_by": SAID_BY, "form": FORM, "answer": ANSWER, "held_then": HELD_THEN},
)
REPLY = ListOf(
    Statement,
    (*IN_WORDS, "relations", "responds_to_assessments", "responds_to_cases"),
    {"said_by": SAID_BY, "form": FORM},
)
ASSESSED = ListOf(Assessment, (*JUDGMENT, "responses"), {"answer": ANSWER})
ACCUSED = ListOf(
    PersecutionCase,
    ("title", "person", "organization", "jurisdiction", "stated_reason", "responses", "citations"),
    {"answer": ANSWER},
)
TOTAL = object_schema({"count": COUNT_SCHEMA, "url": LINK, "words": TEXT})
HEAD = {
    "counts": TEXT,
    "record": object_schema({"kind": TEXT, "id": TEXT, "name": TEXT, "url": TEXT}),
}
END = {
    "replies": REPLY,
    "without_answer": {
        **object_schema(
            dict.fromkeys(("statements", "questions", "assessments", "cases"), LINKED_COUNT),
        ),
        "description": "Judgments and questions without a recorded answer. It is not recorded whether those"
        " who are judged were asked.",
    },
    "sources": LINKED_COUNT,
}


class Claims(Figure):
    """The base of all figures about what is said."""

    counted = ""  # which statements it counts
    connection = ""  # the filter of statements by the record
    table = "about"
    schema_of = {**HEAD, "total": object_schema({"about": TOTAL}), "about": CLAIM, **END}

    def said(self):
        """{name of a list: (statements, filters of the list of exactly these, None if there are none)}."""
        filters = {self.connection: self.record.pk}
        return {"about": (self.seen(Statement).filter(**filters), filters)}

    def assessed(self):
        """The assessments that are listed."""
        return self.seen(Assessment).none()

    def accused(self):
        """The cases that are listed: what the authorities accuse someone of."""
        return self.seen(PersecutionCase).none()

    def computed(self):
        said = self.said()
        any_of = Q.create([Q(pk__in=rows.values("pk")) for rows, _ in said.values()], connector=Q.OR)
        statements = self.seen(Statement).filter(any_of)
        self.replies = Replies(self, statements, self.assessed(), self.accused())
        sources = self.sources(statements)
        replying = self.seen(Statement).filter(pk__in=self.replies.replying)
        found = {
            "counts": f"Recorded statements {self.counted}. Of each list, at most the {MOST_LISTED} newest"
            " are shown.",
            "record": {
                "kind": resource(self.about),
                "id": str(self.record.pk),
                "name": self.record.label,
                "url": record_url(self.about, self.record.pk),
            },
            "total": {name: total(*one, sources["count"]) for name, one in said.items()},
            **{name: self.claims(rows) for name, (rows, _) in said.items()},
            "assessments": self.with_answer(self.assessed(), ASSESSED, self.replies.assessments),
            "cases": self.with_answer(self.accused(), ACCUSED, self.replies.cases),
            "replies": [spoken(row) for row in self.records(self.newest(replying), REPLY)],
            "without_answer": self.replies.unanswered(statements),
            "sources": sources,
        }
        return {name: found[name] for name in self.schema_of}

    def newest(self, statements):
        """Those that are listed."""
        keys = statements.order_by(newest_first("date").desc(), "pk").values_list("pk", flat=True)
        return self.seen(Statement).filter(pk__in=[*keys[:MOST_LISTED]])

    def claims(self, statements):
        found = self.records(self.newest(statements), CLAIM)
        accused = self.people_of_cases(found)
        people = {row["id"]: named_in(row) | accused_of(row, accused) for row in found}
        held = HeldThen(self, set().union(*people.values()))
        answers = {
            str(key): ANSWERED if found else NO_ANSWER for key, found in self.replies.statements.items()
        }
        return [
            {
                **spoken(row),
                "answer": answers.get(row["id"]),
                "held_then": [
                    held_then(*one) for one in held.on((row["date"] or {}).get("edtf"), people[row["id"]])
                ],
            }
            for row in found
        ]

    def people_of_cases(self, found):
        """{case: its person} of the cases that the statements are about."""
        cases = {case["id"] for row in found for case in row["about_cases"]}
        rows = self.seen(PersecutionCase).filter(pk__in=cases).exclude(person=None)
        return {str(case): str(person) for case, person in rows.values_list("pk", "person")}

    def with_answer(self, rows, part, replies):
        """The records, each with whether it was answered."""
        answered = {str(key) for key, found in replies.items() if found}
        found = self.records(rows, part)
        return [{**row, "answer": ANSWERED if row["id"] in answered else NO_ANSWER} for row in found]

    def sources(self, statements):
        """The sources that the record and the statements cite."""
        own = [self.citations(self.seen(self.about).filter(pk=self.record.pk))] if self.about.cited else []
        return self.sources_of(self.citations(statements), *own)


def total(statements, filters, sources):
    """The number of statements, in words too: a zero never stands alone."""
    keys = [*statements.values_list("pk", flat=True)]
    linked = ids_with_link(keys, Statement) if filters is None else with_link(len(keys), Statement, **filters)
    none = f"none recorded in the {how_many(sources, 'source')} cited"
    return {**linked, "words": f"{len(keys)} recorded" if keys else none}


def spoken(row):
    """A statement, with its speakers in words: as they are named, and withheld ones as withheld."""
    said_by = []
    for one in row["speakers"]:
        name = (one["person"] or one["organization"] or {}).get("name") or one["label"]
        pseudonym = " (a pseudonym)" if one["naming"] == Naming.PSEUDONYM else ""
        said_by.append(WITHHELD_BUCKET if one["naming"] == Naming.WITHHELD else f"{name}{pseudonym}")
    return {**row, "said_by": said_by, "form": FORMS.get(row["kind"], ASSERTION)}


def named_in(row):
    """The ids of the people who say a statement, and of those whom it is about."""
    return {one["person"]["id"] for one in row["speakers"] if one["person"]} | {
        one["id"] for one in row["about_people"]
    }


def accused_of(row, accused):
    return {accused[case["id"]] for case in row["about_cases"] if case["id"] in accused}


def held_then(key, name, custody):
    """What is known about someone who was held."""
    person = {"id": key, "name": name, "url": record_url(Person, key)}
    return {"person": person, "label": Custody(custody["answer"]).label, "custody": custody}


class DialogueClaims(Claims):
    """Who says what about a dialogue, what supports or contradicts it, and what has no recorded answer."""

    address = "dialogues/<id>/claims"
    about = Dialogue
    counted, connection = "about this dialogue", "about_dialogues"
    schema_of = {**Claims.schema_of, "assessments": ASSESSED}

    def assessed(self):
        """Assessments of the groups that took part."""
        rows = self.seen(Participation).filter(dialogue=self.record)
        return self.seen(Assessment).filter(participation__in=rows)


class PersonClaims(Claims):
    """What is said about a person and, apart, by them; and what has no recorded answer."""

    address = "people/<id>/claims"
    about = Person
    counted, connection = "about this person, and by them", "about_people"
    schema_of = {
        **HEAD,
        "total": object_schema({"about": TOTAL, "by": TOTAL}),
        "about": CLAIM,
        "by": CLAIM,
        "assessments": ASSESSED,
        "cases": ACCUSED,
        **END,
    }

    def said(self):
        spoke = self.seen(Speaker).filter(person=self.record)
        by = self.seen(Statement).filter(pk__in=spoke.values("record"))
        return {**super().said(), "by": (by, {"speaker": self.record.pk})}

    def assessed(self):
        """Assessments of this person."""
        return self.seen(Assessment).filter(person=self.record)

    def accused(self):
        return self.seen(PersecutionCase).filter(person=self.record)


class QuestionClaims(Claims):
    """Who takes which position on a contested point, side by side."""

    address = "questions/<id>/claims"
    about = Question
    counted, connection = "that take a position on this question", "questions"


class CaseClaims(Claims):
    """Who says what about a case and its events, and what has no recorded answer."""

    address = "cases/<id>/claims"
    about = PersecutionCase
    counted = "about this case and its events"
    schema_of = {**Claims.schema_of, "cases": ACCUSED}

    def said(self):
        events = self.seen(CaseEvent).filter(case=self.record)
        seen = self.seen(Statement)
        of_case, of_events = (seen.filter(about_cases=self.record), seen.filter(about_case_events__in=events))
        rows = seen.filter(Q(pk__in=of_case.values("pk")) | Q(pk__in=of_events.values("pk")))
        return {"about": (rows, None)}

    def accused(self):
        return self.seen(PersecutionCase).filter(pk=self.record.pk)
