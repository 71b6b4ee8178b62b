"""The verbs in the admin, from submit to take down, for one record or for many from a list."""

from collections import Counter

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.text import capfirst

from tracker.records.admin.forms.forms import label_of
from tracker.records.admin.lists.lists import links_to_lists
from tracker.records.admin.pages.render import render_page
from tracker.records.admin.refusals import refusals
from tracker.records.admin.rights import editing_fields
from tracker.records.admin_site.autocomplete import is_uuid
from tracker.records.audit.history import Entry
from tracker.records.audit.second_reading import is_unread, mark_as_reviewed
from tracker.records.policy import roles
from tracker.records.protection.name_check import SENTENCE
from tracker.records.protection.name_search import newest
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.texts.text import UncheckedTextField
from tracker.records.workflow.approvals import Approval
from tracker.records.workflow.verb_table import BY_NAME, VERBS

from .blockers import block_messages, blocks
from .companions import CompanionPages, with_companions

MOST_AT_ONCE = 200
AT_ONCE = [one for one in VERBS if not one.must_say]
WITH_TEXT = [one for one in VERBS if one.must_say]  # a page asks for the text
SHOWN = [*AT_ONCE, *WITH_TEXT]
SCHEDULED = "approved for publication at the scheduled time"


class ReasonForm(forms.Form):
    reason = UncheckedTextField(widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}))

    def __init__(self, verb, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if verb.reasons:
            self.fields["reason"] = forms.ChoiceField(choices=[("", "---------"), *verb.reasons.choices])
        self.fields["reason"].label, self.fields["reason"].help_text = capfirst(verb.says), verb.help


def selected(verb):
    """The action of a list that applies a verb to the selected records, or asks for its text first."""

    @admin.action(description=verb.action)
    def act(model_admin, request, queryset):
        if verb in WITH_TEXT:
            return model_admin.ask(request, verb.name, queryset)
        model_admin.carry_out(request, verb.name, queryset.values_list("pk", flat=True))
        return None

    act.__name__ = f"{verb.name}_selected"
    return act


def chosen_ids(request):
    """The ids of the records that a page was opened for."""
    return [key for key in request.GET.get("ids", "").split(",") if is_uuid(key)][:MOST_AT_ONCE]


class Verbs(CompanionPages):
    """Mixin for the admin of records."""

    actions = [selected(one) for one in SHOWN]
    change_form_template = "admin/record_form.html"

    def get_actions(self, request):
        """The actions that the user may use for some records."""
        not_theirs = {f"{one.name}_selected" for one in SHOWN if one.against(request.user, None)}
        known = super().get_actions(request)
        return {name: action for name, action in known.items() if name not in not_theirs}

    def response_action(self, request, queryset):
        """As Django's, but refuses values that are not ids."""
        if not all(map(is_uuid, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest
        return super().response_action(request, queryset)

    def ask(self, request, page, queryset):
        """Redirect to the page that asks for a reason before acting on many records."""
        keys = list(queryset.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(keys) > MOST_AT_ONCE:
            return self.message_user(
                request, f"Choose at most {MOST_AT_ONCE} records at once.", messages.ERROR
            )
        return redirect(f"{self.address(page)}?ids={','.join(map(str, keys))}")

    def carry_out(self, request, verb, keys, *args):
        """Apply the verb to each record in its own transaction, and report which were refused and why.

        Returns {record: reasons for the refusal}.
        """
        done, others, refused, named = Counter(), [0, 0], {}, []
        for record in self.get_queryset(request).filter(pk__in=list(keys)):
            rows, along = self.going_with(request, verb, record)
            found = record.named(request.user) if verb == "publish" else []
            problems = self.attempt(request, verb, record, *args, **({"also": along} if along else {}))
            refused |= problems
            if not problems:
                done[SCHEDULED if verb == "publish" and record.scheduled_for() else BY_NAME[verb].done] += 1
                others = [others[0] + rows, others[1] + len(along)]
                named += found
        for deed, number in done.items():
            names = self.opts.verbose_name_plural
            count = f"1 {self.opts.verbose_name} was" if number == 1 else f"{number} {names} were"
            self.message_user(request, f"{count} {deed}{with_companions(*others)}.", messages.SUCCESS)
        if refused:
            message = format_html("Not {}. {}", BY_NAME[verb].done, block_messages(refused, request.user))
            self.message_user(request, message, messages.ERROR)
        elif not done:
            self.message_user(
                request,
                f"Nothing was {BY_NAME[verb].done}: the record no longer exists, or you cannot see it.",
                messages.WARNING,
            )
        self.say_what_remains(request, named)
        return refused

    def going_with(self, request, verb, record):
        """How many rows go with a record, and the ids of the named records that are included."""
        if verb == "submit" and BY_NAME[verb].may(request.user, record):
            along = [str(one.pk) for one in record.to_submit(request.user)]
            return len(record.going_to_review(request.user, ())), along
        return len(record.drafts(request.user)) if verb == "publish" else 0, []

    def attempt(self, request, verb, record, *args, **more):
        """Apply the verb. Returns {record: reasons for the refusal}, empty if it was done."""

        def act():
            with transaction.atomic():
                later = getattr(record, verb)(request.user, *args, **more)
                done = "approved" if later else BY_NAME[verb].done
                self.log_change(request, record, f"{done}.".capitalize())

        return refusals(self, request, record, act)

    def get_urls(self):
        return [
            *(self.route(f"{one.path}/", self.asking_view, one.name, verb=one) for one in WITH_TEXT),
            self.route("<path:object_id>/read/", self.read_view, "read"),
            *super().get_urls(),
        ]

    def asking_view(self, request, verb):
        """Asks for the reason or the comment, then applies the verb."""
        if verb.against(request.user, None):
            raise PermissionDenied
        keys = chosen_ids(request)
        records = self.labelled(self.get_queryset(request).filter(pk__in=keys), request.user)
        form = ReasonForm(verb, request.POST or None)
        if form.is_valid():
            self.carry_out(request, verb.name, keys, *form.cleaned_data.values())
            return redirect(self.address("change", keys[0]) if len(keys) == 1 else self.address("changelist"))
        context = {"title": verb.title, "intro": verb.intro, "form": form}
        labels = [label_of(record) for record in records]
        return render_page(self, request, "admin/record_say.html", labels=labels, **context)

    def editable(self, request, object_id):
        """The record of a page that only editors may open."""
        if not self.has_edit_permission(request):
            raise PermissionDenied
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        return record

    def read_view(self, request, object_id):
        """Marks changes after publication as reviewed by a second editor."""
        record = self.editable(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        meant = request.POST.get("version") == str(record.version)
        if not (meant and is_unread(record, request.user) and mark_as_reviewed(record)):
            message = (
                "Not marked as reviewed: it was changed after you opened it, or another editor has to"
                " review it."
            )
            self.message_user(request, message, messages.ERROR)
        else:
            self.message_user(request, f"Marked as reviewed: {record}.", messages.SUCCESS)
        home = request.POST.get("back") == "start"
        return redirect("admin:index" if home else self.address("change", record.pk))

    def response_add(self, request, obj, post_url_continue=None):
        return self.response_verb(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.response_verb(request, obj) or super().response_change(request, obj)

    def response_verb(self, request, obj):
        """The response after "Save and submit" or "Save and publish", or None."""
        verb = next((one.name for one in AT_ONCE if f"_{one.name}" in request.POST), None)
        if verb is None:
            return None
        back, named = obj.publication == Publication.TAKEN_DOWN, obj.named(request.user)
        more = back or obj.exposes() or obj.scheduled_for() or obj.drafts(request.user) or named
        more = more or obj.likely_mistakes(request.user)
        if verb == "publish" and self.has_edit_permission(request) and more:
            return redirect(self.address("publish", obj.pk))
        if verb == "submit" and any(BY_NAME[verb].may(request.user, one) for one in named):
            return redirect(self.address("submit", obj.pk))
        refused = self.carry_out(request, verb, [obj.pk])
        names = any(SENTENCE in sentence for found in refused.values() for sentence in found)
        return redirect(self.address("publish" if names else "change", obj.pk))

    def verbs(self, request, obj):
        """The verbs that the user may currently apply to a record, or to a new one."""
        record = obj or self.model(created_by=request.user)
        found = {one.name for one in SHOWN if one.may(request.user, record) and (obj or not one.must_say)}
        unread = obj and self.has_edit_permission(request) and is_unread(obj, request.user)
        return found | ({"read"} if unread else set())

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["verbs"] = self.verbs(request, obj)
        context["buttons"] = [
            (one, f"{self.address(one.name)}?ids={obj.pk}" if one in WITH_TEXT else "")
            for one in SHOWN
            if one.name in context["verbs"]
        ]
        if obj:
            context |= self.standing(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def standing(self, request, obj):
        """The template data about the state of a record in the workflow."""
        unpublished = obj.publication != Publication.PUBLISHED
        approval = Approval.objects.of(obj).first() if roles.edits(request.user) else None
        may_change = self.has_change_permission(request, obj)
        blockers, warnings = [], obj.likely_mistakes(request.user) if may_change else []
        if unpublished and may_change:
            blockers = obj.blockers(request.user, obj.scheduled_for(), already_public=True)
            warnings = obj.warnings(request.user)
        return {
            "lists": links_to_lists(obj, request),
            "record_state": obj.publication,
            "given_to": obj.assigned_to if "assigned_to" in editing_fields(request.user) else None,
            "waits": obj.publication == Publication.IN_REVIEW and not may_change,
            "blockers": blocks({obj: blockers}, request.user),
            "warnings": blocks({obj: warnings}, request.user),
            "sent_back": obj.sent_back() if obj.publication == Publication.DRAFT else None,
            "approval": approval,
            "still_approved": approval and approval.covers(obj),
            "last": Entry.objects.of(obj).select_related("user").last(),
            "read_url": self.address("read", obj.pk),
            "found_url": newest(obj, request.user) and self.address("found", obj.pk),
            "erase_url": obj.publication == Publication.TAKEN_DOWN and self.address("erase", obj.pk),
        }
