"""The history of one record as one reader may see it, and reverting to an earlier version."""

from functools import cached_property

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from tracker.records.audit.access_log import note_load
from tracker.records.audit.actor import acting_as
from tracker.records.audit.history import HOUSEKEEPING, Entry
from tracker.records.base.citations import citable_fields
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.policy import roles
from tracker.records.policy.visibility import Visible
from tracker.records.protection.name_check import CheckedChange, refuse_names, texts_before
from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.workflow import editorial_fields

FREE = "named"


class VisibleHistory:
    """The history entries of a record that a reader sees, oldest first, without what the reader may not know.

    A row is hidden if its record was too confidential for the reader at that time, or if the row is, or
    refers to, something that the reader may not see. Readers who do not work on the record only see what was
    public, and nothing about the work on it. Names that were withheld later are hidden too.
    """

    def __init__(self, record, user):
        self.record, self.user = record, user
        entries = Entry.objects.of(record).select_related("user")
        self.entries = [entry for entry in entries if self.works or not for_workers(self.table(entry))]

    @cached_property
    def cleared(self):
        return roles.is_cleared(self.user, self.record)

    @cached_property
    def works(self):
        return roles.works_on(self.user, self.record)

    @cached_property
    def secrecy(self):
        """{entry id: the strictest confidentiality of the record before and after it}."""
        order = list(Confidentiality)
        return {key: max(both, key=order.index) for key, both in self.around("confidentiality").items()}

    @cached_property
    def unpublished(self):
        """The ids of the entries with an unpublished record before or after them."""
        public = {Publication.PUBLISHED}
        return {key for key, both in self.around("publication").items() if {*both} != public}

    def around(self, column):
        """{entry id: the values of a column of the record before and after it}."""
        rows = [entry.before or entry.after for entry in self.entries if self.is_own(entry)]
        now = (rows[0][column] if rows else None) or getattr(self.record, column)
        found = {}
        for entry in self.entries:
            then = now
            if self.is_own(entry) and entry.after:
                now = entry.after[column] or now
            found[entry.pk] = (then, now)
        return found

    def is_own(self, entry):
        return entry.row_id == str(self.record.pk) and issubclass(self.table(entry), Record)

    @staticmethod
    def table(entry):
        return apps.get_model(entry.kind)

    def knows(self, entry):
        """Whether the reader may see the content of an entry."""
        secrecy, table = self.secrecy[entry.pk], self.table(entry)
        apart = not (table._meta.auto_created or issubclass(table, Visible) or for_workers(table))
        if self.cleared:
            if apart:
                note_load(self.record.pk)
            return self.sees_row(table, entry)
        if secrecy == Confidentiality.CONFIDENTIAL or apart:
            return False
        hidden = secrecy == Confidentiality.RESTRICTED or entry.pk in self.unpublished
        if not self.works and (hidden or is_internal(table)):
            return False
        return self.sees_row(table, entry)

    def sees_row(self, table, entry):
        """Whether the reader may see a row and what it belongs to."""
        if issubclass(table, Record):
            return True
        rows = [row for row in (entry.before, entry.after) if row]
        open_to_all = {row.get("confidentiality", Confidentiality.PUBLIC) for row in rows} <= {
            Confidentiality.PUBLIC
        }
        if not (open_to_all or roles.edits(self.user)):
            return False
        keys = [field for field in table._meta.concrete_fields if field.name in leads(table)]
        return all(self.sees(field, row) for field in keys for row in rows)

    def sees(self, field, row):
        """Whether the reader sees the target of a key."""
        key = row.get(field.column)
        return key is None or key in self.visible.get(field.related_model, ())

    @cached_property
    def visible(self):
        """{model: {id in the entries: the record}}, as far as the reader sees it."""
        wanted = {}
        for entry in self.entries:
            for field in self.table(entry)._meta.concrete_fields:
                if field.is_relation:
                    keys = {(row or {}).get(field.column) for row in (entry.before, entry.after)} - {None}
                    wanted.setdefault(field.related_model, set()).update(keys)
        return {model: self.rows_of(model, keys) for model, keys in wanted.items()}

    def rows_of(self, model, keys):
        rows = model.objects.visible_to(self.user) if issubclass(model, Visible) else model.objects
        return {row_id(row): row for row in rows.filter(pk__in=keys)}

    @cached_property
    def newest(self):
        """{(kind, row): its newest entry}."""
        return {(entry.kind, entry.row_id): entry for entry in self.entries}

    def withheld(self, entry):
        """The fields of a row whose name was withheld later. Only cleared users may see them."""
        if self.cleared:
            return ()
        newest = self.newest[entry.kind, entry.row_id]
        rows = [newest.after or newest.before]
        if not newest.after:  # an unnamed row may have replaced it
            rows += [one.after for one in self.newest.values() if one.kind == entry.kind and one.after]
        unnamed = any(row.get("naming", FREE) != FREE for row in rows)
        return getattr(self.table(entry), "names_who", ()) if unnamed else ()

    def since(self, entry):
        """What would undo everything after an entry: for each row, one entry from the current state to then.

        It is `hidden` if the reader may not know all changes in between.
        """
        later = {}
        for one in self.entries:
            if one.pk > entry.pk and is_fact(self.record, self.table(one)):
                later.setdefault((one.kind, one.row_id), []).append(one)
        ways = [self.way_back(entries) for entries in later.values()]
        return [way for way in ways if way.before != way.after]

    def way_back(self, entries):
        first, last = entries[0], entries[-1]
        way = Entry(pk=first.pk, kind=first.kind, row_id=first.row_id, before=last.after, after=first.before)
        known = all(self.knows(one) and not self.withheld(one) for one in entries)
        way.hidden = not known or any(not self.sees(field, way.after) for field in self.keys_set(way))
        return way

    def keys_set(self, way):
        """The keys that such an entry would change."""
        before, after = way.before or {}, way.after or {}
        keys = [field for field in self.table(way)._meta.concrete_fields if field.is_relation]
        return [field for field in keys if after.get(field.column) not in (None, before.get(field.column))]

    @transaction.atomic
    def revert(self, entry, version, reason):
        """Restore the record, with its parts and links, to its state right after an entry.

        The result is validated like any change: ValidationError says what is wrong with it today.
        """
        record = type(self.record).objects.select_for_update(of=("self",)).get(pk=self.record.pk)
        if not roles.may_change(self.user, record):
            raise PermissionDenied("Only editors can change records that are not drafts of their own.")
        if record.version != version:
            raise ValidationError("Someone has changed it meanwhile. Open its history again.")
        if record.published_at and not reason.strip():
            raise ValidationError("Give a reason for the change, because this was published.")
        ways = self.since(entry)
        if any(way.hidden for way in ways):
            raise PermissionDenied("This would change data that you may not see.")
        before = texts_before(record)
        with acting_as(user=self.user.pk, reason=reason):
            restore_rows(record, ways, self.table)
            if record.confidentiality == Confidentiality.CONFIDENTIAL:  # it may have become so automatically
                if not roles.may_be_cleared(self.user):
                    raise PermissionDenied(editorial_fields.UNCLEARED)
                record.cleared.add(self.user)
        if record.publication == Publication.PUBLISHED and (missing := record.missing()):
            raise ValidationError(missing)
        refuse_names(self.user, [CheckedChange(record, before, reason)])


def row_id(row):
    """The id of a row in JSON."""
    return row.pk if isinstance(row.pk, int) else str(row.pk)


def leads(table):
    """The keys of a part or a link that hide it if their target is hidden."""
    if issubclass(table, Visible):
        return {*table.visible_with} - {"record"}
    return {field.name for field in table._meta.concrete_fields if field.is_relation}


def for_workers(table):
    """Whether rows of a table, and their history, are only for users who work on the record."""
    return getattr(table, "for_workers", False)


def is_internal(table):
    """Whether rows of a table are internal: links to users say who is cleared for a record."""
    return table._meta.auto_created and any(
        field.is_relation and not issubclass(field.related_model, Visible)
        for field in table._meta.concrete_fields
    )


def is_fact(record, table):
    """Whether rows of a table are facts: the record itself, its parts, its links to other records."""
    if table._meta.auto_created:
        return any(
            field.remote_field.through is table and field.name in citable_fields(type(record))
            for field in record._meta.many_to_many
        )
    return table is type(record) or issubclass(table, Part)


def restore_rows(record, ways, table):
    """Gives rows the state at the end of these entries."""
    parts = [(table(way), way) for way in ways if issubclass(table(way), Part)]
    for model, way in parts:
        if way.after is None:
            model.objects.filter(pk=way.row_id).delete()
    for way in ways:
        if table(way) is type(record):
            fill(record, way.after, citable_fields(type(record)))
    record.full_clean()
    record.save()
    for model, way in parts:
        if way.after is not None:
            part = model.objects.filter(pk=way.row_id).first() or model()
            fill(part, way.after)
            part.full_clean()
            part.save()
    for way in ways:
        if table(way)._meta.auto_created:
            restore_link(record, way, table(way))


def fill(row, state, names=None):
    """Sets the columns of a row, or some of them, from a state in its history."""
    for field in row._meta.concrete_fields:
        known = field.column in state and field.name not in HOUSEKEEPING
        if known and (names is None or field.name in names):
            value = state[field.column]
            target = field.target_field if field.is_relation else field
            setattr(row, field.attname, value if value is None else target.to_python(value))


def restore_link(record, way, table):
    field = next(field for field in record._meta.many_to_many if field.remote_field.through is table)
    key = (way.before or way.after)[table._meta.get_field(field.m2m_reverse_field_name()).column]
    links = getattr(record, field.name)
    (links.remove if way.after is None else links.add)(key)
