"""Where a log-in leads: to the page of the admin that the user asked for, or else to the start page."""

import re

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tracker.records.audit.actor import admin_root

from .devices import WAY_IN

ODD = re.compile(r"[\x00-\x20\x7f\\]")  # none of our pages has them, and browsers interpret them differently


def landing(wanted):
    """The wanted path if it is a page of the admin, else the path of the start page."""
    return wanted if is_page(wanted) else reverse("admin:index")


def is_page(wanted):
    """Whether a path, possibly with a query, is a page of the admin behind the log-in."""
    if ODD.search(wanted) or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return False
    path = re.split("[?#]", wanted)[0]
    try:
        name = path.startswith(admin_root()) and resolve(path).url_name  # the catch-all route has none
    except Resolver404:
        return False
    return bool(name) and name not in (WAY_IN - {"second_factor"} if settings.SECOND_FACTOR else WAY_IN)
