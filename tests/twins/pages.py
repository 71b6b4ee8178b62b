"""Pages of the admin: lists, searches, filters, choices, and the pages of visible and of hidden rows."""

import re
from urllib.parse import urlencode

from django.contrib import admin

from tests.test_admin import choices_address, relations
from tests.twins.asking import ABSENT, WORDS, Ask
from tracker.records.policy.visibility import Visible

BESIDE = (
    "/admin/",
    "/admin/jsi18n/",
    "/admin/password_change/",
    "/admin/understand/?text=2025",
    "/admin/nonsense/",
)
LURED = "lured"  # the history of such a row says that it was changed, and hides how
OF_ROW = (
    "change/",
    "history/",
    "delete/",
    "publish/",
    "submit/",
    "propose/",
    "read/",
    "found/",
    "history/1/",
    "",
)
OF_LIST = ("add/", "similar/", "filters/", "bulk/", "withdraw/", "send-back/", "takedown/")
LINK = re.compile(rb'href="(\?[^"]+)"')


def pages(questions, reader):
    """Every page, asked by a reader in the world at hand: its filters are those that the lists link to."""
    yield from (Ask("GET", path, kind=path) for path in BESIDE)
    for section in admin.site.start.sections:
        yield Ask("GET", section.address, kind=section.address)
    for model in admin.site._registry:
        yield from of_model(
            questions, reader, model, f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        )


def of_model(questions, reader, model, place):
    keys = questions.keys.get(model)
    rows = (
        {key: kind for key, kind in keys.kinds().items() if "slug" not in kind and kind != LURED}
        if keys
        else {ABSENT[0]: "absent"}
    )
    for path in ("", *OF_LIST):
        yield Ask("GET", f"{place}{path}", kind=f"{place}{path}")
    for key, kind in rows.items():
        for path in OF_ROW:
            yield Ask("GET", f"{place}{key}/{path}", kind=f"{place} {path} {kind}")
    for name, value, kind in lookups(questions, model, rows):
        yield Ask("GET", f"{place}?{urlencode({name: value})}", kind=f"{place} {name} {kind}")
    for link in dict.fromkeys(LINK.findall(reader.answer(Ask("GET", place))[2])):
        query = link.decode().replace("&amp;", "&")
        yield Ask("GET", f"{place}{query}", kind=f"{place} {query.partition('=')[0]}")
    if issubclass(model, Visible):
        yield from choices(questions, model)


def lookups(questions, model, rows):
    """(parameter, value, kind) of what a list can be asked."""
    for word in (*WORDS, *list(rows)):
        yield "q", word, f"word {rows.get(word)}"
    for row in questions.keys[model].hidden if model in questions.keys else ():
        yield "q", getattr(row, "title", "") or getattr(row, "name", ""), "hidden word"
    yield from (("o", order, order) for order in ("1", "-2.1", "99"))
    for field in relations(model) if issubclass(model, Visible) else ():
        related = questions.keys.get(field.related_model)
        for key, kind in related.kinds().items() if related else ():
            yield f"{field.name}__id__exact", key, kind


def choices(questions, model):
    """What autocomplete offers for each relation, by words and narrowed by rows."""
    for field in relations(model):
        place, related = choices_address(field), questions.keys.get(field.related_model)
        hidden = related.hidden if related else []
        terms = [*WORDS[:2], *(getattr(row, "title", "") or getattr(row, "name", "") for row in hidden), ""]
        for term in dict.fromkeys(terms):
            yield Ask("GET", f"{place}&{urlencode({'term': term})}", kind=f"{place} {term in WORDS}")
        for row in hidden:
            yield Ask("GET", f"{place}&term={row.pk}", kind=f"{place} id")
            yield Ask("GET", f"{place}&only_person={row.pk}", kind=f"{place} only")
