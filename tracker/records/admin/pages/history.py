"""The history of a record: who changed what, when and why, and restoring an earlier version."""

from itertools import groupby
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models
from django.http import Http404
from django.shortcuts import redirect
from django.utils.text import capfirst

from tracker.records.admin.addresses import Addresses
from tracker.records.admin.forms.forms import HIDDEN_LABEL, label_of, sentences, with_field_labels
from tracker.records.admin.lists.lists import is_vocabulary, short_label
from tracker.records.audit.history import Entry
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.policy import roles
from tracker.records.protection.name_check import Homonym
from tracker.records.protocol import constraint_errors
from tracker.records.revisions.timeline import VisibleHistory
from tracker.records.values.texts.text import UncheckedTextField
from tracker.records.write.document import REASON

from .render import render_page

CHANGES_A_PAGE = 50
EMPTY = (None, "", [])


class Difference(NamedTuple):
    """One line of a difference."""

    field: str
    before: str
    after: str


class ChangeGroup(NamedTuple):
    """Changes that were made together."""

    last: Entry
    reason: str
    changes: list


def reason_field(required=True):
    """The field for the reason for changing a record that was published."""
    return UncheckedTextField(
        label="Reason for this change",
        required=required,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Shown to readers next to the names of the changed fields. Do not name anyone whose"
        " identity is protected.",
    )


class RevertForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field(required=False)


class HistoryInWords:
    """The history of a record as text."""

    def __init__(self, past):
        self.past = past
        self.labels = {}

    def occasions(self):
        """The groups of changes, newest first."""
        groups = groupby(self.past.entries, key=lambda entry: entry.occasion)
        made = [self.occasion(list(entries)) for _, entries in groups]
        return [occasion for occasion in reversed(made) if occasion.changes]

    def occasion(self, entries):
        changes = [change for entry in entries for change in self.changes(entry)]
        texts = {text for change in changes for text in (change.before, change.after)} - {HIDDEN_LABEL, ""}
        known = texts and all(self.past.knows(entry) for entry in entries)
        reason = entries[-1].reason if known or not entries[-1].reason else HIDDEN_LABEL
        return ChangeGroup(entries[-1], reason, changes)

    def changes(self, entry):
        """The lines of an entry."""
        table = self.past.table(entry)
        if entry.hidden or not self.past.knows(entry):
            return [Difference(capfirst(title_of(table)), HIDDEN_LABEL, HIDDEN_LABEL)]
        if issubclass(table, Record):
            return list(self.compared(entry, ""))
        if entry.before and entry.after:
            return list(self.compared(entry, f"{title_of(table)}: "))
        words = [self.words(table, row, entry) for row in (entry.before, entry.after)]
        return [Difference(capfirst(title_of(table)), *words)]

    def compared(self, entry, prefix):
        """The fields that differ between the rows before and after."""
        for field in self.past.table(entry)._meta.concrete_fields:
            before, after = ((row or {}).get(field.column) for row in (entry.before, entry.after))
            if field.primary_key or before == after or (before in EMPTY and after in EMPTY):
                continue
            texts = [self.text(field, value, entry) for value in (before, after)]
            yield Difference(capfirst(f"{prefix}{field.verbose_name}"), *texts)

    def words(self, table, row, entry):
        """A part or a link as one line, without the record that it belongs to."""
        if row is None:
            return ""
        texts = []
        for field in table._meta.concrete_fields:
            value = row.get(field.column)
            own = not field.primary_key and str(value) != str(self.past.record.pk)
            if own and value not in EMPTY and value != default_of(field):
                texts.append(self.text(field, value, entry))
        return ", ".join(texts)

    def text(self, field, value, entry):
        """A value as text, as far as the user may see it."""
        if value in EMPTY:
            return ""
        internal = field.name in getattr(field.model, "internal", ()) and not self.past.works
        if internal or field.name in self.past.withheld(entry):
            return HIDDEN_LABEL
        if field.is_relation:
            return self.label(field.related_model, value)
        if is_vocabulary(field):
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

    def label(self, model, key):
        found = self.past.visible.get(model, {}).get(key)
        if (model, key) not in self.labels:
            self.labels[model, key] = HIDDEN_LABEL if found is None else plain_label(found)
        return self.labels[model, key]


def plain_label(row):
    """A label that needs no further query."""
    return short_label(row) if isinstance(row, (Record, Part)) and hasattr(row, "label") else str(row)


def default_of(field):
    return field.default if field.default is not models.NOT_PROVIDED and not callable(field.default) else None


def title_of(table):
    """What a part or a link is called: the name of its relation."""
    if table._meta.auto_created:
        name = table._meta.object_name.split("_", 1)[1]
    elif issubclass(table, Part):
        name = table._meta.get_field("record").remote_field.related_name
    else:
        name = table._meta.verbose_name
    return name.replace("_", " ")


class HistoryPages(Addresses):
    """Mixin for the admin of records: why what was published is changed, what was changed, the way back."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        """The form. If the record was published, it asks for the reason for the change."""
        if obj and obj.published_at:
            kwargs["form"] = type(self.form.__name__, (self.form,), {REASON: reason_field()})
        return super().get_form(request, obj, change, **kwargs)

    def get_urls(self):
        return [
            self.route("<path:object_id>/history/<int:entry>/", self.revert_view, "revert"),
            *super().get_urls(),
        ]

    def seen(self, request, object_id):
        """The record of a page, or None if the user may not see it."""
        record = self.get_object(request, unquote(object_id))
        if record and not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        return record

    def history_view(self, request, object_id, extra_context=None):
        record = self.seen(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        occasions = HistoryInWords(VisibleHistory(record, request.user)).occasions()
        page = Paginator(occasions, CHANGES_A_PAGE).get_page(request.GET.get("page"))
        context = {"title": "History", "page": page, "newest": occasions[0] if occasions else None}
        context["homonyms"] = Homonym.objects.of(record, request.user)
        context = {**self.page_context(request, record), **context, **(extra_context or {})}
        return render_page(self, request, "admin/record_history.html", **context)

    def revert_view(self, request, object_id, entry):
        """Shows what would change, asks for a reason, and restores the version."""
        record = self.seen(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        past = VisibleHistory(record, request.user)
        chosen = next((one for one in past.entries if one.pk == entry), None)
        if chosen is None:
            raise Http404
        form = RevertForm(request.POST or None, initial={"version": record.version})
        if form.is_valid() and self.reverted(past, chosen, form):
            self.message_user(request, "The earlier version has been restored.", messages.SUCCESS)
            return redirect(self.address("history", record.pk))
        in_words = HistoryInWords(past)
        changes = [change for way in past.since(chosen) for change in in_words.changes(way)]
        context = {"title": "Restore", "form": form, "entry": chosen, "changes": changes}
        return render_page(
            self, request, "admin/record_revert.html", **context, **self.page_context(request, record)
        )

    def reverted(self, past, entry, form):
        """True if the version was restored. Otherwise the form says why."""
        try:
            past.revert(entry, form.cleaned_data["version"], form.cleaned_data["reason"])
        except PermissionDenied as problem:
            form.add_error(None, str(problem))
        except ValidationError as problem:
            form.add_error(None, sentences(problem))
        except IntegrityError as problem:
            form.add_error(None, with_field_labels(constraint_errors.error_message(problem)))
        return form.is_valid()

    def page_context(self, request, record):
        """The template data for the record."""
        return {
            "object": record,
            "label": label_of(record),
            "may_revert": roles.edits(request.user) or self.has_change_permission(request, record),
        }
