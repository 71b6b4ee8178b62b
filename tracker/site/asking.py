"""What a page asks: a list or a record of the API, in the same rows and shapes as its reader gets there."""

import json

from django.http import Http404

from tracker.records.audit.access_log import note_ids
from tracker.records.read.lookup import MovedRecord, absent
from tracker.records.read.pagination import ListPage, Order
from tracker.records.shapes.reader import Pick
from tracker.records.shapes.urls import resource

ROWS_OF_BLOCK = 50  # rows of one block of a page, which ends with a link to the others


class Moved(Exception):
    """What was asked for has another address on this site."""

    def __init__(self, address):
        self.address = address


def ask_list(view_class, user, given, size=ROWS_OF_BLOCK, fields=(), expand=(), detail=False):
    """One page of a list: {results, total, more, following}; BadParameters as in the API.

    `given` are the parameters of the API, `following` those of the next page.
    """
    view = view_class.for_page(user, given, "list")
    order = Order(view.shape, given.get("ordering"))
    page = ListPage(given, order)
    page.size = size
    page.offset = (page.number - 1) * size
    pick = Pick(detail=detail, fields=("id", *fields) if fields else (), expand=tuple(expand))
    text, last, more, total = view.page_of(order, page, pick).fetch()
    noted(text, user)
    total = None if page.cursor is not None else total
    following = {**given, **page.following(last)} if more else {}
    return {"results": json.loads(text), "total": total, "more": more, "following": following}


def ask_record(view_class, user, key, fields=(), expand=(), below=""):
    """The record with an id or a slug, in full or these fields of it; else Moved, Gone or Http404.

    `below`: what follows in the address of the page, if it is not the page of the record itself.
    """
    view = view_class.for_page(user, {}, "retrieve")
    column = view.key(key)
    pick = Pick(detail=True, fields=("id", *fields) if fields else (), expand=tuple(expand))
    found = view.one_of(column, pick).fetch()
    if found is None:
        try:
            absent(view.model(), column, view.reader)
        except MovedRecord as moved:
            raise Moved(address_of_page(view, moved.key) + below) from None
    noted(found[0], user)
    record = json.loads(found[0])
    if record.get("slug") and record["slug"] != key:
        raise Moved(address_of_page(view, record["slug"]) + below)
    return record


def address_of_page(view, key):
    """The address of the page of a record; `view` is the API's view of its kind."""
    return f"/{resource(view.model())}/{key}/"


def ask_corrections(view_class, user, key):
    """The corrections of a record since its publication, newest first."""
    view = view_class.for_page(user, {}, "corrections")
    found = view.corrections_of({"pk": key}).fetch()
    if found is None:
        raise Http404
    return json.loads(found[0])


def noted(text, user):
    """For the access log, a page shows all of what it reads, whether or not it shows the ids."""
    if user:
        note_ids(text)
