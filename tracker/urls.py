"""The addresses of the whole site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from tracker.records.accounts.second_factor import SecondFactor
from tracker.records.accounts.staff import SetPassword
from tracker.server import health
from tracker.web.contact import security_txt
from tracker.web.metrics import metrics

handler400 = "tracker.web.middleware.misread"
handler500 = "tracker.web.middleware.failed"


def leads_to(url):
    """A view that redirects to another address and accepts no data."""
    return csrf_exempt(RedirectView.as_view(url=url, http_method_names=["get", "head", "options"]))


urlpatterns = [
    path("healthz", health.liveness, name="healthz"),
    path("readyz", health.readiness, name="readyz"),
    path("metrics", metrics),
    path("favicon.ico", leads_to(f"{settings.STATIC_URL}tracker/favicon.svg")),
    path("admin/set-password/<uidb64>/<token>/", SetPassword.as_view(), name="set_password"),
    path("admin/second-factor/", SecondFactor.as_view(), name="second_factor"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tracker.api")),
    path(".well-known/security.txt", security_txt),
    path("", include("tracker.site.urls")),
]
