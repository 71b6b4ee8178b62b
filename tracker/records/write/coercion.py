"""Converts JSON values to values of columns. Errors never repeat a text, since it may be a name."""

from django.core.exceptions import ValidationError
from rest_framework import serializers

from tracker.records.base import rival_values
from tracker.records.protocol.strict_json import Invalid, pointer
from tracker.records.shapes.fields import PartialDateJSONField, registry
from tracker.records.shapes.reader import FULL
from tracker.records.values.dates.partial_dates import understand
from tracker.records.values.texts.text import tidied

KINDS = (
    (serializers.ListField, list, "Give a list."),
    (serializers.BooleanField, bool, "Give true or false."),
    (serializers.IntegerField, int, "Give a whole number."),
    (serializers.DecimalField, (int, float, str), "Give a number."),
    (serializers.Field, str, "Give a text."),
)


def column_value(field, value, path):
    """The column value for the JSON value of a field; otherwise Invalid."""
    if isinstance(field, PartialDateJSONField):
        return a_date(value, path)
    if errors := mistyped(field, value, path):
        raise Invalid(errors)
    try:
        return field.run_validation(value)
    except serializers.ValidationError as error:
        raise Invalid(dict(explained(field, error.detail, path))) from None
    except ValidationError as error:
        raise Invalid({path: " ".join(error.messages)}) from None


def rival(citation, value, path):
    """The text of what a source says instead, given in the form of the contradicted field; "" for null."""
    if value in (None, ""):
        return ""
    model = citation.cited_model()
    column = rival_values.column_of(model, citation.field)
    if column is None:
        return "?"  # validation reports that there is nothing to contradict
    field = registry.whole[model](pick=FULL).fields[citation.field]
    try:
        return rival_values.value_text(column, column_value(field, value, path))
    except ValidationError as error:
        raise Invalid({path: " ".join(error.messages)}) from None


def tidied_text(text, path):
    """A text that no model validates, such as a reason, in its stored form; or Invalid."""
    try:
        return tidied(text)
    except ValidationError as error:
        raise Invalid({path: " ".join(error.messages)}) from None


def a_date(value, path):
    """The EDTF text of a partial date, given in any valid form or as an object from a read; "" for null."""
    text = value.get("edtf", value) if isinstance(value, dict) else value
    try:
        return "" if text in (None, "") else understand(text).edtf
    except ValidationError as error:
        raise Invalid({path: " ".join(error.messages)}) from None


def mistyped(field, value, path):
    """{pointer: sentence} if the JSON type is wrong for the field. Nothing is converted to text."""
    kind, sentence = next((kind, sentence) for base, kind, sentence in KINDS if isinstance(field, base))
    if value is None:
        return {}
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return {path: sentence}
    inner = enumerate(value) if isinstance(value, list) else ()
    return {
        place: sentence
        for number, one in inner
        for place, sentence in mistyped(field.child, one, pointer(path, number)).items()
    }


def explained(field, detail, path):
    """Yields (pointer, sentence) for the errors of a field."""
    if isinstance(detail, dict):
        for number, inner in detail.items():
            yield from explained(field.child, inner, pointer(path, number))
    elif any(error.code == "invalid_choice" for error in detail):
        yield path, f"Give one of {', '.join(map(str, field.choices))}."
    else:
        yield path, " ".join(map(str, detail))
