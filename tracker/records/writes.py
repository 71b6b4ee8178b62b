"""Writing: a document in the form of a shape becomes a record with its parts, or an error with pointers.

What a read shows can be written back: keys that only the database sets are passed over, unknown ones refused.
References are ids or slugs, or objects that hold one; all of one model are looked up by one statement.
"""

from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from rest_framework import exceptions, serializers, status

from .choices import Publication
from .context import noted
from .dates import understand
from .models import Part, Proposal, Slugged
from .problems import nearest
from .shapes import PartialDate, PartShape, Ref

REASON = "reason"


class Invalid(exceptions.APIException):
    """400 that points at each wrong place of a document: {JSON pointer: sentence}."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, errors):
        super().__init__("The document is wrong.")
        self.errors = [{"pointer": pointer, "detail": sentence} for pointer, sentence in errors.items()]


def rows_of(field):
    """The shape of the rows of a nested list, None for anything else."""
    shape = field.child if isinstance(field, serializers.ListSerializer) else None
    return None if shape is None or isinstance(shape, Ref) else shape


def references_of(field):
    """The Ref behind a key, or behind a list of keys; None for anything else."""
    shape = getattr(field, "child", field)
    return shape if isinstance(shape, serializers.BaseSerializer) and rows_of(field) is None else None


def written(shape):
    """The fields of a shape that can be written, by name."""
    relations = {field.name for field in shape.Meta.model._meta.get_fields() if field.is_relation}
    return {
        name: field
        for name, field in shape.fields.items()
        if not field.read_only
        or (field.source in relations and isinstance(field, serializers.BaseSerializer))
    }


class Writer:
    """Makes records of documents on behalf of a user. Errors are collected; `check` raises them together."""

    def __init__(self, user):
        self.user, self.errors, self.wanted, self.found = user, {}, {}, {}

    def check(self):
        if self.errors:
            raise Invalid(self.errors)

    def fail(self, path, sentence):
        self.errors.setdefault(path or "/", sentence)

    # Before anything is built: every reference of the document, looked up by one statement for each model.

    def look_up(self, shape, documents):
        for document in documents:
            self.collect(shape, document)
        for model, keys in self.wanted.items():
            ids = [key for key in keys if isinstance(key, UUID)]
            slugs = [key for key in keys if isinstance(key, str)]
            named = (
                Q(slug__in=slugs, publication=Publication.PUBLISHED) if issubclass(model, Slugged) else Q()
            )
            rows = model.objects.visible_to(self.user).filter(
                Q(pk__in=ids) | named if slugs else Q(pk__in=ids)
            )
            for row in rows:
                self.found[model, row.pk] = self.found[model, getattr(row, "slug", None)] = row

    def collect(self, shape, document):
        for name, field in written(shape).items() if isinstance(document, dict) else ():
            values = document.get(name)
            values = values if isinstance(values, list) else [values]
            if inner := rows_of(field):
                for value in values:
                    self.collect(inner, value)
            elif inner := references_of(field):
                keys = {key_of(value) for value in values} - {None}
                self.wanted.setdefault(inner.Meta.model, set()).update(keys)

    def reference(self, model, value, path):
        """The record that a value names; hidden and absent fail alike."""
        found = self.found.get((model, key_of(value)))
        if found is None:
            right = "an id or a slug" if issubclass(model, Slugged) else "an id"
            self.fail(path, f"Give {right} of a {model._meta.verbose_name} that you can see.")
        return found

    # One document, one record.

    def fill(self, shape, instance, document, path="", partial=False):
        """Sets on an instance what a document says; returns its many-to-many lists and its nested rows."""
        if not isinstance(document, dict):
            self.fail(path, "Give an object.")
            return {}, {}
        fields, many, nested = written(shape), {}, {}
        for name in set(document) - set(shape.names()) - {REASON}:
            self.fail(f"{path}/{name}", f"There is no such key. {nearest(name, fields)}")
        for name, field in fields.items():
            here = f"{path}/{name}"
            if name not in document:
                if not partial:
                    reset(instance, field, many, nested)
            elif rows_of(field):
                nested[field.source] = self.a_list(document[name], here)
            elif references_of(field):
                self.refer(instance, field, document[name], here, many)
            else:
                self.set_value(instance, field, document[name], here)
        self.validate(instance, path)
        return many, nested

    def a_list(self, value, path):
        if isinstance(value, list):
            return value
        self.fail(path, "Give a list.")
        return []

    def refer(self, instance, field, value, path, many):
        model = references_of(field).Meta.model
        if isinstance(field, serializers.ListSerializer):
            values = enumerate(self.a_list(value, path))
            many[field.source] = [self.reference(model, one, f"{path}/{number}") for number, one in values]
        else:
            setattr(instance, field.source, None if value is None else self.reference(model, value, path))

    def set_value(self, instance, field, value, path):
        try:
            value = a_date(value) if isinstance(field, PartialDate) else field.run_validation(value)
            setattr(instance, field.source, value)
        except serializers.ValidationError as error:
            self.fail(path, sentence(error.detail))
        except ValidationError as error:
            self.fail(path, " ".join(error.messages))

    def validate(self, instance, path):
        """The model's own validation, as in the admin."""
        if any(pointer.startswith(path) for pointer in self.errors):
            return
        keys = {field.name for field in instance._meta.concrete_fields if field.is_relation}
        try:
            instance.clean_fields(exclude={name for name in keys if getattr(instance, name, None)})
            instance.clean()
            if not isinstance(instance, Part):
                instance.validate_constraints()
        except ValidationError as error:
            for name, said in error.message_dict.items():
                self.fail(path if name == NON_FIELD_ERRORS else f"{path}/{name}", " ".join(said))


def reset(instance, field, many, nested):
    """Sets a field that a whole document leaves out to what it is when nothing is said."""
    column = instance._meta.get_field(field.source)
    if rows_of(field):
        nested[field.source] = []
    elif column.many_to_many:
        many[field.source] = []
    elif not instance._state.adding:
        setattr(instance, field.source, column.get_default())


def a_date(value):
    """The EDTF text of a partial date in any form, or as a read shows it; "" for null."""
    text = value.get("edtf") if isinstance(value, dict) else value
    return understand(text).edtf if text not in (None, "") else ""


def key_of(value):
    """The id (a UUID) or the slug that a value names a record by, None if it names none."""
    if isinstance(value, dict):
        value = value.get("id") or value.get("slug")
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return value if isinstance(value, str) else None


def sentence(detail):
    """The sentences of a DRF error as one."""
    if isinstance(detail, dict):
        detail = [sentence(inner) for inner in detail.values()]
    return " ".join(map(str, detail)) if isinstance(detail, list) else str(detail)


@contextmanager
def constraints_named():
    """Turns what the database refuses in the end into an error that says why, naming no other row."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "the database"
        raise Invalid({"/": f"A rule of the database forbids it: {name}."}) from None


def create(shape, user, document):
    """A new draft, with its parts and the records that belong to it, or Invalid and nothing."""
    writer = Writer(user)
    writer.look_up(shape, [document])
    with transaction.atomic(), constraints_named():
        instance = write(writer, shape, shape.Meta.model(created_by=user), document)
        writer.check()
        return instance


def create_many(shape, user, documents):
    """New drafts in one transaction: all of them, or Invalid with pointers to every bad row, and nothing."""
    writer = Writer(user)
    writer.look_up(shape, documents)
    with transaction.atomic(), constraints_named():
        made = [
            write(writer, shape, shape.Meta.model(created_by=user), document, f"/{number}")
            for number, document in enumerate(documents)
        ]
        writer.check()
        return made


def change(shape, user, instance, document, partial):
    """A record as a document says, locked by the caller; `partial` keeps what the document leaves out."""
    writer = Writer(user)
    writer.look_up(shape, [document])
    with transaction.atomic(), constraints_named():
        write(writer, shape, instance, document, partial=partial)
        writer.check()
        return instance


def change_many(shape, user, documents, may_change):
    """Records as documents say that name them by id and version: all of them, or Invalid and nothing.

    `may_change(user, record, document)` raises for a record that the user must not change so.
    """
    writer = Writer(user)
    writer.look_up(shape, documents)
    with transaction.atomic(), constraints_named():
        keys = [key_of(document) for document in documents]
        rows = shape.Meta.model.objects.visible_to(user).filter(
            pk__in=[k for k in keys if isinstance(k, UUID)]
        )
        locked = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}
        changed = []
        for number, (key, document) in enumerate(zip(keys, documents, strict=True)):
            record, path = locked.pop(key, None), f"/{number}"
            if record is None:
                writer.fail(f"{path}/id", "Give the id of a record that you can see, each once.")
            elif document.pop("version", None) != record.version:
                writer.fail(
                    f"{path}/version", "Give the version that you read; somebody may have changed it since."
                )
            else:
                may_change(user, record, document)
                changed.append(write(writer, shape, record, document, path, partial=True))
        writer.check()
        return changed


def propose(shape, user, record, document):
    """A new proposal, if the document would pass: it is tried, and undone."""
    reason = document.get(REASON) if isinstance(document, dict) else None
    if not (isinstance(reason, str) and reason.strip()):
        raise Invalid({f"/{REASON}": "Say why it is to be changed."})
    version = record.version
    with transaction.atomic():
        change(shape, user, record, document, partial=True)
        transaction.set_rollback(True)
    kept = {name: value for name, value in document.items() if name != REASON}
    about = {"model": record._meta.label, "record_id": record.pk, "version": version}
    return Proposal.objects.create(**about, document=kept, reason=reason, created_by=user)


def write(writer, shape, instance, document, path="", partial=False):
    """Saves one record with its lists, its reason in the history; after an error it is only looked at."""
    reason = document.get(REASON) if isinstance(document, dict) else None
    with noted(**({"reason": reason} if isinstance(reason, str) else {})):
        return write_record(writer, shape, instance, document, path, partial)


def write_record(writer, shape, instance, document, path, partial):
    adding = instance._state.adding
    many, nested = writer.fill(shape, instance, document, path, partial)
    if not writer.errors:
        instance.save()
        for name, rows in many.items():
            getattr(instance, name).set(rows)
    for name, documents in nested.items():
        inner = rows_of(shape.fields[name])
        if isinstance(inner, PartShape):
            write_parts(writer, inner, instance, name, documents, f"{path}/{name}")
        elif adding:
            for number, row in enumerate(documents):
                child = inner.Meta.model(created_by=writer.user)
                setattr(child, instance._meta.get_field(name).field.name, instance)
                write(writer, inner, child, row, f"{path}/{name}/{number}")
        elif name in document:
            writer.fail(f"{path}/{name}", "Write these at their own endpoint, or leave the key out.")
    return instance


def write_parts(writer, shape, record, name, documents, path):
    """Makes the parts of a record those of a list: known ids change, others are added, missing ones deleted."""
    known = {} if record._state.adding else {row.pk: row for row in getattr(record, name).all()}
    kept = []
    for number, document in enumerate(documents):
        here = f"{path}/{number}"
        given = document.get("id") if isinstance(document, dict) else None
        part = known.pop(key_of(given), None) or shape.Meta.model(record=record)
        if "position" in {field.name for field in part._meta.concrete_fields}:
            part.position = number
        writer.fill(shape, part, document, here)
        kept.append(part)
    if writer.errors:
        return
    shape.Meta.model.objects.filter(pk__in=known).delete()
    for part in kept:
        part.save_base(raw=False)
