"""Two at work on one record: who saves second is told, sees both versions, and loses nothing."""

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError
from django.db.models import F
from django.forms.models import ModelChoiceField

from tracker.records.audit.history import Entry

from .forms import HIDDEN, could_be, select_of

SEEN = "seen_version"


class Outrun(Exception):
    """Somebody else did something to it between the check and the write."""


class SeenVersion(forms.IntegerField):
    """The version that a form shows. It is no fact, so it is never what was changed."""

    widget = forms.HiddenInput

    def has_changed(self, initial, data):
        return False


def seen_version(version):
    return SeenVersion(required=False, initial=version)


def is_stale(form):
    """Whether the record was saved since the form was shown."""
    return form.data.get(form.add_prefix(SEEN)) != str(form.instance.version)


def show_anew(form):
    """From now on the form stands for the present version: to save it again is a decision."""
    form.data = form.data.copy()
    form.data[form.add_prefix(SEEN)] = str(form.instance.version)


def versions_of(records):
    """Says which records in which versions a page shows."""
    return " ".join(sorted(f"{record.pk}:{record.version}" for record in records))


def last_saved(record):
    """Who saved it last, and when."""
    last = Entry.objects.of(record).select_related("user").last()
    who = last.user if last and last.user else "Someone"
    return f"{who} saved this record{f' at {last.at:%H:%M} UTC' if last else ''}"


def told(record):
    """Who was first, and what now."""
    return (
        f"{last_saved(record)} after you opened it. Your changes were not saved, but nothing is lost:"
        " compare both versions above, correct yours, and save again."
    )


class Seen:
    """Mixin for the form of a record: refuses to save over a version that was not shown."""

    stale = False

    def clean(self):
        cleaned = super().clean()
        if is_stale(self):
            self.stale = True
            self.add_error(None, told(self.instance))
            show_anew(self)
        return cleaned


def check_rows(formset):
    """Refuses the rows that somebody else saved meanwhile; those left as they are stored are none."""
    for form in formset.initial_forms:
        if SEEN in form.fields and form.has_changed() and is_stale(form):
            form.stale = True
            form.add_error(None, told(form.instance))
            show_anew(form)


def claim(record):
    """One conditional UPDATE: this version is now ours to replace, or somebody else was first.

    It changes nothing but locks the row; what is saved then raises the version.
    """
    rows = type(record).objects.filter(pk=record.pk, version=record.version)
    if not rows.update(version=F("version")):
        raise Outrun


def discard(record, by):
    """Deletes it, unless somebody made something point at it, or deleted it, since it was looked at."""
    try:
        record.discard(by)
    except (ValidationError, ObjectDoesNotExist):
        raise Outrun from None


def both(form, prefix=""):
    """What differs between a form as it was sent and what is stored: (field, typed, stored)."""
    for name in form.changed_data:
        field = form.fields[name]
        if name == "reason" or field.disabled or name in ("DELETE", "cited"):
            continue
        typed = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        label = f"{prefix}{form[name].label}"
        yield label, words(field, typed), words(field, form.get_initial_for_field(field, name))


def words(field, value):
    """A value of a form as its reader may see it."""
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
        return ", ".join(labels.get(key, HIDDEN) for key in keys)
    names = {str(key): str(name) for key, name in getattr(field, "choices", ())}
    if isinstance(field, forms.BooleanField):
        return "yes" if value in (True, "on", "True") else "no"
    return ", ".join(names.get(str(one), str(one)) for one in values)


class Stale:
    """Mixin for the admin of records."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj:
            form = kwargs.get("form", self.form)
            kwargs["form"] = type(form.__name__, (Seen, form), {SEEN: seen_version(obj.version)})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request, obj, form, change):
        if change:
            claim(obj)
        super().save_model(request, obj, form, change)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page. Who was outrun between the check and the write gets it again with both versions."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Outrun:
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        """The page. Who was outrun, perhaps by what was not stored yet, gets it as it now is."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except (Outrun, IntegrityError):
            return super().delete_view(request, object_id, extra_context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        rows = [row for inline in context["inline_admin_formsets"] for row in inline.formset.initial_forms]
        stale = getattr(form, "stale", False)
        if stale:
            context["both"] = list(both(form))
        context.setdefault("both", [])
        for row in rows:
            if (stale or getattr(row, "stale", False)) and row.is_bound:
                context["both"] += both(row, prefix=f"{row.label}: " if hasattr(row, "label") else "")
        return super().render_change_form(request, context, add, change, form_url, obj)
