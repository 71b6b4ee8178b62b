"""What records say about people, in words that never say more than the records.

An accusation is attributed to those who make it, an answer about custody is shown with the date of the fact
that it rests on, and silence is not taken for freedom.
"""

from django.template import Library
from django.utils.html import format_html

from tracker.figures.cases.attribution import accusation
from tracker.records.values.numbers import how_many

from .tags import label, words

register = Library()
NOTHING = {
    "custody": "No custody recorded around this day",
    "house_arrest": "No house arrest recorded around this day",
    "travel_ban": "No travel ban recorded around this day",
    "abroad": "No stay abroad recorded around this day",
}
ANSWERS = {  # what an answer means, and what is not recorded
    "held": "Held on this day: {fact}",
    "held_when_last_reported": "Held when last reported: {fact}. No end of custody is recorded since",
    "not_held": "{fact}. No custody recorded since",
    "in_force": "{track} in force on this day: {fact}",
    "in_force_when_last_reported": "{track} in force when last reported: {fact}. No end is recorded since",
    "not_in_force": "{fact}. No {track_low} recorded since",
    "abroad": "Abroad on this day: {fact}",
    "abroad_when_last_reported": "Abroad when last reported: {fact}. No return is recorded since",
    "not_abroad": "{fact}. No stay abroad recorded since",
    "possibly": "{track} possible on this day, neither confirmed nor excluded by the records: {fact}",
    "undated": "{track} at some time; no source says when",
}
TRACK_WORDS = {
    "custody": "Custody",
    "house_arrest": "House arrest",
    "travel_ban": "Travel ban",
    "abroad": "A stay abroad",
}


TURNED = {  # a relation between statements, seen from the other one
    "supports": "Supported by",
    "contradicts": "Contradicted by",
    "denies": "Denied by",
    "qualifies": "Qualified by",
    "criticizes": "Criticized by",
    "repeats": "Repeated by",
    "responds_to": "Answered by",
    "retracts": "Retracted by",
}


@register.filter
def turned(kind):
    """A relation as it reads on the page of the statement that it leads to."""
    return TURNED[kind]


@register.filter
def at_that_time(as_of):
    """How sure it is that an affiliation existed at the time in question."""
    distance = as_of["distance_days"] or {}
    low, high = distance.get("min"), distance.get("max")
    if as_of["active"] == "certain":
        return "at that time"
    if as_of["active"] == "possible":
        return "possibly at that time"
    if low is None:
        return "attested, how far from that time is not known"
    if high == 0:
        return "attested at that time"
    days = f"{low} to {high} days" if low != high else how_many(low, "day")
    return f"attested {days} from that time"


@register.filter
def count_words(row):
    """The size of a group: "12 people", "10 to 15 people", "number not stated"."""
    low, high = row["count_min"], row["count_max"]
    if low is None and high is None:
        return "number not stated"
    if low == high:
        return how_many(low, "person", "people")
    if high is None:
        return f"at least {low} people"
    return f"at most {high} people" if low is None else f"{low} to {high} people"


@register.filter
def charge_words(charge):
    """A charge as an accusation: "Accused by the authorities of treason; charged"."""
    said = accusation(charge)
    return f"{said[0].upper()}{said[1:]}"


@register.filter
def charge_wording(charge):
    """The wording of a charge, "" if `charge_words` has it already."""
    return "" if charge["wording"] in accusation(charge) else charge["wording"]


@register.filter
def event_words(event):
    """What happened, with its term: "Sentence: 15 years"."""
    said = label(event["kind"], "case_event_kind")
    term = term_words(event)
    outcome = label(event.get("outcome"), "appeal_outcome").lower()
    return ": ".join([said, ", ".join(filter(None, [outcome, term]))]) if outcome or term else said


def term_words(event):
    """The term of a sentence: "15 years", "2 years and 6 months, 1 year of them suspended", "life"."""
    if event.get("life"):
        return "life"
    term = length(event.get("term_months"), event.get("term_days"))
    suspended = length(event.get("suspended_months"), event.get("suspended_days"))
    if suspended and suspended == term:
        return f"{term}, suspended"
    return f"{term}, {suspended} of them suspended" if suspended else term


def length(months, days):
    """A length of time in words, "" if it is not stated."""
    years, months = divmod(months or 0, 12)
    parts = [(years, "year"), (months, "month"), (days or 0, "day")]
    return " and ".join(how_many(count, unit) for count, unit in parts if count)


@register.filter
def recorded_tracks(as_of):
    """The tracks about which something is recorded, besides that a measure was not in force."""
    return [track for track in NOTHING if as_of[track]["answer"] not in ("not_recorded", "not_in_force")]


@register.filter
def situation_words(as_of, track):
    """What is known of one track: "Held when last reported: Arrest, summer 2024. No end ..."."""
    told = as_of[track]
    if told["answer"] == "not_recorded":
        return NOTHING[track]
    template = ANSWERS[told["answer"]]
    fact = fact_words(told, lower=not template.startswith("{fact}"))
    if not fact:
        template = template.replace(": {fact}", "").replace("{fact}. ", "")
    track_low = TRACK_WORDS[track].lower()
    return format_html(template, fact=fact, track=TRACK_WORDS[track], track_low=track_low)


def fact_words(told, lower):
    """The fact that an answer rests on: its kind and its date."""
    kind = told["last_event"]
    said = label(kind, "case_event_kind") if kind != "death" else "Death"
    said = said.lower() if lower else said
    date = words(told["last_reported"])
    parts = [part for part in (said, date) if part]
    inferred = " (inferred)" if told["inferred"] else ""
    return (
        format_html("{}{}{}", parts[0], format_html(", {}", parts[1]) if len(parts) > 1 else "", inferred)
        if parts
        else ""
    )
