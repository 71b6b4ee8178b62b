"""The second factor of editors: a code from an app, set up at the first log-in."""

import base64
import hashlib
import secrets

import django_otp
import qrcode
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.contrib.auth.views import RedirectURLMixin, redirect_to_login
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.generic import FormView
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key
from qrcode.image.svg import SvgPathImage

from tracker.records.protocol.rate_limits import spend

from .after_login import landing
from .devices import PROVEN, is_proven, known_device, remember_device

User = get_user_model()
UNCONFIRMED_KEY = "second_factor_begun"  # in the session: the key that is shown until a code is entered
RECOVERY_CODES = 10


def app_of(user):
    """The app that a user has set up, or None."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def recovery_of(user):
    """The device with the hashes of a user's recovery codes, or None."""
    return StaticDevice.objects.filter(user=user).first()


def remove_factors(user):
    """Remove a user's second factor. Sessions that used it end, and the next log-in sets up a new one."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def code_hash(code):
    """The stored hash of a recovery code. 80 random bits need no slower hash, and 96 bits fit the column."""
    plain = code.lower().replace("-", "")
    return base64.urlsafe_b64encode(hashlib.sha256(plain.encode()).digest())[:16].decode()


def matches(user, code):
    """Whether a code, of the app or a recovery code, is valid now. No code is valid twice."""
    app, recovery = app_of(user), recovery_of(user)
    by_app = app and django_otp.verify_token(user, app.persistent_id, code)
    return bool(
        by_app or (recovery and django_otp.verify_token(user, recovery.persistent_id, code_hash(code)))
    )


@transaction.atomic
def set_up(user, key, code):
    """New recovery codes, if the code belongs to this key and nothing was set up meanwhile; else None."""
    User.objects.select_for_update().get(pk=user.pk)
    app = TOTPDevice(user=user, name="app", key=key)
    if app_of(user) or not app.verify_token(code):
        transaction.set_rollback(True)  # the device is saved in any case, with the time of the code
        return None
    recovery = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=recovery, token=code_hash(code)) for code in codes])
    return codes


def new_code():
    """A recovery code in groups of four."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def drawn(address):
    """An address as an inline SVG without script or style."""
    image = qrcode.make(address, image_factory=SvgPathImage, box_size=8)
    return mark_safe(image.to_string(encoding="unicode"))


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "size": 24}),
    )


@method_decorator(never_cache, name="dispatch")
class SecondFactor(RedirectURLMixin, FormView):
    """The page that sets up the second factor, asks for its code, and replaces it."""

    form_class = CodeForm
    template_name = "admin/second_factor.html"

    def dispatch(self, request, *args, **kwargs):
        if not settings.SECOND_FACTOR:
            raise Http404
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        self.app = app_of(request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
        context |= {"title": "Second factor", "next": self.get_redirect_url(), "app": self.app}
        if self.app is None:
            begun = TOTPDevice(user=self.request.user, key=self.key())
            secret = base64.b32encode(begun.bin_key).decode()
            return {**context, "secret": secret, "drawn": drawn(begun.config_url)}
        left = StaticToken.objects.filter(device__user=self.request.user).count()
        return {**context, "proven": is_proven(self.request), "left": left}

    def get_redirect_url(self):
        return landing(super().get_redirect_url())

    def key(self):
        """The key that is being set up. It stays the same when the page is opened again."""
        return self.request.session.setdefault(UNCONFIRMED_KEY, default_key())

    def form_valid(self, form):
        user, code = self.request.user, "".join(form.cleaned_data["code"].split())
        device = known_device(self.request, user.get_username())
        spend("CODES_PER_HOUR", user.pk, device)
        codes = None if self.app else set_up(user, self.key(), code)
        if not (codes or (self.app and matches(user, code))):
            form.add_error("code", "This code is not valid. Codes work once and expire after 30 seconds.")
            return self.form_invalid(form)
        return self.begin_again() if self.app and is_proven(self.request) else self.passed(codes)

    def begin_again(self):
        """Starts the setup of a new second factor."""
        remove_factors(self.request.user)
        self.renew_session()
        messages.success(self.request, "Your old second factor has been removed. Set up a new one now.")
        return HttpResponseRedirect(reverse("second_factor"))

    def passed(self, codes):
        """Lets in a user with a correct code. Shows the recovery codes if they are new."""
        self.renew_session(**{PROVEN: True})
        response = HttpResponseRedirect(self.get_success_url())
        if codes:
            context = {**admin.site.each_context(self.request), "codes": codes, "title": "Recovery codes"}
            context["next"] = self.get_success_url()
            response = TemplateResponse(self.request, "admin/recovery_codes.html", context)
        remember_device(self.request, response, self.request.user.get_username())
        return response

    def renew_session(self, **proof):
        """Bind the session to the current factors, with a new session key."""
        for name in (PROVEN, UNCONFIRMED_KEY):
            self.request.session.pop(name, None)
        self.request.session.update(proof)
        update_session_auth_hash(self.request, User.objects.get(pk=self.request.user.pk))
