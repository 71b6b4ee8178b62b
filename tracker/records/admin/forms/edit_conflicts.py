"""Edit conflicts: if two users edit a record, the second sees both versions and loses nothing."""

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError
from django.db.models import F
from django.forms.models import ModelChoiceField

from tracker.records.audit.history import Entry

from .forms import HIDDEN_LABEL, could_be, select_of

SEEN = "seen_version"


class EditConflict(Exception):
    """Someone else changed the record between the check and the write."""


class SeenVersion(forms.IntegerField):
    """The version that a form was opened with. It never counts as a changed field."""

    widget = forms.HiddenInput

    def has_changed(self, initial, data):
        return False


def seen_version(version):
    return SeenVersion(required=False, initial=version)


def is_stale(form):
    """Whether the record was saved after the form was opened."""
    return form.data.get(form.add_prefix(SEEN)) != str(form.instance.version)


def show_anew(form):
    """Set the form to the current version: saving it again then overwrites on purpose."""
    form.data = form.data.copy()
    form.data[form.add_prefix(SEEN)] = str(form.instance.version)


def versions_of(records):
    """The ids and versions of the records that a page shows, as text."""
    return " ".join(sorted(f"{record.pk}:{record.version}" for record in records))


def last_saved(record):
    """Who saved the record last, and when."""
    last = Entry.objects.of(record).select_related("user").last()
    who = last.user if last and last.user else "Someone"
    return f"{who} saved this record{f' at {last.at:%H:%M} UTC' if last else ''}"


def conflict_message(record):
    """Who saved first, and what the user can do now."""
    return (
        f"{last_saved(record)} after you opened it. Your changes were not saved, but nothing is lost:"
        " compare both versions above, correct yours, and save again."
    )


class VersionedForm:
    """Mixin for record forms: refuses to overwrite a version that the user has not seen."""

    stale = False

    def clean(self):
        cleaned = super().clean()
        if is_stale(self):
            self.stale = True
            self.add_error(None, conflict_message(self.instance))
            show_anew(self)
        return cleaned


def check_row_versions(formset):
    """Refuses changed rows that someone else has saved in the meantime."""
    for form in formset.initial_forms:
        if SEEN in form.fields and form.has_changed() and is_stale(form):
            form.stale = True
            form.add_error(None, conflict_message(form.instance))
            show_anew(form)


def lock_version(record):
    """Lock the row if it still has this version; otherwise someone else was first.

    One conditional UPDATE, which changes nothing. Saving the record then raises the version.
    """
    rows = type(record).objects.filter(pk=record.pk, version=record.version)
    if not rows.update(version=F("version")):
        raise EditConflict


def discard_unchanged(record, by):
    """Delete the record, unless it was deleted or something has referred to it since the check."""
    try:
        record.discard(by)
    except (ValidationError, ObjectDoesNotExist):
        raise EditConflict from None


def differences(form, prefix=""):
    """The differences between a submitted form and the database: (field, typed, stored)."""
    for name in form.changed_data:
        field = form.fields[name]
        if name == "reason" or field.disabled or name in ("DELETE", "cited"):
            continue
        typed = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        label = f"{prefix}{form[name].label}"
        yield (
            label,
            form_value_text(field, typed),
            form_value_text(field, form.get_initial_for_field(field, name)),
        )


def form_value_text(field, value):
    """A form value as text, as far as the user may see it."""
    values = value if isinstance(value, (list, tuple)) else [value]
    values = [getattr(one, "pk", one) for one in values if one not in (None, "")]
    if isinstance(field, ModelChoiceField):
        select = select_of(field)
        keys = [str(key) for key in values]
        if select:
            labels = select.look_up(keys)
        else:
            known = [key for key in keys if could_be(field.queryset.model, key)]
            labels = {str(row.pk): str(row) for row in field.queryset.filter(pk__in=known)}
        return ", ".join(labels.get(key, HIDDEN_LABEL) for key in keys)
    names = {str(key): str(name) for key, name in getattr(field, "choices", ())}
    if isinstance(field, forms.BooleanField):
        return "yes" if value in (True, "on", "True") else "no"
    return ", ".join(names.get(str(one), str(one)) for one in values)


class EditConflicts:
    """Mixin for the admin of records: forms know their version, and show both versions in a conflict."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj:
            form = kwargs.get("form", self.form)
            kwargs["form"] = type(form.__name__, (VersionedForm, form), {SEEN: seen_version(obj.version)})
        return super().get_form(request, obj, change, **kwargs)

    def delete_view(self, request, object_id, extra_context=None):
        """The page. After a conflict, perhaps with a concurrent transaction, it is shown again."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except (EditConflict, IntegrityError):
            return super().delete_view(request, object_id, extra_context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        rows = [row for inline in context["inline_admin_formsets"] for row in inline.formset.initial_forms]
        stale = getattr(form, "stale", False)
        if stale:
            context["both"] = list(differences(form))
        context.setdefault("both", [])
        for row in rows:
            if (stale or getattr(row, "stale", False)) and row.is_bound:
                context["both"] += differences(row, prefix=f"{row.label}: " if hasattr(row, "label") else "")
        return super().render_change_form(request, context, add, change, form_url, obj)
