"""WSGI wrappers before Django: complete request bodies, and the real addresses of clients."""

from io import BytesIO

from django.conf import settings

REFUSED = "tracker.refused"  # key in the WSGI environment: the status for a refused body


class CompleteBodies:
    """Gives the application complete bodies only; marks a request as refused if its body is not complete.

    WSGI servers do not report truncated bodies, and Django treats a body without a length as empty: a
    form would be stored partly, or a record emptied.
    """

    def __init__(self, application, behind_caddy):
        self.application, self.behind_caddy = application, behind_caddy

    def __call__(self, environ, start_response):
        if self.behind_caddy:
            tell_address(environ)
        length = environ.get("CONTENT_LENGTH") or ""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length.isdecimal() and int(length) <= most:
            take_measured(environ, int(length))
        elif length.isdecimal() and self.behind_caddy:
            environ["wsgi.input"].read(2 * most)  # an answer sent before the end would be lost
        elif not length and "HTTP_TRANSFER_ENCODING" in environ:
            take_chunked(environ, self.behind_caddy)
        return self.application(environ, start_response)


def tell_address(environ):
    """Uses the address that Caddy has added to X-Forwarded-For. The rest of the header is from the client."""
    sent, _, peer = environ.pop("HTTP_X_FORWARDED_FOR", "").rpartition(",")
    environ["REMOTE_ADDR"] = peer.strip()
    if sent:
        environ["HTTP_X_FORWARDED_FOR"] = sent


def take_measured(environ, length):
    """Reads a body with this length."""
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = BytesIO(body)
    if len(body) < length:
        environ[REFUSED] = 400


def take_chunked(environ, behind_caddy):
    """Reads a body without a stated length. Caddy has read all of it and checked it against the limit.

    The read is all or nothing: the server returns nothing of a truncated body if it is read in one piece.
    Without Caddy it could have any length.
    """
    body = environ["wsgi.input"].read() if behind_caddy else b""
    if not body:
        environ[REFUSED] = 411
        return
    del environ["HTTP_TRANSFER_ENCODING"]
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
