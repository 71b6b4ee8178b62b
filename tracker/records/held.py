"""A form of the admin that came after its session ended: what was typed is held, to be sent again."""

import re
from functools import update_wrapper
from urllib.parse import urlsplit

from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.csrf import csrf_failure as refused

OURS = "csrfmiddlewaretoken"
KEY = re.compile("[0-9a-f-]{36}")


def held(request):
    """The page with what was typed. It does nothing by itself: somebody who is logged in sends it again."""
    typed = [(name, value) for name, values in request.POST.lists() if name != OURS for value in values]
    shown = [(name.replace("_", " "), value) for name, value in typed if value and is_typed(name, value)]
    known = request.user.is_authenticated
    context = {"typed": typed, "shown": shown, "known": known, "login": reverse("admin:login")}
    return TemplateResponse(request, "admin/held.html", context, status=403)


def is_typed(name, value):
    """Whether a field of a form holds what can be read, and not how the form is built."""
    built = name.startswith("_") or name.endswith(("_FORMS", "version")) or "__prefix__" in name
    return not (built or KEY.fullmatch(value))


def hold(view):
    """The view, with the page above in place of the way to the login where that would lose a form."""

    def kept(request, *args, **kwargs):
        lost = request.method == "POST" and not request.user.is_authenticated
        return (
            held(request)
            if lost and request.path != reverse("admin:logout")
            else view(request, *args, **kwargs)
        )

    return update_wrapper(kept, view)


def csrf_failure(request, reason=""):
    """What answers a form with an old token: after a login in another tab it can be sent again.

    Only a form that surely came from this site is held: nobody is led to send what a stranger filled in.
    """
    origin = urlsplit(request.headers.get("Origin", ""))
    own = origin.netloc == request.get_host() and not reason.startswith("Origin")
    if own and request.path.startswith(reverse("admin:index")) and request.path != reverse("admin:login"):
        return held(request).render()
    return refused(request, reason)
