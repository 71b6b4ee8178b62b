"""The feed of a person: all that was published or changed about them, in one place."""

from django.conf import settings

from dialogues.api import views as dialogues
from people.api import views as people
from tracker.records.read.formats.atom import FEED_SIZE, atom_fields, entry, feed_of
from tracker.records.read.formats.format import Listing
from tracker.records.shapes.urls import page_address
from tracker.site.asking import ask_record
from tracker.site.page import Page

FEED = "feed.atom"
ABOUT_PERSON = [  # (the list of the API, its parameter for a person)
    (people.PersonViewSet, "id__in"),
    (people.OccupationViewSet, "person"),
    (people.AffiliationViewSet, "person"),
    (dialogues.ParticipationViewSet, "person"),
    (dialogues.StatementViewSet, "speaker"),
    (dialogues.StatementViewSet, "about_people"),
    (dialogues.AssessmentViewSet, "person"),
    (people.CaseViewSet, "person"),
    (people.ChargeViewSet, "person"),
    (people.CaseEventViewSet, "person"),
    (people.RecognitionViewSet, "person"),
]


class PersonFeed(Page):
    """The latest changes of the lists that the page of a person shows."""

    address, template = f"people/<key>/{FEED}", "site/feed.xml"
    content_type = "application/atom+xml"
    view = people.PersonViewSet

    def content(self, key):
        person = ask_record(self.view, self.reader.user, key, fields=("slug", "url", "name"), below=FEED)
        shown_at = settings.PUBLIC_URL + page_address(person)
        listing = Listing(person["name"], f"{shown_at}{FEED}", shown_at, None, self.view.shape)
        found = {}
        for view, parameter in ABOUT_PERSON:
            asked = {parameter: person["id"], "ordering": "-changed_at"}
            rows = self.rows(view, asked, size=FEED_SIZE, fields=atom_fields(view.shape))["results"]
            found |= {row["id"]: entry(row, view.shape) for row in rows}
        newest = sorted(found.values(), key=lambda one: one["updateddate"], reverse=True)
        return {"feed": feed_of(listing, newest[:FEED_SIZE]).decode()}
