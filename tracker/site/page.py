"""The base of all public pages."""

import hashlib
import json
from datetime import date
from functools import cached_property

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from people.api.views import PersonViewSet
from people.choices import PublishingBasis
from tracker.records.accounts.authentication import count_search
from tracker.records.accounts.devices import is_proven
from tracker.records.protocol.problems import Gone
from tracker.records.shapes.reader import Reader

from .asking import Moved, ask_list, noted

DESCRIPTION = (
    "Who takes part in dialogues across a conflict line, who was prosecuted at that time, and who said what"
    " about it. With a source for each fact."
)
PLAIN = (str, int, float, date, type(None))


class Page(View):
    """A public page: the only way to an address outside of the API and the admin.

    It names its address and its template, and says in `content` what the template shows. Records come from
    `rows`: as the API shows them to the same reader, and never as objects of the database.
    """

    address = None  # without a slash in front, as in `path`
    template = ""
    content_type = "text/html; charset=utf-8"
    vary = ("Cookie",)
    http_method_names = ["get", "head", "options"]

    @classmethod
    def route(cls):
        """The route of the page. It takes nothing, so nobody can send a form to it in another's name."""
        return path(cls.address, csrf_exempt(cls.as_view()), name=cls.__name__.lower())

    @cached_property
    def reader(self):
        """For whom the page is written: the user of a proven session, or the public."""
        return Reader.today(self.request.user if is_proven(self.request) else None)

    def content(self, **named):
        """What the template shows: plain data. Http404, Gone or Moved if there is nothing to show."""
        return {}

    def get(self, request, **named):
        try:
            content = self.content(**named)
        except Gone as gone:
            return HttpResponse(status=gone.status_code)  # which gets its page from the middleware
        except Moved as moved:
            return self.kept_by(HttpResponseRedirect(moved.address))
        check_plain(content)
        text = render_to_string(
            self.template,
            {
                "address": request.path,
                "canonical": request.path,
                "public_url": settings.PUBLIC_URL,
                "description": DESCRIPTION,
                **content,
            },
        )
        return self.kept_by(self.sent(text))

    def sent(self, text):
        """The answer with the text of the template, or with what is made of it."""
        return HttpResponse(text, content_type=self.content_type)

    def kept_by(self, response):
        """The answer with what it says to caches: what is taken down must disappear at once."""
        patch_vary_headers(response, self.vary)
        response["Cache-Control"] = "no-store" if self.reader.user else "no-cache"
        if self.reader.user or response.status_code != 200:
            return response
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        return get_conditional_response(self.request, etag=response["ETag"], response=response)

    def rows(self, view, given=None, **picked):
        """{results, total, more} of a list of the API, with its parameters; see `ask_list`."""
        return ask_list(view, self.reader.user, given or {}, **picked)

    def computed(self, figure, key=None, given=None):
        """The answer of a figure of the API."""
        return self.answer_of(figure.for_page(self.reader.user, given or {}), key)

    def answer_of(self, asked, key=None):
        """The answer of a figure that is asked for this page. It counts as a search, as in the API."""
        count_search(self.request)
        found = asked.found(key)
        noted(json.dumps(found), self.reader.user)
        return found

    def listed(self, view, ids, given=None, **picked):
        """The records with these ids: one statement for as many as a filter can name, none for none."""
        found, most = [], settings.MAX_VALUES
        for some in batched(sorted({*ids}), most):
            asked = {**(given or {}), "id__in": ",".join(some)}
            found += self.rows(view, asked, size=most, **picked)["results"]
        return found

    def is_by_consent(self, record):
        """Whether a record is about someone whose name is published by consent: not for search engines."""
        if "basis" in record:
            return record["basis"] == PublishingBasis.CONSENT
        if not record.get("person"):
            return False
        given = {"id__in": record["person"]["id"], "basis": PublishingBasis.CONSENT}
        return bool(self.rows(PersonViewSet, given, size=1, fields=("url",))["results"])


def batched(values, most):
    """The values in lists of at most so many."""
    return [values[start : start + most] for start in range(0, len(values), most)]


def check_plain(content):
    """TypeError if a page would show what did not come through a shape."""
    for value in content.values() if isinstance(content, dict) else content:
        if isinstance(value, dict | list | tuple):
            check_plain(value)
        elif not isinstance(value, PLAIN):
            raise TypeError(f"A page shows plain data, not {type(value).__name__}: get records with rows().")
