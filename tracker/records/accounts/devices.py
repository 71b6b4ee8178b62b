"""What proves a user's identity besides the password: the second factor, and a known device."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

PROVEN = "second_factor"  # in the session, after a correct code
LASTS = timedelta(days=180)
WAY_IN = {"login", "logout", "second_factor", "set_password"}  # pages of the admin that need no proof


def is_proven(request):
    """Whether the session is logged in and, if a second factor is required, proven by it."""
    return request.user.is_authenticated and (not settings.SECOND_FACTOR or PROVEN in request.session)


def cookie_name(username):
    """The name of the cookie for an account. It does not reveal the username."""
    return salted_hmac(__name__, username, algorithm="sha256").hexdigest()[:32]


def known_device(request, username):
    """The number of the device if this user has logged in on it before, else ""."""
    given = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        name, device = signing.loads(given, salt=__name__, max_age=LASTS)
    except (signing.BadSignature, ValueError):
        return ""
    return device if name == cookie_name(username) else ""


def remember_device(request, response, username):
    """Set the cookie that makes the device known from now on."""
    device = known_device(request, username) or secrets.token_hex(16)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([cookie_name(username), device], salt=__name__),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
