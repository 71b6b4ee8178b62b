"""Examples of answers and request bodies, made from the types of the fields."""

from functools import singledispatch

from django.conf import settings
from rest_framework import serializers

from tracker.records.shapes.fields import Computed, Count, Inferred, Links, Moment, PartialDateJSONField, Url
from tracker.records.shapes.urls import API
from tracker.records.values.codes.code_fields import CodeJSONField
from tracker.records.write.document import references_of, row_shape_of, written

SAMPLE_ID = "8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b"


@singledispatch
def sample(field):
    """An example of the JSON value of a serializer field, made from its type."""
    return None if field.allow_null else "text"


@sample.register
def _(field: serializers.CharField):
    return None if field.allow_null else "text"


@sample.register
def _(field: CodeJSONField):
    return field.registry.example


@sample.register
def _(field: serializers.URLField):
    return "https://example.org/"


@sample.register
def _(field: serializers.ChoiceField):
    return next(iter(field.choices))


@sample.register
def _(field: serializers.IntegerField):
    return 2


@sample.register
def _(field: Count):
    return 1


@sample.register
def _(field: serializers.UUIDField):
    return SAMPLE_ID


@sample.register
def _(field: serializers.BooleanField):
    return False


@sample.register
def _(field: serializers.ListField):
    return [sample(field.child)]


@sample.register
def _(field: Moment):
    return "2025-12-10T09:00:00.000000Z"


@sample.register
def _(field: PartialDateJSONField):
    return {"edtf": "2025-10", "earliest": "2025-10-01", "latest": "2025-10-31"}


@sample.register
def _(field: serializers.SlugField):
    return "a-slug"


@sample.register
def _(field: Inferred):
    return []


@sample.register
def _(field: Url):
    return f"http://127.0.0.1:8000{API}people/{SAMPLE_ID}/"


@sample.register
def _(field: Links):
    return {"participations": f"http://127.0.0.1:8000{API}participations/?person={SAMPLE_ID}"}


@sample.register
def _(field: Computed):
    return {name: sample_of(schema) for name, schema in field.schema["properties"].items()}


@sample.register
def _(field: serializers.BaseSerializer):
    made = {name: sample(inner) for name, inner in field.fields.items()}
    return made | {name: value for name, value in typical(field).items() if name in made}


@sample.register
def _(field: serializers.ListSerializer):
    return [sample(field.child)]


def sample_of(schema):
    """An example of a value that matches a schema."""
    if "properties" in schema:
        return {name: sample_of(inner) for name, inner in schema["properties"].items()}
    if schema.get("format") == "uri":
        return f"{settings.PUBLIC_URL}{API}"
    if "enum" in schema or schema.get("format") == "date":
        return schema.get("enum", ["2025-10-31"])[0]
    return {"array": [], "string": "text"}.get(kinds_of(schema)[0], 0)


def kinds_of(schema):
    """The types of JSON values that a schema allows."""
    kind = schema.get("type", "object")
    return kind if isinstance(kind, list) else [kind]


def typical(shape):
    """The values that an example of a shape must have to be accepted: `Meta.typical`."""
    return getattr(shape.Meta, "typical", {})


def sample_document(shape):
    """An example document: required fields, choices, dates, rows, and the fields in `Meta.example`."""
    named = getattr(shape.Meta, "example", ())
    found = {}
    for name, field in written(shape).items():
        if rows := row_shape_of(field):
            found[name] = [sample_document(rows)]
        elif name in named or is_required(shape, field):
            found[name] = SAMPLE_ID if references_of(field) else sample_written(field)
        elif isinstance(field, PartialDateJSONField) or (
            isinstance(field, serializers.ChoiceField) and not field.allow_blank
        ):
            found[name] = sample_written(field)
    return found | typical(shape)


def sample_written(field):
    return "October 2025" if isinstance(field, PartialDateJSONField) else sample(field)


def is_required(shape, field):
    """Whether a new record must have a value here."""
    column = shape.Meta.model._meta.get_field(field.source)
    return not (column.many_to_many or column.null or column.blank or column.has_default())
