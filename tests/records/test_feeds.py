"""Lists as Atom feeds: what was published or changed, the latest first."""

from datetime import datetime
from xml.etree import ElementTree

from django.db.models import QuerySet
from django.test import TestCase, override_settings

from tests import make
from tests.test_fixtures import load
from tracker.api import ENDPOINTS
from tracker.records.read.formats.atom import ATOM
from tracker.records.shapes.urls import resource

ATOM_NAMES = {"": "http://www.w3.org/2005/Atom"}
SITE = "http://127.0.0.1:8000"


class FeedTest(TestCase):
    def get(self, name, **given):
        answer = self.client.get(f"/api/v1/{name}/", {"format": "atom", **given})
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer

    def feed(self, name, **given):
        return parsed(self.get(name, **given).content)

    def entries(self, name, **given):
        """The entries of a feed, each as {element: its text, or the address of a link}."""
        return [texts(one) for one in self.feed(name, **given).findall("entry", ATOM_NAMES)]

    def titles(self, name, **given):
        return [one["title"] for one in self.entries(name, **given)]


def parsed(content):
    return ElementTree.fromstring(content)  # noqa: S314 (our own)


def texts(element):
    return {
        child.tag.partition("}")[2]: child.text or child.get("href") or child.get("term") for child in element
    }


class ListFeedTest(FeedTest):
    @classmethod
    def setUpTestData(cls):
        cls.first = make.dialogue(title="A <first> & \u200b“one”", summary="With <b>signs</b> & words.")
        cls.second = make.dialogue(title="Second", start_date="2020")

    def test_the_latest_change_is_first(self):
        self.assertEqual(self.titles("dialogues")[0], "Second")
        self.first.summary = "Corrected."
        self.first.save()
        self.assertEqual(self.titles("dialogues"), [self.first.title, "Second"])

    def test_an_entry_says_what_was_changed_and_when(self):
        (entry,) = self.entries("dialogues", start_date_overlaps="2025")
        self.assertEqual(entry["title"], self.first.title)
        self.assertEqual(entry["summary"], "With &lt;b&gt;signs&lt;/b&gt; &amp; words.")  # text as HTML
        self.assertEqual(entry["id"], f"urn:uuid:{self.first.pk}")
        self.assertEqual(entry["link"], f"{SITE}/dialogues/{self.first.slug}/")
        self.first.refresh_from_db()
        for name in ("published", "updated"):
            said = datetime.fromisoformat(entry[name])
            moment = self.first.published_at if name == "published" else self.first.changed_at
            self.assertEqual(said, moment)

    def test_the_feed_says_where_it_is_and_what_it_shows(self):
        feed = self.feed("dialogues", classification="meeting", page_size=1)
        links = {one.get("rel"): one.get("href") for one in feed.findall("link", ATOM_NAMES)}
        here = f"{SITE}/api/v1/dialogues/?classification=meeting&format=atom"
        self.assertEqual(links["self"], here)
        self.assertEqual(feed.findtext("id", None, ATOM_NAMES), here)
        self.assertEqual(links["alternate"], f"{SITE}/dialogues/?classification=meeting")
        again = self.client.get(links["next"])
        self.assertIn(self.first.slug.encode(), again.content)
        self.assertNotIn(b'rel="next"', again.content)
        self.assertEqual(feed.findtext("updated", None, ATOM_NAMES), self.entries("dialogues")[0]["updated"])

    def test_signs_that_xml_forbids_are_left_out(self):
        QuerySet(type(self.first)).update(title="A\x01 \ufffetitle", summary="\x1bSummary")
        entry, _ = self.entries("dialogues")
        self.assertEqual((entry["title"], entry["summary"]), ("A title", "Summary"))

    def test_without_entries_it_is_the_same_at_any_time(self):
        told = self.get("dialogues", q="nothing")
        self.assertEqual(texts(parsed(told.content))["updated"], "1970-01-01T00:00:00+00:00")
        self.assertEqual(told["ETag"], self.get("dialogues", q="nothing")["ETag"])

    def test_filters_orders_and_errors_are_those_of_the_list(self):
        self.assertEqual(self.titles("dialogues", ordering="start_date"), ["Second", self.first.title])
        wrong = self.client.get("/api/v1/dialogues/", {"format": "atom", "classification": "x"})
        self.assertEqual(wrong.status_code, 400)

    @override_settings(PUBLIC_URL="https://tracker.example.org")
    def test_addresses_are_those_of_the_setting(self):
        self.assertTrue(
            self.entries("dialogues")[0]["link"].startswith("https://tracker.example.org/dialogues/")
        )

    def test_hidden_rows_are_in_none(self):
        make.dialogue(title="Draft", publication="draft")
        make.dialogue(title="Secret", confidentiality="confidential")
        self.assertEqual(len(self.entries("dialogues")), 2)

    def test_an_editor_sees_drafts_without_a_date_of_change(self):
        make.dialogue(title="Draft", publication="draft")
        self.client.force_login(make.member("editor"))
        answer = self.get("dialogues")
        self.assertContains(answer, "<title>Draft</title>")
        self.assertEqual(answer["Cache-Control"], "no-store")


class EntryTest(FeedTest):
    """What has no title is named after its kind and after what it belongs to, never after what happened."""

    def test_rows_without_a_title(self):
        case = make.case(title="Case of A. B.", person=make.person(name="A. B."))
        dialogue = make.dialogue(title="Meeting")
        make.case_event(case=case, kind="arrest")
        make.charge(case=case)
        make.participation(person=case.person, dialogue=dialogue)
        make.participation(naming="withheld", dialogue=dialogue)
        group = make.group(dialogue=dialogue)
        make.assessment(participation=group, assessor_person=make.person(name="C. D."))
        self.assertEqual(self.titles("case-events"), ["Case event: Case of A. B."])
        self.assertEqual(self.titles("charges"), ["Charge: Case of A. B."])
        names = ["Participation: Meeting", "Participation: Meeting", "Participation: Meeting, A. B."]
        self.assertEqual(sorted(self.titles("participations")), names)
        self.assertEqual(self.titles("assessments"), ["Assessment: Meeting, C. D."])

    def test_they_lead_to_the_page_that_shows_them(self):
        event, relation, place = make.case_event(), make.statement_relation(), make.place()
        self.assertEqual(self.entries("case-events")[0]["link"], f"{SITE}/cases/{event.case.slug}/")
        shown = f"{SITE}/statements/{relation.statement.slug}/"
        self.assertEqual(self.entries("statement-relations")[0]["link"], shown)
        self.assertEqual(self.entries("places")[0]["link"], f"{SITE}/api/v1/places/{place.pk}/")


class FixturesTest(FeedTest):
    """Every list of the facts of the article is a feed."""

    @classmethod
    def setUpTestData(cls):
        load()

    def test_each_list_that_has_dates_of_change(self):
        listed = [view for view in ENDPOINTS if ATOM.fits(view.shape)]
        self.assertEqual([resource(one.model()) for one in ENDPOINTS if one not in listed], ["citations"])
        for view in listed:
            entries = self.entries(resource(view.model()), page_size=200)
            self.assertEqual(len(entries), min(view.model().objects.count(), 200), view)
            for one in entries:
                self.assertTrue({"title", "link", "id", "updated", "published"} <= {*one}, one)
                self.assertNotRegex(one["title"].lower(), "arrest|sentence|prison|custody|held", view)
