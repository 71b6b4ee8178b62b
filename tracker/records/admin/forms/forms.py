"""Forms of the admin: choices limited to visible rows, and rows with their first citation."""

import re
from functools import cache
from itertools import chain

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, Q
from django.utils.text import capfirst

from tracker.records.base.citations import citable_fields
from tracker.records.base.record import Record
from tracker.records.workflow import editorial_fields

HIDDEN_LABEL = "(hidden)"
ROW_CITATION = ("source", "locator_kind", "locator", "quotation")
COPIED_DOWN = {"source", "locator_kind", "locator"}  # rows.js copies these into a new row from the row above


def label_of(record, without=""):
    """The label of a record from its admin, for users who may see the record."""
    registered = admin.site._registry.get(type(record))
    return registered.label(record, without) if hasattr(registered, "label") else str(record)


def could_be(model, key):
    """Whether a submitted text could be the primary key of a row."""
    try:
        return model._meta.pk.to_python(key) is not None
    except ValidationError:
        return False


class KnownChoice:
    """Mixin for a widget that knows the labels of chosen rows: `known`, by key. look_up() finds others."""


class AutocompleteScript:
    """Mixin for an autocomplete: adds the script that replaces Django's own."""

    @property
    def media(self):
        return forms.Media(css=super().media._css, js=[*super().media._js, "tracker/choices.js"])


class VisibleChoice(AutocompleteScript, KnownChoice):
    """An autocomplete that shows labels, and queries the database only for labels that are not known."""

    def __init__(self, field, admin_site, *, user, **kwargs):
        super().__init__(field, admin_site, **kwargs)
        self.user = user
        self.known = {}

    def build_attrs(self, base_attrs, extra_attrs=None):
        """Adds the field that receives the typed text when a new record is created."""
        typed = getattr(admin.site._registry.get(self.field.related_model), "typed_into", None)
        return {**super().build_attrs(base_attrs, extra_attrs), **({"data-typed": typed} if typed else {})}

    def optgroups(self, name, value, attrs=None):
        chosen = [str(key) for key in value if key not in (None, "")]
        labels = {**self.known, **self.look_up([key for key in chosen if key not in self.known])}
        options = [("", "")] if not (self.is_required or self.allow_multiple_selected) else []
        options += [(key, labels[key]) for key in chosen if key in labels]
        return [(None, [self.create_option(name, *o, bool(o[0]), n) for n, o in enumerate(options)], 0)]

    def look_up(self, keys):
        """The labels of the keys that this user may choose."""
        related = self.field.related_model
        keys = [key for key in keys if could_be(related, key)]
        if not keys:
            return {}
        rows = self.choices.queryset.filter(pk__in=keys)
        labelled = admin.site.get_model_admin(related).labelled(rows, self.user)
        return {str(row.pk): label_of(row) for row in labelled}


class VisibleSelect(VisibleChoice, AutocompleteSelect):
    pass


class VisibleSelectMultiple(VisibleChoice, AutocompleteSelectMultiple):
    pass


class AccountChoice(AutocompleteScript):
    """Mixin for a choice of accounts: ignores submitted keys that cannot be keys of accounts."""

    def optgroups(self, name, value, attrs=None):
        model = self.choices.queryset.model
        return super().optgroups(name, [key for key in value if not key or could_be(model, key)], attrs)


class AccountSelect(AccountChoice, AutocompleteSelect):
    """One account."""


class AccountSelectMultiple(AccountChoice, AutocompleteSelectMultiple):
    """Several accounts."""


@cache
def labels_of_fields():
    """{name: what forms call it} for fields with an underscore in their names."""
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    return {field.name: str(field.verbose_name) for field in fields if "_" in field.name}


def with_field_labels(text):
    """A text with field names as forms show them: group label instead of group_label."""
    return re.sub(r"[a-z]+(_[a-z]+)+", lambda found: labels_of_fields().get(found[0], found[0]), text)


def with_readable_messages(error):
    """The same error, with readable sentences."""
    error = error if isinstance(error, ValidationError) else ValidationError(error)
    lists = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    for one in chain(*lists):
        if isinstance(one.message, str):  # Django's are lazy, and contain no field name
            one.message = with_field_labels(one.message)
    return error


def sentences(error):
    """The sentences of a ValidationError, each with the name of its field."""
    if not hasattr(error, "error_dict"):
        return [with_field_labels(message) for message in error.messages]
    about = {
        name: "" if name == NON_FIELD_ERRORS else f"{capfirst(name.replace('_', ' '))}: "
        for name in error.error_dict
    }
    return [
        f"{about[name]}{with_field_labels(message)}"
        for name, found in error.message_dict.items()
        for message in found
    ]


def select_of(field):
    """The KnownChoice widget of a form field, without Django's wrapper, or None."""
    widget = getattr(field.widget, "widget", field.widget)
    return widget if isinstance(widget, KnownChoice) else None


class RecordForm(forms.ModelForm):
    """Checks every constraint, shows every error, and preserves what the user cannot see."""

    writer = None  # the user: the author of a new record, whose rights limit its confidentiality

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "assigned_to" in self.fields:
            now = Q(pk=self.instance.assigned_to_id)
            users = self.fields["assigned_to"].queryset
            self.fields["assigned_to"].queryset = users.filter(now | Q(pk__in=editorial_fields.workers()))
        for name, field in self.fields.items():
            select = select_of(field)
            if select and not select.allow_multiple_selected and getattr(self.instance, f"{name}_id", None):
                self._know(name, field, select)

    @property
    def row_label(self):
        return label_of(self.instance)

    @property
    def deletable(self):
        return "DELETE" in self.fields

    def _know(self, name, field, select):
        """Label the related row. A hidden row is shown as hidden and cannot be changed."""
        key, related = getattr(self.instance, f"{name}_id"), getattr(self.instance, name)
        if related is None:
            field.disabled, field.queryset = True, field.queryset.model.objects.filter(pk=key)
        select.known = {str(key): HIDDEN_LABEL if related is None else label_of(related)}

    def clean(self):
        """Clean the fields. Many-to-many relations keep the rows that the user cannot see."""
        cleaned = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField) and name in cleaned and self.instance.pk:
                hidden = getattr(self.instance, name).exclude(pk__in=field.queryset.values("pk"))
                ids = {row.pk for row in (*cleaned[name], *hidden)}
                cleaned[name] = field.queryset.model._base_manager.filter(pk__in=ids)
        secrecy = cleaned.get("confidentiality")
        if secrecy and (refusal := editorial_fields.against(self.writer, self.instance, secrecy)):
            self.add_error("confidentiality", refusal)
        return cleaned

    def _post_clean(self):
        """Also checks constraints on fields that are not in the form, which Django skips."""
        if isinstance(self.instance, Record) and self.instance._state.adding:
            self.instance.created_by = self.writer
        super()._post_clean()
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as problem:
                self._update_errors(problem)
        secrecy = getattr(self.instance, "confidentiality", None)  # the model may have raised it
        known = secrecy and not self.errors
        if known and (refusal := editorial_fields.against(self.writer, self.instance, secrecy)):
            self.add_error(None, refusal)

    def add_error(self, field, error):
        super().add_error(field, with_readable_messages(error if field else self._of_this_form(error)))

    def _of_this_form(self, error):
        """The error, with errors of fields that are not in this form moved to the top."""
        if not hasattr(error, "error_dict"):
            return error
        own = {name: found for name, found in error.error_dict.items() if name in self.fields}
        above = list(error.error_dict.get(NON_FIELD_ERRORS, []))
        for name in error.error_dict.keys() - own.keys() - {NON_FIELD_ERRORS}:
            above += sentences(ValidationError({name: error.error_dict[name]}))
        return ValidationError({**own, **({NON_FIELD_ERRORS: above} if above else {})})


def terms_field(field):
    """Checkboxes for the terms of a vocabulary."""
    return forms.MultipleChoiceField(
        label=capfirst(field.verbose_name),
        choices=field.base_field.choices,
        required=not field.blank,
        widget=forms.CheckboxSelectMultiple,
        help_text=field.help_text,
    )


class CitationForm(RecordForm):
    """A citation, with a choice of the fields that it can support."""

    @property
    def row_label(self):
        about = self.instance.field.replace("_", " ") or "the whole record"
        where = f"{self.instance.get_locator_kind_display()} {self.instance.locator}".strip()
        return f"{where}, for {about}" if where else f"For {about}"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "field" in self.fields:
            names = sorted(citable_fields(self._meta.model.cited_model()))
            choices = [(name, name.replace("_", " ")) for name in names]
            self.fields["field"] = forms.ChoiceField(
                label="Supports", choices=[("", "the whole record"), *choices], required=False
            )


class RowForm(RecordForm):
    """An inline row that is a record of its own, with four extra fields for its first citation.

    The admin adds these fields, because their choices depend on the user. `cited` is the id of the citation
    that was shown: another one may have become the first since.
    """

    belongs_to = ""  # the foreign key to the record whose page this is
    cited = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        shown = getattr(self.instance, "shown_citations", [])
        self.further = len(shown[1:])
        if shown:
            self._show(shown[0])

    @property
    def row_label(self):
        return label_of(self.instance, without=self.belongs_to)

    def has_changed(self):
        """Whether the row contains anything: a new row with only copied values does not count."""
        carried = COPIED_DOWN if self.instance._state.adding else set()
        return not carried.issuperset(self.changed_data)

    @property
    def left_out(self):
        return bool(self.changed_data) and not self.has_changed()

    def _show(self, citation):
        first = {name: getattr(citation, name) for name in ROW_CITATION[1:]}
        self.initial.update(source=citation.source_id, cited=citation.pk, **first)
        select_of(self.fields["source"]).known = {str(citation.source_id): label_of(citation.source)}

    def clean(self):
        cleaned = super().clean()
        given = {name: cleaned.get(name) for name in ROW_CITATION}
        shown = [
            row for row in getattr(self.instance, "shown_citations", []) if row.pk == cleaned.get("cited")
        ]
        self.citation = shown[0] if shown else self._meta.model.citations.rel.related_model()
        if not any(given.values()):
            return cleaned
        if not given["source"]:
            self.add_error("source", "Enter the source.")
        elif not self.errors.keys() & set(ROW_CITATION):
            self._check(given)
        return cleaned

    def _get_validation_exclusions(self):
        """Also excludes relations to rows that are not saved yet."""
        new = {
            name
            for name, row in self.cleaned_data.items()
            if isinstance(row, Model) and row._state.adding and name != self.belongs_to
        }
        return super()._get_validation_exclusions() | new

    def _check(self, given):
        for name, value in given.items():
            setattr(self.citation, name, value)
        try:
            self.citation.full_clean(exclude=["record"])
        except ValidationError as problem:
            self.add_error(None, problem)

    def _save_m2m(self):
        """Runs after the row has been saved: only then can it have citations."""
        super()._save_m2m()
        if self.cleaned_data.get("source"):
            if not {*ROW_CITATION}.isdisjoint(self.changed_data):
                self.citation.record = self.instance
                self.citation.save()
        elif not self.citation._state.adding:
            self.citation.delete()


def row_form(model, belongs_to, formfield):
    """A RowForm for a cited model. `formfield` makes the fields of the citation."""
    made = {"belongs_to": belongs_to}
    for name in ROW_CITATION:
        made[name] = formfield(model.citations.rel.related_model._meta.get_field(name))
        made[name].required = made[name].widget.is_required = False
        if select := select_of(made[name]):
            select.is_required = False
    return type(f"{model.__name__}RowForm", (RowForm,), made)
