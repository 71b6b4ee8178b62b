"""The admin site: its name, the order of its index, what autocomplete shows, how dates are understood.

Apart from the admin classes, because Django imports it before there are models.
"""

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.urls import path

from tracker.records.dates import understand


class SiteConfig(AdminConfig):
    default_site = "tracker.records.site.Site"


class LabelledAutocomplete(AutocompleteJsonView):
    """Autocomplete with the label that the model's admin gives a record."""

    def get_queryset(self):
        queryset = super().get_queryset()
        labelled = getattr(self.model_admin, "labelled", None)
        return labelled(queryset, self.request.user) if labelled else queryset

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "label", None)
        return {**result, "text": label(obj)} if label else result


class Site(AdminSite):
    site_header = site_title = "Dialogue tracker"

    def get_urls(self):
        return [path("understand/", self.admin_view(self.understand), name="understand"), *super().get_urls()]

    def understand(self, request):
        """What a date is understood as while it is typed: `{"understood": ""}` as long as it is not."""
        try:
            date = understand(request.GET.get("text", ""))
        except ValidationError:
            return JsonResponse({"understood": ""})
        return JsonResponse({"understood": f"understood: {date.span()} ({date.edtf})"})

    def autocomplete_view(self, request):
        return LabelledAutocomplete.as_view(admin_site=self)(request)

    def get_app_list(self, request, app_label=None):
        """The apps, those that build on others first; models in the order of their registration."""
        apps_in_order = list(apps.app_configs)
        models_in_order = list(self._registry)
        listed = self._build_app_dict(request, app_label).values()
        for app in listed:
            app["models"].sort(key=lambda model: models_in_order.index(model["model"]))
        return sorted(listed, key=lambda app: -apps_in_order.index(app["app_label"]))
