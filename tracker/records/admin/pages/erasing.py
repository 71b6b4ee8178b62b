"""The page that erases a record after a takedown. Administrators need not be able to see the record."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect

from tracker.records.admin.addresses import Addresses
from tracker.records.admin.forms.forms import sentences
from tracker.records.admin_site.autocomplete import is_uuid
from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.policy import roles
from tracker.records.revisions.erasure import Erasure, erase
from tracker.records.values.codes.vocabularies import Publication, TakedownReason

from .render import render_page


class ErasureForm(forms.Form):
    reason = forms.ChoiceField(choices=[("", "---------"), *TakedownReason.choices])
    typed = forms.CharField(label="Confirmation")

    def __init__(self, record, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.record = record
        self.fields["typed"].help_text = f"Type “{record.neutral()}” to confirm."

    def clean_typed(self):
        if self.cleaned_data["typed"] != self.record.neutral():
            raise ValidationError("This is not the text that you were asked to type.")


class ErasurePage(Addresses):
    """Mixin for the admin of records."""

    def get_urls(self):
        return [self.route("<path:object_id>/erase/", self.erase_view, "erase"), *super().get_urls()]

    def erase_view(self, request, object_id):
        """Lists what would be erased, without names, and asks for a reason. Then erases it."""
        if not roles.erases(request.user):
            raise PermissionDenied
        key = unquote(object_id)
        down = self.model.objects.filter(
            publication=Publication.TAKEN_DOWN
        )  # reveals nothing about other records
        record = down.filter(pk=key).first() if is_uuid(key) else None
        if record is None:
            raise Http404
        form = ErasureForm(record, request.POST or None)
        if form.is_valid() and self.erased(request, record, form):
            return redirect("admin:index")
        kinds, withheld = Erasure(record).numbers()
        may = roles.may_erase(request.user, record)
        context = {"title": "Erase", "record": record, "form": form, "kinds": kinds, "withheld": withheld}
        return render_page(self, request, "admin/record_erase.html", may=may, **context)

    def erased(self, request, record, form):
        """True if the record was erased. Otherwise the form says why."""
        label = record.neutral()
        try:
            erase(record, request.user, form.cleaned_data["reason"])
        except PermissionDenied as problem:
            form.add_error(None, str(problem))
        except ValidationError as problem:
            form.add_error(None, sentences(problem))
        except LedgerAway as problem:
            self.message_user(request, str(problem.detail), messages.ERROR)
        if form.is_valid():
            self.message_user(request, f"Erased: {label}.", messages.SUCCESS)
        return form.is_valid()
