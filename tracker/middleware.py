"""What every answer carries, and what is answered while the database is away."""

import logging
import sys

from django.db import close_old_connections
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.views import defaults

from tracker.records import faults
from tracker.records.context import noted
from tracker.records.problems import problem

log = logging.getLogger(__name__)
STRICT = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
RETRY_AFTER = {"Retry-After": "2"}  # seconds
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


class DatabaseAway:
    """Answers 503 instead of 500 where the database fails in a way that passes by itself.

    Connections are kept, so each thread notices a lost one with its next request. Where that only reads, it
    is tried a second time on a new connection, and nobody else notices.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 503 and request.method in ("GET", "HEAD") and faults.lost():
            close_old_connections()
            response = self.get_response(request)
        return response

    def process_exception(self, request, exception):
        sentence = faults.passing(exception)
        if sentence:
            log.warning(sentence, exc_info=exception)
            return unavailable(request, sentence)
        return None


class CleanCookies:
    """Leaves out cookies with a NUL: no column takes one, so looking up such a session would fail."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return self.get_response(request)


def unavailable(request, sentence):
    """The answer to a request that cannot be served now: problem details for the API, else text."""
    detail = f"{sentence} Try again in a few seconds."
    headers = {**RETRY_AFTER, "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        return problem(503, detail, headers=headers)
    return HttpResponse(detail, status=503, content_type="text/plain; charset=utf-8", headers=headers)


def failed(request):
    """The answer to an error that no view has answered, as those of other middleware."""
    sentence = faults.passing(sys.exc_info()[1])
    if sentence:
        return unavailable(request, sentence)
    if request.path.startswith("/api/"):
        return problem(500, "This is a mistake of the server. It has been noted.")
    return defaults.server_error(request)
