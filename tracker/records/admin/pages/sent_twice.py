"""A form that is sent twice is saved once. The second request gets the result of the first."""

import hashlib
import json

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import transaction
from django.shortcuts import redirect

from tracker.records.admin.addresses import Addresses
from tracker.records.admin_site.expired_forms import CSRF_FIELD, submitted_values
from tracker.records.protocol.idempotency import KeptAnswer

from .render import render_page

SAVED = 302


def key_of_form(request):
    """The key of the page that a form was sent from: a hash of its CSRF token, new for each page."""
    token = request.POST.get(CSRF_FIELD, "")
    return f"form:{hashlib.sha256(token.encode()).hexdigest()}" if token else None


def digest_of_form(request):
    """A hash of the submitted values, whichever button was used."""
    typed = {name: values for name, values in request.POST.lists() if name != CSRF_FIELD and name[:1] != "_"}
    content = json.dumps([request.path, sorted(typed.items())])
    return hashlib.sha256(content.encode()).hexdigest()


class SavedOnce(Addresses):
    """Mixin for an admin: if a form is sent twice, the second request waits and saves nothing."""

    shown_once = ""  # what the first answer alone could show: what is to be done if it got lost

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        key, digest = key_of_form(request), digest_of_form(request)
        if key is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            answer = KeptAnswer.objects.claim(request.user, key, digest)
            if not answer.status or (object_id and answer.digest != digest):  # then it is a stale form
                return self.save_once(request, answer, object_id, form_url, extra_context)
        record = self.get_object(request, answer.body)
        again = self.saved_before if answer.digest == digest or record is None else self.saved_otherwise
        return again(request, record)

    def save_once(self, request, answer, *args):
        """The response. The saved record is stored with the key. A refused form leaves its key free."""
        request.saved = None
        response = super().changeform_view(request, *args)
        if request.saved:
            answer.status, answer.body = SAVED, str(request.saved.pk)
            answer.save()
        elif not answer.status:
            answer.delete()
        return response

    def save_form(self, request, form, change):
        request.saved = super().save_form(request, form, change)
        return request.saved

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        request.saved = None  # the form is shown again
        return super().render_change_form(request, context, add, change, form_url, obj)

    def saved_before(self, request, record):
        """The response to a form that is sent again: the record that the first request saved."""
        if record is None:
            self.message_user(
                request, "This form was already saved, but the record no longer exists.", messages.WARNING
            )
            return redirect(self.address("changelist"))
        if IS_POPUP_VAR in request.POST:
            return admin.ModelAdmin.response_add(self, request, record)
        message = f"The form was sent twice and saved once. {self.shown_once}".strip()
        self.message_user(request, message, messages.WARNING if self.shown_once else messages.SUCCESS)
        return redirect(self.address("change", record.pk))

    def saved_otherwise(self, request, record):
        """The page for a form that was changed and sent again after its record was created."""
        context = {"title": "Sent twice", "record": record, "address": self.address("change", record.pk)}
        return render_page(self, request, "admin/sent_twice.html", **context, **submitted_values(request))
