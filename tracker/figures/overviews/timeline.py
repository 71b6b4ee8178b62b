"""Dialogues, events of cases, statements and context events on one axis of time."""

from datetime import date
from itertools import product
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, F, Q, UUIDField, Value, When
from django.db.models.functions import Cast

from dialogues.api.filters import DialogueFilterSet, StatementFilterSet
from dialogues.api.views import ContextEventViewSet
from dialogues.duration import ONE_DAY
from dialogues.models import Dialogue
from people.api.case_facts import as_text
from people.api.filters import CaseEventFilterSet
from people.choices import CaseEventKind
from people.models import CaseEvent, Conflict, PersecutionCase
from tracker.figures.figure import (
    LINK,
    LINKED_COUNT,
    TEXT,
    Figure,
    link_to,
    object_schema,
    rows_schema,
)
from tracker.records.protocol.problems import BadParameters
from tracker.records.protocol.query import whole_number
from tracker.records.read.pagination import (
    LARGEST_PAGE,
    PAGE_SIZE,
    START,
    Key,
    Order,
    read_cursor,
    write_cursor,
)
from tracker.records.shapes.fields import registry
from tracker.records.shapes.urls import api_url, record_url, resource, with_query
from tracker.records.values.dates.conditions import PossibleDay

CURSOR = (
    Key(None, None, date.fromisoformat),
    Key(None, None, UUID),
)  # the day by which it is ordered, the id
MAYBE_TEXT = {"type": ["string", "null"]}
POSSIBLE_DAY = {"type": ["string", "null"], "format": "date"}
CONNECTED = {**object_schema({"id": TEXT, "title": TEXT, "url": TEXT}), "type": ["object", "null"]}


class Lane(NamedTuple):
    """One kind of record on the axis: its dates, and the parameters of its list for those of the timeline.

    Where a parameter has several, the records that any of them finds are shown; where it has none, none.
    """

    filters: type
    start: str
    end: str
    conflict: str | None
    title: str | None
    asked: dict

    @property
    def model(self):
        return self.filters.shape.Meta.model


LANES = (
    Lane(
        DialogueFilterSet,
        *("start_date", "end_date", "conflict", "title"),
        {"conflict": ("conflict",), "overlaps": ("period_overlaps",), "person": ("participant",)},
    ),
    Lane(
        CaseEventFilterSet,
        *("date", "date", "case__conflict", None),
        {"conflict": ("conflict",), "overlaps": ("date_overlaps",), "person": ("person",)},
    ),
    Lane(
        StatementFilterSet,
        *("date", "date", None, "title"),
        {"conflict": ("conflict",), "overlaps": ("date_overlaps",), "person": ("speaker", "about_people")},
    ),
    Lane(
        ContextEventViewSet.filterset_class,
        *("start_date", "end_date", "conflict", "title"),
        {"conflict": ("conflict",), "overlaps": ("period_overlaps",), "person": ()},
    ),
)
KINDS = {resource(lane.model): lane for lane in LANES}
TYPE_OF = {Dialogue: "classification"}  # the field that says what it is, if it is not its kind
EVENTS = {
    **rows_schema(
        {
            "kind": {**TEXT, "enum": [*KINDS]},
            "id": TEXT,
            "url": TEXT,
            "title": TEXT,
            "type": TEXT,
            "start": TEXT,
            "end": MAYBE_TEXT,
            "first": POSSIBLE_DAY,
            "last": POSSIBLE_DAY,
            "conflict": CONNECTED,
            "case": CONNECTED,
        }
    ),
    "description": "In the order of the first day of start as it is written, then of the id. first and last:"
    " the first and the last possible day; null: open. start and end: the dates as EDTF text. A statement can"
    " be about several conflicts and names none here. The type is a term of the vocabulary of the record.",
}


class Timeline(Figure):
    """Dialogues, events of cases, statements and context events in one list, in the order of their dates."""

    address = "timeline"
    table = "events"
    schema_of = {
        "counts": TEXT,
        "events": EVENTS,
        "without_date": {
            **rows_schema({"kind": TEXT, "count": LINKED_COUNT["properties"]["count"], "url": LINK}),
            "description": "Matching records without a date, which have no place on the axis.",
        },
        "sources": LINKED_COUNT,
        "next": LINK,
    }

    @classmethod
    def more_parameters(cls):
        key = {"type": "string", "minLength": 1}
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return {
            **super().more_parameters(),
            "conflict": ("The conflict that they belong to or are about, by id or slug.", key),
            "kind": ("Only one kind of record.", {"type": "string", "enum": [*KINDS]}),
            "overlaps": ("Possibly within: 2025-10, 2024/2025, 2025-10/..", key),
            "person": (
                "Dialogues that this person took part in, events of their cases, statements by or about them;"
                " by id or slug.",
                key,
            ),
            "page_size": ("The number of events.", size),
            "cursor": (f"From next of an earlier answer, or {START} to start.", key),
        }

    def computed(self):
        size = whole_number(self.given, "page_size", PAGE_SIZE, LARGEST_PAGE)
        cursor = self.given.get("cursor", START)
        after = None if cursor == START else read_cursor(cursor, CURSOR)
        lanes = [(lane, self.rows(lane)) for lane in self.lanes()]
        found = self.page([on_axis(lane, rows, after) for lane, rows in lanes], size + 1)
        shown = found[:size]
        asked = {**self.given, "cursor": write_cursor([str(part) for part in shown[-1][:2]]) if shown else ""}
        return {
            "counts": "Recorded dialogues, events of cases, statements and context events that have a date.",
            "events": self.events(shown),
            "without_date": [self.without_date(lane, rows) for lane, rows in lanes],
            "sources": self.sources(shown),
            "next": api_url("timeline/") + with_query(asked) if found[size:] else None,
        }

    def lanes(self):
        """The kinds of records that are asked for."""
        kind = self.given.get("kind")
        if kind and kind not in KINDS:
            raise BadParameters({"kind": f"Give one of {', '.join(KINDS)}."})
        chosen = [lane for name, lane in KINDS.items() if kind in (None, name)]
        return [lane for lane in chosen if all(lane.asked[name] for name in self.asked())]

    def asked(self):
        return {name: self.given[name] for name in ("conflict", "overlaps", "person") if name in self.given}

    def ways(self, lane):
        """The filters of the list of the lane that match what is asked for: any of them."""
        asked = self.asked()
        names = product(*(lane.asked[name] for name in asked))
        return [dict(zip(each, asked.values(), strict=True)) for each in names]

    def rows(self, lane):
        """The records of a lane that match the filters."""
        found = Q()
        for given in self.ways(lane):
            filters = lane.filters(given, self.seen(lane.model), self.reader)
            rows = filters.matching(dict(zip(given, self.asked(), strict=True)))
            found |= Q(pk__in=rows.order_by().values("pk"))
        return self.seen(lane.model).filter(found)

    def page(self, lanes, size):
        """The first rows of all lanes in one order: one statement."""
        if not lanes:
            return []
        first, *others = [rows[:size] for rows in lanes]
        return [*first.union(*others, all=True).order_by("row_day", "row_key")[:size]] if others else [*first]

    def events(self, shown):
        """The rows as they are shown."""
        conflicts = self.titles(Conflict, {row[-2] for row in shown})
        cases = self.titles(PersecutionCase, {row[-1] for row in shown})
        return [event(row, conflicts.get(row[-2]), cases.get(row[-1])) for row in shown]

    def titles(self, model, keys):
        """{id: reference} of the records that the reader sees."""
        rows = self.seen(model).filter(pk__in=keys - {None}).values_list("pk", "title")
        return {pk: {"id": str(pk), "title": title, "url": record_url(model, pk)} for pk, title in rows}

    def without_date(self, lane, rows):
        """The number of matching records without a date. Lists have a filter for it."""
        ways = self.ways(lane)
        url = link_to(lane.model, **ways[0], **{f"{lane.start}__isnull": "true"}) if len(ways) == 1 else None
        return {"kind": resource(lane.model), "count": rows.filter(**{lane.start: ""}).count(), "url": url}

    def sources(self, shown):
        """The sources that the shown records cite."""
        keys = [row[1] for row in shown]
        each = (self.seen(lane.model).filter(pk__in=keys) for lane in LANES)
        return self.sources_of(*map(self.citations, each))


def on_axis(lane, rows, after):
    """The records with a date, in order, as rows of the columns that all lanes have."""
    order = Order(registry.whole[lane.model], lane.start)
    rows = rows.exclude(**{lane.start: ""})
    rows = rows.filter(order.after(after)) if after else rows
    columns = columns_of(lane)
    return rows.annotate(**columns).order_by(*order.by()).values_list(*columns)


def columns_of(lane):
    """{name: expression} of the columns that all lanes have, in one order. No field has such a name."""
    last = PossibleDay(lane.end, last=True)
    if lane.model is Dialogue:  # a meeting without an end ended on the day it began
        last = Case(When(ONE_DAY, then=PossibleDay(lane.start, last=True)), default=last)
    return {
        "row_day": F(f"{lane.start}_sort"),
        "row_key": F("pk"),
        "row_kind": Value(resource(lane.model)),
        "row_title": as_text(F(lane.title) if lane.title else Value("")),
        "row_type": as_text(F(TYPE_OF.get(lane.model, "kind"))),
        "row_start": as_text(F(lane.start)),
        "row_end": as_text(F(lane.end) if lane.end != lane.start else Value(None)),
        "row_first": PossibleDay(lane.start),
        "row_last": last,
        "row_line": Cast(F(lane.conflict) if lane.conflict else Value(None), UUIDField()),
        "row_case": Cast(F("case") if lane.model is CaseEvent else Value(None), UUIDField()),
    }


def event(row, conflict, case):
    """A row as it is shown."""
    _, key, kind, title, term, begins, ends, first, last, _, _ = row
    return {
        "kind": kind,
        "id": str(key),
        "url": record_url(KINDS[kind].model, key),
        "title": title or CaseEventKind(term).label,
        "type": term,
        "start": begins,
        "end": ends or None,
        "first": first and first.isoformat(),
        "last": last and last.isoformat(),
        "conflict": conflict,
        "case": case,
    }
