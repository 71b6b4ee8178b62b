"""Root table of contents."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(url="/api/v1/")),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}tracker/favicon.svg")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tracker.api")),
]
