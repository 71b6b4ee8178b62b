"""What happened when: the timeline, the strip of the start page, and the course of a case."""

from collections import Counter

from tracker.records.shapes.urls import page_address
from tracker.records.values.dates.words import english_words
from tracker.records.values.numbers import how_many
from tracker.site.pictures.drawing import LAYOUTS, isolated
from tracker.site.words.phrases import charge_words, event_words
from tracker.site.words.tags import name_of

from .bands import Band, Mark, in_bands
from .extents import extent, moment_extent

KINDS = {  # the bands of the timeline: (title, a noun, several)
    "dialogues": ("Dialogues", "dialogue", "dialogues"),
    "case-events": ("Events of cases", "event of a case", "events of cases"),
    "statements": ("Statements", "statement", "statements"),
    "context-events": ("Context", "context event", "context events"),
}
FEW_LABELS = 6  # of a band of the strip with more, no mark has a label
FEW = 12  # of a band with more, those of one date are one mark


def timeline(answer):
    """The answer of the figure `timeline`, in each width."""
    bands = [Band(words[0], band_of(kind, answer["events"])) for kind, words in KINDS.items()]
    title = f"Timeline of what is recorded, as of {english_words(answer['as_of'])}"
    return [in_bands("timeline", width, title, bands, timeline_words(answer)) for width in LAYOUTS]


def timeline_words(answer):
    """What the timeline shows of how many, in words."""
    undated = sum(one["count"] for one in answer["without_date"])
    more = f"; {undated} without a date are not drawn" if undated else ""
    more = ", the first ones of more" if answer["next"] else more
    numbers = Counter(one["kind"] for one in answer["events"])
    kinds = ", ".join(how_many(numbers[kind], *nouns[1:]) for kind, nouns in KINDS.items())
    return f"{len(answer['events'])} recorded with a date{more}: {kinds}."


def band_of(kind, events):
    """The marks of one kind. If there are many, those of the same date are one mark."""
    own = [one for one in events if one["kind"] == kind]
    if len(own) <= FEW:
        return [mark_of_event(one) for one in own]
    several = {}
    for one in own:
        several.setdefault((one["start"], one["end"], one["last"]), []).append(one)
    return [mark_of_many(kind, rows) if rows[1:] else mark_of_event(rows[0]) for rows in several.values()]


def mark_of_event(event):
    words = event["title"] if not event["case"] else f"{event['title']}: {isolated(event['case']['title'])}"
    dates = extent(event["start"], event["end"], event["last"])
    return Mark(words, dates, f"{words}, {when(event)}", pages_of_events([event]))


def pages_of_events(events):
    """The addresses of the pages of events; of an event of a case, that of the case."""
    return tuple(dict.fromkeys(filter(None, (page_address(one["case"] or one) for one in events))))


def mark_of_many(kind, events):
    first = events[0]
    words = f"{how_many(len(events), *KINDS[kind][1:])}, {when(first)}"
    dates = extent(first["start"], first["end"], first["last"])
    return Mark(words, dates, words, pages_of_events(events))


def when(event):
    """The dates of an event in words."""
    start, end = event["start"], event["end"]
    return english_words(start) if end in (None, start) else f"{english_words(start)} – {english_words(end)}"


def course(record):
    """The events and the accusations of a case, in each width."""
    bands = [
        Band("Events", [dated_mark(event_words(one), one) for one in record["events"]]),
        Band("Accusations", [dated_mark(charge_words(one), one) for one in record["charges"]]),
    ]
    title = f"{name_of(record)}: its recorded course"
    told = " ".join(f"{mark.label}." for band in bands for mark in band.marks)
    return [in_bands("course", width, title, bands, f"{course_words(record)} {told}") for width in LAYOUTS]


def strip(dialogues, events):
    """The newest dialogues and events of cases, small, in each width."""
    bands = [
        Band("Dialogues", [mark_of_dialogue(one) for one in dialogues]),
        Band("Events of cases", [dated_mark(event_in_case(one), one) for one in events]),
    ]
    title = "The newest dialogues and events of cases that are recorded"
    said = strip_words(dialogues, events)
    return [in_bands("strip", width, title, bands, said, most_labels=FEW_LABELS) for width in LAYOUTS]


def strip_words(dialogues, events):
    """What the strip shows."""
    shown = (
        how_many(len(dialogues), *KINDS["dialogues"][1:]),
        how_many(len(events), *KINDS["case-events"][1:]),
    )
    return f"The newest of what is recorded: {' and '.join(shown)}."


def mark_of_dialogue(row):
    """A dialogue of a list. Without an end, it ended on the day on which it began."""
    start, end = (row[name] and row[name]["edtf"] for name in ("start_date", "end_date"))
    if not start:
        return Mark(row["title"], None, row["title"])
    last = end or row["start_date"]["latest"]
    dates = {"start": start, "end": end}
    return Mark(row["title"], extent(start, end, last), f"{isolated(row['title'])}, {when(dates)}")


def event_in_case(row):
    return f"{event_words(row)}: {isolated(row['case']['title'])}"


def dated_mark(words, row):
    """A mark with its date in words, and whether it is inferred."""
    edtf = row["date"] and row["date"]["edtf"]
    inferred = " (inferred)" if {"date", "*"} & {*row.get("inferred", ())} else ""
    words = f"{words}, {english_words(edtf)}{inferred}" if edtf else f"{words}{inferred}"
    return Mark(words, moment_extent(edtf) if edtf else None, words)


def course_words(record):
    """How much of a case is recorded, and how much of it with a date."""
    rows = [*record["events"], *record["charges"]]
    events, charges = how_many(len(record["events"]), "event"), how_many(len(record["charges"]), "accusation")
    return f"{events} and {charges}; {sum(bool(one['date']) for one in rows)} of {len(rows)} with a date."
