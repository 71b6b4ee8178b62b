"""Likely duplicates, shown while the user types the name or title of a new record."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import JsonResponse

from tracker.records.admin.addresses import Addresses
from tracker.records.policy.visibility import SEARCH_WORDS
from tracker.records.values.names import tokens

from .lists import alphabetical_of

SIMILAR_SHOWN = 5
SHORTEST = 3  # the search starts when the longest word has this many letters


class Similar(Addresses):
    """Mixin for admins of records with a name or title: an endpoint for likely duplicates."""

    def get_urls(self):
        return [self.route("similar/", self.similar_view, "similar"), *super().get_urls()]

    def similar_view(self, request):
        """`{"results": [{"label", "url", "state"}]}`: visible records with nearly this name."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        rows = self.labelled(self.similar(request, request.GET.get("text", "")), request.user)
        results = [
            {
                "label": self.label(row),
                "url": self.address("change", row.pk),
                "state": row.get_publication_display(),
            }
            for row in rows[:SIMILAR_SHOWN]
        ]
        return JsonResponse({"results": results}, headers={"Cache-Control": "no-store"})

    def similar(self, request, text):
        """Visible rows that contain all words of the text. With three or more words, one may be missing."""
        words, rows = tokens(text)[:SEARCH_WORDS], self.get_queryset(request)
        if not self.typed_into or len(max(words, default="", key=len)) < SHORTEST:
            return rows.none()
        left_out = [words[:number] + words[number + 1 :] for number in range(len(words))]
        found = Q()
        for known in [words, *(left_out if len(words) > 2 else [])]:
            hits = self.model.objects.matching(" ".join(known), request.user)
            found |= Q(pk__in=hits.values("pk"))
        return rows.filter(found).order_by(alphabetical_of(self.model), "pk")

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None and self.typed_into in form.base_fields:
            form.base_fields[self.typed_into].widget.attrs["data-similar"] = self.address("similar")
        return form
