"""Health checks for supervisors: whether the process answers, and whether it can serve."""

from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from tracker.records.protocol.database_errors import AWAY, passing
from tracker.records.protocol.problems import problem
from tracker.web.middleware import RETRY_AFTER

from . import checks


@csrf_exempt
@never_cache
def liveness(request):
    """200 as long as the process answers requests, whatever the database does."""
    return JsonResponse({"status": "alive"})


@csrf_exempt
@never_cache
def readiness(request):
    """200 if the database is readable and in order, else 503 with a sentence for each problem."""
    try:
        faults = [*checks.errors(connection), *checks.forgetful(connection), *unapplied()]
    except (DatabaseError, InterfaceError) as error:
        faults = [passing(error) or AWAY]
    if not faults:
        return JsonResponse({"status": "ready"})
    details = [{"detail": getattr(fault, "msg", fault)} for fault in faults]
    return problem(503, "Requests cannot be served correctly.", details, RETRY_AFTER)


def unapplied():
    """A sentence for each app whose last migration is not applied."""
    applied = MigrationRecorder(connection).applied_migrations()
    return [
        f"The migration {app}.{name} is not applied." for app, name in last() if (app, name) not in applied
    ]


@cache
def last():
    """The last migrations in the code, as (app, name)."""
    return sorted(MigrationLoader(None).graph.leaf_nodes())
