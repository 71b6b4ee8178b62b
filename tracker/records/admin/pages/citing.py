"""The records that cite a source, on the page of the source."""

from typing import NamedTuple

from django.apps import apps
from django.contrib import admin

from tracker.records.base.citations import Citation

CITING_SHOWN = 20


class CitingRecords(NamedTuple):
    """One kind of record that cites a source: its first rows, and the address of the full list."""

    name: str
    list_url: str
    more: bool
    rows: list


class CitingRow(NamedTuple):
    label: str
    url: str
    record: object
    citation: Citation


def citing_records(source, request):
    """For each kind of record, the first visible ones that cite the source."""
    for table in apps.get_models():
        if not issubclass(table, Citation):
            continue
        listed = admin.site.get_model_admin(table.cited_model())
        if listed.has_view_permission(request) and (found := citing_rows(table, listed, source, request)):
            yield found


def citing_rows(table, listed, source, request):
    """The rows of one citation table, in two queries besides those for labels, or None."""
    cites = table.objects.visible_to(request.user).filter(source=source).order_by("record_id", "field", "pk")
    found = list(cites[: CITING_SHOWN + 1])
    if not found:
        return None
    records = listed.get_queryset(request).filter(pk__in=[citation.record_id for citation in found])
    known = {record.pk: record for record in listed.labelled(records, request.user)}
    rows = [
        citing_row(listed, known[one.record_id], one)
        for one in found[:CITING_SHOWN]
        if one.record_id in known
    ]
    url = f"{listed.address('changelist')}?source={source.pk}"
    return CitingRecords(listed.opts.verbose_name_plural, url, len(found) > CITING_SHOWN, rows)


def citing_row(listed, record, citation):
    return CitingRow(listed.label(record), listed.address("change", record.pk), record, citation)


class CitedBy:
    """Mixin for the admin of sources."""

    change_form_template = "admin/source_form.html"

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context["citing"] = list(citing_records(obj, request))
        return super().render_change_form(request, context, add, change, form_url, obj)
