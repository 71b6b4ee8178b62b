"""Authentication and permissions of the API: who sends a request, and what it may do."""

from django.db import DatabaseError
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, ParseError, PermissionDenied
from rest_framework.permissions import BasePermission

from tracker.records.protection.name_check import check_refusals
from tracker.records.protocol import database_errors
from tracker.records.protocol.rate_limits import address, spend
from tracker.records.workflow.verb_table import BY_NAME

from .api_tokens import ApiToken, TokenScope
from .devices import is_proven

READING = ("GET", "HEAD", "OPTIONS")
OPEN = (None, "vocabularies")  # views that describe the API and show no records are open to every token


class Bearer(BaseAuthentication):
    """Token authentication: `Authorization: Bearer dtrk_...`. Invalid tokens are refused, not ignored."""

    def authenticate_header(self, request):
        return "Bearer"

    def authenticate(self, request):
        given = request.headers.get("Authorization")
        if given is None:
            return None
        if "," in given:
            raise ParseError("Send one Authorization header, not several.")
        scheme, _, text = given.partition(" ")
        token = ApiToken.objects.of_text(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            spend("TOKENS_PER_HOUR", address(request))
            raise AuthenticationFailed(
                "The token is not valid. Send Authorization: Bearer with a valid"
                " token; create one in the admin."
            )
        token.note_use()
        return token.user, token


class Session(SessionAuthentication):
    """Session authentication of the admin, after the second factor."""

    def authenticate(self, request):
        known = super().authenticate(request)
        if known and not is_proven(request._request):
            raise AuthenticationFailed(
                "Your session needs the code of your second factor. Enter it in the admin."
            )
        return known


class ReadOrKnown(BasePermission):
    """Anyone may read. Writing needs credentials. A token is limited to its scopes and resources."""

    def has_permission(self, request, view):
        if isinstance(request.auth, ApiToken):
            endpoint = getattr(view, "basename", None)
            must_reach(request, view, None if endpoint in OPEN else endpoint)
        elif request.method not in READING and not request.user.is_authenticated:
            raise NotAuthenticated("Writing needs credentials.")
        return True


def count(request, given, exports):
    """Counts writes, searches and exports; TooMany if there were too many."""
    if request.method not in READING:
        spend("WRITES_PER_MINUTE", *who_of(request))
        check_refusals(request)
    if "q" in given:
        count_search(request)
    if request.method in READING and exports:
        count_read("EXPORTS_PER_HOUR", request)


def count_search(request):
    """Counts a read that is as expensive as a search."""
    count_read("SEARCHES_PER_MINUTE", request)


def count_read(limit, request):
    try:
        spend(limit, *who_of(request))
    except DatabaseError as error:  # while nothing can be stored, reads continue uncounted
        if database_errors.passing(error) != database_errors.DISK_FULL:
            raise


def who_of(request):
    """What a request is counted by: its user, with any token, or its network address."""
    return ("user", request.user.pk) if request.user.is_authenticated else ("address", address(request))


def must_reach(request, view, *resources):
    """Raises if the request has a token that does not cover these resources with the needed scope."""
    for resource in resources if isinstance(request.auth, ApiToken) else ():
        if refusal := request.auth.refusal(needed_scope(request, view), resource):
            raise PermissionDenied(refusal)


def needed_scope(request, view):
    """The scope that a request needs."""
    if request.method in READING:
        return TokenScope.READ
    verb = BY_NAME.get(getattr(view, "action", None))
    return TokenScope(verb.scope) if verb else TokenScope.WRITE
