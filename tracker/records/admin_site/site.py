"""The admin site: its name, its start page, autocomplete, and the endpoints for dates and codes.

Separate from the admin classes, because Django imports it before there are models.
"""

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.http import Http404, JsonResponse
from django.urls import path

from tracker.records.accounts.after_login import landing
from tracker.records.accounts.devices import is_proven, remember_device
from tracker.records.values.codes.registries import REGISTRIES
from tracker.records.values.dates.partial_dates import explain

from .autocomplete import LabelledAutocomplete
from .expired_forms import rescue_forms


class SiteConfig(AdminConfig):
    default_site = "tracker.records.admin_site.site.Site"


class AccountsConfig(AuthConfig):
    verbose_name = "Accounts"


class Site(AdminSite):
    site_header = site_title = "Dialogue tracker"

    index_template = "admin/start.html"
    start = None  # set by admin.start_page, when there are models

    def admin_view(self, view, cacheable=False):
        return rescue_forms(super().admin_view(view, cacheable))

    def each_context(self, request):
        return {**super().each_context(request), "second_factor": settings.SECOND_FACTOR}

    def login(self, request, extra_context=None):
        response = super().login(request, extra_context)
        if response.status_code == 302:
            response["Location"] = landing(response["Location"])
            if request.method == "POST" and is_proven(request):
                remember_device(request, response, request.user.get_username())
        return response

    def index(self, request, extra_context=None):
        return super().index(request, {**self.start.overview(request.user), **(extra_context or {})})

    def waiting(self, request, slug):
        return self.start.whole_list(request, slug)

    def get_urls(self):
        waiting = path("waiting/<slug:slug>/", self.admin_view(self.waiting), name="waiting")
        return [
            waiting,
            path("understand/", self.admin_view(self.understand), name="understand"),
            path("codes/<slug:category>/", self.admin_view(self.codes), name="codes"),
            *filter(is_kept_path, super().get_urls()),
        ]

    def understand(self, request):
        """How a date is understood, or why it is refused, while the user types it."""
        return JsonResponse({"understood": "", "refused": "", **explain(request.GET.get("text", ""))})

    def codes(self, request, category):
        """The codes of a registry with their English names, by name: `{"results": [{"code", "name"}]}`."""
        if category not in REGISTRIES:
            raise Http404
        results = [{"code": code, "name": name} for code, name in REGISTRIES[category].listed()]
        return JsonResponse({"results": results})

    def autocomplete_view(self, request):
        return LabelledAutocomplete.as_view(admin_site=self)(request)

    def get_app_list(self, request, app_label=None):
        """The apps, with those that build on others first. Models in the order of their registration."""
        apps_in_order = list(apps.app_configs)
        models_in_order = list(self._registry)
        listed = self._build_app_dict(request, app_label)
        if app_label is None:
            move_tokens(listed)
        for app in listed.values():
            app["models"].sort(key=lambda model: models_in_order.index(model["model"]))
        return sorted(listed.values(), key=lambda app: -apps_in_order.index(app["app_label"]))


def is_kept_path(one):
    """Whether a path of Django's admin is kept: the redirect from any row to its public page is not."""
    return getattr(one, "name", None) != "view_on_site"


def move_tokens(listed):
    """Lists tokens and the access log under Accounts, also for users who see no accounts."""
    shown = listed.get("records", {"models": []})["models"]
    tokens = [model for model in shown if model["object_name"] in ("ApiToken", "Reading")]
    for model in tokens:
        shown.remove(model)
        accounts = {"name": AccountsConfig.verbose_name, "app_label": "auth", "models": []}
        listed.setdefault("auth", {**accounts, "app_url": model["admin_url"], "has_module_perms": True})
        listed["auth"]["models"].append(model)
    if tokens and not shown:
        del listed["records"]
