"""Accounts of editors: they are invited, have roles, and choose a password with a link that works once."""

from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.contrib.messages.views import SuccessMessageMixin
from django.contrib.sessions.models import Session
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tracker.records.protocol.rate_limits import address, spend

from .devices import known_device
from .second_factor import remove_factors


def grant(user, held):
    """Give a user exactly these roles. Every user with a role can use the admin."""
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in held])
    user.is_staff = True
    user.save(update_fields=["is_staff"])


def end_sessions(user):
    """Log a user out everywhere."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def password_link(user, factors=False):
    """Remove a user's password, all sessions and earlier links; return a link that sets a new password.

    With `factors`, the second factor is removed too. The user sets up a new one at the next log-in.
    """
    if factors:
        remove_factors(user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    key = urlsafe_base64_encode(force_bytes(user.pk))
    page = reverse("set_password", args=[key, default_token_generator.make_token(user)])
    return f"{settings.PUBLIC_URL}{page}"


def link_lasts_until():
    """When a link that is created now expires."""
    return timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def count_guess(request, username):
    """Count a log-in attempt; TooMany if there were too many. Known devices have a count of their own."""
    if device := known_device(request, username):
        return spend("LOGINS_PER_HOUR", "device", username, device)
    # In this order, an attempt refused for its address does not use up the limit that others share.
    spend("LOGINS_PER_HOUR", "pair", username, address(request), share=1 / 2)
    spend("LOGINS_PER_HOUR", "address", address(request), share=5)
    return spend("LOGINS_PER_HOUR", "account", username)


class LoginForm(AdminAuthenticationForm):
    """Django's form, which does not reveal if an account is unknown, closed or not staff. Counts attempts."""

    def clean(self):
        if "username" in self.cleaned_data and "password" in self.cleaned_data:
            count_guess(self.request, self.cleaned_data["username"])
        return super().clean()


class SetPassword(SuccessMessageMixin, PasswordResetConfirmView):
    """The page that a password link opens."""

    template_name = "admin/set_password.html"
    title = "Choose a password"
    success_url = reverse_lazy("admin:login")
    success_message = "Your password has been set. Log in with it."

    def dispatch(self, *args, **kwargs):
        spend("LINKS_PER_HOUR", address(self.request))
        return super().dispatch(*args, **kwargs)

    def get_user(self, uidb64):
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def get_context_data(self, **kwargs):
        context = {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
        return {**context, "title": self.title}
