"""The admin of sources and places."""

from django.contrib import admin

from tracker.records.base.places import Place, PlaceIdentifier
from tracker.records.base.sources import Source
from tracker.records.values.texts.web_addresses import address_key

from .pages.citing import CitedBy
from .record_page.base import RecordAdmin
from .record_page.inlines import IdentifierInline


@admin.register(Source)
class SourceAdmin(CitedBy, RecordAdmin):
    label_details = ["publisher", "date"]
    columns = ["display_title", "kind", "publisher", "date", "reliability", "state"]

    def label(self, record, without=""):
        """As for every record. Without a title, the display title already contains everything."""
        return super().label(record) if record.title else record.label

    def similar(self, request, text):
        """As for every record. For an address, the sources with probably the same address."""
        key = address_key(text)
        rows = self.get_queryset(request).filter(url_key=key).order_by("pk")
        return rows if key else super().similar(request, text)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            form.base_fields["source_url"].widget.attrs["data-similar"] = self.address("similar")
        return form


class PlaceIdentifierInline(IdentifierInline):
    model = PlaceIdentifier


@admin.register(Place)
class PlaceAdmin(RecordAdmin):
    label_details = ["country"]
    columns = ["name", "country", "parent", "state"]
    list_names = {"children": "places in it", "statements": "statements made here"}
    inlines = [PlaceIdentifierInline]
