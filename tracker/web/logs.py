"""The log: one line of JSON for each request and each other message.

Whoever runs the server can read it, and so can whoever steals it. So it has no path, query, body,
name or address. It shows where errors happened, but not their messages: those of a database quote rows.
"""

import json
import logging
import re
import time
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler

from django.utils.functional import SimpleLazyObject

from . import counting

# Their messages contain no values; after the first line comes a traceback.
TRUSTED = ("tracker", "people", "dialogues", "_granian")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
FRAMES = 15
# Hexadecimal digits, as proxies make them. No name can be spelled with them.
SAFE_ID = re.compile(r"[0-9A-Fa-f-]{8,64}")
QUIET = ("healthz", "readyz")
request_id = ContextVar("request_id", default=None)
log = logging.getLogger("tracker.requests")


class JSONLine(logging.Formatter):
    """Formats a record as one line of JSON, with all control characters escaped."""

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": request_id.get(),
        }
        content = record.__dict__.get("line") or {"message": message(record)}
        error = record.exc_info and record.exc_info[1]
        return json.dumps(line | content | ({"error": error_summary(error)} if error else {}))


class RequestFile(WatchedFileHandler):
    """The file of the demo's requests. A line that cannot be written, as on a full disk, is left out."""

    def handleError(self, record):
        pass


class Unintended(logging.Filter):
    """Drops the warning of the web server at each start that there are more threads than it recommends.

    The threads wait for the database, and `tracker.web.lanes` keeps some of them free.
    """

    def filter(self, record):
        return "Python threads" not in record.getMessage()


def message(record):
    """The message of a record. In messages of other packages, only numbers are filled in."""
    if record.name.split(".")[0] in TRUSTED:
        return record.getMessage().partition("\n")[0]
    if record.name == "py.warnings" and record.args:  # "file:line: class: text"
        return ":".join(str(record.args[0]).split(":")[:3])
    where = f"{record.module}:{record.lineno}"
    if not record.args:
        return f"Message withheld, from {where}"
    args = record.args if isinstance(record.args, tuple) else (record.args,)
    try:
        return str(record.msg) % tuple(arg if isinstance(arg, int | float) else "..." for arg in args)
    except (TypeError, ValueError):
        return f"Message withheld, from {where}"


def error_summary(error):
    """For an error and its causes: class, location, and the code of the database."""
    frames = traceback.extract_tb(error.__traceback__, limit=-FRAMES)
    found = {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if getattr(error, "sqlstate", None):
        found["sqlstate"] = error.sqlstate
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found | ({"cause": error_summary(cause)} if cause else {})


class Requests:
    """Logs each request, and gives it an id that is also in the answer: X-Request-ID."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given, began = request.headers.get("X-Request-ID", ""), time.perf_counter()
        mine = request_id.set(given if SAFE_ID.fullmatch(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            seconds = time.perf_counter() - began
            log_request(request, response.status_code, seconds)
            counting.count_request(request, response.status_code, seconds)
            return response
        finally:
            request_id.reset(mine)


def log_request(request, status, seconds):
    """Writes the line of a request, with its route pattern, which does not name a record."""
    route = request.resolver_match and request.resolver_match.route
    if route in QUIET and status == 200:
        return
    level = logging.ERROR if status == 500 else logging.WARNING if status > 500 else logging.INFO
    line = {
        "method": request.method if request.method in METHODS else "other",
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "user": getattr(known_user(request), "pk", None),
    }
    log.log(level, "request", extra={"line": line})


def known_user(request):
    """The user of a request, if it was already loaded; else None. Never queries the database."""
    user = request.__dict__.get("user")
    return request.__dict__.get("_cached_user") if isinstance(user, SimpleLazyObject) else user
