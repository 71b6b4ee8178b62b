"""Refuses requests that no view should see, and gives every error the form that its reader expects."""

from django.conf import settings
from django.http import UnreadablePostError

from tracker.records.audit.actor import is_for_admin
from tracker.records.protocol.problems import TYPE
from tracker.site.errors import error

from .bodies import REFUSED

UTF_8 = ("utf-8", "utf8", "us-ascii")
GIVEN = ("content-type", "content-length")  # headers that describe the body


class OneForm:
    """Turns errors of the API into problem details, those of the site into pages. The admin has its own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        code = refusal(request)
        if code:
            return error(request, code)
        response = self.get_response(request)
        if response.status_code < 400 or response.get("Content-Type") == TYPE or is_for_admin(request):
            return response
        return in_one_form(request, response)

    def process_exception(self, request, exception):
        """A client that disconnected while sending gets 400, which nobody reads."""
        return error(request, 400) if isinstance(exception, UnreadablePostError) else None


def in_one_form(request, response):
    """The same refusal as problem details or as a page."""
    headers = {name: value for name, value in response.headers.items() if name.lower() not in GIVEN}
    answer = error(request, response.status_code, headers=headers)
    answer.cookies = response.cookies
    return answer


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
