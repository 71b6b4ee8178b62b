"""Rows that have changed since a moment: how they were, as far as the public may still see it."""

import json
from functools import cache
from typing import NamedTuple

from django.apps import apps
from django.db import connection, models

from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.policy.visibility import Visible
from tracker.records.protection.protected_names import row_texts
from tracker.records.read.queries import compiled
from tracker.records.revisions.timeline import FREE
from tracker.records.values.columns import Derived

JSONB = 3802  # the number of the type in PostgreSQL
MOST_CHANGES = 5_000  # rows that are put back
# The state of each row before its first change since then, null if it did not exist; and whether it has been
# hidden at any time since then.
FIRST = """
SELECT DISTINCT ON (row_id) row_id, record_id, before, bool_or(
    coalesce(after ->> 'publication' <> 'published', false)
    OR coalesce(after ->> 'confidentiality' <> 'public', false)
) OVER (PARTITION BY row_id) AS hidden
FROM records_entry WHERE kind = %s AND at > %s ORDER BY row_id, id
"""
STANDING = """
SELECT first.before, to_jsonb(now) FROM ({first}) AS first
JOIN "{table}" AS now ON now.id = first.row_id::{key}
WHERE now.id IN ({visible}) AND NOT first.hidden AND ({also} OR first.before IS NOT NULL) LIMIT {most}
"""
REMOVED = """
SELECT first.before, NULL FROM ({first}) AS first
WHERE NOT first.hidden AND first.before IS NOT NULL AND first.record_id IN ({visible})
    AND NOT EXISTS (SELECT FROM "{table}" AS now WHERE now.id = first.row_id::{key}) LIMIT {most}
"""


class Change(NamedTuple):
    """A row that has changed since: its state then, and its state today, None if it is gone."""

    model: type
    then: dict
    now: dict | None

    @property
    def row(self):
        """The row as it was, as an instance that is not saved."""
        fields = [one for one in self.model._meta.concrete_fields if not isinstance(one, Derived)]
        return self.model(**{one.attname: in_python(one, self.then.get(one.column)) for one in fields})

    @property
    def erased(self):
        """The columns whose values the history no longer has."""
        fields = [one for one in self.model._meta.concrete_fields if not one.null]
        return [one.column for one in fields if self.then.get(one.column, "") is None]

    def as_today(self, columns):
        """The same change, but with these columns as they are today."""
        return self._replace(then={**self.then, **{name: self.now.get(name) for name in columns}})

    def cleaned(self):
        """The same change without what has been hidden in the row since; None if nothing is left."""
        if self.now is None:
            return None if self.erased else self
        if self.now.get("naming", FREE) != FREE:
            return self._replace(then=self.now)
        then = self._replace(then={**self.now, **self.then})
        kept = [self.model._meta.get_field(name).column for name in getattr(self.model, "shown_now", ())]
        return then.as_today([*self.erased, *kept])

    def new_texts(self):
        """The public texts of the row then that are not the same today."""
        if not issubclass(self.model, Visible):
            return []
        today = self.now or {}
        return [text for text in row_texts(self.row) if today.get(text.field) != self.then[text.field]]


def changes(model, moment):
    """The rows of a model that the public sees today and that existed then."""
    found = states_found(STANDING, model, moment, seen(model))
    if not issubclass(model, Record):
        found += states_found(
            REMOVED, model, moment, compiled(owner(model).objects.visible_to(None).values("pk"))
        )
    found = [cleaned for one in found if (cleaned := one.cleaned())]
    records = unnamed_records(model) if issubclass(model, Part) else ()
    if not records:
        return found
    today = states_found(STANDING, model, moment, seen(model, record__in=records), also="true")
    same = [one._replace(then=one.now) for one in today]
    return [*same, *(one for one in found if one.then["record_id"] not in records)]


def states_found(sql, model, moment, visible, also="false"):
    """The changes that one of the statements above finds."""
    meta = model._meta
    key = "uuid" if isinstance(meta.pk, models.UUIDField) else "bigint"
    text = sql.format(
        first=FIRST, table=meta.db_table, key=key, visible=visible.sql, also=also, most=MOST_CHANGES + 1
    )
    return [Change(model, *row) for row in fetched(text, meta.label_lower, moment, *visible.params)]


def fetched(sql, *params):
    """The rows of a statement. JSON is read."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        json_columns = [column.type_code == JSONB for column in cursor.description]
        return [
            tuple(
                json.loads(one) if read and one else one for one, read in zip(row, json_columns, strict=True)
            )
            for row in cursor.fetchall()
        ]


def in_python(field, value):
    """The value of a field, from its JSON in the history."""
    target = field.target_field if field.is_relation else field
    return value if value is None else target.to_python(value)


@cache
def with_past():
    """The models of which the public may see earlier states: records, their parts and their links."""
    found = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    return [model for model in found if has_past(model)]


def has_past(model):
    if model._meta.auto_created:
        keys = [field for field in model._meta.concrete_fields if field.is_relation]
        return all(issubclass(field.related_model, Visible) for field in keys)
    return issubclass(model, Visible) and model.remembered and model.has_past


def owner(model):
    """The model of the record to which rows of a part or a link belong."""
    return model._meta.auto_created or model._meta.get_field("record").related_model


def seen(model, **filters):
    """The statement for the ids of the rows that the public sees today."""
    if issubclass(model, Visible):
        rows = model.objects.visible_to(None)
    else:
        ends = [field for field in model._meta.concrete_fields if field.is_relation]
        shown = {f"{one.name}__in": one.related_model.objects.visible_to(None).values("pk") for one in ends}
        rows = model.objects.filter(**shown)
    return compiled(rows.filter(**filters).order_by().values("pk"))


def unnamed_records(model):
    """The ids of the records in which a name is withheld today. Other rows in them could tell whose it is."""
    if getattr(model, "names_who", ()):
        keys = model.objects.visible_to(None).exclude(naming=FREE).values_list("record", flat=True)
    elif getattr(owner(model), "names_who", ()):
        keys = owner(model).objects.visible_to(None).exclude(naming=FREE).values_list("pk", flat=True)
    else:
        keys = ()
    return {str(key) for key in keys}
