"""The public pages: what they show and to whom, and the pages for errors."""

import re
from unittest import mock

from django.db import OperationalError
from django.http import Http404
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings
from django.urls import URLPattern, get_resolver

from tests import make, wire
from tests.browser import BrowserTest
from tests.packages import values_in
from tracker.records.audit.access_log import Reading
from tracker.records.audit.actor import channel_of
from tracker.records.base.sources import Source
from tracker.records.protocol.problems import TYPE, Gone
from tracker.records.shapes.urls import resource
from tracker.site.about import MOST_SOURCES, About
from tracker.site.page import Page, check_plain
from tracker.site.urls import PAGES
from tracker.site.words.navigation import ANSWERS, RECORDS

HTML = "text/html; charset=utf-8"
JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
BESIDE = {  # routes besides the API, the admin and the pages
    "favicon.ico": "leads to a file",
    "healthz": "for supervisors",
    "readyz": "for supervisors",
    "metrics": "for Prometheus",
    ".well-known/security.txt": "a file",
}


def routes(resolver=None, before=""):
    """(address, view) of each route."""
    for one in (resolver or get_resolver()).url_patterns:
        place = f"{before}{one.pattern}"
        if isinstance(one, URLPattern):
            yield place, one.callback
        else:
            yield from routes(one, place)


def strays():
    """Routes that are no page and must be one."""
    return [
        place
        for place, view in routes()
        if not (
            place.startswith(("api/", "admin/"))
            or place in BESIDE
            or issubclass(getattr(view, "view_class", object), Page)
        )
    ]


class RouteTest(SimpleTestCase):
    """Whoever adds a page cannot get around `Page`."""

    def test_every_route_is_of_the_api_or_the_admin_or_is_a_page(self):
        self.assertEqual(strays(), [], "Make it a tracker.site.page.Page, and list it in PAGES.")

    def test_a_route_of_another_kind_would_be_found(self):
        other = get_resolver().url_patterns[0]
        with mock.patch.object(other.pattern, "_route", "dialogues/"):
            self.assertEqual(strays(), ["dialogues/"])

    def test_every_page_that_has_an_address_is_listed(self):
        kinds = [one for one in values_in("tracker.site") if isinstance(one, type) and issubclass(one, Page)]
        self.assertEqual({one for one in kinds if one.address is not None}, {*PAGES}, "List it in PAGES.")

    def test_every_page_is_listed_says_what_it_shows_and_takes_nothing(self):
        found = {view.view_class for _, view in routes() if hasattr(view, "view_class")}
        self.assertEqual({one for one in found if issubclass(one, Page)}, {*PAGES})
        for page in PAGES:
            self.assertTrue(page.template, page.__name__)
            self.assertRegex(page.address, r"\A(.*/)?([a-z]+\.(txt|xml|svg|png|atom))?\Z")
            self.assertLessEqual({*page.http_method_names}, {"get", "head", "options"}, page.__name__)
            if "<" in page.address:  # the twins ask those as they ask the API, by every kind of key
                self.assertTrue(page.address.startswith(f"{resource(page.view.model())}/<key>/"))
            self.assertIs(page.get, Page.get, f"{page.__name__} goes around what all pages check")

    def test_what_does_not_come_through_a_shape_is_not_shown(self):
        check_plain({"a": [{"b": None, "c": "text"}], "d": 1})
        for content in ({"a": Source()}, {"a": Source.objects.none()}, {"a": {"b": [Source()]}}):
            with self.assertRaisesRegex(TypeError, "get records with rows"):
                check_plain(content)


class HiddenTest(TestCase):
    """No page shows or counts what is hidden, of whatever model and in whatever state."""

    HIDDEN = (
        {"publication": "draft"},
        {"publication": "in_review"},
        {"publication": "withdrawn"},
        {"publication": "taken_down"},
        {"confidentiality": "restricted"},
        {"confidentiality": "confidential"},
    )

    def answers(self):
        listed = [page for page in PAGES if "<" not in page.address]
        return {page: self.client.get(f"/{page.address}", headers=BROWSER).content for page in listed}

    def pages_that_differ(self, models):
        """The pages that are not the same bytes with and without hidden rows of these models."""
        rows = [make.one(model, cited=False, **state) for model in models for state in self.HIDDEN]
        answers = self.answers()
        for row in rows:
            row.delete()
        without = self.answers()
        return [page for page in answers if answers[page] != without[page]]

    def test_the_public_sees_the_same_bytes_with_and_without_hidden_rows(self):
        if self.pages_that_differ(make.BUILDERS):
            for model in make.BUILDERS:  # which one shows
                self.assertEqual(self.pages_that_differ([model]), [], model)
            self.fail("Rows of several models show together.")


class AboutTest(TestCase):
    """/about/: what this is."""

    URL = "/about/"

    @classmethod
    def setUpTestData(cls):
        cls.shown = make.source(title="A public source", source_url="https://example.org/a?b=<c>")
        cls.editor, cls.officer = make.member("editor"), make.member("case_officer")

    def text(self, **given):
        answer = self.client.get(self.URL, **given)
        self.assertEqual((answer.status_code, answer["Content-Type"]), (200, HTML))
        return answer.content.decode()

    def test_it_names_sources_and_escapes_what_they_say(self):
        link = '<a href="https://example.org/a?b=&lt;c&gt;" rel="noopener noreferrer">A public source</a>'
        self.assertIn(link, self.text())

    def test_an_editor_sees_what_editors_see_and_nobody_keeps_it(self):
        make.source(title="A draft", publication="draft")
        self.assertNotIn("A draft", self.text())
        self.assertEqual(self.client.get(self.URL)["Cache-Control"], "no-cache")
        self.client.force_login(self.editor)
        self.assertIn("A draft", self.text())
        self.assertEqual(self.client.get(self.URL)["Cache-Control"], "no-store")

    @override_settings(SECOND_FACTOR=True)
    def test_a_session_that_is_not_proven_reads_as_the_public(self):
        make.source(title="A draft", publication="draft")
        self.client.force_login(self.editor)
        self.assertNotIn("A draft", self.text())

    def test_a_read_of_a_confidential_record_is_logged_as_one_of_the_site(self):
        secret = make.source(title="A secret", confidentiality="confidential")
        secret.cleared.add(self.officer)
        self.client.force_login(self.officer)
        self.assertIn("A secret", self.text())
        entry = Reading.objects.get()
        self.assertEqual((entry.through, entry.page, entry.records), ("site", "about", [secret.pk]))

    def test_the_list_ends_and_says_how_many_there_are(self):
        for number in range(MOST_SOURCES):
            make.source(title=f"Source {number}")
        text = self.text()
        self.assertIn(f"The newest of {MOST_SOURCES + 1} sources", text)
        self.assertEqual(text.partition("The newest of")[2].partition("</ul>")[0].count("<li>"), MOST_SOURCES)

    def test_it_is_one_statement(self):
        self.text()
        with wire.statements() as sent:
            self.text()
        self.assertEqual(len(sent), 1)

    def test_what_the_method_cannot_do_is_said(self):
        text = re.sub(r"\s+", " ", self.text())
        for words in (
            "None recorded does not mean that there was none",
            "never added up",
            "by whom",
            "one source",
        ):
            self.assertIn(words.replace("by whom", "who accused someone"), text)

    def test_the_public_gets_no_page_twice(self):
        first = self.client.get(self.URL)
        again = self.client.get(self.URL, headers={"If-None-Match": first["ETag"]})
        self.assertEqual((again.status_code, again.content), (304, b""))
        make.source(title="Another")
        self.assertEqual(self.client.get(self.URL, headers={"If-None-Match": first["ETag"]}).status_code, 200)

    def test_the_contact_is_the_one_that_is_set(self):
        self.assertIn("have not published a contact", self.text())
        with override_settings(SECURITY_CONTACT="mailto:security@example.org"):
            self.assertIn('<a href="mailto:security@example.org">', self.text())

    def test_it_takes_nothing(self):
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(self.client, method)(self.URL)
            self.assertEqual((answer.status_code, answer["Content-Type"]), (405, HTML))
            self.assertEqual(answer["Allow"], "GET, HEAD, OPTIONS")


class ErrorTest(TestCase):
    """Errors outside of the API and the admin are pages, unless the client asks for JSON."""

    def assert_page(self, answer, status, words):
        self.assertEqual((answer.status_code, answer["Content-Type"]), (status, HTML))
        self.assertContains(answer, words, status_code=status)
        self.assertContains(answer, '<html lang="en">', status_code=status)
        self.assertIn("Accept", answer["Vary"])

    def assert_problem(self, answer, status):
        self.assertEqual((answer.status_code, answer["Content-Type"]), (status, TYPE))
        self.assertEqual(answer.json()["status"], status)

    def failing(self, error):
        return mock.patch.object(About, "content", side_effect=error)

    def test_what_is_not_there(self):
        for url in ("/nowhere/", "/nowhere", "/static/nonsense.css", "/about/more/"):
            self.assert_page(self.client.get(url), 404, "This page does not exist")
            self.assertNotContains(self.client.get(url), "hidden", status_code=404)
            self.assert_problem(self.client.get(url, headers=JSON), 404)

    def test_a_page_that_is_not_there_helps_and_says_nothing_about_what_was(self):
        answer = self.client.get("/people/nobody-has-this/")
        self.assertContains(answer, 'action="/search/"', status_code=404)
        for address, words in (*RECORDS, *ANSWERS):
            self.assertContains(
                answer, f'<li><a href="{address}">{words}</a></li>', status_code=404, html=True
            )
        self.assertEqual(answer.content, self.client.get("/nowhere/").content)

    def test_a_page_says_what_it_lacks(self):
        for error, status, words in (
            (Http404, 404, "This page does not exist"),
            (Gone, 410, "This record has been withdrawn"),
            (OperationalError(), 503, "This page is not available at the moment"),
        ):
            with self.failing(error), self.assertNoLogs("django", "ERROR"):
                self.assert_page(self.client.get("/about/"), status, words)
                self.assert_problem(self.client.get("/about/", headers=JSON), status)

    def test_while_the_database_is_away_the_page_says_when_to_try_again(self):
        with self.failing(OperationalError()):
            answer = self.client.get("/about/")
        self.assertGreater(int(answer["Retry-After"]), 0)
        self.assertIn("no-store", answer["Cache-Control"])

    def test_a_mistake_of_ours_is_not_shown(self):
        self.client.raise_request_exception = False
        with self.failing(ValueError("Secret")), self.assertLogs("django.request", "ERROR"):
            answer = self.client.get("/about/")
        self.assert_page(answer, 500, "Something failed on the server")
        self.assertNotIn(b"Secret", answer.content)

    def test_what_no_view_sees_is_a_page_too(self):
        self.assert_page(self.client.get(f"/about/?{'x' * 9_000}"), 414, "The address is too long")

    def test_whoever_takes_anything_gets_a_page_and_whoever_wants_json_more_gets_it(self):
        for accepted, page in (
            ("*/*", True),
            ("text/html,application/xhtml+xml,*/*;q=0.8", True),
            ("image/png", True),
            ("application/problem+json", False),
            ("application/json, text/html;q=0.5", False),
        ):
            answer = self.client.get("/nowhere/", headers={"Accept": accepted})
            self.assertEqual(answer["Content-Type"], HTML if page else TYPE, accepted)

    def test_addresses_of_the_api_stay_as_they_are(self):
        for url in ("/api/", "/api/v1/nowhere/", "/api/v1/people/nobody/"):
            self.assert_problem(self.client.get(url, headers={"Accept": "text/html, */*;q=0.1"}), 404)

    def test_error_pages_ask_no_database(self):
        with self.assertNumQueries(0):
            self.client.get("/nowhere/")

    def test_each_request_comes_through_one_of_three_channels(self):
        for path, channel in (
            ("/api/v1/", "API"),
            ("/admin/", "admin"),
            ("/about/", "site"),
            ("/nowhere/", "site"),
            ("/", "site"),
        ):
            self.assertEqual(channel_of(RequestFactory().get(path)), channel)


class LooksTest(BrowserTest):
    """What the facts of the article do not try out; `test_accessibility` opens every page."""

    def test_a_long_word_fits_on_a_phone(self):
        source = make.source(title="W" * 300)
        self.page.set_viewport_size({"width": 360, "height": 800})
        for path in ("/about/", "/sources/", f"/sources/{source.slug}/"):
            self.page.goto(path)
            self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), 360, path)

    def test_the_first_key_leads_past_the_menu(self):
        self.page.goto("/about/")
        self.page.keyboard.press("Tab")
        self.assertEqual(self.page.evaluate("document.activeElement.className"), "skip")
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Tab")
        self.assertTrue(self.page.evaluate("!!document.activeElement.closest('main')"))
