"""Fields for languages, scripts and countries, for models, forms and the API."""

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import flatatt
from django.utils.html import format_html_join
from django.utils.text import capfirst
from rest_framework import serializers

from .registries import COUNTRIES, LANGUAGES, SCRIPTS

BOXES = 3  # minimum for a list; otherwise one more than it has codes


class CodeField(models.CharField):
    """A code of a registry. Any text that the registry can read is stored as its code; others are refused."""

    registry = None
    longest = 35

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": self.longest, **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: value for key, value in kwargs.items() if key != "max_length"}

    def to_python(self, value):
        return self.registry.read(value) if value else super().to_python(value)

    def get_prep_value(self, value):
        """The value unchanged: values stored before a registry changed can still be withdrawn."""
        return super(models.CharField, self).get_prep_value(value)

    def codes_of(self, text):
        """The code for a text, in a list; an empty list if there is none."""
        try:
            return [self.to_python(text)]
        except ValidationError:
            return []

    def formfield(self, **kwargs):
        return CodeFormField(self.registry, required=not self.blank, **label_and_help(self, kwargs))


class LanguageField(CodeField):
    """A language: a BCP 47 tag."""

    registry = LANGUAGES


class ScriptField(CodeField):
    """A script: ISO 15924."""

    registry, longest = SCRIPTS, 4


class CountryField(CodeField):
    """A country: ISO 3166-1, or ISO 3166-3 for a state that no longer exists."""

    registry, longest = COUNTRIES, 4


class CodesField(ArrayField):
    """A list of distinct codes: `CodesField(CountryField())`."""

    def to_python(self, value):
        found = super().to_python(value)
        return found and [*dict.fromkeys(map(self.base_field.to_python, found))]

    def formfield(self, **kwargs):
        registry = self.base_field.registry
        return CodesFormField(registry, required=not self.blank, **label_and_help(self, kwargs))


def label_and_help(field, kwargs):
    """The label and help text of a form field, from its model field."""
    given = {name: kwargs[name] for name in ("label", "help_text", "initial") if name in kwargs}
    return {"label": capfirst(field.verbose_name), "help_text": field.help_text, **given}


class CodeInput(forms.TextInput):
    """An input in which a code is chosen by name. The browser searches the list that codes.js loads."""

    class Media:
        js = ["tracker/codes.js"]

    def __init__(self, registry, attrs=None):
        self.registry = registry
        own = {"class": "vTextField", "list": f"codes-{registry.category}", "autocomplete": "off"}
        super().__init__({**own, **(attrs or {})})

    def format_value(self, value):
        return self.registry.label(value) if value else ""


class CodesInput(CodeInput):
    """Several such inputs, some of them empty, so that no button is needed to add one."""

    label = ""  # the label of the first one

    def render(self, name, value, attrs=None, renderer=None):
        given = value or []
        attrs = {**self.attrs, **(attrs or {})}
        boxes = [*given, *[""] * max(1, BOXES - len(given))]
        return format_html_join(
            " ",
            "<input{}>",
            (
                (flatatt({**attrs, "type": "text", "name": name, **self.input_attrs(attrs, number, code)}),)
                for number, code in enumerate(boxes)
            ),
        )

    def input_attrs(self, attrs, number, code):
        """The attributes of one input."""
        value = {"value": self.format_value(code)}
        if not number:
            return value
        return {**value, "id": f"{attrs.get('id', '')}_{number}", "aria-label": f"{self.label} {number + 1}"}

    def value_from_datadict(self, data, files, name):
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [text for text in ([found] if isinstance(found, str) else found) if text.strip()]

    def value_omitted_from_data(self, data, files, name):
        return name not in data


class CodeFormField(forms.CharField):
    """Returns the code for what was chosen or typed."""

    def __init__(self, registry, **kwargs):
        self.registry = registry
        super().__init__(**{**kwargs, "widget": CodeInput(registry)})

    def to_python(self, value):
        text = super().to_python(value)
        return self.registry.read(text) if text else ""


class CodesFormField(forms.Field):
    """Returns the codes for what was chosen or typed in several inputs."""

    def __init__(self, registry, **kwargs):
        self.registry = registry
        super().__init__(**{**kwargs, "widget": CodesInput(registry)})
        self.widget.label = self.label

    def to_python(self, value):
        return [*dict.fromkeys(map(self.registry.read, value or []))]

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != [*(initial or [])]
        except ValidationError:
            return True


class CodeJSONField(serializers.CharField):
    """A code in the API. It can be written as any text that the registry can read."""

    def __init__(self, registry, **kwargs):
        self.registry = registry
        super().__init__(**kwargs)

    def to_internal_value(self, data):
        text = super().to_internal_value(data)
        try:
            return self.registry.read(text) if text else text
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None
