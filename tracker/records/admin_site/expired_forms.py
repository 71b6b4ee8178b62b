"""A form of the admin that came after its session ended: what was typed is held, to be sent again."""

import re
from functools import update_wrapper
from urllib.parse import urlsplit

from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.csrf import csrf_failure as refused

from tracker.records.accounts.devices import WAY_IN, is_proven
from tracker.records.audit.actor import is_for_admin

OURS = "csrfmiddlewaretoken"
UNHELD = {*WAY_IN, "password_change"}  # what is typed there is shown to nobody
SECRET = re.compile("passw|secret", re.IGNORECASE)
KEY = re.compile("[0-9a-f-]{36}")


def held(request):
    """The page with what was typed. It does nothing by itself: somebody who is logged in sends it again."""
    context = {**typed(request), "known": is_proven(request), "login": reverse("admin:login")}
    return TemplateResponse(request, "admin/held.html", context, status=403)


def typed(request):
    """What a form brought: `typed` to be sent again, `shown` to be read."""
    names = [name for name in request.POST if name != OURS and not SECRET.search(name)]
    pairs = [(name, value) for name in names for value in request.POST.getlist(name)]
    shown = [(in_words(name), value) for name, value in pairs if value and is_typed(name, value)]
    return {"typed": pairs, "shown": shown}


def is_typed(name, value):
    """Whether a field of a form holds what can be read, and not how the form is built."""
    built = name.startswith("_") or name.endswith(("_FORMS", "version")) or "__prefix__" in name
    return not (built or KEY.fullmatch(value))


def in_words(name):
    """The name of a field; that of a field in a row counts rows from one."""
    rows = re.sub(r"-(\d{1,4})-", lambda number: f" {int(number[1]) + 1}: ", name)
    return rows.replace("_", " ").capitalize()


def may_hold(request):
    """Whether a request brings a form of the admin that may be shown again."""
    posted = request.method == "POST" and request.resolver_match.url_name not in UNHELD
    return posted and is_for_admin(request)


def hold(view):
    """The view, with the page above in place of the way to the login where that would lose a form."""

    def kept(request, *args, **kwargs):
        lost = not request.user.is_authenticated and may_hold(request)
        return held(request) if lost else view(request, *args, **kwargs)

    return update_wrapper(kept, view)


def csrf_failure(request, reason=""):
    """What answers a form with an old token: after a login in another tab it can be sent again.

    Only a form that surely came from this site is held: nobody is led to send what a stranger filled in.
    """
    origin = urlsplit(request.headers.get("Origin", ""))
    own = origin.netloc == request.get_host() and not reason.startswith("Origin")
    return held(request).render() if own and may_hold(request) else refused(request, reason)
