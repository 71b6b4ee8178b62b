"""Random histories of `tests.people` as the product's facts, and as rows of the database."""

from people.models import CaseEvent, Charge, PersecutionCase, Person
from people.situations.facts import Accusation, CaseHistory, Fact
from tests import make

MUTE = "hearing"  # what a history has as a kind that no event has


def kind_of(fact):
    return MUTE if fact.kind == "interrogation" else fact.kind


def facts_of(history):
    """A history as the product reads it."""
    facts = [
        Fact(
            kind_of(fact),
            fact.date,
            fact.reported,
            fact.position,
            None
            if fact.term_months is fact.term_days is None
            else (fact.term_months or 0, fact.term_days or 0),
            (fact.suspended_months or 0, fact.suspended_days or 0),
            bool(fact.life),
            fact.outcome,
        )
        for fact in history.facts
    ]
    return CaseHistory(
        tuple(facts), tuple(Accusation(charge.stage, charge.date) for charge in history.charges)
    )


def store(people):
    """Rows for people of (histories, death), all published: [person]. No save checks what is random."""
    public = {"publication": "published"}
    rows = [
        Person(name=f"Person {number}", death_date=death, **public)
        for number, (_, death) in enumerate(people)
    ]
    Person.objects.bulk_create(rows)
    for person, (histories, _) in zip(rows, people, strict=True):
        for history in histories:
            store_case(person, history, public)
    return rows


def store_case(person, history, public):
    case = PersecutionCase(title="Case", person=person, **public)
    PersecutionCase.objects.bulk_create([case])
    names = ("position", "term_months", "term_days", "suspended_months", "suspended_days", "life", "outcome")
    events = [
        CaseEvent(
            case=case,
            kind=kind_of(fact),
            date=fact.date,
            confidentiality="public",
            **{name: getattr(fact, name) for name in names},
            **public,
        )
        for fact in history.facts
    ]
    CaseEvent.objects.bulk_create(events)
    Charge.objects.bulk_create(
        [Charge(case=case, stage=charge.stage, date=charge.date, **public) for charge in history.charges]
    )
    for event, fact in zip(events, history.facts, strict=True):
        if fact.reported:
            make.citation(event, source=make.source(date=fact.reported.isoformat()))
