"""Forms that arrive after the session has ended: the user can log in and send them again."""

import re
from functools import update_wrapper
from urllib.parse import urlsplit

from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.csrf import csrf_failure as refused

from tracker.records.accounts.devices import WAY_IN, is_proven
from tracker.records.audit.actor import is_for_admin

CSRF_FIELD = "csrfmiddlewaretoken"
NEVER_SHOWN = {*WAY_IN, "password_change"}  # passwords and codes are never shown again
SECRET_NAME = re.compile("passw|secret", re.IGNORECASE)
ID_PATTERN = re.compile("[0-9a-f-]{36}")


def rescue_page(request):
    """The page with what was typed. Nothing is saved until a logged-in user sends it again."""
    context = {**submitted_values(request), "known": is_proven(request), "login": reverse("admin:login")}
    return TemplateResponse(request, "admin/held.html", context, status=403)


def submitted_values(request):
    """The submitted values: `typed` to be sent again, `shown` to be read."""
    names = [name for name in request.POST if name != CSRF_FIELD and not SECRET_NAME.search(name)]
    pairs = [(name, value) for name in names for value in request.POST.getlist(name)]
    shown = [(field_in_words(name), value) for name, value in pairs if value and is_readable(name, value)]
    return {"typed": pairs, "shown": shown}


def is_readable(name, value):
    """Whether a form field contains readable text, and no technical value."""
    built = name.startswith("_") or name.endswith(("_FORMS", "version")) or "__prefix__" in name
    return not (built or ID_PATTERN.fullmatch(value))


def field_in_words(name):
    """The name of a field. Rows are counted from one."""
    rows = re.sub(r"-(\d{1,4})-", lambda number: f" {int(number[1]) + 1}: ", name)
    return rows.replace("_", " ").capitalize()


def may_rescue(request):
    """Whether a request contains a form of the admin that may be shown again."""
    posted = request.method == "POST" and request.resolver_match.url_name not in NEVER_SHOWN
    return posted and is_for_admin(request)


def rescue_forms(view):
    """The view. It shows the page above instead of redirecting to the login if a form would be lost."""

    def rescued(request, *args, **kwargs):
        lost = not request.user.is_authenticated and may_rescue(request)
        return rescue_page(request) if lost else view(request, *args, **kwargs)

    return update_wrapper(rescued, view)


def csrf_failure(request, reason=""):
    """The response to a form with an old CSRF token: after a login in another tab, it can be sent again.

    Only forms that certainly came from this site are kept. Nobody is made to send another site's form.
    """
    origin = urlsplit(request.headers.get("Origin", ""))
    own = origin.netloc == request.get_host() and not reason.startswith("Origin")
    return rescue_page(request).render() if own and may_rescue(request) else refused(request, reason)
