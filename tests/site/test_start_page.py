"""The start page, and what search engines read."""

from django.conf import settings
from django.core.cache import cache
from django.test import TestCase, override_settings

from tests import make, wire
from tests.site.test_records import text_of
from tests.test_fixtures import load

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


KEPT = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "of a test"}}


class StartTest(TestCase):
    def html(self):
        answer = self.client.get("/", headers=BROWSER)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()

    def text(self):
        return text_of(self.html())

    def test_a_browser_gets_the_page_and_every_other_client_the_api(self):
        self.text()
        for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
            answer = self.client.get("/", headers=headers)
            self.assertRedirects(answer, "/api/v1/", fetch_redirect_response=False)
            self.assertIn("Accept", answer["Vary"])

    def test_nothing_is_not_shown_as_a_zero(self):
        self.assertEqual(self.text().count("none recorded in any source yet"), 6)

    def test_the_state_of_the_article(self):
        load()
        text = self.text()
        for words in (
            "Dialogues 5",
            "People 14",
            "Cases 4",
            "Held today, confirmed by a later fact none recorded in the 1 source read",
            "Held when last reported; oldest report: summer 2024 1",
            "Sources read; 163 of 163 records (100%) have one 1",
            "Sentence: 15 years · June 2025",
        ):
            self.assertIn(words, text)

    @override_settings(CACHES=KEPT)
    def test_it_is_one_statement_for_each_block_beside_the_numbers(self):
        cache.clear()
        self.text()
        with wire.statements() as sent:
            self.text()
        self.assertLessEqual(len(sent), 2)

    def test_it_says_what_this_is_and_how_much_is_recorded(self):
        make.dialogue(title="A meeting", start_date="2025-10")
        text = self.text()
        for words in (
            "who speaks for civil society",
            "with the source of each fact",
            "Dialogues 1",
            "Sources read; 1 of 1 records have one 1",
            "A meeting",
            "never added up",
        ):
            self.assertIn(words, text)
        self.assertNotIn("%", text)

    def test_held_and_held_when_last_reported_stand_apart_with_the_oldest_report(self):
        for date in ("2024-07", "2023-05"):
            make.case_event(case=make.case(person=make.person()), kind="arrest", date=date)
        html = self.html()
        self.assertIn("Held when last reported; oldest report: May 2023 2", text_of(html))
        self.assertIn(
            "Held today, confirmed by a later fact none recorded in the 1 source read", text_of(html)
        )
        self.assertIn('href="/people/?custody=held_when_last_reported"', html)

    def test_there_are_doors_for_readers_developers_and_contributors(self):
        html = self.html()
        for words in ("To read", "To build on it", "To contribute", 'href="/admin/"', "/api/v1/docs/"):
            self.assertIn(words, html)

    @override_settings(CACHES=KEPT)
    def test_the_numbers_of_the_public_are_computed_once_a_minute_and_those_of_editors_each_time(self):
        cache.clear()
        self.assertIn("Dialogues none", self.text())
        make.dialogue()
        self.assertIn("Dialogues none", self.text())
        self.client.force_login(make.member("editor"))
        self.assertIn("Dialogues 1", self.text())


class SearchEngineTest(TestCase):
    @override_settings(LIMITS={**settings.LIMITS, "SEARCHES_PER_MINUTE": 1})
    def test_the_list_for_search_engines_counts_as_a_search(self):
        self.assertEqual(self.client.get("/sitemap.xml").status_code, 200)
        self.assertEqual(self.client.get("/sitemap.xml").status_code, 429)

    def test_robots_may_not_read_each_combination_of_filters(self):
        answer = self.client.get("/robots.txt")
        self.assertEqual(answer["Content-Type"], "text/plain; charset=utf-8")
        self.assertIn("Disallow: /*?", answer.content.decode())
        self.assertIn("Sitemap: http://127.0.0.1:8000/sitemap.xml", answer.content.decode())

    def test_the_sitemap_lists_public_pages_but_nobody_who_only_consented(self):
        shown, consented, hidden = make.dialogue(), make.person(), make.dialogue(publication="draft")
        case = make.case(person=consented, title="Case of someone else")
        type(consented).objects.filter(pk=consented.pk).update(basis="consent")
        answer = self.client.get("/sitemap.xml")
        self.assertEqual(answer["Content-Type"], "application/xml; charset=utf-8")
        text = answer.content.decode()
        self.assertIn(f"<loc>http://127.0.0.1:8000/dialogues/{shown.slug}/</loc>", text)
        self.assertNotIn(consented.slug, text)
        self.assertNotIn(case.slug, text)
        self.assertNotIn(str(hidden.pk), text)
