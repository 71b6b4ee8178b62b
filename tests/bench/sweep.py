"""Every list, order and filter of the API with values that the data hold: which take long, and by which plan.

The plans come from auto_explain, so that they are those of the statements that were sent, however they were.
"""

import argparse
import json
import re
import time
from functools import cache, singledispatch
from pathlib import Path
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import OperationalError, connection
from rest_framework.test import APIRequestFactory

from tests import catalog, wire
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.read.filters import values
from tracker.records.shapes.reader import Reader
from tracker.records.shapes.urls import resource
from tracker.records.values.dates.days import Days

NOBODY = str(UUID(int=1))
PAGES = ({}, {"cursor": "*"}, {"page": "200"})


@cache
def extremes(model, column):
    """The most frequent and the rarest text that a column holds; fewer if it holds fewer."""
    field = model._meta.get_field(column)
    value = f'unnest("{field.column}")' if isinstance(field, ArrayField) else f'"{field.column}"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT value::text FROM (SELECT {value} AS value FROM {model._meta.db_table}) AS held"
            " WHERE value::text <> '' GROUP BY 1 ORDER BY count(*) DESC, 1"
        )
        found = [text for (text,) in cursor]
    return found[:1] + found[-1:] if len(found) > 1 else found


@cache
def words_of(model):
    """A frequent and a rare word by which records of a model are found."""
    folded = next(
        field for field in model._meta.concrete_fields if field.name in ("name_folded", "title_folded")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word FROM {model._meta.db_table}, unnest(string_to_array({folded.column}, ' ')) AS word"
            " GROUP BY 1 ORDER BY count(*) DESC, 1"
        )
        found = [word for (word,) in cursor] or ["the"]
    return found[0], found[-1]


def end_of(view, one):
    """The model at the end of the path of a filter, and its last relation."""
    model, relation = view.model(), None
    for name in one.path:
        if not name.endswith("()"):
            relation = model._meta.get_field(name)
            model = relation.related_model
    return model, relation


def column_of(view, one, sample):
    """(model, column) that a filter compares; None if it does not compare one column."""
    condition = one.condition(sample, Reader(None, Days.today())) if one.condition else None
    named = [child[0] for child in getattr(condition, "children", ()) if isinstance(child, tuple)]
    model, name = end_of(view, one)[0], named[0].partition("__")[0] if named else ""
    return (model, name) if any(field.name == name for field in model._meta.concrete_fields) else None


@singledispatch
def asked(field, view, one):
    """Texts to ask a filter for."""
    column = column_of(view, one, "x")
    found = extremes(*column) if column else []
    return [text.split()[0][: values.LONGEST_TEXT] for text in found] + ["qqzzqq"]


@asked.register
def _(field: values.Values, view, one):
    single = asked(field.one, view, one)
    return [",".join(single[:2])] if single else []


@asked.register
def _(field: values.KeyField, view, one):
    model, relation = end_of(view, one)
    if relation is None or not relation.many_to_one:  # more than one way leads there, or a table of pairs
        there = one.leads_to or model
        return [*(str(key) for key in there.objects.order_by("pk").values_list("pk", flat=True)[:1]), NOBODY]
    return [*extremes(relation.model, relation.name), NOBODY]


@asked.register
def _(field: values.TruthField, view, one):
    return ["true", "false"]


@asked.register
def _(field: forms.ChoiceField, view, one):
    every = [str(slug) for slug, _ in field.choices if slug]
    column = column_of(view, one, every[0])
    held = extremes(*column) if column else every
    return held + [slug for slug in every if slug not in held][-1:]


@asked.register
def _(field: values.CodeFilterField, view, one):
    return [*extremes(*column_of(view, one, "AM")), field.registry.example]


@asked.register
def _(field: values.WordsField, view, one):
    often, seldom = words_of(view.model())
    return [often[0], often, seldom, f"{often} {seldom}", f"{often} {often[0]}", "qqzzqq"]


@asked.register
def _(field: values.DatesField, view, one):
    return ["2020-05", "2015", "2024/..", "1950"]


@asked.register
def _(field: values.MomentField, view, one):
    return ["2025-06-01T00:00:00Z", "2023-01-02T00:00:00Z", "2030-01-01T00:00:00Z"]


@asked.register
def _(field: forms.IntegerField, view, one):
    return ["60", "100000"]


@asked.register
def _(field: values.IdentifierField, view, one):
    return ["wikidata:Q9036"]


@asked.register
def _(field: forms.UUIDField, view, one):
    model = view.model()
    name = "pk" if one.schema["type"] == "array" else "record_id"
    return [*(str(key) for key in model.objects.order_by(name).values_list(name, flat=True)[:2]), NOBODY]


def requests(view):
    """The queries of a list that the sweep asks for."""
    yield from PAGES
    yield from catalog.orderings(view)
    for name, one in view.filterset_class.base_filters.items():
        for text in asked(one.form_field, view, one):
            yield {name: text}


def name_of(view):
    return "citations" if view is CitationViewSet else resource(view.model())


class Watch:
    """Asks for lists as the public, and hears from the database which statements they sent."""

    def __init__(self, limit=0):
        """`limit` ends statements after so many seconds."""
        settings.LIMITS = dict.fromkeys(settings.LIMITS, 0)
        self.heard, self.sent, self.factory = [], [], APIRequestFactory()
        connection.ensure_connection()
        connection.connection.add_notice_handler(self.hear)
        self.set(statement_timeout=f"{limit}s")

    def hear(self, notice):
        if found := re.match(r"duration: ([0-9.]+) ms  plan:\n(.*)", notice.message_primary, re.S):
            self.heard.append((float(found[1]), json.loads(found[2])))

    def set(self, **values):
        with connection.cursor() as cursor:
            for name, value in values.items():
                cursor.execute("SELECT set_config(%s, %s, false)", [name.replace("__", "."), value])

    def ask(self, view, query, analyze=False, **key):
        """(status, the answer, [(ms, plan) of each statement]) of a list, or of the record with this `pk`.

        To analyze a statement makes it slower.
        """
        self.set(auto_explain__log_analyze="on" if analyze else "off", auto_explain__log_min_duration="0")
        self.heard = []
        try:
            with wire.statements() as self.sent:
                answer = view.as_view({"get": "retrieve" if key else "list"})(
                    self.factory.get("/", query), **key
                )
                status, body = answer.status_code, json.loads(getattr(answer, "content", b"") or b"{}")
        except OperationalError:
            status, body = 503, {}
        heard = self.heard
        self.set(auto_explain__log_min_duration="-1")
        return status, body, heard


def nodes(plan):
    """All nodes of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def reads(node):
    """How many rows a node of an analyzed plan read from its table."""
    removed = [node.get(f"Rows Removed by {reason}", 0) for reason in ("Filter", "Index Recheck")]
    return round((node.get("Actual Rows", 0) + sum(removed)) * node.get("Actual Loops", 1))


def scans(plan):
    """The nodes of a plan that read a table, those that read most first."""
    return sorted((node for node in nodes(plan["Plan"]) if "Relation Name" in node), key=reads, reverse=True)


def in_words(node):
    return f"{node['Node Type']} {node['Relation Name']} {node.get('Index Name', '')} {reads(node):,} rows"


def measured(watch, view, query, slow):
    """A line about one request: how long its statements took when warm, and why, if that was long."""
    status, body, heard = min(
        (watch.ask(view, query) for _ in range(2)), key=lambda asked: sum(ms for ms, _ in asked[2])
    )
    took = sum(ms for ms, _ in heard)
    line = {
        "endpoint": name_of(view),
        "query": query,
        "status": status,
        "ms": round(took, 1),
        "statements": len(watch.sent),
    }
    if status == 200 and took > slow:
        plans = watch.ask(view, query, analyze=True)[2]
        line["why"] = [in_words(node) for _, plan in plans for node in scans(plan)[:4] if reads(node) > 100]
    return line | {
        "rows": len(body.get("results", ())),
        "total": body.get("total"),
        "errors": body.get("errors"),
    }


def main():
    """With DATABASE_URL of a superuser, on a server with auto_explain."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=20, help="seconds after which a statement is ended")
    parser.add_argument("--slow", type=int, default=500, help="milliseconds from which it is asked why")
    parser.add_argument("--only", type=lambda text: text.split(","))
    options = parser.parse_args()
    watch = Watch(options.limit)
    for view in catalog.VIEWS:
        if options.only and name_of(view) not in options.only:
            continue
        began = time.monotonic()
        lines = [measured(watch, view, query, options.slow) for query in requests(view)]
        with open(options.out, "a") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)
        print(f"{name_of(view)}: {len(lines)} requests, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
