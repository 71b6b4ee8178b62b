"""Who writes, why and through what: the history enters it beside every change, whoever makes it.

It travels with the statements that write, as settings of the transaction; a read sends nothing.
"""

from contextlib import contextmanager
from functools import cache

import pghistory
from django.urls import reverse

SITE = "site"


def channel_of(request):
    """Through what a request comes: the API, the admin, or the public pages."""
    if request.path.startswith("/api/"):
        return "API"
    return "admin" if is_for_admin(request) else SITE


@cache
def admin_root():
    """Where the pages of the admin begin; every request is compared with it."""
    return reverse("admin:index")


def is_for_admin(request):
    """Whether a request is for a page of the admin."""
    return request.path.startswith(admin_root())


@contextmanager
def noted(**said):
    """Changes made inside are entered with this besides what is noted around: user, channel, reason."""
    with pghistory.context() as known:
        before = dict(known.metadata)
        known.metadata.update(said)
        try:
            yield
        finally:
            known.metadata.clear()
            known.metadata.update(before)


def note(**said):
    """Notes it for the rest of the request or command; nothing where neither is under way."""
    pghistory.context(**said)
