"""The base of pages with filters: the parameters in their address, and the most useful ones as a form."""

from dataclasses import dataclass, field

from people.api.views import ConflictViewSet
from tracker.records.protocol.problems import BadParameters
from tracker.records.protocol.query import CONTROL, LONGEST_VALUE
from tracker.records.read.filters.values import ChoiceField
from tracker.records.shapes.urls import with_query

from .asking import Moved
from .page import Page

MOST_CONFLICTS = 50


@dataclass
class Control:
    """One field of the form: the parameter of the API, and what it is called here."""

    name: str
    words: str
    hint: str = ""
    kind: str = "text"
    options: list = field(default_factory=list)


class FilteredPage(Page):
    """A page with filters. Its form works without script.

    Any other parameter of the same answer in the API works too, in the address. Parameters that do not exist
    or are empty are dropped, and the reader is led to the address without them.
    """

    title = intro = ""
    controls = ()  # (parameter, words) or (parameter, words, hint)
    paging = ()  # the parameters that are no filters

    @classmethod
    def filters(cls):
        """{name: filter} of the API."""
        raise NotImplementedError

    @classmethod
    def known(cls):
        """The names of the parameters that this page takes."""
        raise NotImplementedError

    def given(self):
        """The parameters that make sense; Moved to their address if there are others."""
        asked = {name: self.request.GET.getlist(name) for name in self.request.GET}
        filters, found = self.filters(), {}
        for name in self.known():
            values = [value for value in asked.get(name, ()) if value and not CONTROL & set(value)]
            several = name in filters and filters[name].schema["type"] == "array"
            value = ",".join(values) if several else "".join(values[-1:])
            if value and len(value) <= LONGEST_VALUE:
                found[name] = value
        if asked != {name: [value] for name, value in found.items()}:
            raise Moved(self.here(found))
        return found

    def answer(self, given):
        """({parameter: what is wrong}, what is found or None). For a page that is not there: Moved."""
        try:
            return {}, self.found(given)
        except BadParameters as problem:
            errors = {one["parameter"]: one["detail"] for one in problem.errors}
        if {*self.paging} & {*errors}:
            raise Moved(self.here(self.without_paging(given)))
        return errors, None

    def found(self, given):
        """What these parameters find, as plain data. BadParameters as in the API."""
        raise NotImplementedError

    def filter_content(self, given, errors):
        """What the template of the form shows, and what the head of the page says."""
        return {
            "title": self.title,
            "intro": self.intro,
            "action": self.here({}),
            "controls": [self.drawn(control, given, errors) for control in self.form()],
            "others": self.others(given, errors),
            "filtered": bool(self.without_paging(given)),
            "canonical": self.here(given),
            "noindex": bool(given),
        }

    def form(self):
        """The fields of the form."""
        for name, words, *hint in self.controls:
            control = Control(name, words, *hint)
            options = self.options(name)
            if options is not None:
                control.kind, control.options = "select", options
            elif name == "q":
                control.kind = "search"
            yield control

    def options(self, name):
        """[[value, words]] of a field with a choice, None for others."""
        if name == "conflict":
            rows = self.rows(ConflictViewSet, size=MOST_CONFLICTS, fields=("slug", "title"))["results"]
            return [[one["slug"] or one["id"], one["title"]] for one in rows]
        of_filter = self.filters().get(name)
        return short_choices(of_filter.field) if of_filter else None

    def drawn(self, control, given, errors):
        """A field of the form as plain data. It also offers what the address names."""
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
        shown, asked = {name for name, *_ in self.controls}, self.without_paging(given)
        return [
            {
                "name": name,
                "value": value,
                "error": errors.get(name, ""),
                "without": self.here({one: asked[one] for one in asked if one != name}),
            }
            for name, value in asked.items()
            if name not in shown
        ]

    def without_paging(self, given):
        return {name: value for name, value in given.items() if name not in self.paging}

    def here(self, given):
        """The address of this page with these parameters."""
        return self.path + with_query(given)

    @property
    def path(self):
        """The address of this page without parameters."""
        return f"/{self.address}"


class FigureParameters(FilteredPage):
    """A page, or a picture, whose parameters are those of a figure of the API."""

    figure = None  # the figure of the API

    @classmethod
    def filters(cls):
        return cls.figure.filters.base_filters if cls.figure.filters else {}

    @classmethod
    def known(cls):
        """Without the parameters of data alone and those of the past: pages show what is public now."""
        figure = cls.figure()
        return [name for name in figure.known() if name in figure.decides()]


def short_choices(form_field):
    """The choices of a vocabulary, without what their labels explain after a colon; None for other fields."""
    if isinstance(form_field, ChoiceField):
        return [[slug, str(words).partition(":")[0]] for slug, words in form_field.choices]
    return None
