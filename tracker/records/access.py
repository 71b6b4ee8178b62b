"""Who a request comes from, and what it may do."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission


class Session(SessionAuthentication):
    """The session of the admin. It says how to authenticate: a missing credential is 401 and not 403."""

    def authenticate_header(self, request):
        return "Session"


class ReadOrKnown(BasePermission):
    """Anyone reads; writing needs credentials."""

    def has_permission(self, request, view):
        if request.method in ("GET", "HEAD", "OPTIONS") or request.user.is_authenticated:
            return True
        raise NotAuthenticated
