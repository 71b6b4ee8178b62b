"""The history: what was changed, by whom, when, why and through which channel. Only triggers write it.

An entry holds the row before and after the change. A new field or part needs no change here, and everything
that ever happened to a record is found by its id.
"""

import sys

import pgtrigger
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Cast

from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.columns import Derived

# Columns that change with every save, or that the entry has itself.
HOUSEKEEPING = {
    "version",
    "created_by",
    "created_at",
    "updated_at",
    "changed_at",
    "published_by",
    "published_at",
    "is_public",
}
ERASING = "tracker.erasing"


class EntryQuerySet(models.QuerySet):
    def of(self, record):
        """The entries of a record with its parts and links, oldest first."""
        return self.filter(record_id=record.pk).order_by("id")

    def sent_back(self):
        """The entries that sent a record back to its author."""
        return self.filter(before__publication=Publication.IN_REVIEW, after__publication=Publication.DRAFT)

    def containing(self, words):
        """The entries that contain these words."""
        held = {f"{name}_text": Cast(name, models.TextField()) for name in ("before", "after")}
        found = Q(before_text__icontains=words) | Q(after_text__icontains=words) | Q(reason__icontains=words)
        return self.annotate(**held).filter(found)

    @transaction.atomic
    def erase(self, *columns, reason=""):
        """Empties these columns in the stored rows, and the reasons. The entries stay.

        This is the only way to change an entry. The caller checks permissions.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, 'on', true)", [ERASING])
            emptied = {name: Emptied(name, Value(list(columns))) for name in ("before", "after")}
            changed = self.update(reason=reason, **emptied)
            cursor.execute("SELECT set_config(%s, 'off', true)", [ERASING])
        return changed


class Emptied(models.Func):
    """A row as JSON with these columns set to null, if it has them."""

    template = (
        "(SELECT jsonb_object_agg(key, CASE WHEN key = ANY (%(columns)s) THEN 'null' ELSE value END)"
        " FROM jsonb_each(%(row)s))"
    )
    output_field = models.JSONField()

    def as_sql(self, compiler, connection, **context):
        row, columns = (compiler.compile(part) for part in self.get_source_expressions())
        sql = self.template % {"row": row[0], "columns": f"{columns[0]}::text[]"}
        return sql, (*columns[1], *row[1])


class Entry(models.Model):
    """One change of one row: of a record itself, of a part, or of a link."""

    hidden = False  # whether the reader must not see its content

    at = models.DateTimeField()
    kind = models.CharField(max_length=80, help_text="The model of the row, as in people.person.")
    row_id = models.CharField(max_length=36)
    record_id = models.UUIDField(help_text="The record that the row is, or belongs to.")
    before = models.JSONField(null=True, help_text="Null if the row was added.")
    after = models.JSONField(null=True, help_text="Null if the row was removed.")
    occasion = models.UUIDField(help_text="The same for all changes that were made together.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    channel = models.CharField(max_length=80, help_text="Empty if it was made directly in the database.")
    reason = models.TextField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        default_permissions = ()
        indexes = [
            models.Index(fields=["record_id", "id"], name="entry_record"),
            models.Index(fields=["at"], name="entry_at"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="erasing_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    IF current_setting('{ERASING}', true) IS DISTINCT FROM 'on'
                        OR to_jsonb(NEW) - ARRAY['before', 'after', 'reason']
                            <> to_jsonb(OLD) - ARRAY['before', 'after', 'reason']
                    THEN
                        RAISE EXCEPTION 'The history is only ever added to.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"entry {self.pk}"

    def columns_containing(self, words):
        """The columns of the stored rows that contain these words."""
        held = [*(self.before or {}).items(), *(self.after or {}).items()]
        return {column for column, value in held if words.lower() in str(value).lower()}


def omitted_columns(model):
    """The columns of a model that the history leaves out."""
    fields = model._meta.concrete_fields
    return sorted(
        field.column for field in fields if isinstance(field, Derived) or field.name in HOUSEKEEPING
    )


def record_column(model):
    """The column of a row that holds the id of the record it belongs to."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    return fields.get("record", model._meta.pk).column


def trigger(kind, key, record, without=()):
    """A trigger that logs every change of a row. A migration creates `records_enter`."""
    less = f" - ARRAY[{', '.join(repr(column) for column in without)}]" if without else ""
    rows = ", ".join(f"to_jsonb({row}){less}" for row in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name="history",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"PERFORM records_enter('{kind}', '{key}', '{record}', {rows}); RETURN NULL;",
    )


def track_changes(module):
    """Keeps the history of all models of a module and of their links. Call it at the end of the module."""
    for model in [*vars(sys.modules[module]).values()]:
        if not (isinstance(model, type) and issubclass(model, models.Model) and model.__module__ == module):
            continue
        if model._meta.abstract or not getattr(model, "remembered", False):
            continue
        added = trigger(
            model._meta.label_lower, model._meta.pk.column, record_column(model), omitted_columns(model)
        )
        pgtrigger.register(added)(model)
        for field in model._meta.many_to_many:
            track_links(module, model, field)


def track_links(module, model, field):
    """Keeps the history of a many-to-many relation: a proxy gives its table a place for a trigger."""
    through = field.remote_field.through
    added = trigger(through._meta.label_lower, "id", through._meta.get_field(field.m2m_field_name()).column)
    meta = type("Meta", (), {"proxy": True, "default_permissions": (), "triggers": [added]})
    name = f"{through.__name__.replace('_', ' ').title().replace(' ', '')}Links"
    type(name, (through,), {"__module__": module, "Meta": meta})
