"""Figures for Prometheus, in OpenMetrics: requests, connections, waiting work. Never a name, id or query."""

import os
from functools import cache
from secrets import compare_digest

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from tracker.postgres.replicas import replicas
from tracker.records.changes.models import Unannounced
from tracker.records.protection.name_search import NameSearch
from tracker.records.workflow.approvals import Approval

from . import counting

CONNECTIONS = """
SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1 ORDER BY 1
"""


class Database:
    """What the database knows, asked in four small statements when the figures are read."""

    def collect(self):
        yield lags()
        up = GaugeMetricFamily("tracker_database_up", "Whether the database answers.")
        try:
            yield from [connections(), waiting_work()]
            up.add_metric([], 1)
        except (DatabaseError, InterfaceError):
            up.add_metric([], 0)
        yield up


def connections():
    """The connections of all processes to the database, by what they do."""
    found = GaugeMetricFamily("tracker_connections", "Connections to the database.", labels=["state"])
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        for state, number in cursor.fetchall():
            found.add_metric([state], number)
    return found


def lags():
    """How far the replicas may be behind, as this process knows it. Zero or more seconds, -1 for unknown."""
    found = GaugeMetricFamily("tracker_replica_lag_seconds", "Time behind the primary.", labels=["database"])
    for one in replicas:
        lag = one.lag()
        found.add_metric([one.alias], -1 if lag is None else lag)
    return found


def waiting_work():
    """What the commands that run again and again have not done yet."""
    found = GaugeMetricFamily("tracker_waiting_work", "Scheduled work that is due.", labels=["kind"])
    found.add_metric(["publications"], Approval.objects.due().count())
    found.add_metric(["changes"], Unannounced.objects.count())
    found.add_metric(["name searches"], NameSearch.objects.running().count())
    return found


@cache
def shown():
    """Everything that is shown: of all processes, or of this one if the server has no others."""
    found = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(found)
    else:
        found.register(counting.measured)
    found.register(Database())
    return found


@csrf_exempt
def metrics(request):
    """The figures, for whoever has the token. For everyone else, this address does not exist."""
    given = request.headers.get("Authorization", "").encode()
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    known = settings.METRICS_TOKEN and compare_digest(given, expected)
    if request.method != "GET" or not known:
        raise Http404
    return HttpResponse(generate_latest(shown()), content_type=CONTENT_TYPE_LATEST)
