"""The rules of a day, from their words and not from the SQL that the API runs.

A moment is a pair of days, the first and the last it may be; None where that side is open.
"""

from datetime import date

from people.api.case_facts import ANSWER_SLUGS
from people.situations.effects import TRACKS
from people.situations.facts import Accusation, CaseHistory, Fact, interval
from people.situations.periods import situation
from tracker.records.values.dates.days import Days
from tracker.records.values.dates.partial_dates import understand

BEFORE_ALL, AFTER_ALL = date.min, date.max


class Moment:
    """When something was, as far as the record says."""

    def __init__(self, record, name="date"):
        earliest, latest = (getattr(record, f"{name}_{part}") for part in ("earliest", "latest"))
        self.stated, self.bounded = bool(getattr(record, name)), bool(earliest and latest)
        self.first, self.last = earliest or BEFORE_ALL, latest or AFTER_ALL

    def surely_by(self, day):
        """Certainly on or before the day: its last possible day is known, and not later."""
        return self.last <= day

    def perhaps_on(self, day):
        return self.first <= day <= self.last


class Wide(Moment):
    """A moment with what its qualifiers add: a unit of what is stated. Doubt makes it unsure."""

    def __init__(self, record, name="date"):
        super().__init__(record, name)
        text = getattr(record, name)
        start, _, end = text.partition("/")
        self.sure = "?" not in text and "%" not in text
        self.first = date.fromordinal(max(1, self.first.toordinal() - unit(start)))
        self.last = date.fromordinal(min(date.max.toordinal(), self.last.toordinal() + unit(end or start)))


def unit(point):
    """How many days a qualified date may be off: one of the unit that it states."""
    if point[-1:] not in ("?", "~", "%"):
        return 0
    known = point[:-1].replace("-XX", "")
    if "X" in known:
        return 36525 if "XX" in known else 3653
    _, month, day = [*known.split("-"), "", ""][:3]
    if day:
        return 7
    return (91 if int(month) > 12 else 31) if month else 366


def affiliation(oracle, row):
    """{"day", "active", "distance_days"}: whether it was so on the day, and how far off a source says so."""
    day, start, end = oracle.day, Wide(row, "start_date"), Wide(row, "end_date")
    vouched = Wide(row, "attested_date")
    if not vouched.stated:
        dated = [source for source in sources(oracle, row) if source.date]
        vouched = Wide(max(dated, key=lambda source: source.date_sort)) if dated else None
    against = outside(oracle, row, start, end)
    if any(moment.sure for moment in against):
        active = "no"
    elif against:
        active = "possible"
    elif any(edge.stated and edge.sure and edge.first == edge.last == day for edge in (start, end)) or (
        start.sure and start.surely_by(day) and end.sure and end.stated and end.first >= day
    ):
        active = "certain"
    else:
        active = "attested" if vouched else "possible"
    distance = days_off(day, vouched) if active == "attested" else None
    return {"day": day.isoformat(), "active": active, "distance_days": distance}


def outside(oracle, row, start, end):
    """The moments that say: not yet, or no more."""
    (person,) = oracle.related(row, "person")
    founded, dissolved = [], []
    for organization in oracle.related(row, "organization") if hasattr(row, "organization_id") else ():
        founded.append(Wide(organization, "founding_date"))
        dissolved.append(Wide(organization, "dissolution_date"))
    later = [moment for moment in (start, *founded) if moment.first > oracle.day]
    return later + [
        moment for moment in (end, Wide(person, "death_date"), *dissolved) if moment.last < oracle.day
    ]


def days_off(day, moment):
    """The least and the most days between a day and a moment."""
    if not moment.bounded:
        return {"min": None, "max": None}
    ends = abs((day - moment.first).days), abs((moment.last - day).days)
    return {"min": 0 if moment.perhaps_on(day) else min(ends), "max": max(ends)}


def sources(oracle, row):
    """The visible sources that vouch for a record; what cites a hidden one is hidden."""
    return [
        source
        for cited in oracle.related(row, "citations")
        for source in oracle.related(cited, "source")
        if cited.stance != "contradicts"
    ]


def case(oracle, row):
    """What `situations` makes of the facts of a case that the oracle's reader sees."""
    people = oracle.related(row, "person")
    cases = sorted(oracle.related(people[0], "cases"), key=lambda one: one.pk) if people else [row]
    death = people[0].death_date if people else ""
    found = situation([history(oracle, one) for one in cases], death, Days.day(oracle.day))
    number = [one.pk for one in cases].index(row.pk)
    answers = told(found.cases[number], marks(oracle, cases, people))
    return {**asked(oracle), "open": found.opened[number], **answers}


def person(oracle, row):
    cases = sorted(oracle.related(row, "cases"), key=lambda one: one.pk)
    found = situation([history(oracle, one) for one in cases], row.death_date, Days.day(oracle.day))
    return {**asked(oracle), **told(found.person, marks(oracle, cases, [row]))}


def marks(oracle, cases, people):
    """[(fact, the fields of its row that a citation infers and none states)] of all that can be told."""
    found = [(Fact("death", one.death_date), inferred(oracle, one)) for one in people]
    for case in cases:
        events, charges = oracle.related(case, "events"), oracle.related(case, "charges")
        found += [(fact(oracle, one), inferred(oracle, one)) for one in events]
        over = {"acquitted": "acquittal", "dropped": "charges_dropped"}
        found += [
            (Fact(over[one.stage], one.date), inferred(oracle, one)) for one in charges if one.stage in over
        ]
    return found


def inferred(oracle, row):
    """The fields, "*" for the whole, that a visible citation infers and none states."""
    bases = {}
    for cited in oracle.related(row, "citations"):
        if cited.stance == "supports":
            bases.setdefault(cited.field or "*", set()).add(cited.basis)
    return {name for name, told in bases.items() if told == {"inferred"}}


def asked(oracle):
    return {"day": oracle.day.isoformat()}


def history(oracle, case):
    charges = sorted(oracle.related(case, "charges"), key=lambda one: one.pk)
    charges = tuple(Accusation(one.stage, one.date) for one in charges)
    events = tuple(
        fact(oracle, one) for one in sorted(oracle.related(case, "events"), key=lambda one: one.pk)
    )
    over = {"acquitted": "acquittal", "dropped": "charges_dropped"}
    told = {one.kind for one in events} & set(over.values())
    if charges and {one.stage for one in charges} <= set(over) and not told:
        last = max(charges, key=lambda one: interval(Fact("", one.edtf))[1::-1])
        events += (Fact(over[last.stage], last.edtf),)
    return CaseHistory(events, charges)


def fact(oracle, event):
    appeared = [Wide(source).last for source in sources(oracle, event) if source.date_latest]
    term = (event.term_months, event.term_days)
    return Fact(
        event.kind,
        event.date,
        max(appeared, default=None) if event.date_latest is None else None,
        event.position,
        None if term == (None, None) else tuple(part or 0 for part in term),
        (event.suspended_months or 0, event.suspended_days or 0),
        bool(event.life),
        event.outcome,
    )


def told(answers, marks):
    found = {}
    shown = {"date": "last_reported", "death_date": "last_reported", "kind": "last_event"}
    shown |= {"stage": "last_event", "*": "*"}
    for track, one in zip(TRACKS, answers, strict=True):
        basis = one.basis
        edtf = basis and (basis.edtf or (basis.reported and f"../{basis.reported}"))
        found[track] = {
            "answer": ANSWER_SLUGS[track][one.strength],
            "last_reported": partial(edtf) if edtf else None,
            "last_event": basis and basis.kind,
            "inferred": sorted(
                {shown[name] for name in common(basis, marks) if name in shown}
                | ({"last_reported"} if basis and basis.reported and not basis.edtf else set())
            ),
        }
    return found


def common(basis, marks):
    """What is inferred in each row that tells this very fact."""
    rows = [fields for one, fields in marks if one == basis]
    return set.intersection(*rows) if rows else set()


def partial(edtf):
    moment = understand(edtf)
    days = (day and day.isoformat() for day in (moment.earliest, moment.latest))
    return dict(zip(("edtf", "earliest", "latest"), (edtf, *days), strict=True))
