"""The rules of a day, from their words and not from the SQL that the API runs.

A moment is a pair of days, the first and the last it may be; None where that side is open.
"""

from datetime import date

from people.choices import BEGINS, CUSTODY, ENDS, ENDS_CASE, WITHIN, CaseEventKind

BEFORE_ALL, AFTER_ALL = date.min, date.max
LEAVES_NO_TRACE = {CaseEventKind.HOUSE_ARREST, CaseEventKind.LEFT_COUNTRY, CaseEventKind.EXILE}


class Moment:
    """When something was, as far as the record says."""

    def __init__(self, record, name="date"):
        earliest, latest = (getattr(record, f"{name}_{part}") for part in ("earliest", "latest"))
        self.stated, self.bounded = bool(getattr(record, name)), bool(earliest and latest)
        self.first, self.last = earliest or BEFORE_ALL, latest or AFTER_ALL

    def surely_by(self, day):
        """Certainly on or before the day: its last possible day is known, and not later."""
        return self.last <= day

    def perhaps_by(self, day):
        return self.first <= day

    def perhaps_on(self, day):
        return self.first <= day <= self.last


def affiliation(oracle, row):
    """{"day", "active", "distance_days"}: whether it was so on the day, and how far off a source says so."""
    day, start, end = oracle.day, Moment(row, "start_date"), Moment(row, "end_date")
    vouched = Moment(row, "attested_date")
    if not vouched.stated:
        dated = [source for source in sources(oracle, row) if source.date]
        vouched = Moment(max(dated, key=lambda source: source.date_sort)) if dated else None
    if not start.perhaps_by(day) or end.last < day:
        active = "no"
    elif start.surely_by(day) and end.stated and end.first >= day:
        active = "certain"
    else:
        active = "attested" if vouched else "possible"
    distance = days_off(day, vouched) if active == "attested" else None
    return {"day": day.isoformat(), "active": active, "distance_days": distance}


def days_off(day, moment):
    """The least and the most days between a day and a moment."""
    if not moment.bounded:
        return {"min": None, "max": None}
    ends = abs((day - moment.first).days), abs((moment.last - day).days)
    return {"min": 0 if moment.perhaps_on(day) else min(ends), "max": max(ends)}


def sources(oracle, row):
    """The visible sources that a record cites; what cites a hidden one is hidden."""
    return [
        source for cited in oracle.related(row, "citations") for source in oracle.related(cited, "source")
    ]


def case(oracle, row):
    """{"day", "open", "custody", "last_reported"} of a case."""
    events, charges = oracle.related(row, "events"), oracle.related(row, "charges")
    told = [source.date_earliest for about in (row, *events) for source in sources(oracle, about)]
    reported = max((day for day in told if day), default=None)
    return {
        "day": oracle.day.isoformat(),
        "open": opened(oracle.day, events, charges),
        "custody": custody(oracle.day, events, reported),
        "last_reported": reported and reported.isoformat(),
    }


def opened(day, events, charges):
    """Certain: surely begun, and no end possibly there. No: surely not begun, or surely ended."""
    facts = [Moment(row) for row in (*events, *charges)]
    endings = [Moment(event) for event in events if event.kind in ENDS_CASE]
    cleared = all(charge.stage in ("acquitted", "dropped") for charge in charges) if charges else False
    clearings = [Moment(charge) for charge in charges] if cleared else []

    def over(is_by):
        return any(is_by(end) for end in endings) or (cleared and all(is_by(end) for end in clearings))

    spells = any(Moment(event).perhaps_by(day) for event in events if CUSTODY[event.kind] == WITHIN)
    not_begun = facts and not any(fact.perhaps_by(day) for fact in facts)
    if over(lambda end: end.surely_by(day)) or not_begun:
        return "no"
    perhaps_over = over(lambda end: end.perhaps_by(day)) or spells
    return "certain" if any(fact.surely_by(day) for fact in facts) and not perhaps_over else "possible"


def custody(day, events, reported):
    """One of the four answers; None where nothing tells of custody."""
    changes = {
        what: [Moment(e) for e in events if CUSTODY[e.kind] == what] for what in (BEGINS, ENDS, WITHIN)
    }
    begins, ends, spells = changes.values()
    releases = [Moment(e) for e in events if CUSTODY[e.kind] == ENDS and e.kind not in LEAVES_NO_TRACE]
    if any(began.surely_by(day) and not any(undone(began, end, day) for end in ends) for began in begins):
        return "held" if reported and reported >= day else "held_when_last_reported"
    if any(spell.perhaps_on(day) for spell in spells):
        return "possibly"
    if any(ended.surely_by(day) and not any(redone(ended, began, day) for began in begins) for ended in ends):
        return "not_held"
    if any(began.perhaps_by(day) for began in begins):
        return "possibly"
    unexplained = [end for end in releases if not any(began.first <= end.last for began in begins)]
    if any(not end.surely_by(day) for end in unexplained):
        return "possibly"
    return "not_held" if begins or spells or releases else None


def undone(began, ended, day):
    """Whether custody that began then may have ended by the day: the last day of both is the same day."""
    return ended.perhaps_by(day) and ended.last >= began.first


def redone(ended, began, day):
    """Whether custody may have begun anew by the day, after it ended."""
    return began.perhaps_by(day) and began.last > ended.first
