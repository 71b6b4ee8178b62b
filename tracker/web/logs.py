"""The log: a line of JSON for each request, and for whatever else is told.

It may be read by whoever runs the server, and by whoever takes it from them. So it has no path, query, body,
name or address; of errors it has where they happened, not what they say: a database quotes rows.
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

# Whose words hold no values; what follows the first line is a traceback.
TRUSTED = ("tracker", "people", "dialogues", "_granian")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
FRAMES = 15
# Hexadecimal digits, as proxies make them: no name can be spelled so.
TOKEN = re.compile(r"[0-9A-Fa-f-]{8,64}")
QUIET = ("healthz", "readyz")
request_id = ContextVar("request_id", default=None)
log = logging.getLogger("tracker.requests")


class Line(logging.Formatter):
    """A record as one line of JSON, which escapes every control character."""

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": request_id.get(),
        }
        said = record.__dict__.get("line") or {"message": message(record)}
        error = record.exc_info and record.exc_info[1]
        return json.dumps(line | said | ({"error": told(error)} if error else {}))


class RequestFile(WatchedFileHandler):
    """The file of the demo's requests. A line that cannot be written, as on a full disk, is left out."""

    def handleError(self, record):
        pass


class Unintended(logging.Filter):
    """Leaves out what the web server warns of at each start: that there are more threads than it would take.

    They wait for the database, and `tracker.web.lanes` keeps some of them free.
    """

    def filter(self, record):
        return "Python threads" not in record.getMessage()


def message(record):
    """What a record says; where others than we make it, with numbers alone filled in."""
    if record.name.split(".")[0] in TRUSTED:
        return record.getMessage().partition("\n")[0]
    if record.name == "py.warnings" and record.args:  # "file:line: class: text"
        return ":".join(str(record.args[0]).split(":")[:3])
    where = f"{record.module}:{record.lineno}"
    if not record.args:
        return f"Not kept, from {where}"
    args = record.args if isinstance(record.args, tuple) else (record.args,)
    try:
        return str(record.msg) % tuple(arg if isinstance(arg, int | float) else "..." for arg in args)
    except (TypeError, ValueError):
        return f"Not kept, from {where}"


def told(error):
    """Of an error and its causes their class, where they happened, and the code that the database gave."""
    frames = traceback.extract_tb(error.__traceback__, limit=-FRAMES)
    found = {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if getattr(error, "sqlstate", None):
        found["sqlstate"] = error.sqlstate
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found | ({"cause": told(cause)} if cause else {})


class Requests:
    """Logs each request, and gives it an id that its answer carries: X-Request-ID."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given, began = request.headers.get("X-Request-ID", ""), time.perf_counter()
        mine = request_id.set(given if TOKEN.fullmatch(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            note(request, response.status_code, time.perf_counter() - began)
            return response
        finally:
            request_id.reset(mine)


def note(request, status, seconds):
    """Writes the line of a request: by the pattern of its address, which names no record."""
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
    """Who a request was found to come from, None if nobody asked; nobody is looked up for this."""
    user = request.__dict__.get("user")
    return request.__dict__.get("_cached_user") if isinstance(user, SimpleLazyObject) else user
