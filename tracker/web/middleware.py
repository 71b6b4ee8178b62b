"""Middleware: security headers, access to the admin, compression, logging, and errors of the database."""

import logging
import re
import sys
import time
from contextlib import suppress
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, ValidationError
from django.db import close_old_connections
from django.forms import IntegerField
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence, compress_string
from django.views import defaults

from tracker.postgres.base import REST
from tracker.records.accounts.authentication import READING
from tracker.records.accounts.devices import WAY_IN, is_proven
from tracker.records.admin_site.expired_forms import may_rescue, rescue_page
from tracker.records.audit import access_log
from tracker.records.audit.actor import acting_as, channel_of, is_for_admin
from tracker.records.protection.name_check import check_refusals, was_refused
from tracker.records.protocol import database_errors
from tracker.records.protocol.giving_way import in_progress
from tracker.records.protocol.problems import problem
from tracker.records.protocol.rate_limits import TooMany, spend

from .lanes import Full, lanes
from .logs import known_user

log = logging.getLogger(__name__)
STRICT = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
RETRY_AFTER = {"Retry-After": "2"}  # seconds
TOO_LARGE = (
    f"A form can have at most {settings.MAX_ROWS} rows (stored ones included), "
    f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} fields and {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes. "
    "Save it in several steps, or use the API."
)
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, X-Request-ID, Retry-After",
}
PREFLIGHT = {  # a browser asks without credentials before a script reads with these headers
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, Content-Type, X-Requested-With",
    "Access-Control-Max-Age": "86400",
}
INDEPENDENT = ("/healthz", "/metrics")  # answered whatever the database and other requests do
WORTH_COMPRESSING = 1_000  # bytes; a smaller answer is one packet anyway
CODING = re.compile(r"\s*([\w*-]+)\s*(?:;\s*[qQ]=([01](?:\.\d{0,3})?)\s*)?")
COUNT = IntegerField()  # reads "2000.0" like Django's own forms
DOCS_PATH = "/api/v1/docs/"
# Swagger UI uses style attributes and icons in data URLs, but no inline scripts.
DOCS = f"{STRICT}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
OF_CONTENT = ("Content-Length", "Content-Type", "Content-Encoding")
HEADERS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",  # not checked for requests that OpenToScripts allows
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}
if settings.ENCRYPTED:  # Django only sends it if it terminates TLS itself
    HEADERS["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"


class Headers:
    """Security headers: a page loads only from this site, and nobody else may cache or embed an answer.

    It comes first, so that every answer has them: files, redirects and errors too.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        policy = DOCS if request.path == DOCS_PATH else STRICT
        for name, value in {**HEADERS, "Content-Security-Policy": policy}.items():
            response.headers.setdefault(name, value)
        if "Authorization" in request.headers and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store"
        elif settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code == 304:
            for name in OF_CONTENT:  # a length of 0 would be taken for the cached content
                response.headers.pop(name, None)
        return response


class Gate:
    """Lets only proven users into the admin, and limits the size of forms."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method in READING or not was_refused(request.user):
            return response
        with suppress(TooMany):  # the limit was already reached
            spend("NAMES_PER_HOUR", request.user.pk)  # after the transaction of the refusal
        return response

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.url_name
        if not is_for_admin(request) or name in WAY_IN:
            return None
        if request.user.is_authenticated and not is_proven(request):
            return rescue_page(request) if may_rescue(request) else to_second_factor(request)
        check_form_size(request)
        try:
            if request.method == "POST" and request.user.is_authenticated:
                spend("WRITES_PER_MINUTE", "user", request.user.pk)
                check_refusals(request)
                if name == "password_change":  # someone at an open session could guess the old password
                    spend("CODES_PER_HOUR", "password", request.user.pk)
        except TooMany as refusal:
            return too_many(request, refusal)
        return None

    def process_exception(self, request, exception):
        return too_many(request, exception) if isinstance(exception, TooMany) else None


def to_second_factor(request):
    """A redirect to the page that asks for a code, and from there back here."""
    return HttpResponseRedirect(f"{reverse('second_factor')}?{urlencode({'next': request.get_full_path()})}")


def check_form_size(request):
    """TooManyFieldsSent if a form has too many rows. Even empty ones cost time."""
    rows = 0
    for name, value in request.POST.items():
        if name.endswith("-TOTAL_FORMS"):
            with suppress(ValidationError):  # the form reports that error
                rows += max(COUNT.to_python(value) or 0, 0)
    if rows > settings.MAX_ROWS:
        raise TooManyFieldsSent


def too_many(request, refusal):
    """The page for a user who tried too often."""
    headers = {"Retry-After": str(refusal.wait), "Cache-Control": "no-store"}
    return too_much(request, refusal.status_code, refusal.detail, headers)


def too_much(request, status, detail, headers=None):
    return TemplateResponse(
        request, "admin/too_many.html", {"detail": detail}, headers=headers, status=status
    )


def misread(request, exception):
    """The answer to a request that Django refuses; a page, if a form of the admin is too large."""
    if is_for_admin(request) and isinstance(exception, (RequestDataTooBig, TooManyFieldsSent)):
        return too_much(request, 413, TOO_LARGE)
    return defaults.bad_request(request, exception)


def is_public_read(request):
    """Whether the answer is the same for everyone: a read of the API without credentials."""
    asks = request.path.startswith("/api/") and request.method in READING
    return asks and not request.COOKIES and "Authorization" not in request.headers


class OpenToScripts:
    """Lets scripts of other sites read public answers of the API, never answers to a cookie or a token."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith("/api/") and request.method in ("GET", "HEAD"):
            patch_vary_headers(response, ["Authorization", "Cookie"])
        if is_public_read(request):
            method = request.headers.get("Access-Control-Request-Method")
            preflight = PREFLIGHT if method in ("GET", "HEAD") else {}
            for name, value in (preflight if request.method == "OPTIONS" else OPEN).items():
                response.headers[name] = value
        return response


class Compressed:
    """Compresses large public answers of the API. Answers to credentials are not compressed: their length
    could reveal secrets next to text that an attacker supplies.

    ETags become weak, since both forms share them, including those of 304 answers.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method == "OPTIONS" or not is_public_read(request):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if not takes_gzip(request.headers.get("Accept-Encoding", "")):
            return response
        if response.status_code == 304:
            weaken(response)
        elif response.streaming:
            response.streaming_content = compress_sequence(response.streaming_content)
            in_gzip(response)
        elif len(response.content) >= WORTH_COMPRESSING and not response.has_header("Content-Encoding"):
            response.content = getattr(response, "gzipped", None) or compress_string(response.content)
            in_gzip(response)
        return response


def takes_gzip(accepted):
    """Whether Accept-Encoding names gzip, and does not refuse it."""
    return any(
        found[1].lower() in ("gzip", "x-gzip") and float(found[2] or 1) > 0
        for found in map(CODING.fullmatch, accepted.split(","))
        if found
    )


def in_gzip(response):
    """Sets the headers of an answer whose content has been compressed."""
    response.headers["Content-Encoding"] = "gzip"
    if response.streaming:
        response.headers.pop("Content-Length", None)
    else:
        response.headers["Content-Length"] = str(len(response.content))
    weaken(response)


def weaken(response):
    """Makes the ETag of an answer weak, so that both forms of the content share it."""
    if response.get("ETag", "").startswith('"'):
        response.headers["ETag"] = f"W/{response.headers['ETag']}"


class Noted:
    """Sets the channel and the user of a request for the history. A read costs nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in READING:
            return self.get_response(request)
        with acting_as(channel=channel_of(request), user=request.user.pk):
            return self.get_response(request)


class Logged:
    """Logs who reads confidential records. An answer that cannot be logged is not sent."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with access_log.noting():
            response = self.get_response(request)
            user = known_user(request)
            return access_log.logged(request, user, response) if user else response


class DatabaseAway:
    """Answers 503 instead of 500 for temporary errors of the database.

    Connections are kept, so each thread notices a lost one with its next request. If that only reads, it
    is repeated on a new connection, and the client does not notice.

    After as many requests in a row as the process has threads have timed out on a slow database, the
    following requests do not wait: for a second, all are answered at once. Requests with parameters, figures
    and pages do not count: they may be too expensive even for a database that serves all others in time.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.slow, self.resting_until = 0, 0

    def __call__(self, request):
        if request.path in INDEPENDENT:
            return self.get_response(request)
        if time.monotonic() < self.resting_until:
            return unavailable(request, database_errors.SLOW)
        response = self.get_response(request)
        if response.status_code < 400:  # the database seems to have answered
            self.slow = 0
        if response.status_code == 503 and request.method in ("GET", "HEAD") and database_errors.lost():
            close_old_connections()
            response = self.get_response(request)
        return response

    def process_exception(self, request, exception):
        sentence = database_errors.passing(exception)
        if sentence:
            log.warning(sentence, exc_info=exception)
            large = request.GET or getattr(request, "place", None)
            self.slow += sentence == database_errors.SLOW and not large
            if self.slow >= settings.THREADS:
                self.resting_until = time.monotonic() + REST
            return unavailable(request, sentence)
        return None


class InLanes:
    """Lets slow reads through a few at a time; see `tracker.web.lanes`."""

    PLAIN = frozenset({"page", "page_size", "cursor"})

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.place = None
        with in_progress.one():
            try:
                return self.get_response(request)
            finally:
                if request.place:
                    lanes.leave(request.place)

    def process_view(self, request, view, args, kwargs):
        costly = getattr(getattr(view, "cls", None), "costly", False)
        plain = request.path.startswith("/api/") and not costly and self.PLAIN.issuperset(request.GET)
        if request.method not in ("GET", "HEAD") or plain or request.path in INDEPENDENT:
            return None
        try:
            request.place = lanes.enter((request.resolver_match.route, *sorted(request.GET)))
        except Full:
            return unavailable(request, "The server is busy with other large requests.")
        return None


class CleanCookies:
    """Drops cookies with a NUL character: looking up such a session would fail."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return self.get_response(request)


def unavailable(request, sentence):
    """The answer to a request that cannot be served now: problem details in the API, else text."""
    detail = f"{sentence} Try again in a few seconds."
    headers = {**RETRY_AFTER, "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        return problem(503, detail, headers=headers)
    return HttpResponse(detail, status=503, content_type="text/plain; charset=utf-8", headers=headers)


def failed(request):
    """The answer to an error outside of views, such as in other middleware."""
    sentence = database_errors.passing(sys.exc_info()[1])
    return unavailable(request, sentence) if sentence else defaults.server_error(request)
