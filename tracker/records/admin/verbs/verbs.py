"""The verbs in the admin, from submit to take down, for one record or for many from a list."""

from collections import Counter
from typing import NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html

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
from tracker.records.values.codes.vocabularies import Publication, TakedownReason
from tracker.records.values.texts.text import UncheckedTextField
from tracker.records.workflow.approvals import Approval

from .blockers import block_messages, blocks
from .companions import CompanionPages, with_companions

MOST_AT_ONCE = 200
DONE = {
    "submit": "submitted for review",
    "send_back": "sent back",
    "publish": "published",
    "withdraw": "withdrawn",
    "takedown": "taken down",
}
SCHEDULED = "approved for publication at the scheduled time"


class PageText(NamedTuple):
    """The texts of a page that asks for a reason or a comment."""

    title: str
    intro: str
    label: str
    help: str


ASKED = {
    "withdraw": PageText(
        "Withdraw",
        "These records are withdrawn from the public, with everything that belongs to them:",
        "Reason",
        "Why they are withdrawn. Saved in the history of each record. Never published.",
    ),
    "takedown": PageText(
        "Take down",
        "These records, and everything that belongs to them, are removed from every public page, list and"
        " export at once, as if they had never existed. Their addresses stop working. You can publish them"
        " again, with a reason. If you take down a person, other public records that name them are searched"
        " for and hidden within a minute. You decide afterward which of these to publish again.",
        "Reason",
        "Saved in the history of each record. Never published.",
    ),
    "send_back": PageText(
        "Send back",
        "Return these records to their authors as drafts:",
        "Comment",
        "What needs to be fixed. The author sees it on the record and on the start page.",
    ),
}


class ReasonForm(forms.Form):
    reason = UncheckedTextField(widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}))

    def __init__(self, words, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = words.label, words.help


class TakedownForm(ReasonForm):
    reason = forms.ChoiceField(choices=[("", "---------"), *TakedownReason.choices])


def chosen_ids(request):
    """The ids of the records that a page was opened for."""
    return [key for key in request.GET.get("ids", "").split(",") if is_uuid(key)][:MOST_AT_ONCE]


class Verbs(CompanionPages):
    """Mixin for the admin of records."""

    actions = [
        *("submit_selected", "publish_selected", "send_back_selected", "withdraw_selected"),
        "take_down_selected",
    ]
    change_form_template = "admin/record_form.html"

    @admin.action(description="Submit selected records for review", permissions=["change"])
    def submit_selected(self, request, queryset):
        self.carry_out(request, "submit", queryset.values_list("pk", flat=True))

    @admin.action(
        description="Publish selected records, with everything that belongs to them", permissions=["edit"]
    )
    def publish_selected(self, request, queryset):
        self.carry_out(request, "publish", queryset.values_list("pk", flat=True))

    @admin.action(description="Send back selected records ...", permissions=["edit"])
    def send_back_selected(self, request, queryset):
        return self.ask(request, "send_back", queryset)

    @admin.action(description="Withdraw selected records ...", permissions=["edit"])
    def withdraw_selected(self, request, queryset):
        return self.ask(request, "withdraw", queryset)

    @admin.action(description="Take down selected records ...", permissions=["edit"])
    def take_down_selected(self, request, queryset):
        return self.ask(request, "takedown", queryset)

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
                done[SCHEDULED if verb == "publish" and record.scheduled_for() else DONE[verb]] += 1
                others = [others[0] + rows, others[1] + len(along)]
                named += found
        for deed, number in done.items():
            names = self.opts.verbose_name_plural
            count = f"1 {self.opts.verbose_name} was" if number == 1 else f"{number} {names} were"
            self.message_user(request, f"{count} {deed}{with_companions(*others)}.", messages.SUCCESS)
        if refused:
            said = format_html("Not {}. {}", DONE[verb], block_messages(refused, request.user))
            self.message_user(request, said, messages.ERROR)
        elif not done:
            self.message_user(
                request,
                f"Nothing was {DONE[verb]}: the record no longer exists, or you cannot see it.",
                messages.WARNING,
            )
        self.say_what_remains(request, named)
        return refused

    def going_with(self, request, verb, record):
        """How many rows go with a record, and the ids of the named records that are included."""
        if verb == "submit" and roles.may_submit(request.user, record):
            along = [str(one.pk) for one in record.to_submit(request.user)]
            return len(record.going_to_review(request.user, ())), along
        return len(record.drafts(request.user)) if verb == "publish" else 0, []

    def attempt(self, request, verb, record, *args, **more):
        """Apply the verb. Returns {record: reasons for the refusal}, empty if it was done."""

        def act():
            with transaction.atomic():
                later = getattr(record, verb)(request.user, *args, **more)
                self.log_change(request, record, f"{'approved' if later else DONE[verb]}.".capitalize())

        return refusals(self, request, record, act)

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        asking = [
            path(f"{verb.replace('_', '-')}/", view(self.asking_view), {"verb": verb}, name=f"{name}_{verb}")
            for verb in ASKED
        ]
        return [
            *asking,
            path("<path:object_id>/read/", view(self.read_view), name=f"{name}_read"),
            *super().get_urls(),
        ]

    def asking_view(self, request, verb):
        """Asks for the reason or the comment, then applies the verb."""
        if not self.has_edit_permission(request):
            raise PermissionDenied
        keys = chosen_ids(request)
        records = self.labelled(self.get_queryset(request).filter(pk__in=keys), request.user)
        form = self.asking_form(request, verb)
        if form.is_valid():
            self.carry_out(request, verb, keys, *form.cleaned_data.values())
            return redirect(self.address("change", keys[0]) if len(keys) == 1 else self.address("changelist"))
        said = {"title": ASKED[verb].title, "words": ASKED[verb], "form": form}
        labels = [label_of(record) for record in records]
        return render_page(self, request, "admin/record_say.html", labels=labels, **said)

    def asking_form(self, request, verb):
        """The form that asks for the reason. A takedown offers a fixed list of reasons."""
        return (TakedownForm if verb == "takedown" else ReasonForm)(ASKED[verb], request.POST or None)

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
            said = (
                "Not marked as reviewed: it was changed after you opened it, or another editor has to"
                " review it."
            )
            self.message_user(request, said, messages.ERROR)
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
        verb = next((verb for verb in ("submit", "publish") if f"_{verb}" in request.POST), None)
        if verb is None:
            return None
        back, named = obj.publication == Publication.TAKEN_DOWN, obj.named(request.user)
        more = back or obj.exposes() or obj.scheduled_for() or obj.drafts(request.user) or named
        more = more or obj.warnings(request.user)
        if verb == "publish" and self.has_edit_permission(request) and more:
            return redirect(self.address("publish", obj.pk))
        if verb == "submit" and any(roles.may_submit(request.user, one) for one in named):
            return redirect(self.address("submit", obj.pk))
        refused = self.carry_out(request, verb, [obj.pk])
        names = any(SENTENCE in said for found in refused.values() for said in found)
        return redirect(self.address("publish" if names else "change", obj.pk))

    def verbs(self, request, obj):
        """The verbs that the user may currently apply to a record, or to a new one."""
        record = obj or self.model(created_by=request.user)
        edits, state = self.has_edit_permission(request), record.publication
        allowed = {
            "submit": state == Publication.DRAFT and self.has_change_permission(request, record),
            "send_back": edits and state == Publication.IN_REVIEW,
            "publish": state != Publication.PUBLISHED and roles.may_publish(request.user, record),
            "withdraw": edits and state == Publication.PUBLISHED,
            "takedown": edits and obj and state != Publication.TAKEN_DOWN,
            "read": edits and obj and is_unread(obj, request.user),
        }
        return {verb for verb, may in allowed.items() if may}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["verbs"] = self.verbs(request, obj)
        if obj:
            context |= self.standing(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def standing(self, request, obj):
        """The template data about the state of a record in the workflow."""
        unpublished = obj.publication != Publication.PUBLISHED
        approval = Approval.objects.of(obj).first() if roles.edits(request.user) else None
        may_change = self.has_change_permission(request, obj)
        told = unpublished and may_change
        lacking = obj.lacking(request.user, obj.scheduled_for(), already_public=True) if told else []
        hints = obj.hints(request.user) if told else obj.warnings(request.user) if may_change else []
        return {
            "lists": links_to_lists(obj, request),
            "record_state": obj.publication,
            "given_to": obj.assigned_to if "assigned_to" in editing_fields(request.user) else None,
            "waits": obj.publication == Publication.IN_REVIEW and not may_change,
            "missing": blocks({obj: lacking}, request.user),
            "hints": blocks({obj: hints}, request.user),
            "sent_back": obj.sent_back() if obj.publication == Publication.DRAFT else None,
            "approval": approval,
            "still_approved": approval and approval.covers(obj),
            "last": Entry.objects.of(obj).select_related("user").last(),
            **{f"{verb}_url": f"{self.address(verb)}?ids={obj.pk}" for verb in ASKED},
            "read_url": self.address("read", obj.pk),
            "found_url": newest(obj, request.user) and self.address("found", obj.pk),
            "erase_url": obj.publication == Publication.TAKEN_DOWN and self.address("erase", obj.pk),
        }
