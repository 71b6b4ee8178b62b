"""The start page, and what search engines read."""

from django.core.management import call_command
from django.test import TestCase

from tests import make, wire
from tests.site.test_records import text_of
from tests.test_fixtures import FILES

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class StartTest(TestCase):
    def text(self):
        answer = self.client.get("/", headers=BROWSER)
        self.assertEqual(answer.status_code, 200)
        return text_of(answer.content.decode())

    def test_a_browser_gets_the_page_and_every_other_client_the_api(self):
        self.text()
        for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
            answer = self.client.get("/", headers=headers)
            self.assertRedirects(answer, "/api/v1/", fetch_redirect_response=False)
            self.assertIn("Accept", answer["Vary"])

    def test_nothing_is_not_shown_as_a_zero(self):
        self.assertEqual(self.text().count("none recorded"), 2)

    def test_the_state_of_the_article(self):
        call_command("loaddata", *FILES, verbosity=0)
        text = self.text()
        for words in (
            "Dialogues 5",
            "People 14",
            "Cases 4",
            "Held today, confirmed by a later fact none recorded in these sources",
            "Held when last reported; oldest report: summer 2024 1",
            "Sources read 1",
            "Sentence: 15 years · June 2025",
        ):
            self.assertIn(words, text)

    def test_it_is_one_statement_for_each_block(self):
        self.text()
        with wire.statements() as sent:
            self.text()
        self.assertLessEqual(len(sent), 12)


class SearchEngineTest(TestCase):
    def test_robots_may_not_read_each_combination_of_filters(self):
        answer = self.client.get("/robots.txt")
        self.assertEqual(answer["Content-Type"], "text/plain; charset=utf-8")
        self.assertIn("Disallow: /*?", answer.content.decode())
        self.assertIn("Sitemap: http://127.0.0.1:8000/sitemap.xml", answer.content.decode())

    def test_the_sitemap_lists_public_pages_but_nobody_who_only_consented(self):
        shown, consented, hidden = make.dialogue(), make.person(), make.dialogue(publication="draft")
        type(consented).objects.filter(pk=consented.pk).update(basis="consent")
        answer = self.client.get("/sitemap.xml")
        self.assertEqual(answer["Content-Type"], "application/xml; charset=utf-8")
        text = answer.content.decode()
        self.assertIn(f"<loc>http://127.0.0.1:8000/dialogues/{shown.slug}/</loc>", text)
        self.assertNotIn(consented.slug, text)
        self.assertNotIn(str(hidden.pk), text)
