"""The start page: what this is, the state of the data on one screen, and where to go from here."""

from dialogues.api.views import DialogueViewSet
from people.api.views import CaseEventViewSet
from tracker.figures.overviews.timeline import Timeline
from tracker.records.shapes.urls import API, api_url

from .asking import Moved
from .page import Page
from .totals import state_of_data

NEWEST = 5
HTML = "text/html"
DIALOGUE = ("slug", "url", "title", "classification", "status", "start_date", "places", "conflict")
EVENT = (
    *("url", "case", "kind", "date", "place", "outcome", "term_months", "term_days", "suspended_months"),
    *("suspended_days", "life"),
)
STRIP = {"page_size": "200"}  # the most events that one answer of the timeline has


class Start(Page):
    """For browsers. A client that does not ask for HTML is led to the root of the API."""

    address, template = "", "site/start.html"
    vary = ("Accept", "Cookie")
    strip = None  # a function: the answer of the timeline and its parameters -> a `Sheet`

    def content(self):
        if not any(str(one).startswith(HTML) for one in self.request.accepted_types):
            raise Moved(API)
        strip = type(self).strip
        return {
            "title": "Dialogue tracker",
            "dialogues": self.rows(
                DialogueViewSet, {"ordering": "-start_date"}, size=NEWEST, fields=DIALOGUE
            ),
            "events": self.rows(CaseEventViewSet, {"ordering": "-date"}, size=NEWEST, fields=EVENT),
            "totals": state_of_data(self),
            "picture": strip(self.computed(Timeline, given=STRIP), STRIP).block() if strip else None,
            "docs_url": api_url("docs/"),
            "api_url": api_url(""),
        }
