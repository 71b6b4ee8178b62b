"""The admin of tokens: owners create and revoke them, administrators see and revoke all of them."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect

from tracker.records.accounts.api_tokens import LONGEST_VALIDITY, ApiToken, TokenScope
from tracker.records.admin.pages.render import PlainTitle, render_secret
from tracker.records.admin.pages.sent_twice import SavedOnce
from tracker.records.admin.rights import ReadOnlyAdmin, SafeLookups
from tracker.records.policy.roles import roles
from tracker.records.shapes.fields import registry
from tracker.records.shapes.urls import resource

from .accounts import NameTakenMessage

DAYS = (7, 30, 90, 180, LONGEST_VALIDITY.days)


def endpoints():
    """The endpoints of records and of proposals, in alphabetical order."""
    return [(name, name) for name in sorted({"proposals", *(resource(model) for model in registry.whole)})]


class TokenForm(forms.ModelForm):
    owner = None
    scopes = forms.MultipleChoiceField(
        choices=TokenScope.choices, initial=[TokenScope.READ], widget=forms.CheckboxSelectMultiple
    )
    resources = forms.MultipleChoiceField(
        choices=endpoints,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=ApiToken._meta.get_field("resources").help_text,
    )
    lasts = forms.TypedChoiceField(
        choices=[(days, f"{days} days") for days in DAYS],
        coerce=int,
        initial=90,
        label="Valid for",
    )

    class Meta:
        model = ApiToken
        fields = ["name", "scopes", "resources"]

    def clean(self):
        cleaned = super().clean()
        self.instance.user = self.owner
        self.instance.expires_at = self.instance.created_at + timedelta(days=cleaned.get("lasts", 0))
        return cleaned

    def validate_unique(self):
        """Check every constraint, including those on fields that are not in the form."""
        try:
            self.instance.validate_constraints(exclude=self.errors)
        except ValidationError as problem:
            self._update_errors(problem)


@admin.register(ApiToken)
class TokenAdmin(PlainTitle, NameTakenMessage, SafeLookups, ReadOnlyAdmin, SavedOnce, admin.ModelAdmin):
    form = TokenForm
    shown_once = "The token was shown only once, on the page that you left. Revoke it and create another one."
    change_form_template = "admin/token_form.html"
    change_list_template = "admin/token_list.html"
    list_display = ["name", "owner", "does", "reaches", "state", "expires_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    search_help_text = "The name of the token or of its owner."
    actions = None

    class Media:
        css = {"all": ["tracker/admin.css"]}

    @admin.display(ordering="user__username")
    def owner(self, token):
        return token.user.get_username()

    @admin.display(description="scopes")
    def does(self, token):
        return ", ".join(token.scopes)

    @admin.display(description="resources")
    def reaches(self, token):
        return ", ".join(token.resources) or "all"

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["name", "scopes", "resources", "lasts"]
        moments = ["created_at", "expires_at", "last_used_at", "revoked_at"]
        return ["name", "owner", "does", "reaches", "state", *moments]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else []

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.owner = request.user
        return form

    def has_module_permission(self, request):
        return bool(roles(request.user))

    def has_view_permission(self, request, obj=None):
        return bool(roles(request.user))

    def has_add_permission(self, request):
        return bool(roles(request.user))

    def save_model(self, request, obj, form, change):
        obj.shown = obj.draw()
        super().save_model(request, obj, form, change)

    def add_view(self, request, form_url="", extra_context=None):
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, one)

    def response_add(self, request, obj, post_url_continue=None):
        return render_secret(
            self,
            request,
            title=f"API token {obj.name}",
            secret=obj.shown,
            says="Programs send it with each request, in the header Authorization: Bearer, followed by"
            " the token.",
            until=obj.expires_at,
        )

    def get_urls(self):
        return [self.route("<int:pk>/revoke/", self.revoke_view, "revoke"), *super().get_urls()]

    def revoke_view(self, request, pk):
        token = self.get_object(request, str(pk))
        if token is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        token.revoke()
        self.log_change(request, token, "Revoked.")
        self.message_user(request, f"Token {token.name} has been revoked.", messages.SUCCESS)
        return redirect(self.address("changelist"))
