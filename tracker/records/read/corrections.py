"""Corrections of a record since publication: names of fields, when and why, but no values.

Only what a reader could notice is shown: a difference between two public states of the record. Changes made
while it was hidden appear at the time it came back. Changes of parts and links to hidden records do not
appear. The reason for a change of public data is public, and the form for it says so. The
comments on withdrawing, sending back and publishing are internal, and so are all reasons from before a name
was withheld.
"""

from functools import lru_cache

from django.http import HttpResponsePermanentRedirect
from rest_framework.decorators import action

from tracker.records.base.citations import citable_fields
from tracker.records.base.record import Record
from tracker.records.policy.visibility import Visible
from tracker.records.shapes.fields import MOMENT_SQL, registry

from .queries import Query, compiled, found, united


def all_conditions(*conditions):
    """All of these conditions combined with AND."""
    sql = " AND ".join(f"({condition.sql})" for condition in conditions) or "true"
    return Query(sql, sum((condition.params for condition in conditions), ()))


def is_public_row(model, key):
    """The condition that the row of this key is public, and was published when the entry was made."""
    moment = "published_at" if issubclass(model, Record) else "record__published_at"
    rows = compiled(model.objects.visible_to(None).order_by().values("pk", moment))
    sql = (
        f"EXISTS (SELECT FROM ({rows.sql}) AS seen (id, moment)"
        f" WHERE seen.id = ({key})::uuid AND coalesce(seen.moment, '-infinity') <= at)"
    )
    return Query(sql, rows.params)


def public(model, row):
    """The condition that a row in JSON is public, by its own fields and by what it belongs to."""
    names = {field.name for field in model._meta.concrete_fields}
    states = {"publication": "published", "confidentiality": "public"}
    conditions = [
        Query(f"{row} ->> '{name}' = '{state}'", ()) for name, state in states.items() if name in names
    ]
    for name in model.visible_with:
        if name != "record":
            field = model._meta.get_field(name)
            key = f"{row} ->> '{field.column}'"
            shown = is_public_row(field.related_model, key)
            conditions.append(Query(f"{key} IS NULL OR {shown.sql}", shown.params))
    return all_conditions(Query(f"{row} IS NOT NULL", ()), *conditions)


def value(model, field, row):
    """The value of a field of a row in JSON; null if it refers to something that is not public."""
    stored = f"{row} -> '{field.column}'"
    if (
        not field.is_relation
        or field.name in model.visible_with
        or not issubclass(field.related_model, Visible)
    ):
        return Query(stored, ())
    shown = is_public_row(field.related_model, f"{row} ->> '{field.column}'")
    return Query(f"CASE WHEN {shown.sql} THEN {stored} END", shown.params)


def shown_fields(model):
    """The facts of a record that its shape shows: plain ones, links and parts."""
    names = set(registry.whole[model].names()) & (citable_fields(model) | {"citations"})
    fields = [model._meta.get_field(name) for name in sorted(names)]
    plain = [field for field in fields if field.concrete and not field.many_to_many]
    return plain, [field for field in fields if field not in plain]


def states(model):
    """All changes of the record itself, and whether it was public before and after."""
    was, now = (public(model, row) for row in ("before", "after"))
    sql = (
        f"SELECT id, at, occasion, reason, before, after, ({was.sql}) AS was_public, ({now.sql}) AS is_public"
        f" FROM entry WHERE kind = '{model._meta.label_lower}'"
    )
    return Query(sql, was.params + now.params)


def own_changes(model):
    """The fields that differ between a public state and the previous public state."""
    rows, params = [], ()
    for field in shown_fields(model)[0]:
        new, old = (value(model, field, row) for row in ("after", "earlier"))
        rows.append(f"('{field.name}', {new.sql}, {old.sql}, jsonb_exists(earlier, '{field.column}'))")
        params += new.params + old.params
    sql = f"""
        SELECT id, at, occasion, CASE WHEN was_public THEN reason END AS reason, field
        FROM (
            SELECT own.*, CASE WHEN was_public THEN before ELSE (
                SELECT last.after FROM own AS last
                WHERE last.id < own.id AND last.is_public ORDER BY last.id DESC LIMIT 1
            ) END AS earlier
            FROM own WHERE is_public
        ) AS moment
        CROSS JOIN LATERAL (VALUES {", ".join(rows)}) AS compared (field, new, old, known)
        WHERE earlier IS NOT NULL AND known AND new IS DISTINCT FROM old
    """
    return Query(sql, params)


def rows_changed(model):
    """The changes of parts and links whose row is public before or after."""
    selects = []
    for field in shown_fields(model)[1]:
        if field.many_to_many:
            table, column = field.remote_field.through, f"{field.m2m_reverse_field_name()}_id"
            old, new = (
                is_public_row(field.related_model, f"{row} ->> '{column}'") for row in ("before", "after")
            )
        else:
            table = field.related_model
            old, new = (public(table, row) for row in ("before", "after"))
        sql = (
            f"SELECT id, at, occasion, reason, '{field.name}' AS field FROM entry"
            f" WHERE kind = '{table._meta.label_lower}' AND CASE WHEN {old.sql} THEN before END"
            f" IS DISTINCT FROM CASE WHEN {new.sql} THEN after END"
        )
        selects.append(Query(sql, old.params + new.params))
    nothing = "SELECT id, at, occasion, reason, '' AS field FROM entry WHERE false"
    return united([Query(nothing, ()), *selects])


def row_changes(model):
    """These changes at the time when the public saw them: at once, or when the record came back."""
    then = public(model, "state")
    sql = f"""
        SELECT coalesce(back.id, part.id), coalesce(back.at, part.at), coalesce(back.occasion, part.occasion),
            CASE WHEN back.id IS NULL THEN reason END, field
        FROM (
            SELECT *, CASE WHEN state IS NULL THEN published_at <= at ELSE {then.sql} END AS open
            FROM (
                SELECT rows_changed.*, page.published_at, coalesce(
                    (SELECT after FROM own WHERE own.id < rows_changed.id ORDER BY own.id DESC LIMIT 1),
                    (SELECT before FROM own WHERE own.id > rows_changed.id ORDER BY own.id LIMIT 1)
                ) AS state
                FROM rows_changed CROSS JOIN page
            ) AS part
        ) AS part
        LEFT JOIN LATERAL (
            SELECT id, at, occasion FROM own WHERE NOT part.open AND own.id > part.id AND is_public
            ORDER BY id LIMIT 1
        ) AS back ON true
        WHERE part.open OR back.id IS NOT NULL
            AND EXISTS (SELECT FROM own WHERE own.id < part.id AND (is_public OR was_public))
    """
    return Query(sql, then.params)


@lru_cache(maxsize=64)
def changes_query(model):
    """The common table expressions over `page` that end in `shown`: each changed field at each time."""
    parts = {
        "entry": Query("SELECT entry.* FROM records_entry AS entry JOIN page ON record_id = key", ()),
        "own": states(model),
        "rows_changed": rows_changed(model),
        "changed": united([own_changes(model), row_changes(model)]),
        "first": Query(
            "SELECT occasion FROM own WHERE is_public AND NOT was_public AND NOT EXISTS"
            " (SELECT FROM own AS last WHERE last.id < own.id AND (last.is_public OR last.was_public))",
            (),
        ),
        "shown": Query("SELECT * FROM changed WHERE occasion NOT IN (SELECT occasion FROM first)", ()),
    }
    sql = ", ".join(f"{name} AS ({part.sql})" for name, part in parts.items())
    return Query(sql, sum((part.params for part in parts.values()), ()))


def corrections(rows):
    """The statement for the corrections of one record: a JSON list and the version; no row if none."""
    chosen, steps = found(rows, "published_at"), changes_query(rows.model)
    unnamed = (
        "SELECT max(id) FROM entry WHERE before ->> 'naming' = 'named' AND after ->> 'naming' <> 'named'"
    )
    reason = f"CASE WHEN max(id) > coalesce(({unnamed}), 0) THEN nullif(max(reason), '') END"
    one = (
        f"SELECT json_build_object('changed_at', {MOMENT_SQL % {'expressions': 'max(at)'}},"
        f" 'fields', array_agg(DISTINCT field ORDER BY field), 'reason', {reason})"
        " FROM shown GROUP BY occasion ORDER BY max(id) DESC"
    )
    sql = (
        f"WITH page AS MATERIALIZED ({chosen.sql}), {steps.sql}"
        f" SELECT array_to_json(ARRAY({one}))::text, page.edition, page.key::text FROM page"
    )
    return Query(sql, chosen.params + steps.params)


class Corrected:
    """Mixin for views of records: corrections since publication, newest first."""

    def corrections_of(self, key):
        """The statement for the corrections of the record with this key."""
        return corrections(self.named(key))

    @action(detail=True)
    def corrections(self, request, pk):
        key = self.key(pk)
        found = self.corrections_of(key).fetch()
        if found is None:
            return HttpResponsePermanentRedirect(f"{self.absent(key).url}corrections/")
        return self.answer(f'{{"results": {found[0]}}}'.encode(), str(found[1]))
