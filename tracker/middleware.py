"""What every answer carries, and what is answered while the database is away."""

from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import LazyObject

from tracker.records import reading
from tracker.records.context import noted
from tracker.records.problems import problem

STRICT = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
DOCS_PATH = "/api/v1/docs/"
# Swagger UI writes style attributes and draws its icons from data URLs; it needs no inline script.
DOCS = f"{STRICT}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class ContentSecurityPolicy:
    """Lets a page load nothing that does not come from this site."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        policy = DOCS if request.path == DOCS_PATH else STRICT
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


class OpenToScripts:
    """Lets scripts of other sites read what the API tells anyone: never an answer to a cookie or a token."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith("/api/") and request.method in ("GET", "HEAD"):
            patch_vary_headers(response, ["Authorization", "Cookie"])
            if not request.COOKIES and "Authorization" not in request.headers:
                response.headers["Access-Control-Allow-Origin"] = "*"
        return response


class Noted:
    """Notes for the history through what a request writes, and who it comes from; a read costs nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        with noted(channel="API" if request.path.startswith("/api/") else "admin", user=request.user.pk):
            return self.get_response(request)


class Logged:
    """Enters who is told of confidential records; an answer that cannot be entered is not given."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        kept = reading.loaded.set(set())
        try:
            response = self.get_response(request)
            user = known_user(request)
            return reading.logged(request, user, response) if user else response
        except (OperationalError, InterfaceError):
            return unavailable(request)
        finally:
            reading.loaded.reset(kept)


class DatabaseAway:
    """Answers 503 instead of 500 when a view cannot reach the database, as while it is being started again.

    Connections are kept, so each thread notices a lost one with its next request. Where that only reads, it
    is tried a second time on a new connection, and nobody else notices.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 503 and request.method in ("GET", "HEAD"):
            close_old_connections()
            response = self.get_response(request)
        return response

    def process_exception(self, request, exception):
        if isinstance(exception, (OperationalError, InterfaceError)):
            return unavailable(request)
        return None


class CleanCookies:
    """Leaves out cookies with a NUL: no column takes one, so looking up such a session would fail."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return self.get_response(request)


def known_user(request):
    """Who a request was found to come from; None if nobody asked. It asks the database nothing itself."""
    user = request.__dict__.get("user")
    return getattr(request, "_cached_user", None) if isinstance(user, LazyObject) else user


def unavailable(request):
    """The answer to a request that the database cannot serve now: problem details for the API, else text."""
    detail = "The database cannot be reached at the moment. Try again in a few seconds."
    if request.path.startswith("/api/"):
        response = problem(503, detail)
    else:
        response = HttpResponse(detail, status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = "2"
    response.headers["Cache-Control"] = "no-store"
    return response
