"""The page of a takedown: other records that name the person, and which of them become public again."""

from itertools import chain

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect

from tracker.records.admin.addresses import Addresses, address_of
from tracker.records.admin.forms.forms import label_of
from tracker.records.admin.lists.lists import state_of
from tracker.records.admin.refusals import refusals
from tracker.records.protection.name_search import also_hidden, bring_back, newest
from tracker.records.values.texts.text import UncheckedTextField

from .render import render_page

DECISIONS_A_PAGE = 100  # how many rows one page lists for a decision


class TakedownDecisionForm(forms.Form):
    """Which records are decided now, and why they become public again."""

    chosen = forms.MultipleChoiceField(
        error_messages={
            "required": "Select at least one record.",
            "invalid_choice": "Someone has already decided on this record.",
        }
    )
    comment = UncheckedTextField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Why it can be public. For example, it names a different person with the same name."
        " Editors can see this.",
    )

    def __init__(self, undecided, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.back = "_back" in self.data
        self.fields["chosen"].choices = [(str(one.pk), one.pk) for _, one in undecided]

    def clean(self):
        if self.back and not self.cleaned_data.get("comment", "").strip():
            self.add_error("comment", "Enter a reason for making it public again.")


class AlsoHiddenPage(Addresses):
    """Mixin for the admin of records."""

    def get_urls(self):
        return [self.route("<path:object_id>/found/", self.found_view, "found"), *super().get_urls()]

    def found_view(self, request, object_id):
        """Lists the records that were hidden too. The ticked ones are published again or kept hidden."""
        record = self.editable(request, object_id)
        search = newest(record, request.user)
        if search is None:
            raise Http404
        found = also_hidden(record, request.user)
        undecided = [(row, one) for row, one in found if not one.decided][:DECISIONS_A_PAGE]
        form = TakedownDecisionForm(undecided, request.POST or None)
        if search.finished_at and form.is_valid() and self.decided(request, form, undecided):
            return redirect(self.address("found", record.pk))
        context = {"title": "Records that name this person", "record": record, "search": search, "form": form}
        context |= {"left": sum(not one.decided for _, one in found) - len(undecided)}
        rows = {
            "undecided": template_rows(undecided),
            "rest": template_rows(pair for pair in found if pair[1].decided),
        }
        return render_page(self, request, "admin/record_found.html", **rows, **context)

    def decided(self, request, form, undecided):
        """True if all ticked records were decided. Otherwise the form shows what was refused."""
        for row, one in undecided:
            if str(one.pk) not in form.cleaned_data["chosen"]:
                continue
            if form.back:
                self.bring_back(request, form, row, one)
            else:
                one.decided = True
                one.save()
        return form.is_valid()

    def bring_back(self, request, form, row, one):
        """Publish a row again, or add to the form why not."""

        def act():
            bring_back(one, request.user, form.cleaned_data["comment"])
            self.message_user(request, f"Public again: {label_of(row)}.", messages.SUCCESS)

        for message in chain(*refusals(self, request, row, act).values()):
            form.add_error(None, f"{label_of(row)}: {message}")


def template_rows(pairs):
    return [
        {
            "key": one.pk,
            "label": label_of(row),
            "kind": row._meta.verbose_name,
            "address": address_of(row, "change"),
            "state": state_of(row),
        }
        for row, one in pairs
    ]
