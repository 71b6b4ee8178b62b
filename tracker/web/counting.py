"""Counts the requests of this process.

The counts are in files in PROMETHEUS_MULTIPROC_DIR, which `manage.py serve` sets. So each process can answer
with the sums of all, and what an ended process has counted is not lost.
"""

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10)

measured = CollectorRegistry()
requests = Counter("tracker_requests", "Answered requests.", ["route", "status"], registry=measured)
durations = Histogram(
    "tracker_request_seconds", "Time until an answer begins.", ["route"], buckets=SECONDS, registry=measured
)


def count_request(request, status, seconds):
    """Counts an answer under the pattern of its route, which is the same for all records."""
    if settings.METRICS_TOKEN:
        route = request.resolver_match.route if request.resolver_match else "none"
        requests.labels(route, status).inc()
        durations.labels(route).observe(seconds)
