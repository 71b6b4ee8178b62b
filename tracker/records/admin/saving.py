"""Saving the form of a record: all steps in order, and what happens if the form is refused."""

from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.shortcuts import redirect
from django.utils.text import capfirst

from tracker.records.audit.actor import act_as
from tracker.records.audit.admin_log import make_neutral
from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.base.record import Record
from tracker.records.policy import roles
from tracker.records.protection.name_check import (
    HOMONYM,
    CheckedChange,
    NamesProtectedPerson,
    Standing,
    refuse_names,
    texts_before,
)
from tracker.records.protocol import constraint_errors
from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.write.document import REASON

from .forms.edit_conflicts import SEEN, EditConflict, lock_version
from .forms.forms import with_field_labels
from .lists.lists import facts

BY_ITSELF = "became confidential automatically. Only people who are cleared for it can see it."


class Incomplete(ValidationError):
    """A published record would be incomplete after the change."""


class Saving:
    """Mixin for the admin of records: the form is saved in one sequence, or shown again with the reasons."""

    def save_model(self, request, obj, form, change):
        """Nothing: save_related, which Django calls next, saves the record together with its rows."""

    def save_related(self, request, form, formsets, change):
        save = self.save_proposal if self.is_proposing(request) else partial(save_form, self)
        save(request, form, formsets, change)

    def after_saving(self, request, record):
        """What else changes with a record. Classes override it."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page. A form that was refused while it was saved is shown again, with what was typed."""
        view = partial(self.saved_view, request, object_id, form_url, extra_context)
        try:
            return view()
        except EditConflict:  # the form is stale now: it shows both versions
            pass
        except (NamesProtectedPerson, Incomplete) as problem:
            request.refusal = problem.messages
            request.named = isinstance(problem, NamesProtectedPerson) and roles.edits(request.user)
        return view()

    def saved_view(self, request, object_id, *args):
        """The page. Errors that only the database can find, in concurrent writes, become messages."""
        try:
            return super().changeform_view(request, object_id, *args)
        except IntegrityError as problem:
            message = " ".join(
                ["Nothing was saved.", with_field_labels(constraint_errors.error_message(problem))]
            )
            self.message_user(request, message, messages.ERROR)
            page = ("change", unquote(object_id)) if object_id else ("add",)
            return redirect(self.address(*page))
        except LedgerAway as problem:  # everything was saved before this is raised
            self.message_user(request, str(problem.detail), messages.ERROR)
            return redirect(self.address("change", unquote(object_id)))


def save_form(model_admin, request, form, formsets, change):
    """Save a record with its rows.

    Raises EditConflict, NamesProtectedPerson or Incomplete: then nothing is saved.
    """
    record = form.instance
    note_reason(form)
    published = as_published([record]) if change else []
    if change:
        lock_version(record)
    save_fields(record, form, change)
    published += as_published(changed_records(formsets))
    form.save_m2m()
    for formset in formsets:
        save_rows(model_admin, request, formset)
    if not change or confidentiality_changed(form):
        keep_confidential(model_admin, request, record, form)
    comments = [form.cleaned_data.get(name, "") for name in (REASON, HOMONYM)]
    refuse_names(request.user, [CheckedChange(one.record, one.standing, *comments) for one in published])
    model_admin.after_saving(request, record)
    refuse_incomplete(published)


def note_reason(form):
    """Enter the reason in the history, with all that is saved from now on."""
    if reason := form.cleaned_data.get(REASON):
        act_as(reason=reason)


class AsPublished(NamedTuple):
    """A published record before it is saved: its public texts, and what was missing already."""

    record: Record
    standing: Standing
    missing: list[str]


def as_published(records):
    """The state in the database of those of these records that are published."""
    found = [(record, stored_if_published(record)) for record in records]
    return [AsPublished(record, texts_before(row), row.missing()) for record, row in found if row]


def stored_if_published(record):
    """The record as stored in the database, or None if it is not published."""
    return type(record).objects.filter(pk=record.pk, publication=Publication.PUBLISHED).first()


def changed_records(formsets):
    """The rows of the page that are records and were changed."""
    rows = [row for formset in formsets for row in formset.initial_forms if row.has_changed()]
    return [row.instance for row in rows if isinstance(row.instance, Record)]


def save_fields(record, form, change):
    """Save the record itself. Its history notes whether its many-to-many relations change in public."""
    links = [field.name for field in facts(record) if field.many_to_many and field.name in form.changed_data]
    differ = change and any(links_differ(record, name, form.cleaned_data[name]) for name in links)
    record.save(links_change=differ)


def links_differ(record, name, rows):
    """Whether the public would see different rows in a many-to-many relation."""
    public, linked = rows.model.objects.visible_to(None), getattr(record, name).visible_to(None)
    return set(public.filter(pk__in=rows).values_list("pk")) != set(linked.values_list("pk"))


def save_rows(model_admin, request, formset):
    """Save the rows of a formset. Rows that are records are saved only over the version that was shown."""
    for row in formset.initial_forms:
        if SEEN in row.fields and row.has_changed():
            lock_version(row.instance)
    formset.save()
    for row in [*formset.new_objects, *(row for row, _ in formset.changed_objects)]:
        if isinstance(row, Record):
            keep_confidential(model_admin, request, row)
    if any(getattr(row, "left_out", False) for row in formset.extra_forms):
        rows = formset.model._meta.verbose_name_plural
        message = f"A row of {rows} was not saved, because it contained only a source."
        model_admin.message_user(request, message, messages.WARNING)


def confidentiality_changed(form):
    """Whether the user changed the confidentiality, or the model raised it."""
    raised = form.instance.confidentiality != form.initial.get("confidentiality")
    return raised or "confidentiality" in form.changed_data


def keep_confidential(model_admin, request, record, form=None):
    """Clear the user for a confidential record, and remove its name from the admin log.

    If the model made the record confidential by itself, a message says so.
    """
    if record.confidentiality == Confidentiality.PUBLIC:
        return
    if record.confidentiality == Confidentiality.CONFIDENTIAL:
        chosen = form.cleaned_data.get("confidentiality") if form else record.confidentiality
        if chosen != record.confidentiality:
            model_admin.message_user(request, f"{capfirst(str(record))} {BY_ITSELF}", messages.WARNING)
        record.cleared.add(request.user)
    make_neutral(record)


def refuse_incomplete(published):
    """Raises Incomplete if a published record is missing something that it had before."""
    rows = [(stored_if_published(one.record), one.missing) for one in published]
    if found := [
        sentence for row, missing in rows if row for sentence in row.missing() if sentence not in missing
    ]:
        raise Incomplete([with_field_labels(sentence) for sentence in found])
