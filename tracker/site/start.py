"""The start page: what this is, the state of the data on one screen, and where to go from here."""

from dialogues.api.views import DialogueViewSet
from people.api.views import CaseEventViewSet
from tracker.records.shapes.urls import API, api_url

from .asking import Moved
from .page import Page
from .pictures.files import strip_sheet
from .totals import state_of_data

NEWEST = 5
HTML = "text/html"
DIALOGUE = ("slug", "url", "title", "classification", "status", "start_date", "end_date", "places")
EVENT = (
    *("url", "case", "kind", "date", "place", "outcome", "term_months", "term_days", "suspended_months"),
    *("suspended_days", "life"),
)
STRIP = 30  # of each kind on the strip of time


class Start(Page):
    """For browsers. A client that does not ask for HTML is led to the root of the API."""

    address, template = "", "site/start.html"
    vary = ("Accept", "Cookie")

    def content(self):
        if not any(str(one).startswith(HTML) for one in self.request.accepted_types):
            raise Moved(API)
        newest = {"ordering": "-start_date"}
        dialogues = self.rows(DialogueViewSet, newest, size=STRIP, fields=DIALOGUE)["results"]
        events = self.rows(CaseEventViewSet, {"ordering": "-date"}, size=STRIP, fields=EVENT)["results"]
        return {
            "title": "Dialogue tracker",
            "dialogues": dialogues[:NEWEST],
            "events": events[:NEWEST],
            "totals": state_of_data(self),
            "picture": strip_sheet(dialogues, events).block() if dialogues or events else None,
            "docs_url": api_url("docs/"),
            "api_url": api_url(""),
        }
