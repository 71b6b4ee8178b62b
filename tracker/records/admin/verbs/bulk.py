"""Bulk change: one field of many records, with one reason, in all of them or in none."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import redirect
from django.utils.text import capfirst

from tracker.records.admin.addresses import Addresses
from tracker.records.admin.forms.edit_conflicts import last_saved, versions_of
from tracker.records.admin.forms.forms import label_of, sentences, with_field_labels
from tracker.records.admin.lists.lists import facts, is_vocabulary
from tracker.records.admin.pages.history import reason_field
from tracker.records.admin.pages.render import render_page
from tracker.records.admin.rights import editing_fields
from tracker.records.admin.saving import keep_confidential
from tracker.records.audit.actor import acting_as
from tracker.records.protection.name_check import (
    SENTENCE,
    CheckedChange,
    NamesProtectedPerson,
    refuse_names,
    texts_before,
)
from tracker.records.protocol import constraint_errors
from tracker.records.workflow import editorial_fields

from .blockers import block_line, blocks, neutral
from .verbs import chosen_ids


class BulkForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    change = forms.ChoiceField(label="Set", help_text="The field and its new value.")
    reason = reason_field()

    def __init__(self, choices, published, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = [("", "---------"), *choices]
        self.fields["reason"].required = published


def changed_since(record):
    return (
        f"{last_saved(record)} after you opened this page. Nothing was changed. Check the record, then"
        " try again."
    )


class BulkChange(Addresses):
    """Mixin for the admin of records: an action that sets one safe field on the selected records."""

    bulk_fields = None  # the vocabulary fields that may be set in bulk; None: all of them
    not_in_bulk = ("naming",)

    @admin.action(description="Set a field on selected records ...", permissions=["change"])
    def change_selected(self, request, queryset):
        return self.ask(request, "bulk", queryset)

    def get_urls(self):
        return [self.route("bulk/", self.bulk_view, "bulk"), *super().get_urls()]

    def bulk_choices(self, user):
        """The fields with their values, as a grouped choice: `track=1.5`."""
        for field in facts(self.model):
            named = self.bulk_fields is None or field.name in self.bulk_fields
            if is_vocabulary(field) and named and field.name not in self.not_in_bulk:
                values = [(f"{field.name}={key}", label) for key, label in field.choices]
                yield capfirst(field.verbose_name), values
        if "assigned_to" in editing_fields(user):
            people = editorial_fields.workers().order_by("username")
            values = [("assigned_to=", "nobody"), *((f"assigned_to={one.pk}", str(one)) for one in people)]
            yield "Assigned to", values

    def bulk_view(self, request):
        """Asks for the field, its value and the reason. Changes all records, or says why not."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).filter(pk__in=chosen_ids(request))
        records = list(self.labelled(rows, request.user))
        published = any(record.published_at for record in records)
        shown = {"seen": versions_of(records)}
        form = BulkForm(list(self.bulk_choices(request.user)), published, request.POST or None, initial=shown)
        if form.is_valid() and self.changed_all(request, form, [record.pk for record in records]):
            message = f"{len(records)} {self.opts.verbose_name_plural} were changed."
            self.message_user(request, message, messages.SUCCESS)
            return redirect(self.address("changelist"))
        rows = [(label_of(record), self.address("change", record.pk)) for record in records]
        return render_page(
            self, request, "admin/record_bulk.html", title="Set one field", form=form, rows=rows
        )

    def changed_all(self, request, form, keys):
        """True if all records were changed. Otherwise none was, and the form says why."""
        name, _, value = form.cleaned_data["change"].partition("=")
        with transaction.atomic(), acting_as(reason=form.cleaned_data["reason"]):
            rows = self.get_queryset(request).filter(pk__in=keys)
            records = list(rows.select_for_update(of=("self",)).order_by("pk"))
            seen = form.cleaned_data["seen"].split()
            form.data = {**form.data.dict(), "seen": versions_of(records)}
            before = [texts_before(record) for record in records]
            refused = {}
            for record in records:
                known = versions_of([record]) in seen
                refused[record] = (
                    self.against(request, record, name, value) if known else [changed_since(record)]
                )
            for block in blocks(refused, request.user, neutral):
                form.add_error(None, block_line(block))
            self.check_names(request, form, list(map(CheckedChange, records, before)))
            transaction.set_rollback(not form.is_valid())
        return form.is_valid()

    def check_names(self, request, form, changes):
        """Refuses changes, or a reason, that name a protected person: readers see both."""
        reason = form.cleaned_data["reason"]
        try:
            refuse_names(request.user, [change._replace(reason=reason) for change in changes])
        except NamesProtectedPerson:
            form.add_error("reason", SENTENCE)

    def against(self, request, record, name, value):
        """Save the change of one record, or return the sentences that say why not."""
        if not self.has_change_permission(request, record):
            return ["You may not change it in its current state."]
        setattr(
            record, record._meta.get_field(name).attname, value or None if name == "assigned_to" else value
        )
        try:
            with transaction.atomic():
                record.full_clean()
                if refusal := editorial_fields.against(request.user, record, record.confidentiality):
                    return [refusal]
                record.save()
                keep_confidential(self, request, record)
        except ValidationError as problem:
            return sentences(problem)
        except IntegrityError as problem:
            return [with_field_labels(constraint_errors.error_message(problem))]
        self.log_change(request, record, [{"changed": {"fields": [name]}}])
        return []
