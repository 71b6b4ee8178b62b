"""The base of pages with a list: the API's filters as a form, one page of rows, the same rows as data."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from people.api.views import ConflictViewSet
from tracker.records.accounts.authentication import count_search
from tracker.records.protocol.problems import BadParameters
from tracker.records.protocol.query import CONTROL, LONGEST_VALUE
from tracker.records.read import queries
from tracker.records.read.filters.values import ChoiceField
from tracker.records.read.views import AS_OF, PAGING
from tracker.records.shapes.reader import Pick
from tracker.records.shapes.urls import list_url
from tracker.site.asking import Moved, view_for
from tracker.site.page import Page

ROWS = 50
MOST_CONFLICTS = 50
DAYS = {
    AS_OF,
    "during",
    "known_on",
}  # answers about days that nobody may have asked for are as dear as a search


@dataclass
class Control:
    """One field of the form: the parameter of the API, and what it is called here."""

    name: str
    words: str
    hint: str = ""
    kind: str = "text"
    options: list = field(default_factory=list)


class SiteList(Page):
    """A list of records: what the API's list shows, with its most useful filters as a form.

    Any other parameter of the API's list works too, in the address. Parameters that do not exist or are empty
    are dropped, and the reader is led to the address without them.
    """

    view = None  # the API's view of the list
    title = intro = ""
    ordering = ""
    controls = ()  # (parameter, words) or (parameter, words, hint)
    fields = ()  # of each row; none: those of the API's list
    expand = ()
    noun = ("record", "records")

    @classmethod
    def known(cls):
        """The names of the parameters that this list takes."""
        return [*cls.view.filterset_class.base_filters, *cls.view.more_parameters(), AS_OF, *PAGING]

    def content(self):
        given = self.given()
        errors, page = self.read(given)
        query = {name: value for name, value in given.items() if name not in PAGING}
        return {
            "title": self.title,
            "intro": self.intro,
            "noun": list(self.noun),
            "controls": [self.drawn(control, given, errors) for control in self.form()],
            "others": self.others(given, errors),
            "filtered": bool(query),
            "page": page,
            "number": int(given.get("page", 1)),
            "next": self.here(page["following"]) if page["following"] else "",
            "first": self.here(query) if {"page", "cursor"} & {*given} else "",
            "canonical": self.here(given),
            "list_address": self.address,
            "json_url": self.data_url(query),
            "csv_url": self.data_url({**query, "format": "csv"}),
            "noindex": bool(given),
        }

    def given(self):
        """The parameters that make sense; Moved to their address if there are others."""
        asked = {name: self.request.GET.getlist(name) for name in self.request.GET}
        filters, known = self.view.filterset_class.base_filters, self.known()
        found = {}
        for name in known:
            values = [value for value in asked.get(name, ()) if value and not CONTROL & set(value)]
            several = name in filters and filters[name].schema["type"] == "array"
            value = ",".join(values) if several else "".join(values[-1:])
            if value and len(value) <= LONGEST_VALUE and name != "page_size":
                found[name] = value
        if asked != {name: [value] for name, value in found.items()}:
            raise Moved(self.here(found))
        return found

    def read(self, given):
        """({parameter: what is wrong}, the page). Without a page that exists: Moved to the first."""
        try:
            self.count(given)
            ordered = {"ordering": self.ordering, **given}
            page = self.rows(self.view, ordered, size=ROWS, fields=self.fields, expand=self.expand)
            if "ordering" not in given:
                page["following"].pop("ordering", None)
            return {}, page
        except BadParameters as problem:
            errors = {one["parameter"]: one["detail"] for one in problem.errors}
        if {*PAGING} & {*errors}:
            raise Moved(self.here({name: value for name, value in given.items() if name not in PAGING}))
        return errors, {"results": [], "total": 0, "more": False, "following": {}}

    def count(self, given):
        """Counts what is as dear as a search, as the API does; TooMany if there were too many."""
        view = view_for(self.view, self.reader.user, given)
        if "q" in given:
            count_search(self.request)
        elif DAYS & {*given}:
            pick = Pick(fields=("id", *self.fields) if self.fields else (), expand=tuple(self.expand))
            if not queries.is_cached(self.view.shape, pick, view.reader):
                count_search(self.request)

    def form(self):
        """The fields of the form."""
        filters = self.view.filterset_class.base_filters
        for name, words, *hint in self.controls:
            control = Control(name, words, *hint)
            if name == "conflict":
                control.kind, control.options = "select", self.conflicts()
            elif isinstance(filters[name].field, ChoiceField):
                control.kind, control.options = "select", short_choices(filters[name].field.choices)
            elif name == "q":
                control.kind = "search"
            yield control

    def conflicts(self):
        rows = self.rows(ConflictViewSet, size=MOST_CONFLICTS, fields=("slug", "title"))["results"]
        return [[one["slug"] or one["id"], one["title"]] for one in rows]

    def drawn(self, control, given, errors):
        """A field of the form as plain data."""
        value = given.get(control.name, "")
        options = [
            {"value": slug, "words": words, "chosen": slug == value} for slug, words in control.options
        ]
        if value and control.kind == "select" and not any(one["chosen"] for one in options):
            options.append({"value": value, "words": value, "chosen": True})
        error = errors.get(control.name, "")
        return {**vars(control), "value": value, "options": options, "error": error}

    def others(self, given, errors):
        """The filters that are given and have no field in the form, each with the address without it."""
        shown = {name for name, *_ in self.controls}
        return [
            {
                "name": name,
                "value": value,
                "error": errors.get(name, ""),
                "without": self.here({one: given[one] for one in given if one not in (name, *PAGING)}),
            }
            for name, value in given.items()
            if name not in shown and name not in PAGING
        ]

    def here(self, given):
        """The address of this list with these parameters."""
        said = {name: value for name, value in given.items() if value is not None and name != "page_size"}
        return f"/{self.address}{'?' if said else ''}{urlencode(said)}"

    def data_url(self, given):
        return f"{list_url(self.view.model())}{'?' if given else ''}{urlencode(given)}"


def short_choices(choices):
    """The choices of a vocabulary, without what their labels explain after a colon."""
    return [[slug, str(words).partition(":")[0]] for slug, words in choices]
