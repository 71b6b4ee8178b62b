"""Refuses requests that no view should see, and gives all errors the same form."""

from django.conf import settings
from django.http import UnreadablePostError

from tracker.records.audit.actor import is_for_admin
from tracker.records.protocol.problems import SENTENCES, TYPE, problem

from .bodies import REFUSED

UTF_8 = ("utf-8", "utf8", "us-ascii")
GIVEN = ("content-type", "content-length")  # headers that describe the body


class OneForm:
    """Turns all errors into problem details, except in the admin, which people read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        code = refusal(request)
        response = problem(code, SENTENCES[code]) if code else self.get_response(request)
        if response.status_code < 400 or response.get("Content-Type") == TYPE or is_for_admin(request):
            return response
        return in_one_form(response)

    def process_exception(self, request, exception):
        """A client that disconnected while sending gets 400, which nobody reads."""
        return problem(400, SENTENCES[400]) if isinstance(exception, UnreadablePostError) else None


def in_one_form(response):
    """The same refusal as problem details."""
    kept = {name: value for name, value in response.headers.items() if name.lower() not in GIVEN}
    code = response.status_code
    told = problem(code, SENTENCES.get(code, SENTENCES[400 if code < 500 else 500]), headers=kept)
    told.cookies = response.cookies
    return told


def refusal(request):
    """The status for a request that is refused unread, None for other requests."""
    if REFUSED in request.META:
        return request.META[REFUSED]
    headers = [(name, value) for name, value in request.META.items() if name.startswith("HTTP_")]
    if len(request.get_full_path()) > settings.MAX_URL:
        return 414
    if len(headers) > settings.MAX_HEADERS or sum(map(len, sum(headers, ()))) > settings.MAX_HEADER_BYTES:
        return 431
    coded = request.headers.get("Content-Encoding", "identity") != "identity"
    return 415 if coded or request.content_params.get("charset", "utf-8").lower() not in UTF_8 else None
