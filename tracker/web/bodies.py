"""What is done before Django: a body is there as a whole, and a client has the address that it comes from."""

from io import BytesIO

from django.conf import settings

REFUSED = "tracker.refused"  # in the environment of a request: the status that its body earns


class Whole:
    """Gives the application each body as a whole; marks the request as refused where it is none.

    Servers of WSGI tell nobody that a body broke off, and Django takes one without a length to be empty: a
    form would be stored in part, or a record emptied.
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
            environ["wsgi.input"].read(2 * most)  # an answer before its end would be lost
        elif not length and "HTTP_TRANSFER_ENCODING" in environ:
            take_chunked(environ, self.behind_caddy)
        return self.application(environ, start_response)


def tell_address(environ):
    """Caddy has added to X-Forwarded-For who connected to it: the rest of it is what that one has sent."""
    sent, _, peer = environ.pop("HTTP_X_FORWARDED_FOR", "").rpartition(",")
    environ["REMOTE_ADDR"] = peer.strip()
    if sent:
        environ["HTTP_X_FORWARDED_FOR"] = sent


def take_measured(environ, length):
    """Reads a body of this length."""
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = BytesIO(body)
    if len(body) < length:
        environ[REFUSED] = 400


def take_chunked(environ, behind_caddy):
    """Reads a body of no stated length, which Caddy has in full and has measured against the limit.

    The read is all or nothing: of a body that broke off the server gives nothing, if it is not read in parts.
    Without Caddy it could be of any length.
    """
    body = environ["wsgi.input"].read() if behind_caddy else b""
    if not body:
        environ[REFUSED] = 411
        return
    del environ["HTTP_TRANSFER_ENCODING"]
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
