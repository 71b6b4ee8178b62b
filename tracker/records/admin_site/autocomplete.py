"""Autocomplete of the admin: labels that tell records apart, limited by other fields of the row."""

from uuid import UUID

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied

ONLY_PREFIX = "only_"


class LabelledAutocomplete(AutocompleteJsonView):
    """Autocomplete with the labels of the model's admin."""

    def process_request(self, request):
        """As Django's, but only for concrete fields, and without NUL, which no column can contain."""
        term, model_admin, source, to_field = super().process_request(request)
        if not source.concrete:
            raise PermissionDenied
        return term.replace("\0", ""), model_admin, source, to_field

    def has_perm(self, request, obj=None):
        allowed = getattr(self.model_admin, "may_be_chosen", None)
        return allowed(request) if allowed else super().has_perm(request, obj)

    def get_queryset(self):
        queryset = super().get_queryset().filter(**self.narrowed())
        offered = getattr(self.model_admin, "offered", None)
        queryset = offered(queryset, self.source_field) if offered else queryset
        queryset = queryset.order_by(*queryset.query.order_by, "pk")  # a unique order
        labelled = getattr(self.model_admin, "labelled", None)
        return labelled(queryset, self.request.user) if labelled else queryset

    def narrowed(self):
        """The conditions from other fields: only_person=<id> gives the rows of this person."""
        found = {}
        for field in self.model_admin.opts.concrete_fields:
            value = self.request.GET.get(f"{ONLY_PREFIX}{field.name}", "")
            if is_uuid(value) and field.many_to_one and hasattr(field.related_model, "visible_with"):
                rows = field.related_model.objects.visible_to(self.request.user)
                found[f"{field.name}__in"] = rows.filter(pk=value)
        return found

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "label", None)
        return {**result, "text": label(obj)} if label else result


def is_uuid(text):
    try:
        return bool(UUID(text))
    except ValueError:
        return False
