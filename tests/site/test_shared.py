"""What search engines and shared links say about a page: Schema.org data, Open Graph, one address."""

import json
import re

from django.test import TestCase

from tests import make
from tests.test_fixtures import load
from tracker.site.asking import ask_record
from tracker.site.records.all_records import RECORD_PAGES
from tracker.site.urls import PAGES

BROWSER = {"Accept": "text/html"}
SITE = "http://127.0.0.1:8000"
SHARED = "/static/tracker/share.png"
PREVIEWS = {
    "/timeline/": "/timeline/picture.png?kind=dialogues",
    "/coverage/": "/coverage/picture.png",
    "/representation/": "/representation/picture.png",
}
FATE = re.compile(r"arrest|custody|prison|sentence|convict|charge|treason|exile|jail|detain|held", re.I)


def head_of(answer):
    """{name or property: content} of the elements in the head of a page, and its title."""
    text = answer.content.decode().partition("</head>")[0]
    found = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', text))
    return {**found, "title": re.search(r"<title>(.*?)</title>", text)[1]}


def canonical_of(answer):
    return re.findall(r'<link rel="canonical" href="([^"]*)">', answer.content.decode())


class HeadTest(TestCase):
    """Every page has one address, one sentence, and a picture."""

    def test_every_page_that_people_read(self):
        html = [page for page in PAGES if page.content_type.startswith("text/html")]
        for page in html:
            if "<" in page.address:
                row = make.one(page.view.shape.Meta.model)
                path = f"/{page.address.replace('<key>', row.slug)}"
            else:
                path = f"/{page.address}"
            with self.subTest(path=path):
                answer = self.client.get(path, headers=BROWSER)
                head = head_of(answer)
                self.assertEqual(answer.content.count(b"<h1"), 1)
                self.assertEqual(canonical_of(answer), [f"{SITE}{path}"])
                self.assertEqual(head["og:url"], f"{SITE}{path}")
                self.assertEqual(head["og:image"], f"{SITE}{PREVIEWS.get(path, SHARED)}")
                self.assertTrue(head["og:title"] and head["og:title"] in head["title"])
                self.assertTrue(20 < len(head["description"]) < 200, head["description"])
                self.assertEqual(head["og:description"], head["description"])

    def test_a_filtered_list_is_not_for_search_engines_and_keeps_its_filter(self):
        answer = self.client.get("/dialogues/?classification=visit")
        self.assertEqual(canonical_of(answer), [f"{SITE}/dialogues/?classification=visit"])
        self.assertEqual(head_of(answer)["robots"], "noindex")
        self.assertNotIn("robots", head_of(self.client.get("/dialogues/")))

    def test_a_dialogue_is_shared_with_the_picture_of_its_participants_and_a_case_with_none_of_its_own(self):
        dialogue, case = make.participation().dialogue, make.case_event().case
        for row, section, picture in (
            (dialogue, "dialogues", f"/dialogues/{dialogue.slug}/participants.png"),
            (case, "cases", SHARED),
        ):
            found = head_of(self.client.get(f"/{section}/{row.slug}/"))["og:image"]
            self.assertEqual(found, SITE + picture)

    def test_a_figure_is_shared_with_a_picture_that_tells_nothing_about_anyone(self):
        load()
        for path in (
            "/timeline/",
            "/representation/",
            "/dialogues/meeting-in-yerevan-october-2025/representation/",
        ):
            picture = head_of(self.client.get(path))["og:image"].removeprefix(SITE)
            drawn = self.client.get(picture.replace(".png", ".svg"))
            self.assertEqual(drawn.status_code, 200, picture)
            self.assertNotRegex(drawn.content.decode().replace("withheld", ""), FATE)
        for path in ("/timeline/?kind=case-events", "/network/", "/representation/?conflict=none"):
            self.assertEqual(head_of(self.client.get(path))["og:image"], SITE + SHARED)

    def test_an_error_has_no_address(self):
        answer = self.client.get("/nowhere/", headers=BROWSER)
        self.assertEqual(canonical_of(answer), [])
        self.assertNotIn(b"og:", answer.content)


class LinkedDataTest(TestCase):
    def data(self, row, section):
        """The Schema.org data of a page, as a search engine reads it; None if there is none."""
        text = self.client.get(f"/{section}/{row.slug}/").content.decode()
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
        self.assertEqual(text.count("<script"), len(found))
        return json.loads(found[0]) if found else None

    def test_a_dialogue_is_an_event_with_days_only_if_they_are_stated(self):
        row = make.dialogue(start_date="2025-10-30", end_date="2025-10-31", status="postponed")
        row.places.add(make.place(name="Yerevan"))
        self.assertEqual(
            self.data(row, "dialogues"),
            {
                "@context": "https://schema.org",
                "@type": "Event",
                "name": row.title,
                "url": f"{SITE}/dialogues/{row.slug}/",
                "startDate": "2025-10-30",
                "endDate": "2025-10-31",
                "eventStatus": "https://schema.org/EventPostponed",
                "location": [{"@type": "Place", "name": "Yerevan"}],
            },
        )
        for date in ("2025-10", "2025-23", "2025-10-31?", "2025-10-30/2025-10-31"):
            self.assertNotIn("startDate", self.data(make.dialogue(start_date=date), "dialogues"))

    def test_a_person_has_names_and_addresses_and_no_fate(self):
        row = make.person(
            name="A. B.", description="A jailed scholar", summary="In custody.", birth_date="1970-01-02"
        )
        make.name(row, "A. Б.", lang="ru")
        make.identifier(row, scheme="orcid", identifier="https://orcid.org/0000-0000-0000-0001")
        make.identifier(row, scheme="wikidata", identifier="Q1")
        make.case_event(case=make.case(person=row))
        self.assertEqual(
            self.data(row, "people"),
            {
                "@context": "https://schema.org",
                "@type": "Person",
                "name": "A. B.",
                "url": f"{SITE}/people/{row.slug}/",
                "alternateName": ["A. Б."],
                "birthDate": "1970-01-02",
                "sameAs": ["https://orcid.org/0000-0000-0000-0001"],
            },
        )

    def test_whoever_only_consented_is_not_described_to_search_engines(self):
        row = make.person()
        type(row).objects.filter(pk=row.pk).update(basis="consent")
        self.assertIsNone(self.data(row, "people"))
        self.assertEqual(head_of(self.client.get(f"/people/{row.slug}/"))["robots"], "noindex")

    def test_a_statement_names_its_public_speakers(self):
        named, hidden = make.person(name="A. B."), make.person(publication="draft", cited=False)
        row = make.statement(
            speakers=[named, hidden, "the authorities"], quotation="Words.", date="2025-11-02"
        )
        row.about_dialogues.add(make.dialogue(title="Meeting"))
        found = self.data(row, "statements")
        self.assertEqual((found["@type"], found["dateCreated"]), ("Quotation", "2025-11-02"))
        self.assertEqual([one["name"] for one in found["creator"]], ["A. B."])
        self.assertEqual([one["name"] for one in found["about"]], ["Meeting"])

    def test_texts_cannot_end_the_element(self):
        for title in ("</script><script>alert(1)</script>", "<!-- <script>", "a & b", "line 'x' \"y\" \\"):
            row = make.dialogue(title=title)
            self.assertEqual(self.data(row, "dialogues")["name"], title)

    def test_nothing_in_the_article_tells_what_happened_to_anybody(self):
        load()
        for page in RECORD_PAGES:
            section = page.address.partition("/")[0]
            for row in page.view.model().objects.visible_to(None):
                record = ask_record(page.view, None, row.slug)
                data = page.for_search_engines(record, f"/{section}/{row.slug}/", noindex=False)
                if section != "statements":  # whose titles say what somebody claims
                    self.assertNotRegex(json.dumps(data), FATE)
                self.assertNotRegex(page.described(record), FATE)
            self.assertEqual(data == {}, section in ("cases", "questions"), section)
