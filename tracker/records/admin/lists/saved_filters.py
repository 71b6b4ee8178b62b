"""Filters of a list as links: standard ones, and those that a user has saved under a name."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, IS_FACETS_VAR, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect

from tracker.records.accounts.saved_filters import SavedFilter
from tracker.records.admin.addresses import Addresses
from tracker.records.protocol.query import number_in
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.texts.text import LineField

MOST_FILTERS, LARGEST_ID = 20, 999_999_999  # the most filters of a list, and the largest id
TEMPORARY = {IS_POPUP_VAR, TO_FIELD_VAR, ALL_VAR, ERROR_FLAG, IS_FACETS_VAR, PAGE_VAR}


def lasting_query(query):
    """A query without temporary parameters, with its keys in alphabetical order."""
    lasting = sorted((key, values) for key, values in query.lists() if key not in TEMPORARY)
    return urlencode(lasting, doseq=True)


def shortcuts(model):
    """(name, query) of the standard filters."""
    states = [("Drafts", Publication.DRAFT), ("In review", Publication.IN_REVIEW)]
    return [
        ("All", ""),
        ("Mine", "mine=yes"),
        *((name, f"publication__exact={state}") for name, state in states),
        *([("Without a source", "source=no")] if model.cited else []),
    ]


class SavedFilterForm(forms.Form):
    name = LineField(max_length=SavedFilter._meta.get_field("name").max_length)
    query = forms.CharField(max_length=SavedFilter._meta.get_field("query").max_length)


class SavedFilters(Addresses):
    """Mixin for the admin of records."""

    change_list_template = "admin/record_list.html"

    def get_urls(self):
        return [self.route("filters/", self.filters_view, "filters"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        query = lasting_query(request.GET)
        own = list(SavedFilter.objects.of(request.user, self.model))
        known = shortcuts(self.model)
        new = query not in {*(one for _, one in known), *(one.query for one in own)}
        context = {"query": query, "shortcuts": known, "own_filters": own, "new_query": new}
        context["filters_url"] = self.address("filters")
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def filters_view(self, request):
        """Saves the current filter of a list for this user, or removes one of their filters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        own = SavedFilter.objects.of(request.user, self.model)
        if gone := number_in(request.POST.get("remove", ""), 1, LARGEST_ID):
            own.filter(pk=gone).delete()
        elif problem := self.keep(own, request):
            self.message_user(request, problem, messages.ERROR)
        query = lasting_query(QueryDict(request.POST.get("query", "")))
        return redirect(f"{self.address('changelist')}?{query}")

    def keep(self, own, request):
        """Save a filter, replacing one of the same name. Returns the error, or an empty text."""
        query = lasting_query(QueryDict(request.POST.get("query", "")))
        form = SavedFilterForm({"name": request.POST.get("name"), "query": query})
        if not form.is_valid():
            return "Not saved: set a filter, and enter a name of at most 60 characters."
        name = form.cleaned_data["name"]
        if own.exclude(name=name).count() >= MOST_FILTERS:
            return f"Not saved: a list can have at most {MOST_FILTERS} filters. Remove one first."
        known = {"user": request.user, "model": self.model._meta.label, "name": name}
        SavedFilter.objects.update_or_create(**known, defaults={"query": query})
        return ""
