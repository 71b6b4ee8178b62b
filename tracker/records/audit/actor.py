"""Who makes a change, why, and through which channel. The history stores it with every change.

It is sent with the statements that write, as settings of the transaction. A read sends nothing.
"""

from contextlib import contextmanager
from functools import cache

import pghistory
from django.urls import reverse

SITE = "site"


def channel_of(request):
    """The channel of a request: the API, the admin, or the public pages."""
    if request.path.startswith("/api/"):
        return "API"
    return "admin" if is_for_admin(request) else SITE


@cache
def admin_root():
    """The path where the admin begins. Every request is compared with it."""
    return reverse("admin:index")


def is_for_admin(request):
    """Whether a request is for a page of the admin."""
    return request.path.startswith(admin_root())


@contextmanager
def acting_as(**context):
    """Changes made inside are stored with this user, channel or reason, added to the outer ones."""
    with pghistory.context() as known:
        before = dict(known.metadata)
        known.metadata.update(context)
        try:
            yield
        finally:
            known.metadata.clear()
            known.metadata.update(before)


def act_as(**context):
    """Sets these for the rest of the request or command. Does nothing outside of one."""
    pghistory.context(**context)
