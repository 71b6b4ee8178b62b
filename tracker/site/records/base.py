"""The base of pages about one record: its facts with their sources, and the lists that refer to it."""

from django.conf import settings

from tracker.records.shapes.urls import page_address, resource, with_query
from tracker.records.values.dates.days import Days
from tracker.site.asking import ask_corrections, ask_record
from tracker.site.cite import cite
from tracker.site.page import Page
from tracker.site.words.tags import name_of

from .linked_data import with_context


class SiteRecord(Page):
    """A page about one record, found by its slug or its id.

    The API says who may see it, whether it has moved, and whether it is gone. `blocks` adds the lists that
    refer to the record, each with one statement (`block`).
    """

    view = None  # the API's view of the record
    linked_data = None  # a function of the record: what search engines learn
    description = ""  # a sentence for search engines and shared links. It never says what happened to anyone

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.view:
            section, noun = resource(cls.view.model()), cls.view.model()._meta.verbose_name
            cls.address, cls.noun = f"{section}/<key>/", noun.capitalize()
            cls.template = f"site/records/{noun.replace(' ', '-')}.html"

    def content(self, key):
        record = ask_record(self.view, self.reader.user, key)
        canonical = page_address(record)
        noindex = self.is_by_consent(record)
        return {
            "title": name_of(record),
            "noun": self.noun,
            "record": record,
            "today": Days.today().text,
            "section": f"/{resource(self.view.model())}/",
            "description": self.described(record),
            "canonical": canonical,
            "linked_data": self.for_search_engines(record, canonical, noindex),
            "corrections": ask_corrections(self.view, self.reader.user, record["id"]),
            "cite": cite(self.view.for_page(self.reader.user, {}, "retrieve").reference(record)),
            "noindex": noindex,
            **self.blocks(record),
        }

    @classmethod
    def described(cls, record):
        return cls.description

    @classmethod
    def for_search_engines(cls, record, canonical, noindex):
        """The record as Schema.org data; nothing if search engines must not list its page."""
        if noindex or not cls.linked_data:
            return {}
        return with_context(cls.linked_data(record), record, settings.PUBLIC_URL + canonical)

    def block(self, view, given, order=None, **picked):
        """A list of other records: one statement. `all` is the list of the site with the rest."""
        asked = {**given, "ordering": order} if order else given
        found = self.rows(view, asked, **picked)
        return {**found, "all": f"/{resource(view.model())}/{with_query(given)}"}

    def blocks(self, record):
        """What stands below the facts: lists of other records."""
        return {}
