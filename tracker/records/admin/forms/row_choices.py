"""Rows on the page of another record: fields that depend on each other, and a choice among rows."""

from django import forms
from django.core.exceptions import ValidationError

from tracker.records.protocol.query import number_in

from .forms import KnownChoice

NEW_ROW = "row:"


class RowSelect(KnownChoice, forms.Select):
    """A choice among the rows of a page. Unsaved rows have the key row:<number>; a script adds them."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.known, self.rows = {}, {}

    def look_up(self, keys):
        """The labels of those of the keys that this reader may choose."""
        labels = {key: "a new row" for key in keys if key.startswith(NEW_ROW)} | self.rows | self.known
        return {key: labels[key] for key in keys if key in labels}

    def optgroups(self, name, value, attrs=None):
        chosen = self.look_up([str(key) for key in value or () if key not in (None, "")])
        options = {"": "---------", **chosen, **self.rows}
        made = [
            self.create_option(name, key, label, key in chosen, number)
            for number, (key, label) in enumerate(options.items())
        ]
        return [(None, made, 0)]


class RowChoice(forms.ModelChoiceField):
    """A relation to another row of the same page, saved or not."""

    widget = RowSelect

    def __init__(self, queryset, text, **kwargs):
        super().__init__(queryset, required=False, **kwargs)
        self.text, self.formset = text, None
        self.widget.attrs["data-among"] = text

    def among(self, formset, row):
        """Offer the saved rows of the formset that have the text, except this one."""
        self.formset, others = formset, formset.get_queryset() if formset.instance.pk else []
        self.widget.rows = {
            str(other.pk): getattr(other, self.text)
            for other in others
            if getattr(other, self.text) and other.pk != row.pk
        }

    def to_python(self, value):
        if not str(value or "").startswith(NEW_ROW):
            return super().to_python(value)
        rows = self.formset.forms if self.formset else []
        number = number_in(value.removeprefix(NEW_ROW), 0, len(rows) - 1)
        form = None if number is None else rows[number]
        if (
            form is None
            or form.errors
            or not form.cleaned_data.get(self.text)
            or form.cleaned_data.get("DELETE")
        ):
            raise ValidationError("Complete that row first.", code="invalid_choice")
        return form.instance

    def has_changed(self, initial, data):
        return str(initial or "") != str(data or "")


class RowChoiceFormSet:
    """Mixin for a formset: gives its RowChoice fields the rows."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            if isinstance(field, RowChoice):
                field.among(self, form.instance)


class FieldAttributes:
    """Mixin for an inline: adds data attributes to its fields for the script of the page."""

    one_of = ()  # fields that exclude each other
    only_with = {}  # fields that have no meaning without another: {"count_min": "group_label"}
    narrowed = {}  # relations whose choices are limited by other fields: {"affiliation": "person:person"}
    among = {}  # relations to another row, by the text that names it: {"member_of": "group_label"}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in self.among:
            field = self.choice_among_rows(db_field, request)
        else:
            field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.model is self.model:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.update(self.marks(db_field.name))
        return field

    def choice_among_rows(self, db_field, request):
        return RowChoice(
            db_field.related_model.objects.visible_to(request.user),
            self.among[db_field.name],
            label=db_field.verbose_name.capitalize(),
            help_text=db_field.help_text,
        )

    def marks(self, name):
        found = {
            "data-one-of": " ".join(self.one_of) if name in self.one_of else "",
            "data-only-with": self.only_with.get(name, ""),
            "data-narrow": self.narrowed.get(name, ""),
        }
        return {mark: text for mark, text in found.items() if text}
