"""The start page: what this is, the state of the data on one screen, and where to go from here."""

from dialogues.api.views import DialogueViewSet
from people.api.views import CaseEventViewSet, CaseViewSet, PersonViewSet
from tracker.records.api.sources_places import SourceViewSet
from tracker.records.shapes.urls import API, api_url

from .asking import ROWS_OF_BLOCK, Moved
from .page import Page

NEWEST = 5
HTML = "text/html"
EVENT = ("url", "case", "kind", "date", "place", "outcome", "term_months", "term_days", "suspended_months")


class Start(Page):
    """For browsers. A client that does not ask for HTML is led to the root of the API."""

    address, template = "", "site/start.html"
    vary = ("Accept", "Cookie")

    def content(self):
        if not any(str(one).startswith(HTML) for one in self.request.accepted_types):
            raise Moved(API)
        recent = {"ordering": "-start_date"}
        listed = ("slug", "url", "title", "classification", "status", "start_date", "places", "conflict")
        last = self.custody("held_when_last_reported", ROWS_OF_BLOCK)
        return {
            "title": "Dialogue tracker",
            "dialogues": self.rows(DialogueViewSet, recent, size=NEWEST, fields=listed),
            "events": self.rows(
                CaseEventViewSet,
                {"ordering": "-date"},
                size=NEWEST,
                fields=(*EVENT, "suspended_days", "life"),
            ),
            "people": self.total(PersonViewSet),
            "cases": self.total(CaseViewSet),
            "sources": self.total(SourceViewSet),
            "held": self.custody("held", 1)["total"],
            "last_held": last["total"],
            "oldest": None if last["more"] else oldest(last["results"]),
            "docs_url": api_url("docs/"),
            "api_url": api_url(""),
        }

    def total(self, view):
        return self.rows(view, size=1, fields=("url",))["total"]

    def custody(self, answer, most):
        """People of whom this is known today."""
        return self.rows(PersonViewSet, {"custody": answer}, size=most, fields=("as_of",))


def oldest(people):
    """The partial date that ends first among those on which people were last reported in custody."""
    dates = [one["as_of"]["custody"]["last_reported"] for one in people]
    return min((date for date in dates if date), key=lambda date: date["latest"] or "9999", default=None)
