"""Requests that write, generated from the OpenAPI document: they name what is hidden, or not there."""

import json

from tests.twins.asking import Ask
from tests.twins.worlds import parts_of


def writes(questions, drafts):
    """Every write of each path; new records and changes that refer to all kinds of rows, or double them."""
    for path, method, operation, model in questions.operations():
        if method == "GET":
            continue
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body, places = json.dumps(content.get("example", {})), questions.places(path, model)
        draft = drafts.get(model)
        if draft and "{" in path:
            places[path.replace("{id}", str(draft.pk))] = "draft"
        for place, kind in places.items():
            yield Ask(method, place, body, version(questions, model, draft, place), f"{method} {path} {kind}")
        if draft and (method, "{" in path) in CHANGES:
            yield from changes(questions, path, method, model, draft, content)


CHANGES = {("POST", False), ("PATCH", True), ("PATCH", False)}


def version(questions, model, draft, place):
    """The version of the row that a path names, 1 if none is known."""
    rows = [*questions.keys[model].shown, draft] if draft else []
    return next((row.version for row in rows if str(row.pk) in place), 1)


def changes(questions, path, method, model, draft, content):
    """Documents that each say one thing more than they must."""
    rows = (draft, *questions.keys[model].shown[:1])
    for about, said in sayings(questions, model):
        if method == "POST":
            yield Ask(method, path, json.dumps(content["example"] | said), kind=f"{method} {path} {about}")
        for row in rows if method == "PATCH" else ():
            document = {**said, "reason": "A misprint."}
            if "{" not in path:
                document = [{"id": str(row.pk), "version": row.version, **document}]
            place, kind = path.replace("{id}", str(row.pk)), f"{method} {path} {row is draft} {about}"
            yield Ask(method, place, json.dumps(document), row.version, kind)
    if "{" not in path and method == "PATCH":
        for key, kind in questions.keys[model].kinds().items():
            body = json.dumps([{"id": key, "version": 1, "reason": "A misprint."}])
            yield Ask(method, path, body, kind=f"{method} {path} names {kind}")


def sayings(questions, model):
    """Yields (about, a part of a document): keys and lists of every kind of row, and what must be unique."""
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        for key, kind in named(questions, field):
            yield f"{field.name} {kind}", {field.name: [key] if field.many_to_many else key}
    for relation in parts_of(model):
        name = relation.get_accessor_name()
        for field in relation.related_model._meta.concrete_fields:
            for key, kind in named(questions, field) if field.name != "record" else ():
                yield f"{name}.{field.name} {kind}", {name: [{field.name: key}]}
    for row in questions.keys[model].hidden:
        yield from doubles(row)


def doubles(row):
    """What of a hidden row nobody else may have as long as both are public."""
    if getattr(row, "source_url", ""):
        yield "source_url", {"source_url": row.source_url}
    for one in row.identifiers.all()[:1] if hasattr(row, "identifiers") else ():
        yield "identifiers", {"identifiers": [{"scheme": one.scheme, "identifier": one.identifier}]}


def named(questions, field):
    """(key, kind) of the rows that a relation can be said to lead to."""
    keys = questions.keys.get(field.related_model) if field.is_relation else None
    return keys.kinds().items() if keys else ()
