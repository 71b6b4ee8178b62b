"""What this site is, where its data comes from, who may correct what, and whom to write to."""

from django.conf import settings

from tracker.records.api.sources_places import SourceViewSet
from tracker.records.shapes.urls import api_url

from .page import Page

MOST_SOURCES = 10
SHOWN = ("title", "display_title", "publisher", "source_url")


class About(Page):
    address = "about/"
    template = "site/about.html"

    def content(self):
        return {
            "title": "About",
            "license": settings.DATA_LICENSE,
            "contact": settings.SECURITY_CONTACT,
            "sources": self.rows(SourceViewSet, {"ordering": "-date"}, size=MOST_SOURCES, fields=SHOWN),
            "api_url": api_url(""),
            "docs_url": api_url("docs/"),
        }
