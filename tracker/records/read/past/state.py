"""What the public could read at an earlier moment, under today's visibility.

While `earlier_state` lasts, each statement of the request sees the tables as they were then: common table
expressions stand in their places. So whatever is computed from rows needs no second code for the past, and
nothing is written. The history knows how each row was. These rows do not come back:

- rows that did not exist yet, and those that are hidden today or have been hidden at any time since then;
- rows whose name is withheld today, with their citations, which stay as they are today;
- texts that contain a protected name, a former name of a person, or one that was withheld somewhere since.

The fields in `shown_now`, and rows of models without `has_past`, are shown as they are today.
"""

import json
import re
from contextlib import contextmanager

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.policy.search_words import Token
from tracker.records.policy.visibility import BY_RULE
from tracker.records.protocol.problems import BadParameters
from tracker.records.read.queries import Query, run_with_hash_joins
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.columns import Derived, FoldedField

from .moments import PUBLISHED_ON
from .names import hidden_names, without_names
from .rows import MOST_CHANGES, changes, fetched, with_past

TOO_MANY = "Too much has changed since then. Give a later moment."
SELECTING = re.compile(r"[\s(]*(SELECT|WITH)\s")
KINDS = "SELECT DISTINCT kind FROM records_entry WHERE at > %s"
SINCE = """
entries_since AS MATERIALIZED (
    SELECT kind, row_id FROM records_entry WHERE at > %s AND kind = ANY (%s)
)
"""
CHANGED_IDS = "SELECT row_id FROM entries_since"
IN_PLACE = """
"{table}" AS NOT MATERIALIZED (
    SELECT now.* FROM "{table}" AS now WHERE {same}
    UNION ALL SELECT * FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb)
)
"""


@contextmanager
def earlier_state(moment):
    """While it lasts, statements that only read see the public rows as they were at a moment."""
    state, computed = EarlierState(moment), BY_RULE.set(True)
    try:
        with connection.execute_wrapper(state):
            yield
    finally:
        BY_RULE.reset(computed)


class EarlierState:
    """The rows that were different at a moment, and how statements get to see them."""

    def __init__(self, moment):
        self.moment = moment
        changed = {kind for (kind,) in fetched(KINDS, moment)}
        self.models = [model for model in with_past() if model._meta.label_lower in changed]
        found = []
        for model in self.models:
            found += changes(model, moment)
            if len(found) > MOST_CHANGES:
                raise BadParameters({PUBLISHED_ON: TOO_MANY})
        self.tables = {model._meta.db_table: (model, []) for model in self.models}
        words = []
        for change in without_names(found, hidden_names(moment)) if found else ():
            row = change.row
            self.tables[change.model._meta.db_table][1].append({**change.then, **derived(row)})
            words += search_words(row)
        if self.tables:
            self.tables[Token._meta.db_table] = (Token, words)

    def __call__(self, execute, sql, params, many, context):
        text, values = self.rewritten(sql, params)
        if text is sql:
            return execute(sql, params, many, context)
        with transaction.atomic():
            run_with_hash_joins()
            return execute(text, values, many, context)

    def rewritten(self, sql, params):
        """The statement that sees the rows as they were, with its parameters."""
        named = [name for name in self.tables if re.search(rf"\b{name}\b", sql)]
        if not (named and SELECTING.match(sql)):
            return sql, params
        kinds = [model._meta.label_lower for model in self.models]
        places = [Query(SINCE, (self.moment, kinds)), *map(self.in_place_of, named)]
        rest = (sql if params else sql.replace("%", "%%")).lstrip()
        rest = f", {rest.removeprefix('WITH ')}" if rest.startswith("WITH ") else rest
        text = f"WITH {', '.join(one.sql for one in places)} {rest}"
        return text, (*(one for place in places for one in place.params), *(params or ()))

    def in_place_of(self, table):
        """What stands in the place of a table: the rows that are still the same, and others as they were."""
        model, rows = self.tables[table]
        if model is Token:
            same = f"now.name_id::text NOT IN ({CHANGED_IDS})"
        else:
            kind = model._meta.label_lower
            same = f"now.id::text NOT IN ({CHANGED_IDS} WHERE kind = '{kind}')"
        params = (json.dumps(rows, cls=DjangoJSONEncoder),)
        if issubclass(model, Record):  # what is not published stays: readers may know that it is gone
            same += f" AND now.published_at <= %s OR now.publication <> '{Publication.PUBLISHED}'"
            params = (self.moment, *params)
        return Query(IN_PLACE.format(table=table, same=same), params)


def derived(row):
    """{column: value} of the computed columns of a row."""
    fields = [one for one in row._meta.concrete_fields if isinstance(one, Derived)]
    return {one.column: getattr(row, one.attname) for one in fields}


def search_words(row):
    """The words by which a row was found."""
    folded = [one for one in row._meta.concrete_fields if isinstance(one, FoldedField)]
    words = {word for one in folded for word in getattr(row, one.attname).split()}
    record = row.record_id if isinstance(row, Part) else row.pk
    shared = {"record_id": record, "name_id": row.pk, "confidentiality": row.confidentiality} if words else {}
    return [{**shared, "token": word} for word in sorted(words)]
