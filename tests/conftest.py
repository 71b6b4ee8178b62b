"""Runs the tests on DATABASE_URL or, without it, on a throw-away PostgreSQL server that all workers share."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tracker.embedded import Refused, Server

server = None


def pytest_configure(config):
    global server
    if not os.environ.get("DATABASE_URL"):
        server = start_server()
        os.environ["DATABASE_URL"] = server.url
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 0)  # tests of the limits set them
    settings.ERASURE_LEDGER = Path(tempfile.gettempdir()) / f"tracker-ledger-{os.getpid()}"
    # Collected files exist where a server ran in this checkout; tests find them in the apps.
    settings.STATIC_ROOT = Path(os.devnull)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


def start_server():
    """A server in a temporary folder; the workers, which inherit DATABASE_URL, start none."""
    try:
        return Server(Path(tempfile.mkdtemp(prefix="tracker-tests-")), throwaway=True).join()
    except Refused as problem:
        pytest.exit(str(problem), returncode=1)


def pytest_unconfigure(config):
    settings.ERASURE_LEDGER.unlink(missing_ok=True)
    if server:
        server.leave()
        shutil.rmtree(server.folder)
