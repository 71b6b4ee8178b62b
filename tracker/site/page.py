"""The base of all public pages."""

import hashlib
import json
from datetime import date
from functools import cached_property

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from tracker.records.accounts.devices import is_proven
from tracker.records.audit.access_log import note_ids
from tracker.records.protocol.problems import Gone
from tracker.records.read import pagination, queries
from tracker.records.shapes.fields import registry
from tracker.records.shapes.reader import Pick, Reader

PLAIN = (str, int, float, date, type(None))


class Page(View):
    """A public page: the only way to an address outside of the API and the admin.

    It names its address and its template, and says in `content` what the template shows. Records come from
    `rows`: as the API shows them to the same reader, and never as objects of the database.
    """

    address = ""  # without a slash in front, as in `path`
    template = ""
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
        """What the template shows: plain data. Http404 or Gone if there is nothing to show."""
        return {}

    def get(self, request, **named):
        try:
            content = self.content(**named)
        except Gone as gone:
            return HttpResponse(status=gone.status_code)  # which gets its page from the middleware
        check_plain(content)
        text = render_to_string(self.template, {"address": request.path, **content})
        response = HttpResponse(text)
        patch_vary_headers(response, ["Cookie"])
        if self.reader.user:
            response["Cache-Control"] = "no-store"
            return response
        response["Cache-Control"] = "no-cache"  # so that what is taken down disappears at once
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response)

    def rows(self, model, names, ordering, most):
        """{results, total, more} of the first records that the reader may see: these fields of each."""
        shape = registry.whole[model]
        order = pagination.Order(shape, ordering)
        page = pagination.ListPage({"page_size": str(most)}, order)
        seen = model.objects.visible_to(self.reader.user)
        shaped = queries.shaped(shape, Pick(fields=("id", *names)), self.reader)
        listed, total = queries.paged(seen, order, page), queries.count_query(seen, page)
        text, _, more, total = queries.many(listed, shaped, total, page, len(order.keys)).fetch()
        if self.reader.user:
            note_ids(text)  # those inside the rows, too: the page may not show them
        return {"results": json.loads(text), "total": total, "more": more}


def check_plain(content):
    """TypeError if a page would show what did not come through a shape."""
    for value in content.values() if isinstance(content, dict) else content:
        if isinstance(value, dict | list | tuple):
            check_plain(value)
        elif not isinstance(value, PLAIN):
            raise TypeError(f"A page shows plain data, not {type(value).__name__}: get records with rows().")
