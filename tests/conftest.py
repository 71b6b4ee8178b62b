"""Runs the tests on DATABASE_URL or, without it, on a throw-away PostgreSQL server that all workers share."""

import os

from django.conf import settings


def pytest_configure(config):
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    os.environ.setdefault("DATABASE_URL", "postgres://tracker@127.0.0.1:55432/tracker")
    # Collected files exist where a server runs; tests find them in the apps.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
