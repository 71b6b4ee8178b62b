"""Runs the tests on DATABASE_URL or, without it, on a throw-away PostgreSQL server that all workers share."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests import shared
from tests.parts import (  # noqa: F401
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_terminal_summary,
)
from tests.sampling import seed
from tracker.server.embedded import CannotStart, Server

server = None
first = False  # whether this process is none of the workers


def pytest_configure(config):
    global server, first
    gc.set_threshold(20_000, 20, 50)
    first = shared.start()
    if not os.environ.get("DATABASE_URL"):
        server = start_server()
        os.environ["DATABASE_URL"] = server.url
    seed()  # the workers inherit it
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 0)  # tests of the limits set them
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.STATEMENT_TIMEOUT = 0  # as of the statements of the tests
    settings.ERASURE_LEDGER = Path(tempfile.gettempdir()) / f"tracker-ledger-{os.getpid()}"
    # A hash is made to be slow: a tenth of a second and 100 MB for each account that a test makes.
    hasher = Argon2PasswordHasher
    hasher.time_cost, hasher.memory_cost, hasher.parallelism = 1, 8, 1
    # Collected files exist where a server ran in this checkout; tests find them in the apps.
    settings.STATIC_ROOT = Path(os.devnull)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


def pytest_xdist_auto_num_workers(config):
    """One more than processors: some tests wait, for slow clients or for a server that starts."""
    return os.cpu_count() + 1


def pytest_report_header(config):
    return f"Of broad tests a part is run: SAMPLE={seed()} repeats it, SAMPLE=all runs all."


def pytest_collection_finish(session):
    """What is loaded stays to the end: looking through it for garbage took a sixth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Each worker copies one migrated database, unless it keeps its own."""
    if "PYTEST_XDIST_WORKER" in os.environ and not request.config.getoption("reuse_db"):
        with django_db_blocker.unblock():
            template = shared.once("template", make_template)
            connection.settings_dict["TEST"]["TEMPLATE"] = template


def make_template():
    """The name of a new database that is like those of the tests."""
    test, name = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    own = test["NAME"]
    test["NAME"] = f"{own}_template"
    try:
        return connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        test["NAME"], connection.settings_dict["NAME"] = own, name


def drop_template():
    """On a server that outlives the tests."""
    name = shared.made().get("template")
    if name and not server:
        address = make_conninfo(os.environ["DATABASE_URL"], dbname="postgres")
        with psycopg.connect(address, autocommit=True) as link:
            link.execute(f'DROP DATABASE "{name}"')


def start_server():
    """A server in a temporary folder; the workers, which inherit DATABASE_URL, start none."""
    try:
        return Server(Path(tempfile.mkdtemp(prefix="tracker-tests-")), throwaway=True).join()
    except CannotStart as problem:
        pytest.exit(str(problem), returncode=1)


def pytest_unconfigure(config):
    settings.ERASURE_LEDGER.unlink(missing_ok=True)
    if first:
        drop_template()
        shared.end()
    if server:
        server.leave()
        shutil.rmtree(server.folder)
