"""Who works here: they are invited, hold roles, and choose their own password by a link that works once."""

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
    """Give somebody these roles and no others. Whoever has a role works in the admin."""
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in held])
    user.is_staff = True
    user.save(update_fields=["is_staff"])


def end_sessions(user):
    """Log somebody out everywhere."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def password_link(user, factors=False):
    """Take somebody's password, with it every session and earlier link, for a link that sets a new one.

    With `factors` it takes their second factor too: they set up another one when they log in.
    """
    if factors:
        remove_factors(user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    key = urlsafe_base64_encode(force_bytes(user.pk))
    page = reverse("set_password", args=[key, default_token_generator.make_token(user)])
    return f"{settings.PUBLIC_URL}{page}"


def link_lasts_until():
    """When a link that is made now stops working."""
    return timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def count_guess(request, username):
    """Count a try to log in; TooMany if there were too many. No guesser uses up those of a known device."""
    if device := known_device(request, username):
        return spend("LOGINS_PER_HOUR", "device", username, device)
    # In this order what one address is refused uses up nothing of what others share.
    spend("LOGINS_PER_HOUR", "pair", username, address(request), share=1 / 2)
    spend("LOGINS_PER_HOUR", "address", address(request), share=5)
    return spend("LOGINS_PER_HOUR", "account", username)


class LoginForm(AdminAuthenticationForm):
    """Django's, which answers alike whether an account is unknown, closed or no staff; tries are counted."""

    def clean(self):
        if "username" in self.cleaned_data and "password" in self.cleaned_data:
            count_guess(self.request, self.cleaned_data["username"])
        return super().clean()


class SetPassword(SuccessMessageMixin, PasswordResetConfirmView):
    """The page behind a password link."""

    template_name = "admin/set_password.html"
    title = "Choose a password"
    success_url = reverse_lazy("admin:login")
    success_message = "Your password is set: log in with it."

    def dispatch(self, *args, **kwargs):
        spend("LINKS_PER_HOUR", address(self.request))
        return super().dispatch(*args, **kwargs)

    def get_user(self, uidb64):
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def get_context_data(self, **kwargs):
        context = {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
        return {**context, "title": self.title}
