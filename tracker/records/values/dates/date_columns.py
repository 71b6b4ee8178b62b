"""Partial dates as model columns and form fields, with the days that they may be."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.html import format_html

from tracker.records.values.columns import Derived
from tracker.records.values.declaring import declare

from .partial_dates import (
    LONGEST_EDTF,
    LONGEST_TYPED,
    PartialDate,
    explain,
    understand,
)

PARTS = ("earliest", "latest", "sort")


class Bound(Derived, models.DateField):
    """One of the three days by which a partial date is filtered and ordered. `PartialDateField` adds it.

    None while the text cannot be parsed. Such a text cannot be saved.
    """

    def __init__(self, part, **kwargs):
        self.part = part
        known = {"default": date.max} if part == "sort" else {"null": True, "db_index": True}
        self.always = {**Derived.always, **known}
        super().__init__(**kwargs)

    def set_attributes_from_name(self, name):
        """Keeps the name of the date in the name of the column, so that a migration can rename both."""
        super().set_attributes_from_name(name)
        self.sources = (self.name.removesuffix(f"_{self.part}"),)

    def deconstruct(self):
        name, path, _, kwargs = super().deconstruct()
        return name, path, [self.part], kwargs

    def derive(self, instance):
        text = getattr(instance, self.sources[0])
        if text in (None, ""):
            return date.max if self.part == "sort" else None
        try:
            return getattr(_understood(text), self.part)
        except ValidationError:
            return None


class BoundsAgree(models.CheckConstraint):
    """A database constraint: no date text without bounds, and no bounds without a text.

    It is a constraint and not a column check, because migrations add and remove constraints in the right
    order in both directions.
    """

    def __init__(self, source, *, name):
        self.source = source
        first, last, sort = (f"{source}_{part}" for part in PARTS)
        empty = Q(**{source: "", f"{first}__isnull": True, f"{last}__isnull": True, sort: date.max})
        bounded = Q(**{f"{first}__isnull": False}) | Q(**{f"{last}__isnull": False})
        dated = ~Q(**{source: ""}) & bounded & Q(**{sort: Coalesce(first, last)})
        half = Q(**{f"{first}__isnull": True}) | Q(**{f"{last}__isnull": True})
        ordered = half | Q(**{f"{first}__lte": models.F(last)})
        super().__init__(condition=empty | (dated & ordered), name=name)

    def deconstruct(self):
        path, _, kwargs = super().deconstruct()
        return path, (self.source,), {"name": kwargs["name"]}

    def validate(self, *args, **kwargs):
        """Nothing: an instance computes its bounds, so they always agree. Saves one query for each date."""


def newest_first(name):
    """The expression to order by, descending, for the newest date first and missing dates last.

    `start_date_sort` alone would put missing dates first. The days are literals, as in the index.
    """
    known = "COALESCE(NULLIF(%(expressions)s, DATE '9999-12-31'), DATE '0001-01-01')"
    return Func(F(f"{name}_sort"), template=known, output_field=models.DateField())


class InOrder(models.Index):
    """An index for the order of a list, ending with the id. Its name contains the full name of the date."""

    max_name_length = 63  # the limit of PostgreSQL


class NewestFirst(InOrder):
    """The index for `newest_first` of a date."""

    def __init__(self, source, *, name):
        self.source = source
        super().__init__(newest_first(source), "id", name=name)

    def deconstruct(self):
        path, _, _ = super().deconstruct()
        return path, (self.source,), {"name": self.name}


class PartialDateField(models.CharField):
    """A date that may be only partly known: EDTF text, "" if nothing is stated.

    `start_date = PartialDateField()` also gives the model `start_date_earliest` and `start_date_latest`
    (null: open or unknown), `start_date_sort` (never null; missing dates come last), the constraint that
    keeps them together, and an index for each direction. `required` forbids the empty text. In a field that
    means one point in time, the bounds mean "some time within". Text in any form that `understand` reads is
    stored as EDTF. Other text is refused.
    """

    def __init__(self, *args, required=False, **kwargs):
        self.required = required
        super().__init__(
            *args, **{"max_length": LONGEST_EDTF, **kwargs, "blank": not required, "default": ""}
        )

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        dropped = {"blank", "default"} | ({"max_length"} if self.max_length == LONGEST_EDTF else set())
        own = {key: value for key, value in kwargs.items() if key not in dropped}
        return name, path, args, {**own, "required": True} if self.required else own

    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only)
        if cls.__module__ == "__fake__":
            return  # models in migrations list their columns and constraints themselves
        for part in PARTS:
            cls.add_to_class(f"{name}_{part}", Bound(part))
        named = f"{cls._meta.db_table}_{name}"
        declare(cls, "constraints", BoundsAgree(name, name=f"{named}_bounds"))
        declare(cls, "indexes", InOrder(fields=[f"{name}_sort", "id"], name=f"{named}_oldest"))
        declare(cls, "indexes", NewestFirst(name, name=f"{named}_newest"))

    def get_lookup(self, lookup_name):
        """Refuses comparisons of partial dates as strings. They are compared by their bounds."""
        return None if lookup_name in ("gt", "gte", "lt", "lte", "range") else super().get_lookup(lookup_name)

    def to_python(self, value):
        """The EDTF text for any text that can be parsed. Otherwise ValidationError lists the right forms."""
        return "" if value in (None, "") else _understood(value).edtf

    def get_prep_value(self, value):
        return self.to_python(value)

    def pre_save(self, model_instance, add):
        """Sets the EDTF text on the instance too, so that it equals the row."""
        try:
            text = self.to_python(getattr(model_instance, self.attname))
        except ValidationError as error:
            raise ValidationError({self.name: error.error_list}) from None
        setattr(model_instance, self.attname, text)
        return text

    def formfield(self, **kwargs):
        typed = {"form_class": PartialDateFormField, "max_length": LONGEST_TYPED}
        return super().formfield(**{**typed, **kwargs})


def possible_days(record, name) -> tuple[date | None, date | None]:
    """The first and the last possible day of a date of a record; None if unknown."""
    try:
        return _understood(getattr(record, name)).possible
    except ValidationError:
        return None, None


def _understood(value) -> PartialDate:
    return value if isinstance(value, PartialDate) else understand(value)


class PartialDateInput(forms.TextInput):
    """A text input with a line below it that says, also to screen readers, which days were understood."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        attributes = context["widget"]["attrs"]
        if attributes.get("id") and self.understood(value):
            described = f"{attributes.get('aria-describedby', '')} {attributes['id']}_understood"
            attributes["aria-describedby"] = described.strip()
        return context

    def render(self, name, value, attrs=None, renderer=None):
        """The input, followed by "understood: 1 to 31 October 2025 (2025-10)" if the value can be parsed."""
        field, sentence = super().render(name, value, attrs, renderer), self.understood(value)
        if not sentence:
            return field
        identity = {**self.attrs, **(attrs or {})}.get("id", name)
        return format_html(
            '{}<span class="understood" id="{}_understood">{}</span>', field, identity, sentence
        )

    def understood(self, value) -> str:
        """The line for a value, "" if there is none."""
        return explain(value).get("understood", "") if value else ""


class PartialDateFormField(forms.CharField):
    """Returns the EDTF text for the input. Its error lists the right forms."""

    widget = PartialDateInput

    def __init__(self, *, widget=None, **kwargs):
        super().__init__(widget=_explained(widget or self.widget), **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        return understand(text).edtf if text else ""


def _explained(widget):
    """A PartialDateInput instead of a plain input, such as the admin's, with the same attributes."""
    widget = widget() if isinstance(widget, type) else widget
    if not isinstance(widget, forms.TextInput) or isinstance(widget, PartialDateInput):
        return widget
    return PartialDateInput(attrs=widget.attrs)
