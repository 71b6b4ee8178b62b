"""Proposals: a contributor fills in the form of a published record, and an editor decides."""

from decimal import Decimal
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404
from django.shortcuts import redirect
from rest_framework.exceptions import APIException

from tracker.records.admin.addresses import Addresses, address_of
from tracker.records.admin.forms.forms import label_of, with_field_labels
from tracker.records.admin.lists.layout import field_lines
from tracker.records.admin.lists.lists import facts
from tracker.records.admin.rights import ReadOnlyAdmin, SafeLookups
from tracker.records.admin_site.autocomplete import is_uuid
from tracker.records.base.parts import Part
from tracker.records.policy import roles
from tracker.records.protocol.strict_json import Invalid
from tracker.records.shapes.fields import Rival, registry
from tracker.records.shapes.reader import Pick, Reader
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.texts.text import UncheckedTextField
from tracker.records.workflow.proposals import Proposal, ProposalState
from tracker.records.write import proposal_views, save
from tracker.records.write.document import REASON, row_shape_of, written

from .render import PlainTitle, render_page


def api_value(value):
    """A form value in the form of the API."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, models.QuerySet):
        return [str(row.pk) for row in value]
    return str(value) if isinstance(value, (Decimal, UUID)) else value


def document_of(form, formsets, shape):
    """The changes in a form and in its rows of parts, as a document of the API."""
    fields = written(shape)
    names = {field.source: name for name, field in fields.items()}
    document = {
        names[name]: api_value(form.cleaned_data[name]) for name in form.changed_data if name in names
    }
    for formset in formsets:
        name = names.get(formset.fk.remote_field.related_name)
        if name and formset.has_changed():
            document[name] = part_documents(formset, row_shape_of(fields[name]))
    if not document:
        raise Invalid({"/": "Nothing was changed."})
    return {**document, REASON: form.cleaned_data[REASON]}


def part_documents(formset, shape):
    """The parts that are not deleted, in their order."""
    rows = [row for row in formset.forms if row not in formset.deleted_forms and is_filled(row)]
    if "position" in formset.form.base_fields:
        rows.sort(key=lambda row: row.cleaned_data.get("position") or 0)
    return [part_document(row, shape) for row in rows]


def is_filled(row):
    return row.has_changed() or not row.instance._state.adding


def part_document(row, shape):
    document = {
        name: rival_of(row.instance)
        if isinstance(field, Rival)
        else api_value(row.cleaned_data.get(field.source, getattr(row.instance, field.source)))
        for name, field in written(shape).items()
    }
    return document if row.instance._state.adding else {**document, "id": str(row.instance.pk)}


def rival_of(citation):
    """The other value in a source, in the form of the API, which refuses what it cannot parse."""
    value = citation._meta.get_field("value_said").derive(citation)
    return citation.value or None if value is None else value


class RefusedProposalForm:
    """Mixin for the form of a refused proposal: shows the reasons and keeps what was typed."""

    refusal = ()

    def clean(self):
        cleaned = super().clean()
        for sentence in self.refusal:
            self.add_error(None, sentence)
        return cleaned


class Proposing(Addresses):
    """Mixin for the admin of records: users who may not change a published record propose a change."""

    @staticmethod
    def is_proposing(request):
        return getattr(request, "is_proposing", False)

    def may_propose(self, request, obj):
        writer = roles.writes(request.user) and not roles.edits(request.user)
        return writer and obj is not None and obj.publication == Publication.PUBLISHED

    def get_urls(self):
        return [self.route("<path:object_id>/propose/", self.propose_view, "propose"), *super().get_urls()]

    def propose_view(self, request, object_id):
        """The form of the record. Changes are saved as a proposal."""
        if not self.may_propose(request, self.get_object(request, unquote(object_id))):
            raise PermissionDenied
        request.is_proposing = True
        shown = {"title": "Propose a change", "proposing": True, "show_save_and_add_another": False}
        shown |= {"show_save_and_continue": False, "show_delete": False}
        try:
            return self.changeform_view(request, object_id, extra_context=shown)
        except Invalid as problem:
            request.refusal = [
                f"{one['pointer'][1:]}: {one['detail']}".lstrip(": ") for one in problem.errors
            ]
            return self.changeform_view(request, object_id, extra_context=shown)

    def has_change_permission(self, request, obj=None):
        return self.is_proposing(request) or super().has_change_permission(request, obj)

    def get_inline_instances(self, request, obj=None):
        """Only parts can be proposed here. Rows that are records have their own pages."""
        rows = super().get_inline_instances(request, obj)
        return [one for one in rows if not self.is_proposing(request) or issubclass(one.model, Part)]

    def get_fieldsets(self, request, obj=None):
        if not self.is_proposing(request):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": field_lines(facts(self.model))}), (None, {"fields": [REASON]})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", ())
        return type(form.__name__, (RefusedProposalForm, form), {"refusal": refusal}) if refusal else form

    def save_proposal(self, request, form, formsets, change):
        """Save the changes in a form as a proposal. The record stays as it is."""
        shape = registry.whole[self.model](pick=Pick(detail=True))
        record = self.get_queryset(request).get(pk=form.instance.pk)
        save.propose(shape, request.user, record, document_of(form, formsets, shape))

    def construct_change_message(self, request, form, formsets, add=False):
        return (
            []
            if self.is_proposing(request)
            else super().construct_change_message(request, form, formsets, add)
        )

    def log_change(self, request, obj, message):
        return None if self.is_proposing(request) else super().log_change(request, obj, message)

    def response_change(self, request, obj):
        if not self.is_proposing(request):
            return super().response_change(request, obj)
        self.message_user(request, "Your proposal was sent. An editor will decide on it.", messages.SUCCESS)
        return redirect(self.address("change", obj.pk))

    def verbs(self, request, obj):
        if self.is_proposing(request):
            return set()
        return super().verbs(request, obj) | ({"propose"} if self.may_propose(request, obj) else set())

    def standing(self, request, obj):
        known = super().standing(request, obj)
        about = {"model": self.model._meta.label, "record_id": obj.pk, "state": ProposalState.OPEN}
        waiting = obj.published_at and Proposal.objects.visible_to(request.user).filter(**about)
        return {**known, "proposals": waiting or [], "propose_url": self.address("propose", obj.pk)}


def value_in_words(value):
    """A value of the API as text."""
    if isinstance(value, list):
        return "\n".join(map(value_in_words, value))
    if not isinstance(value, dict):
        return (
            {None: "", True: "yes", False: "no"}.get(value, str(value))
            if not isinstance(value, str)
            else value
        )
    for name in ("edtf", "name", "title"):
        if isinstance(value.get(name), str):
            return value[name]
    return ", ".join(
        filter(
            None, (value_in_words(one) for name, one in value.items() if name not in ("id", "url", "slug"))
        )
    )


class DecisionForm(forms.Form):
    comment = UncheckedTextField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Required to decline. The author of the proposal sees it.",
    )

    def clean(self):
        cleaned = super().clean()
        if "_decline" in self.data and not (cleaned.get("comment") or "").strip():
            raise ValidationError({"comment": "Enter a reason for declining it."})
        return cleaned


@admin.register(Proposal)
class ProposalAdmin(PlainTitle, SafeLookups, ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["reason", "kind", "created_by", "created_at", "state"]
    list_filter = ["state"]
    list_select_related = ["created_by"]
    search_fields = ["reason"]
    actions = None

    @admin.display(description="kind of record")
    def kind(self, proposal):
        return proposal_views.shape_of(proposal).Meta.model._meta.verbose_name

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def has_module_permission(self, request):
        return roles.writes(request.user)

    def has_view_permission(self, request, obj=None):
        return roles.writes(request.user)

    def labelled(self, queryset, user):
        return queryset.select_related("created_by")

    def label(self, proposal, without=""):
        return f"{proposal.reason} ({proposal.created_by})"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Shows what would change. An editor applies or declines it."""
        proposal = self.get_object(request, unquote(object_id)) if is_uuid(object_id) else None
        if proposal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        decides = roles.edits(request.user) and proposal.state == ProposalState.OPEN
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and not decides:
            raise PermissionDenied
        if form.is_valid() and self.decided(request, proposal, form):
            return redirect(address_of(proposal, "change"))
        record = proposal_views.record_rows(proposal, request.user).first()
        changes = [
            {
                "field": one["field"].replace("_", " "),
                "before": value_in_words(one["before"]),
                "after": value_in_words(one["after"]),
            }
            for one in proposal_views.difference(proposal, Reader.today(request.user))
        ]
        is_open = proposal.state == ProposalState.OPEN
        context = {"title": "Proposal", "proposal": proposal, "form": form, "decides": decides}
        about = {
            "record": record,
            "address": record and address_of(record, "change"),
            "label": label_of(record) if record else "a record that you cannot see",
            "outdated": record and is_open and record.version != proposal.version,
            "changes": changes,
        }
        return render_page(self, request, "admin/proposal.html", **context, **about)

    def decided(self, request, proposal, form):
        """True if it was applied or declined. Otherwise the form says why."""
        try:
            with transaction.atomic():
                locked = Proposal.objects.select_for_update().get(pk=proposal.pk, state=ProposalState.OPEN)
                if "_decline" in form.data:
                    locked.decide(request.user, ProposalState.DECLINED, form.cleaned_data["comment"])
                else:
                    proposal_views.apply_proposal(locked, request.user)
        except Invalid as problem:
            for one in problem.errors:
                form.add_error(None, with_field_labels(one["detail"]))
        except APIException as problem:
            form.add_error(None, str(problem.detail))
        except (Http404, Proposal.DoesNotExist):
            form.add_error(
                None, "Someone has already decided on this proposal, or you cannot see its record."
            )
        else:
            self.message_user(
                request, f"The proposal was {locked.get_state_display().lower()}.", messages.SUCCESS
            )
        return form.is_valid()
