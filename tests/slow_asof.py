"""The rules of a day, from their words and not from the SQL that the API runs.

A moment is a pair of days, the first and the last it may be; None where that side is open.
"""

from calendar import monthrange
from datetime import date

from people.choices import BEGINS, CUSTODY, ENDS, ENDS_CASE, PURSUES_CASE, WITHIN, CaseEventKind
from people.models import Person

BEFORE_ALL, AFTER_ALL = date.min, date.max
LEAVES_NO_TRACE = {
    CaseEventKind.HOUSE_ARREST,
    CaseEventKind.LEFT_COUNTRY,
    CaseEventKind.EXILE,
    CaseEventKind.EXPULSION,
    CaseEventKind.KILLING,
}


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
    elif start.sure and start.surely_by(day) and end.sure and end.stated and end.first >= day:
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
    """{"day", "open", "custody", "last_reported"} of a case."""
    events, charges = oracle.related(row, "events"), oracle.related(row, "charges")
    told = [source.date_earliest for about in (row, *events) for source in sources(oracle, about)]
    reported = max((day for day in told if day), default=None)
    death = Moment(next(iter(oracle.related(row, "person")), Person()), "death_date")
    return {
        "day": oracle.day.isoformat(),
        "open": opened(oracle.day, events, charges, death),
        "custody": custody(oracle.day, events, reported, death),
        "last_reported": reported and reported.isoformat(),
    }


def died(day, death):
    """Whether the person had certainly died by the day, and whether possibly."""
    return death.surely_by(day), death.stated and death.perhaps_by(day)


def opened(day, events, charges, death):
    """Certain: surely begun, and no end possibly there. No: surely not begun, or surely ended for good."""
    facts = [Moment(row) for row in (*events, *charges)]
    endings = [Moment(event) for event in events if event.kind in ENDS_CASE]
    cleared = bool(charges) and all(charge.stage in ("acquitted", "dropped") for charge in charges)
    cleared_at = [Moment(charge) for charge in charges] if cleared else []
    pursuits = [Moment(event) for event in events if event.kind in PURSUES_CASE]
    pursuits = [pursuit for pursuit in pursuits if pursuit.perhaps_by(day)]
    accused = [Moment(charge) for charge in charges if charge.stage not in ("acquitted", "dropped")]
    accused = [charge for charge in accused if charge.perhaps_by(day)]
    surely_dead, perhaps_dead = died(day, death)

    def final(last, later):
        return last <= day and not any(moment.first > last for moment in later)

    ended = any(final(ending.last, pursuits + accused) for ending in endings)
    ended |= cleared and final(max(moment.last for moment in cleared_at), pursuits)
    perhaps = any(ending.perhaps_by(day) for ending in endings) or perhaps_dead
    perhaps |= cleared and all(moment.perhaps_by(day) for moment in cleared_at)
    perhaps |= any(Moment(event).perhaps_by(day) for event in events if CUSTODY[event.kind] == WITHIN)
    not_begun = facts and not any(fact.perhaps_by(day) for fact in facts)
    if ended or surely_dead or not_begun:
        return "no"
    return "certain" if any(fact.surely_by(day) for fact in facts) and not perhaps else "possible"


def custody(day, events, reported, death):
    """One of the four answers; None where nothing tells of custody on that day."""
    begins, ends, spells = (
        [(event, Moment(event)) for event in events if CUSTODY[event.kind] == what]
        for what in (BEGINS, ENDS, WITHIN)
    )
    releases = [(event, end) for event, end in ends if event.kind not in LEAVES_NO_TRACE]
    surely_dead, perhaps_dead = died(day, death)
    if surely_dead and (begins or releases or spells):
        return "not_held"
    held = any(
        begun.surely_by(day) and not any(undone(begun, end, day) for _, end in ends) for _, begun in begins
    )
    if held and not perhaps_dead and not term_over(day, events):
        return "held" if reported and reported >= day else "held_when_last_reported"
    if any(spell.perhaps_on(day) for _, spell in spells):
        return "possibly"
    if any(end.surely_by(day) and not redone(event, end, begins, day) for event, end in ends):
        return "not_held"
    if any(begun.perhaps_by(day) for _, begun in begins):
        return "possibly"
    unexplained = [end for _, end in releases if not any(begun.first <= end.last for _, begun in begins)]
    if any(not end.surely_by(day) for end in unexplained):
        return "possibly"
    return "not_held" if begins or releases else None


def undone(begun, ended, day):
    """Whether custody that began then may have ended by the day: the last day of both is the same day."""
    return ended.perhaps_by(day) and ended.last >= begun.first


def redone(event, ended, begins, day):
    """Whether custody may have begun anew by the day, after it ended.

    A release needs custody before it: the only one that it can have ended did not begin after it.
    """
    begins = [(other, begun) for other, begun in begins if begun.perhaps_by(day)]
    if event.kind in LEAVES_NO_TRACE:
        return any(begun.last > ended.first for _, begun in begins)
    for other, begun in begins:
        overlap = other.kind in ("arrest", "detention") and begun.last >= ended.first
        explained = any(one is not other and first.first <= ended.last for one, first in begins)
        if begun.first > ended.last or (overlap and explained):
            return True
    return False


def term_over(day, events):
    """Whether there are terms and all ran out before the day."""
    ends = []
    for event in events:
        if event.life:
            return False
        if event.term_months is not None:
            ends.append(later(Moment(event).last, event.term_months))
    return bool(ends) and max(ends) < day


def later(day, months):
    """The day so many months later, or the last of its month."""
    if day == AFTER_ALL:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
