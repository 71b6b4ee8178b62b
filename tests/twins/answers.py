"""Who asks, and how what is answered is compared."""

import re
from unittest.mock import patch
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.test import Client

SECOND = "2100-01-01T00:00:00Z"  # of permalinks
VOLATILE = ("Date", "X-Request-ID")
TOKEN = re.compile(rb"(csrfmiddlewaretoken\" value=|csrftoken=|nonce=|nonce-)[\"']?[\w-]+")
CHANCE = re.compile(rb"-[0-9a-f]{4}(?=[\"/])")
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\w.+:]*")
KEY = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Reader:
    """Somebody who asks, each time as if for the first time: nothing that a request does remains."""

    def __init__(self, user=None, token=None):
        self.client = Client(raise_request_exception=False)  # an error is an answer too
        self.token, self.cookie = token, None
        if user and not token:
            self.client.force_login(user)
            self.cookie = self.client.cookies[settings.SESSION_COOKIE_NAME].value

    def answer(self, ask):
        """Status, headers and body, as the wire has them; without what is drawn anew each time."""
        self.client.cookies.clear()
        headers = {"If-Match": f'"{ask.version}"'} if ask.version else {}
        if self.cookie:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.cookie
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        form = "application/x-www-form-urlencoded" if ask.path.startswith("/admin/") else "application/json"
        with (
            transaction.atomic(),
            patch("tracker.records.read.past.moments.this_second", return_value=SECOND),
        ):
            response = self.client.generic(ask.method, ask.path, ask.body, form, headers=headers)
            body = response.getvalue()
            transaction.set_rollback(True)
        return response.status_code, headers_of(response), TOKEN.sub(b"", body)


def headers_of(response):
    said = {name: value for name, value in response.headers.items() if name not in VOLATILE}
    if "max-age=0" in said.get("Cache-Control", ""):
        said.pop("Expires", None)  # that is the moment at which it was answered
    return {name: TOKEN.sub(b"", value.encode()) for name, value in said.items()}


def without_news(answer, keys):
    """The answer to a write without what the moment decides: times, ids of new rows, random ends of slugs."""
    status, headers, body = answer

    def calm(text):
        text = CHANCE.sub(b"-any", MOMENT.sub(b"now", text))
        return KEY.sub(lambda found: found[0] if UUID(found[0].decode()) in keys else b"new", text)

    return status, {name: calm(one) for name, one in headers.items()}, calm(body)


def difference(one, other):
    """Where two answers part, to be read by whoever mends it; "" if they are the same."""
    if one == other:
        return ""
    if one[0] != other[0]:
        return f"{one[0]} or {other[0]}: {one[2][:300]!r} or {other[2][:300]!r}"
    apart = {name for name in {*one[1], *other[1]} if one[1].get(name) != other[1].get(name)}
    if one[2] == other[2]:
        return ", ".join(f"{name}: {one[1].get(name)!r} or {other[1].get(name)!r}" for name in sorted(apart))
    place = next((n for n, pair in enumerate(zip(one[2], other[2], strict=False)) if pair[0] != pair[1]), -1)
    start = max(place - 100, 0)
    return f"{one[2][start : place + 100]!r} or {other[2][start : place + 100]!r}"
