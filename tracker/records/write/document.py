"""Turns one document into one record: its references, its values, and its errors.

The result of a read can be written back: read-only keys are ignored, unknown keys are refused.
References are ids, slugs, or objects with one of them. All references to one model are looked up by one
statement. A write does not touch what its user cannot see.
"""

from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Q, UniqueConstraint
from rest_framework import serializers

from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.base.slugs import Slugged
from tracker.records.protection.name_check import HOMONYM, SENTENCE, NamesProtectedPerson, refuse_names
from tracker.records.protocol.constraint_errors import check_references, constraint_message, put_in_words
from tracker.records.protocol.problems import nearest
from tracker.records.protocol.strict_json import MOST_ENTRIES, MOST_FAULTS, Invalid, pointer
from tracker.records.shapes.declaration import PartShape, Ref
from tracker.records.shapes.fields import Rival
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.workflow import editorial_fields

from .coercion import column_value, rival

REASON, SECRECY = "reason", "confidentiality"
OWN_PAGE = {"cleared"}  # only set in the admin
CLOSED = "Only the author and cleared users can change this."


def row_shape_of(field):
    """The shape of the rows of a nested list; None for other fields."""
    shape = field.child if isinstance(field, serializers.ListSerializer) else None
    return None if shape is None or isinstance(shape, Ref) else shape


def references_of(field):
    """The Ref behind a key or a list of keys; None for other fields."""
    shape = getattr(field, "child", field)
    return shape if isinstance(shape, serializers.BaseSerializer) and row_shape_of(field) is None else None


def written(shape):
    """The writable fields of a shape, by name. Links can only be written on the side that declares them."""
    relations = {
        field.name
        for field in shape.Meta.model._meta.get_fields()
        if field.is_relation and (field.concrete or not field.many_to_many)
    }
    return {
        name: field
        for name, field in shape.fields.items()
        if not field.read_only
        or (field.source in relations and isinstance(field, serializers.BaseSerializer))
    }


class Writer:
    """Turns documents into records for a user. Errors are collected, and `check` raises them together."""

    def __init__(self, user, tried=False):
        self.tried = tried  # whether it is only a preview
        self.user, self.errors, self.wanted, self.found, self.hidden = user, {}, {}, {}, set()
        self.usernames, self.users = set(), {}
        self.taken = 0  # number of list entries so far
        self.places = {}  # id of a part: its pointer
        self.changes = []  # (pointer, Change) of public records
        self.sound = 0  # number of errors before the current document

    def check(self):
        if self.errors:
            raise Invalid(self.errors)

    def fail(self, path, sentence):
        if len(self.errors) < MOST_FAULTS:
            self.errors.setdefault(path, sentence)

    @contextmanager
    def all_or_nothing(self):
        """A transaction in which everything is written, or nothing if there are errors."""
        with transaction.atomic(), put_in_words():
            yield
            self.refuse_names()
            self.check()
            check_references()

    def refuse_names(self):
        """Reports each text with a protected name, unless it is only a preview."""
        changes = [change for _, change in self.changes]
        try:
            if not (self.tried or self.errors):
                refuse_names(self.user, changes)
        except NamesProtectedPerson as error:
            tops = {change.record.pk: path for path, change in self.changes}
            for row, field, _ in error.texts:
                self.fail(pointer({**tops, **self.places}.get(row.pk, ""), field), SENTENCE)

    # First, all references in the documents are looked up, with one statement for each model.

    def look_up(self, shape, documents, records=()):
        """Finds what the documents refer to, and which of the records' own keys the user cannot see."""
        for document in documents:
            self.collect(shape, document)
        referred = {key for record in records for key in foreign_keys_of(shape, record)}
        for model, key in referred:
            self.wanted.setdefault(model, set()).add(key)
        for model, keys in self.wanted.items():
            for row in self.rows(model, keys) if keys else ():
                self.found[model, row.pk] = row
                if isinstance(row, Slugged) and row.publication == Publication.PUBLISHED:
                    self.found[model, row.slug] = row
        self.hidden = referred - set(self.found)
        self.users = editorial_fields.assignable(self.usernames) if self.usernames else {}

    def rows(self, model, keys):
        named = Q(pk__in=[key for key in keys if isinstance(key, UUID)])
        slugs = [key for key in keys if isinstance(key, str)]
        if slugs and issubclass(model, Slugged):
            named |= Q(slug__in=slugs, publication=Publication.PUBLISHED)
        return model.objects.visible_to(self.user).filter(named)

    def collect(self, shape, document):
        work = document.get(editorial_fields.KEY) if isinstance(document, dict) else None
        if isinstance(work, dict) and isinstance(work.get("assigned_to"), str):
            self.usernames.add(work["assigned_to"])
        for name, field in written(shape).items() if isinstance(document, dict) else ():
            values = document.get(name)
            values = values if isinstance(values, list) else [values]
            if inner := row_shape_of(field):
                for value in values:
                    self.collect(inner, value)
            elif inner := references_of(field):
                keys = {key_in(value) for value in values} - {None}
                self.wanted.setdefault(inner.Meta.model, set()).update(keys)

    def reference(self, model, value, path):
        """The record that a value names. Hidden and missing records give the same error."""
        key = key_in(value)
        found = self.found.get((model, key)) if key else None
        if found is None:
            right = "an id or a slug" if issubclass(model, Slugged) else "an id"
            self.fail(path, f"Give {right} of a {model._meta.verbose_name} that you can see.")
        return found

    # One document, one record.

    def fill(self, shape, instance, document, path="", partial=False):
        """Sets the values of a document on an instance; returns its many-to-many lists and nested rows."""
        if not isinstance(document, dict):
            self.fail(path, "Give an object.")
            return {}, {}
        fields, many, nested = written(shape), {}, {}
        closed = () if instance._state.adding else instance.closed_to(self.user)
        before = {name: getattr(instance, name) for name in closed if name not in OWN_PAGE}
        self.refuse_unknown(shape, fields, document, path)
        for name, field in fields.items():
            here = pointer(path, name)
            if name not in document:
                if not partial:
                    self.reset(instance, name, field, many, nested)
            elif row_shape_of(field):
                nested[name] = self.a_list(document[name], here)
            elif references_of(field):
                self.refer(instance, field, document[name], here, many)
            else:
                self.set_value(instance, field, document[name], here)
        if editorial_fields.KEY in shape.internal():
            self.set_work(instance, document.get(editorial_fields.KEY), pointer(path, editorial_fields.KEY))
        for name, value in before.items():
            if getattr(instance, name) != value:
                inside = pointer(path, editorial_fields.KEY) if name in editorial_fields.FIELDS else path
                self.fail(pointer(inside, name), CLOSED)
        self.validate(instance, path)
        return many, nested

    def refuse_unknown(self, shape, fields, document, path):
        comments = () if isinstance(shape, PartShape) else (REASON, HOMONYM)
        known = {*shape.names(), *shape.internal(), *comments}
        for name in sorted(set(document) - known)[:MOST_FAULTS]:
            self.fail(pointer(path, name), f"There is no such key. {nearest(name, fields)}")
        for name in comments:
            if not isinstance(document.get(name, ""), str):
                self.fail(pointer(path, name), "Give a text.")

    def a_list(self, value, path):
        self.taken += len(value) if isinstance(value, list) else 0
        if not isinstance(value, list):
            self.fail(path, "Give a list.")
        elif self.taken > MOST_ENTRIES:
            self.fail(path, f"Give at most {MOST_ENTRIES} rows and references in one request.")
        else:
            return value
        return []

    def refer(self, instance, field, value, path, many):
        model = references_of(field).Meta.model
        if isinstance(field, serializers.ListSerializer):
            values = enumerate(self.a_list(value, path))
            many[field.source] = [self.reference(model, one, pointer(path, place)) for place, one in values]
        elif value is None:
            self.empty(instance, field.source)
        else:
            setattr(instance, field.source, self.reference(model, value, path))

    def set_value(self, instance, field, value, path):
        try:
            stored = (
                rival(instance, value, path) if isinstance(field, Rival) else column_value(field, value, path)
            )
        except Invalid as wrong:
            for error in wrong.errors:
                self.fail(error["pointer"], error["detail"])
        else:
            if field.source == SECRECY and (refusal := editorial_fields.against(self.user, instance, stored)):
                self.fail(path, refusal)
            setattr(instance, field.source, stored)

    def set_work(self, instance, given, path):
        """Sets the given editorial fields of a record. Others stay unchanged."""
        if not isinstance(given, dict | None):
            self.fail(path, "Give an object.")
            given = None
        for name, value in (given or {}).items():
            here = pointer(path, name)
            if name not in editorial_fields.FIELDS:
                self.fail(here, f"There is no such key. {nearest(name, editorial_fields.FIELDS)}")
            elif name not in editorial_fields.field_names(self.user):
                self.fail(here, "Only editors can set this.")
            elif name == "assigned_to":
                self.assign(instance, value, here)
            else:
                self.set_value(instance, editorial_fields.FIELDS[name], value, here)

    def assign(self, instance, username, path):
        """Assigns a record to a user. Unknown names and users without a role give the same error."""
        if username is None:
            instance.assigned_to = None
        elif isinstance(username, str) and username in self.users:
            instance.assigned_to = self.users[username]
        elif not (instance.assigned_to and instance.assigned_to.get_username() == username):
            self.fail(path, editorial_fields.NOBODY)

    def reset(self, instance, name, field, many, nested):
        """Resets a field that a complete document leaves out to its default."""
        column = instance._meta.get_field(field.source)
        if field.source == SECRECY:
            return  # a forgotten field must not make anything public
        if row_shape_of(field):
            nested[name] = []
        elif column.many_to_many:
            many[field.source] = []
        elif column.is_relation:
            self.empty(instance, field.source)
        elif not instance._state.adding:
            setattr(instance, field.source, column.get_default())

    def empty(self, instance, name):
        """Clears a key, unless it refers to something hidden from the user: it was never shown to them."""
        column = instance._meta.get_field(name)
        if (column.related_model, getattr(instance, column.attname)) not in self.hidden:
            setattr(instance, name, None)

    def validate(self, instance, path):
        """The model's own validation, as in the admin, without fields that already have errors."""
        fields = instance._meta.concrete_fields
        wrong = {field.name for field in fields if self.failed(pointer(path, field.name))}
        keys = {field.name for field in fields if field.is_relation and getattr(instance, field.attname)}
        with self.collecting(path, instance):
            instance.clean_fields(exclude=wrong | keys)
        if len(self.errors) > self.sound:
            return
        with self.collecting(path, instance):
            instance.clean()
            instance.validate_constraints(exclude=unique_parts(instance))

    def failed(self, path):
        return any(f"{place}/".startswith(f"{path}/") for place in self.errors)

    @contextmanager
    def collecting(self, path, instance):
        work = editorial_fields.FIELDS if isinstance(instance, Record) else ()
        try:
            yield
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                inside = pointer(path, editorial_fields.KEY) if name in work else path
                self.fail(inside if name == NON_FIELD_ERRORS else pointer(inside, name), " ".join(sentences))

    def link(self, instance, name, rows, new):
        """Links a record to exactly these rows, keeping links to rows that the user cannot see."""
        links = getattr(instance, name)
        known = set() if new else set(links.visible_to(self.user))
        if gone := known.difference(rows):
            links.remove(*gone)
        if more := set(rows) - known:
            links.add(*more)

    def refuse_twins(self, parts, path):
        """Reports each part that duplicates an earlier one."""
        for rule in (rule for part in parts[:1] for rule in part._meta.constraints if is_comparison(rule)):
            values = [tuple(getattr(part, name) for name in rule.fields) for part in parts]
            for number, own in enumerate(values):
                if own in values[:number]:
                    self.fail(pointer(path, number), constraint_message(rule))


def is_comparison(rule):
    """Whether a constraint compares rows of the whole table."""
    return isinstance(rule, UniqueConstraint) and rule.condition is None


def foreign_keys_of(shape, record):
    """Yields (model, id) for each foreign key of a record that a shape shows."""
    for field in written(shape).values():
        column = record._meta.get_field(field.source)
        if column.many_to_one and getattr(record, column.attname):
            yield column.related_model, getattr(record, column.attname)


def unique_parts(instance):
    """The fields that must be unique among parts. The database compares them after all are written."""
    if not isinstance(instance, Part):
        return set()
    return {rule.fields[0] for rule in instance._meta.constraints if isinstance(rule, UniqueConstraint)}


def key_in(value):
    """The id (a UUID) or slug in a value, None if there is none."""
    if isinstance(value, dict):
        value = value.get("id") or value.get("slug")
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return value if isinstance(value, str) else None
