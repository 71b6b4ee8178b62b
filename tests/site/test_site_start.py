"""The start page, what it counts, and what search engines read."""

from django.conf import settings
from django.test import TestCase, override_settings

from tests import make
from tests.site.test_overview_pages import Asking
from tests.site.test_public import BROWSER
from tests.site.test_records import text_of

KEPT = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "of a test"}}


class StartPageTest(Asking, TestCase):
    def get(self):
        answer = self.client.get("/", headers=BROWSER)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()

    def test_it_says_what_this_is_and_how_much_is_recorded(self):
        make.dialogue(title="A meeting", start_date="2025-10")
        text = text_of(self.get())
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
        html = self.get()
        self.assertIn("Held when last reported; oldest report: 31 May 2023 or earlier 2", text_of(html))
        self.assertIn(
            "Held today, confirmed by a later fact none recorded in the 1 source read", text_of(html)
        )
        self.assertIn('href="/people/?custody=held_when_last_reported"', html)

    def test_nothing_is_claimed_without_any_source(self):
        self.assertIn("none recorded in any source yet", text_of(self.get()))

    def test_there_are_doors_for_readers_developers_and_contributors(self):
        html = self.get()
        for words in ("To read", "To build on it", "To contribute", 'href="/admin/"', "/api/v1/docs/"):
            self.assertIn(words, html)

    @override_settings(CACHES=KEPT)
    def test_the_numbers_of_the_public_are_computed_once_a_minute_and_those_of_editors_each_time(self):
        self.assertIn("Dialogues none", text_of(self.get()))
        make.dialogue()
        self.assertIn("Dialogues none", text_of(self.get()))
        self.client.force_login(make.member("editor"))
        self.assertIn("Dialogues 1", text_of(self.get()))

    @override_settings(LIMITS={**settings.LIMITS, "SEARCHES_PER_MINUTE": 1})
    def test_the_list_for_search_engines_counts_as_a_search(self):
        self.assertEqual(self.client.get("/sitemap.xml").status_code, 200)
        self.assertEqual(self.client.get("/sitemap.xml").status_code, 429)

    def test_what_the_method_cannot_do_is_said(self):
        text = self.text("/about/")
        for words in (
            "None recorded does not mean that there was none",
            "never added up",
            "by whom",
            "one source",
        ):
            self.assertIn(words.replace("by whom", "who accused someone"), text)
