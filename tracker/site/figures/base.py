"""The base of pages that show a figure of the API: the same answer to the same reader."""

from functools import cached_property

from tracker.records.shapes.urls import api_url, page_address, with_query
from tracker.records.values.dates.days import Days
from tracker.site.asking import ask_record
from tracker.site.cite import cite
from tracker.site.filtered import FigureParameters
from tracker.site.words.tags import name_of


class FigurePage(FigureParameters):
    """A figure as a page, with its most useful filters as a form. It has the same address as in the API.

    `shown` adds to the answer what the template needs.
    """

    view = None  # the API's view of the record that the figure is about, if there is one
    send = "Show"  # the button of the form
    picture = None  # a function: the answer of the figure and the parameters -> a `Sheet`

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.figure:
            cls.address = f"{cls.figure.address.replace('<id>', '<key>')}/"

    @cached_property
    def record(self):
        """What the figure is about, None if it is about no single record. Moved, Gone or Http404."""
        if not self.view:
            return None
        model = self.view.model()
        of_someone = {"person", "basis"} & {field.name for field in model._meta.fields}
        named = ("slug", "url", model.label_field, *sorted(of_someone))
        below = self.address.partition("<key>/")[2]
        return ask_record(self.view, self.reader.user, self.kwargs["key"], fields=named, below=below)

    @property
    def path(self):
        if not self.record:
            return super().path
        return page_address(self.record) + self.address.partition("<key>/")[2]

    def content(self, key=None):
        record, given = self.record, self.given()
        errors, found = self.answer(given)
        key = record["id"] if record else ""
        data = self.figure.address.replace("<id>", key)
        return {
            **self.filter_content(given, errors),
            "send": self.send,
            "record": record and {**record, "label": name_of(record), "address": page_address(record)},
            "asked": {} if errors else given,
            "found": found,
            "picture": self.picture(found, given).block() if found and self.picture else None,
            # a page only says of which day, so that it stays the same
            "cite": cite(self.asked.reference(found, Days.today().text)) if found else {},
            "json_url": api_url(f"{data}/{with_query(given)}"),
            "csv_url": api_url(f"{data}/{with_query({**given, 'format': 'csv'})}"),
            "noindex": bool(given) or bool(record and self.is_by_consent(record)),
            **(self.shown(found, given) if found else {}),
        }

    def found(self, given):
        self.asked = self.figure.for_page(self.reader.user, given)
        return self.answer_of(self.asked, self.record and self.record["id"])

    def shown(self, found, given):
        """What the template shows besides the answer."""
        return {}
