"""Lets replicas of the database answer the public. Whoever writes reads from the primary, and so sees it."""

from tracker.postgres.replicas import fresh_one
from tracker.records.accounts.authentication import READING
from tracker.records.audit.actor import is_for_admin
from tracker.records.protocol.database_errors import SLOW, passing

from .middleware import INDEPENDENT

OF_THE_PRIMARY = (*INDEPENDENT, "/readyz")


class FromReplicas:
    """Reads from a fresh replica, if there is one, and from the primary if that fails."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.replica = fresh_one() if may_read(request) else None
        if not request.replica:
            return self.get_response(request)
        with request.replica.reading():
            response = self.get_response(request)
        if not request.replica:
            return self.get_response(request)
        if response.streaming:
            request.replica.stream(response)
        return response

    def process_exception(self, request, exception):
        """An error that the primary may not have. A slow statement would be slow there too."""
        if request.replica and passing(exception) not in (None, SLOW):
            request.replica.leave_out()
            request.replica = None


def may_read(request):
    """Whether a request reads what is the same for everyone."""
    known = request.COOKIES or "Authorization" in request.headers
    return (
        not known
        and request.method in READING
        and not is_for_admin(request)
        and request.path not in OF_THE_PRIMARY
    )
