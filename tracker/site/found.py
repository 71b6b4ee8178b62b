"""What search engines read: robots.txt, and the addresses of all pages that they may list."""

from functools import cached_property

from django.conf import settings

from dialogues.api.views import DialogueViewSet, QuestionViewSet, StatementViewSet
from people.api.views import CaseViewSet, OrganizationViewSet, PersonViewSet
from people.choices import PublishingBasis
from tracker.records.accounts.authentication import count_search
from tracker.records.api.sources_places import SourceViewSet
from tracker.records.shapes.urls import resource

from .page import Page

MOST_ADDRESSES = 5_000  # of each kind; the protocol allows 50,000 in all
LISTED = [  # a person whose basis is consent is not for search engines
    (DialogueViewSet, {}),
    (PersonViewSet, {"basis__in": f"{PublishingBasis.PUBLISHED_SOURCE},{PublishingBasis.PUBLIC_INTEREST}"}),
    (OrganizationViewSet, {}),
    (CaseViewSet, {}),
    (StatementViewSet, {}),
    (QuestionViewSet, {}),
    (SourceViewSet, {}),
]


class Robots(Page):
    """robots.txt: search engines may read the pages, but not each combination of filters."""

    address, template = "robots.txt", "site/robots.txt"
    content_type = "text/plain; charset=utf-8"


class Sitemap(Page):
    """The newest pages of each kind, without people whose name is published by consent, and their cases."""

    address, template = "sitemap.xml", "site/sitemap.xml"
    content_type = "application/xml; charset=utf-8"

    def content(self):
        count_search(self.request)
        return {"pages": [page for view, given in LISTED for page in self.addresses(view, given)]}

    @cached_property
    def by_consent(self):
        """The ids of the people whose name is published by consent."""
        asked = {"basis": PublishingBasis.CONSENT}
        rows = self.rows(PersonViewSet, asked, size=MOST_ADDRESSES, fields=("url",))["results"]
        return {row["id"] for row in rows}

    def addresses(self, view, given):
        section = f"{settings.PUBLIC_URL}/{resource(view.model())}/"
        asked = {**given, "ordering": "-changed_at"}
        of_whom = {"person"} & {*view.shape().fields}
        rows = self.rows(view, asked, size=MOST_ADDRESSES, fields=("slug", "changed_at", *of_whom))["results"]
        pages = [
            {"url": f"{section}{row['slug']}/", "day": row["changed_at"][:10]}
            for row in rows
            if row["slug"] and not (row.get("person") and row["person"]["id"] in self.by_consent)
        ]
        return [{"url": section, "day": ""}, *pages]
