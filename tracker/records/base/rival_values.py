"""What another source says instead: the value in a citation, in the type of the contradicted field.

It is stored as a normalized text like other texts, so that every search through texts finds it.
"""

import re

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from tracker.records.values.columns import Derived
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.dates.partial_dates import understand
from tracker.records.values.texts.text import tidied_value

ONLY = "Only a citation that contradicts a field can have a value."
REFERS = "This field refers to other records. Use quotation for what the source says instead."
SEPARATORS = re.compile(r"[,\n]")
TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def column_of(model, name):
    """The model column of the field that a citation names; None if it has no column of its own."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if field.concrete and not field.is_relation else None


def normalized(field, text):
    """The normalized text of a value. Otherwise ValidationError says what would be right."""
    if isinstance(field, ArrayField):
        items = [item.strip() for item in SEPARATORS.split(text)]
        return "\n".join(normalized(field.base_field, item) for item in items if item)
    if field.choices:
        return slug_of(field.choices, text)
    if isinstance(field, models.BooleanField):
        return str(truth_of(text)).lower()
    if isinstance(field, models.IntegerField) and not re.fullmatch(r"[0-9]{1,20}", text):
        raise ValidationError("Give a whole number.")
    return str(field.clean(tidied_value(field, text), None))


def slug_of(choices, text):
    """The slug of a term, given its slug or label."""
    known = {str(name).casefold(): slug for slug, label in choices for name in (label, slug)}
    if text.casefold() not in known:
        raise ValidationError(f"Give one of {', '.join(slug for slug, _ in choices)}.")
    return str(known[text.casefold()])


def truth_of(text):
    if text.casefold() not in TRUTH:
        raise ValidationError("Give true or false.")
    return TRUTH[text.casefold()]


def value_text(field, value):
    """The text of a column's value, in the form that `normalized` reads."""
    if isinstance(value, list):
        if any(SEPARATORS.search(item) for item in value):
            raise ValidationError("Entries must not contain commas.")
        return "\n".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def json_value(field, text):
    """The JSON value of a stored text, in the form in which a record shows this field."""
    if isinstance(field, PartialDateField):
        date = understand(text)
        bounds = ((name, getattr(date, name)) for name in ("earliest", "latest"))
        return {"edtf": date.edtf, **{name: day and day.isoformat() for name, day in bounds}}
    if isinstance(field, ArrayField):
        return text.split("\n")
    if isinstance(field, models.BooleanField):
        return truth_of(text)
    return int(text) if isinstance(field, models.IntegerField) else text


class SaidField(Derived, models.JSONField):
    """The JSON value of what a citation says instead; null if there is none or it cannot be read."""

    always = {**Derived.always, "null": True, "default": None}

    def derive(self, citation):
        field = column_of(citation.cited_model(), citation.field) if citation.value else None
        try:
            return json_value(field, citation.value) if field else None
        except (ValidationError, ValueError):  # a text that was never validated
            return None
