"""Writing: documents in the form of a shape become records with parts. All are saved, or none."""

import json
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from rest_framework import exceptions, status

from tracker.records.audit.actor import acting_as
from tracker.records.audit.admin_log import make_neutral
from tracker.records.policy import roles
from tracker.records.protection.name_check import HOMONYM, CheckedChange, texts_before
from tracker.records.protocol.constraint_errors import put_in_words, together
from tracker.records.protocol.strict_json import Invalid, pointer
from tracker.records.read import queries
from tracker.records.shapes.declaration import PartShape
from tracker.records.shapes.json_expressions import narrowed
from tracker.records.shapes.reader import FULL, Pick, Reader
from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.workflow import editorial_fields
from tracker.records.workflow.proposals import Proposal

from .coercion import tidied_text
from .document import REASON, Writer, key_in, row_shape_of, written

PROTECTED = "Other records refer to the rows you removed. Keep them, or change those records first."


class PreconditionFailed(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "Someone changed this after you read it. Read it again."


def reason_in(document, path="", key=REASON):
    """The reason in a document, "" if there is none; Invalid if it cannot be stored."""
    reason = document.get(key) if isinstance(document, dict) else None
    return tidied_text(reason, f"{path}/{key}") if isinstance(reason, str) else ""


def create(shape, user, document):
    """Creates a draft, with its parts and the records that belong to it; Invalid saves nothing."""
    return make(shape, user, [document], [""])[0]


def create_many(shape, user, documents):
    """Creates drafts in one transaction: all of them or, with pointers to every bad row in Invalid, none."""
    return make(shape, user, documents, [f"/{number}" for number in range(len(documents))])


def make(shape, user, documents, paths):
    writer = Writer(user)
    writer.look_up(shape, documents)
    with writer.all_or_nothing():
        return [
            save_document(writer, shape, shape.Meta.model(created_by=user), document, path)
            for document, path in zip(documents, paths, strict=True)
        ]


def change(shape, user, record, document, partial, tried=False):
    """Changes a record, locked by the caller. `partial` keeps what the document leaves out.

    `tried`: the caller rolls back, for a preview.
    """
    writer = Writer(user, tried)
    writer.look_up(shape, [document], [record])
    with writer.all_or_nothing():
        return save_document(writer, shape, record, document, partial=partial)


def change_many(shape, user, documents, check):
    """Changes records that documents name by id and version: all of them or, with Invalid, none.

    `check(user, record, document, path)` raises if the user must not make this change.
    """
    writer = Writer(user)
    with writer.all_or_nothing():
        named = named_records(writer, shape, documents)
        for path, record, document in named:
            check(user, record, document, path)
        writer.look_up(shape, [document for _, _, document in named], [record for _, record, _ in named])
        return [
            save_document(writer, shape, record, document, path, partial=True)
            for path, record, document in named
        ]


def named_records(writer, shape, documents):
    """[(path, record, document)]: the locked records that documents name by id and version."""
    ids = [key for key in map(key_in, documents) if isinstance(key, UUID)]
    rows = shape.Meta.model.objects.visible_to(writer.user).filter(pk__in=ids).order_by("pk")
    locked = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
    found, stale = [], []
    for number, document in enumerate(documents):
        path = f"/{number}"
        record = locked.pop(key_in(document), None) if isinstance(document, dict) else None
        if record is None:
            writer.fail(path, "Give the id of a record that you can see. Give each id only once.")
        elif type(document.get("version")) is not int:  # true is an int too
            writer.fail(f"{path}/version", "Give the version that you read: the number in its ETag.")
        elif document["version"] != record.version:
            stale.append({"pointer": f"{path}/version", "detail": PreconditionFailed.default_detail})
        else:
            found.append((path, record, {key: value for key, value in document.items() if key != "version"}))
    writer.check()
    if stale:
        failed = PreconditionFailed()
        failed.errors = stale
        raise failed
    return found


def propose(shape, user, record, document):
    """Creates a proposal if the document is valid. The change is made and rolled back."""
    if not reason_in(document):
        raise Invalid({f"/{REASON}": "Give a reason for the change."})
    version = record.version
    with transaction.atomic():
        change(shape, user, record, document, partial=True, tried=True)
        transaction.set_rollback(True)
    fields = {name: value for name, value in document.items() if name not in (REASON, HOMONYM)}
    about = {"model": record._meta.label, "record_id": record.pk, "version": version}
    return Proposal.objects.create(**about, document=fields, reason=reason_in(document), created_by=user)


def save_document(writer, shape, instance, document, path="", partial=False):
    """Saves one document's record with everything that belongs to it. After an error, only validates."""
    writer.sound = len(writer.errors)
    public = not instance._state.adding and instance.publication == Publication.PUBLISHED
    missing_before, before = (instance.missing(), public_form(shape, instance)) if public else ([], None)
    texts = texts_before(instance) if public else None
    write_record(writer, shape, instance, document, path, partial)
    if public and len(writer.errors) == writer.sound:
        for sentence in instance.missing():
            if sentence not in missing_before:
                writer.fail(path, sentence)
        comments = [reason_in(document, path, key) for key in (REASON, HOMONYM)]
        writer.changes.append((path, CheckedChange(instance, texts, *comments)))
        if public_form(shape, instance) != before:
            type(instance).objects.filter(pk=instance.pk).update(changed_at=timezone.now())
    return instance


def public_form(shape, record):
    """The public JSON of a record, without the time of the change; None if it is not public."""
    rows = type(record).objects.visible_to(None).filter(pk=record.pk)
    return queries.json_text_of(
        rows, type(shape), Pick(detail=True, omit=("changed_at",)), Reader.today(None)
    )


def write_record(writer, shape, instance, document, path, partial=False):
    """Saves one record and its lists, with the reason for the history, then the nested records."""
    new, reason = instance._state.adding, reason_in(document, path)
    with acting_as(**({"reason": reason} if reason else {})):
        many, nested = writer.fill(shape, instance, document, path, partial)
        if not writer.errors:
            save_with_links(writer, instance, many, path, new)
        for name, rows in nested.items():
            field, here = shape.fields[name], pointer(path, name)
            if isinstance(row_shape_of(field), PartShape):
                write_parts(writer, row_shape_of(field), instance, field.source, rows, here, new)
            elif new:
                write_children(writer, row_shape_of(field), instance, field.source, rows, here)
            elif name in document and not shown_again(writer, shape, instance, name, rows):
                writer.fail(
                    here, "Write these at their own endpoint. Leave this key out, or unchanged from a read."
                )


def save_with_links(writer, instance, many, path, new):
    """Saves a record with its links. A user who writes a confidential record is cleared for it."""
    with put_in_words(path):
        instance.save()
    for name, rows in many.items():
        writer.link(instance, name, rows, new)
    if instance.confidentiality != Confidentiality.PUBLIC and not new:
        make_neutral(instance)
    if instance.confidentiality == Confidentiality.CONFIDENTIAL:
        if roles.may_be_cleared(writer.user):
            instance.cleared.add(writer.user)
        else:
            writer.fail(path, editorial_fields.UNCLEARED)


def write_children(writer, shape, record, name, rows, path):
    """Creates records that belong to a new one. They refer to each other by their ids in the document."""
    model, key = shape.Meta.model, record._meta.get_field(name).field.name
    named = writer.wanted.get(model, ())
    ids, made = [key_in(row.get("id")) if isinstance(row, dict) else None for row in rows], {}
    for number in sorted(range(len(rows)), key=lambda number: ids[number] not in named):
        child = model(created_by=writer.user, **{key: record})
        write_record(writer, shape, child, rows[number], pointer(path, number))
        if ids[number]:
            writer.found[model, ids[number]] = child
        made[child.pk] = pointer(path, number)
    if made and hasattr(shape.Meta, "rows") and not writer.errors:
        refuse_others(writer, shape, made)


def refuse_others(writer, shape, made):
    """Reports each new row, {id: pointer}, that does not belong in the list of this shape."""
    rows = narrowed(shape.Meta.model.objects.filter(pk__in=made), shape)
    for key in made.keys() - {*rows.values_list("pk", flat=True)}:
        name, sentence = shape.Meta.other_rows
        writer.fail(pointer(made[key], name), sentence)


def shown_again(writer, shape, record, name, rows):
    """Whether nested records are unchanged from a read."""
    one, pick = type(record).objects.filter(pk=record.pk), FULL._replace(fields=(name,))
    text = queries.json_text_of(one, type(shape), pick, Reader.today(writer.user))
    names = written(row_shape_of(shape.fields[name]))

    def facts(row):
        return {key: row.get(key) for key in names} if isinstance(row, dict) else row

    return list(map(facts, json.loads(text)[name])) == list(map(facts, rows))


def write_parts(writer, shape, record, name, documents, path, new):
    """Replaces the parts of a record by a list: known ids are changed, others created, the rest deleted."""
    known = {} if new else {row.pk: row for row in getattr(record, name).visible_to(writer.user)}
    parts = []
    for number, document in enumerate(documents):
        given = document.get("id") if isinstance(document, dict) else None
        part = known.pop(key_in(given), None) or shape.Meta.model(record=record)
        if hasattr(part, "position"):
            part.position = number
        writer.fill(shape, part, document, pointer(path, number))
        parts.append(part)
        writer.places[part.pk] = pointer(path, number)
    if not writer.errors:
        save_parts(writer, shape.Meta.model, parts, known, path)


def save_parts(writer, model, parts, gone, path):
    """Saves the kept parts and deletes the others. The record raises its version itself."""
    try:
        model.objects.filter(pk__in=gone).delete()
    except ProtectedError:
        writer.fail(path, PROTECTED)
    writer.refuse_twins(parts, path)
    if writer.errors:
        return
    with put_in_words(path), together(model):
        for number, part in enumerate(parts):
            with put_in_words(pointer(path, number)):
                part.save_base()
