"""The admin of accounts: invitations, roles, and links for setting a password."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from tracker.records.accounts.staff import LoginForm, end_sessions, grant, link_lasts_until, password_link
from tracker.records.admin.addresses import Addresses
from tracker.records.admin.pages.render import PlainTitle, render_page, render_secret
from tracker.records.admin.pages.sent_twice import SavedOnce
from tracker.records.admin.rights import SafeLookups
from tracker.records.policy.roles import Role, edits
from tracker.records.values.texts.text import LineField
from tracker.records.workflow import editorial_fields

User = get_user_model()
admin.site.unregister([User, Group])  # roles are the only groups, and their permissions are fixed
admin.site.unregister([TOTPDevice, StaticDevice])  # their pages would show other users' secrets
admin.site.login_form = LoginForm


class AccountForm(forms.ModelForm):
    """An account with its roles. Users cannot change their own roles or deactivate themselves."""

    reader = None
    roles = forms.MultipleChoiceField(choices=Role.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "is_active"]
        field_classes = {"first_name": LineField, "last_name": LineField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "roles" in self.fields:
            self.fields["roles"].initial = held_by(self.instance)
            self.fields["roles"].required = not self.instance.is_superuser
        if self.instance.pk and self.instance == self.reader:
            self.fields["roles"].disabled = self.fields["is_active"].disabled = True


def held_by(user):
    """The roles of an account, even if it is inactive."""
    names = {group.name for group in user.groups.all()}
    return [role for role in Role if role.value in names]


class RoleFilter(admin.SimpleListFilter):
    title = parameter_name = "role"

    def lookups(self, request, model_admin):
        return Role.choices

    def queryset(self, request, queryset):
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class NameTakenMessage(Addresses):
    """Mixin: if two forms create the same name at the same time, the later one gets a message."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            message = f"Nothing was saved: another {self.opts.verbose_name} already has this name."
            self.message_user(request, message, messages.ERROR)
            return redirect(self.address("changelist"))


@admin.register(User)
class AccountAdmin(PlainTitle, NameTakenMessage, SafeLookups, SavedOnce, admin.ModelAdmin):
    form = AccountForm
    shown_once = "The link was shown only once, on the page that you left. Create a new password link."
    change_form_template = "admin/account_form.html"
    list_display = ["username", "full_name", "email", "held", "state", "last_login"]
    list_filter = ["is_active", RoleFilter]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    readonly_fields = ["last_login", "date_joined"]
    actions = None

    class Media:
        css = {"all": ["tracker/admin.css"]}

    @admin.display(description="name")
    def full_name(self, user):
        return user.get_full_name()

    @admin.display(description="roles")
    def held(self, user):
        everything = ["Superuser"] if user.is_superuser else []
        return ", ".join([*everything, *(role.label for role in held_by(user))])

    @admin.display(description="state")
    def state(self, user):
        if not user.is_active:
            return "inactive"
        return "active" if user.has_usable_password() else "no password yet"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request, obj=None):
        roles = "roles" if obj is None or self.has_change_permission(request, obj) else "held"
        names = ["username", ("first_name", "last_name"), "email", roles]
        return [(None, {"fields": [*names, "is_active", *self.readonly_fields] if obj else names})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.reader = request.user
        return form

    def has_delete_permission(self, request, obj=None):
        """Accounts are deactivated, never deleted, so that the history shows who did what."""
        return False

    def has_change_permission(self, request, obj=None):
        above = obj and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not above

    def may_be_chosen(self, request):
        """Whether the user may choose an account, for example to assign a record."""
        return edits(request.user) or self.has_view_permission(request)

    def offered(self, queryset, field):
        """The accounts that can be chosen. Records are assigned only to people who can work on them."""
        able = Q(pk__in=editorial_fields.workers()) if field.name == "assigned_to" else Q()
        return queryset.filter(able)

    def get_search_fields(self, request):
        """Users who may not see accounts cannot search for email addresses."""
        hidden = () if self.has_view_permission(request) else ("email",)
        return [name for name in self.search_fields if name not in hidden]

    def label(self, user):
        return f"{user.username} ({user.get_full_name()})" if user.get_full_name() else user.username

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        grant(form.instance, form.cleaned_data["roles"])
        if change and {"roles", "is_active"} & {*form.changed_data}:
            end_sessions(form.instance)

    def add_view(self, request, form_url="", extra_context=None):
        one = {
            "title": "Invite someone",
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, form_url, one)

    def response_add(self, request, obj, post_url_continue=None):
        return self.show_link(request, obj)

    def get_urls(self):
        return [self.route("<int:pk>/link/", self.link_view, "link"), *super().get_urls()]

    def link_view(self, request, pk):
        """Asks for confirmation, then resets the password and shows the link for a new one."""
        user = self.get_object(request, str(pk))
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        if user == request.user or not user.is_active:
            self.message_user(
                request, "You can create a link only for an active account of another person.", messages.ERROR
            )
            return redirect(self.address("change", pk))
        if request.method == "POST":
            factors = "factors" in request.POST
            taken = "password and the second factor" if factors else "password"
            self.log_change(request, user, f"Reset the {taken} and created a link that sets a new one.")
            return self.show_link(request, user, factors)
        context = {"title": "New password link", "original": user}
        return render_page(self, request, "admin/account_link.html", **context)

    def show_link(self, request, user, factors=False):
        return render_secret(
            self,
            request,
            title=f"Password link for {user.username}",
            secret=password_link(user, factors),
            says="Anyone who opens this link can set the password of the account. Send it in a way that"
            " you trust.",
            until=link_lasts_until(),
        )
