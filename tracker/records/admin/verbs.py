"""Submit, publish and withdraw in the admin: on many records from a list, on one from its page."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from tracker.records.choices import Publication

from .forms import label_of, sentences
from .lists import is_uuid, lists_of

AT_ONCE = 200
DONE = {"submit": "submitted for review", "publish": "published", "withdraw": "withdrawn"}


def words_of(problem, model):
    """What a refusal of the database says, in the words of the constraint that it names."""
    name = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None)
    for constraint in model._meta.constraints:
        if constraint.name == name:
            return [constraint.get_violation_error_message()]
    return ["The database refused it: another record has the same values."]


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Why it is taken back. It stands in the history of each and is never published.",
    )


class Verbs:
    """Mixin for the admin of records."""

    actions = ["submit_selected", "publish_selected", "withdraw_selected"]
    change_form_template = "admin/record_form.html"

    @admin.action(description="Submit the selected for review", permissions=["change"])
    def submit_selected(self, request, queryset):
        self.carry_out(request, "submit", queryset.values_list("pk", flat=True))

    @admin.action(description="Publish the selected", permissions=["change"])
    def publish_selected(self, request, queryset):
        self.carry_out(request, "publish", queryset.values_list("pk", flat=True))

    @admin.action(description="Withdraw the selected ...", permissions=["change"])
    def withdraw_selected(self, request, queryset):
        keys = list(queryset.values_list("pk", flat=True)[: AT_ONCE + 1])
        if len(keys) > AT_ONCE:
            return self.message_user(request, f"Withdraw at most {AT_ONCE} records at once.", messages.ERROR)
        return redirect(f"{self.address('withdraw')}?ids={','.join(map(str, keys))}")

    def address(self, page, *args):
        """The path of a page of this admin."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def carry_out(self, request, verb, keys, *args):
        """Do it to each record in a transaction of its own, and say of each one that was refused why."""
        done, refused = 0, []
        for record in self.get_queryset(request).filter(pk__in=list(keys)):
            problems = self.attempt(request, verb, record, *args)
            done += not problems
            refused += [self.refusal(record, problems)] if problems else []
        if done:
            count = (
                f"1 {self.opts.verbose_name} was"
                if done == 1
                else f"{done} {self.opts.verbose_name_plural} were"
            )
            self.message_user(request, f"{count} {DONE[verb]}.", messages.SUCCESS)
        if refused:
            said = format_html("Not {}:<ul>{}</ul>", DONE[verb], format_html_join("", "{}", zip(refused)))
            self.message_user(request, said, messages.ERROR)

    def attempt(self, request, verb, record, *args):
        """What stands against it, nothing if it was done."""
        try:
            with transaction.atomic():
                getattr(record, verb)(request.user, *args)
                self.log_change(request, record, f"{DONE[verb].capitalize()}.")
        except ValidationError as problem:
            return sentences(problem)
        except IntegrityError as problem:
            return words_of(problem, self.model)
        return []

    def refusal(self, record, problems):
        """A line for a message, which may outlive what its reader may see: no name of a sensitive record."""
        link = self.address("change", record.pk)
        return format_html('<li><a href="{}">{}</a>: {}</li>', link, record, " ".join(problems))

    def get_urls(self):
        view = self.admin_site.admin_view(self.withdraw_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_withdraw"
        return [path("withdraw/", view, name=name), *super().get_urls()]

    def withdraw_view(self, request):
        """Asks for the reason, then withdraws."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        keys = [key for key in request.GET.get("ids", "").split(",") if is_uuid(key)][:AT_ONCE]
        form = WithdrawalForm(request.POST or None)
        if form.is_valid():
            self.carry_out(request, "withdraw", keys, form.cleaned_data["reason"])
            return redirect(self.address("change", keys[0]) if len(keys) == 1 else self.address("changelist"))
        records = self.labelled(self.get_queryset(request).filter(pk__in=keys), request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": "Withdraw",
            "opts": self.opts,
            "form": form,
            "labels": [label_of(record) for record in records],
        }
        return TemplateResponse(request, "admin/record_withdraw.html", context)

    def response_add(self, request, obj, post_url_continue=None):
        return self.response_verb(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.response_verb(request, obj) or super().response_change(request, obj)

    def response_verb(self, request, obj):
        """What follows "Save and publish": the record's page with what came of it; None after a mere save."""
        verb = next((verb for verb in DONE if f"_{verb}" in request.POST), None)
        if verb not in ("submit", "publish"):
            return None
        self.carry_out(request, verb, [obj.pk])
        return redirect(self.address("change", obj.pk))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and self.has_change_permission(request, obj):
            context["lists"] = lists_of(obj, request)
            context["record_state"] = obj.publication
            context["withdraw_url"] = f"{self.address('withdraw')}?ids={obj.pk}"
            context["missing"] = [] if obj.publication == Publication.PUBLISHED else obj.missing()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page; what only the database could refuse, because two wrote at once, is said in words."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as problem:
            said = " ".join(["Nothing was saved.", *words_of(problem, self.model)])
            self.message_user(request, said, messages.ERROR)
            page = ("change", unquote(object_id)) if object_id else ("add",)
            return redirect(self.address(*page))
