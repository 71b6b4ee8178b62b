"""People with a recorded case of the conflict of a dialogue, and what is recorded about them on its days."""

from django.db.models import Exists, OuterRef

from dialogues.choices import ABSENT, ParticipationRole
from dialogues.models import Dialogue, Participation, Speaker, Statement
from dialogues.models.dialogues import MEANT_FOR, UNDISCLOSED
from people.api.as_of_days import vouching
from people.api.case_facts import visible_records
from people.choices import Open
from people.models import CaseEvent, CaseEventCitation, Charge, ChargeCitation, PersecutionCase, Person
from tracker.figures.figure import (
    COUNT_SCHEMA,
    LINKED_COUNT,
    TEXT,
    DatedFigure,
    DuringDialogue,
    ListOf,
    grouped,
    ids_with_link,
    link_to,
)
from tracker.figures.participants import earlier_dialogues
from tracker.records.base.sources import Source
from tracker.records.shapes.urls import record_url
from tracker.records.values.codes.vocabularies import Stance

from .attribution import accusation, reason_of_authorities, reason_of_sources
from .people_with_cases import ANSWER_ROWS, COUNTED, MOST_PEOPLE, OPEN_ROWS, SCALES, PeopleWithCases

NOT_SO = 1  # the place of this answer in each track, after "not recorded"
PART = {
    "type": ["object", "null"],
    "description": "What is recorded of the person's part in the dialogue, if it was open.",
    "properties": {"id": TEXT, "url": TEXT, "role": TEXT},
}
EARLIER = {
    **COUNTED,
    "type": ["object", "null"],
    "description": "Earlier open dialogues of the conflict that the person took part in. Null: the date of"
    " this dialogue is not recorded, or it was not open.",
}
CASE = (
    *("person", "title", "jurisdiction", "conflict", "stated_reason", "impugned_activities"),
    *("inferred", "citations"),
)
CHARGE_FIELDS = ("case", "stage", "offence", "provision", "wording", "date", "court", "inferred", "citations")
EVENT_FIELDS = (
    *("case", "kind", "date", "place", "authority", "circumstances", "outcome", "term_months", "term_days"),
    *("suspended_months", "suspended_days", "life", "inferred", "citations"),
)
NOBODY_SAYS = "No published record says whether this person was invited or would have come."
NOT_OPEN = "Not compared with who took part: it is not recorded that this dialogue was open."


class ConcurrentCases(PeopleWithCases, DuringDialogue, DatedFigure):
    """People with a recorded case of the same conflict, and what is recorded about them on the days of a
    dialogue."""

    address = "dialogues/<id>/concurrent-cases"
    most = MOST_PEOPLE  # people with their cases in one answer
    table = "people"
    schema_of = {
        "counts": TEXT,
        "total": COUNTED,
        "answers": ANSWER_ROWS,
        "open": OPEN_ROWS,
        "people": ListOf(
            Person,
            ("slug", "name", "as_of"),
            {"says": TEXT, "participation": PART, "earlier_dialogues": EARLIER, "statements": COUNTED},
        ),
        "more": {**COUNT_SCHEMA, "description": "How many more such people there are than in the list."},
        "others": {
            **COUNTED,
            "description": "People with a recorded case of the conflict about whom nothing is recorded on"
            " these days, or only that it had ended.",
        },
        "cases": ListOf(PersecutionCase, CASE, {"open": TEXT, "of_authorities": TEXT, "of_sources": TEXT}),
        "charges": ListOf(Charge, CHARGE_FIELDS, {"words": TEXT}),
        "events": ListOf(CaseEvent, EVENT_FIELDS),
        "sources": LINKED_COUNT,
    }

    def days_asked(self):
        return self.days_in_links(during=self.record.pk)

    def computed(self):
        cases = self.seen(PersecutionCase).exclude(conflict=None).filter(conflict=self.conflict)
        filters = {"conflict": self.conflict and self.conflict.pk}
        selected = self.selected(cases.exclude(person=None), filters)
        by_person = grouped((person, case) for case, person in selected.cases.items())
        people = [pk for pk in self.strongest_first(cases) if self.is_concurrent(pk, by_person[str(pk)])]
        others = selected.people - {*people}
        return {
            "counts": self.what_counts(),
            "total": self.total(selected),
            "answers": self.answer_rows(selected),
            "open": self.open_rows(selected),
            "people": self.described_people(people[: self.most]),
            "more": max(0, len(people) - self.most),
            "others": self.counted(
                len(others), ids_with_link(others, Person)["url"], f"{len(others)} of {len(selected.people)}"
            ),
            **self.histories(people[: self.most]),
            "sources": self.cited(self.backed(cases)),
        }

    def what_counts(self):
        if not self.conflict:
            return "Nobody: the conflict of this dialogue is not recorded."
        return (
            "People with a recorded case of the conflict of this dialogue. The list has those about whom"
            " something is recorded on its days, or whose case may have been open then."
        )

    def is_concurrent(self, pk, cases):
        """Whether anything is recorded about a person on the days, or a case of theirs may have been open."""
        found, opened = self.situations.people, self.situations.cases["open"]
        if any(found[track].get(pk) in values[NOT_SO + 1 :] for track, values in SCALES.items()):
            return True
        return any(opened.get(str(case)) != Open.NO for case in cases)

    # What is listed about each person.

    def described_people(self, people):
        rows = self.listed(people, self.schema_of["people"])
        parts = self.parts(people)
        earlier, statements = self.earlier_of(people), self.statements_of(people)
        for row in rows:
            part = parts.get(row["id"])
            row["says"] = self.what_is_said(part)
            row["participation"] = part
            row["earlier_dialogues"] = None if earlier is None else self.dialogue_count(earlier[row["id"]])
            row["statements"] = self.statement_count(row["id"], statements[row["id"]])
        return rows

    def what_is_said(self, part):
        """Whether anything is recorded about the person and this dialogue, in words."""
        if self.record.disclosure in UNDISCLOSED:
            return NOT_OPEN
        if part is None:
            return NOBODY_SAYS
        label = ParticipationRole(part["role"]).label
        if self.record.status in MEANT_FOR:
            return f"Recorded: {label}. This dialogue is not recorded as held."
        return f"Recorded: {label}" if part["role"] in ABSENT else f"Took part. Recorded role: {label}"

    def backed_rows(self, model):
        """The records that the reader sees; with `known_on`, those with a source of that day or earlier."""
        rows, reader = self.seen(model), self.reader
        cited = vouching(model.citations.rel.related_model, reader, record=OuterRef("pk"))
        return rows.filter(Exists(cited)) if reader.known_on else rows

    def parts(self, people):
        """{person: their participation in this dialogue}; none if it was not open."""
        if self.record.disclosure in UNDISCLOSED:
            return {}
        rows = self.backed_rows(Participation).filter(dialogue=self.record, person__in=people)
        return {
            str(person): {"id": str(pk), "url": record_url(Participation, pk), "role": role}
            for person, pk, role in rows.order_by("pk").values_list("person", "pk", "role")
        }

    def earlier_of(self, people):
        """{person: earlier open dialogues of the conflict that they took part in}, or None."""
        before = earlier_dialogues(self.backed_rows(Dialogue), self.record, self.conflict)
        if before is None:
            return None
        rows = self.backed_rows(Participation).took_part().filter(dialogue__in=before, person__in=people)
        return grouped(rows.order_by().values_list("person", "dialogue"))

    def dialogue_count(self, dialogues):
        found = ids_with_link(dialogues, Dialogue)
        return self.counted(found["count"], found["url"], f"{found['count']} recorded")

    def statements_of(self, people):
        """{person: the statements that they made}."""
        rows = self.seen(Speaker).filter(record__in=self.backed_rows(Statement), person__in=people)
        return grouped(rows.order_by().values_list("person", "record"))

    def statement_count(self, person, statements):
        url = link_to(Statement, speaker=person)
        if self.reader.known_on:  # the list also has what no source had mentioned yet
            url = ids_with_link(statements, Statement)["url"]
        return self.counted(len(statements), url, f"{len(statements)} recorded")

    # Cases.

    def histories(self, people):
        """All cases of these people, since each decides what is known about them, with charges and events."""
        cases = self.backed(self.seen(PersecutionCase).filter(person__in=people))
        reader, parts = self.reader, self.schema_of
        charges = visible_records(Charge, ChargeCitation, reader, case__in=cases.values("pk"))
        events = visible_records(CaseEvent, CaseEventCitation, reader, case__in=cases.values("pk"))
        found = {
            "cases": self.records(cases, parts["cases"]),
            "charges": self.records(charges, parts["charges"]),
            "events": self.records(events, parts["events"]),
        }
        if reader.known_on:
            self.limit(found)
        for case in found["cases"]:
            case["open"] = self.situations.cases["open"].get(case["id"], Open.UNDATED.value)
            case["of_authorities"], case["of_sources"] = reason_of_authorities(case), reason_of_sources(case)
        for charge in found["charges"]:
            charge["words"] = accusation(charge)
        return found

    def limit(self, found):
        """Leaves out citations of later sources, and what only they support."""
        rows = [row for part in found.values() for row in part]
        cited = {one["source"]["id"] for row in rows for one in row["citations"] if one["source"]}
        earlier = self.by_then(self.seen(Source).filter(pk__in=cited))
        known = {str(pk) for pk in earlier.values_list("pk", flat=True)}
        for row in rows:
            kept = [one for one in row["citations"] if one["source"] and one["source"]["id"] in known]
            backed = {one["field"] for one in kept if one["stance"] != Stance.CONTRADICTS}
            row["citations"] = kept
            for name in LIMITED & {*row} if "" not in backed else ():
                if name not in backed:
                    row[name] = type(row[name])() if isinstance(row[name], str | list) else None


LIMITED = {*CASE, *CHARGE_FIELDS, *EVENT_FIELDS} - {
    *("person", "case", "title", "kind", "stage", "offence", "inferred", "citations"),
}
