"""The census as a page: the same numbers as in the API, each with its list."""

import re
from unittest import mock

from django.test import TestCase

from tests import make
from tests.site.test_public import BROWSER


class CensusPageTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conflict = make.conflict(title="The conflict")
        cls.case = make.case(conflict=cls.conflict, person=make.person(name="Held Person"))
        make.case_event(case=cls.case, kind="arrest", date="2024-07")

    def get(self, **given):
        answer = self.client.get("/census/", given, headers=BROWSER)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()

    def test_a_number_leads_to_exactly_its_people(self):
        page = self.get(as_of="2025-10-31")
        link = re.search(r'href="(/people/\?[^"]*custody=held_when_last_reported[^"]*)">(\d+)<', page)
        self.assertEqual(link[2], "1")
        people = self.client.get(link[1].replace("&amp;", "&"), headers=BROWSER, follow=True).content.decode()
        self.assertIn("Held Person", people)
        self.assertIn("1 person", people)

    def test_zero_says_in_how_many_sources_nothing_was_found(self):
        self.assertIn("None recorded in the 1 source read: held, possibly held", self.get(as_of="2025-10-31"))

    def test_an_arrest_is_not_taken_for_the_end_of_a_house_arrest(self):
        page = self.get(as_of="2025-10-31")
        self.assertIn("Not in force: a recorded fact ended or excluded it", page)
        self.assertNotIn("Not in force: an end is recorded", page)

    def test_an_old_report_says_so(self):
        self.assertIn("1 of the reports is from more than 180 days before", self.get(as_of="2025-10-31"))

    def test_people_who_are_not_listed_are_in_the_list_of_all(self):
        make.case(conflict=self.conflict, person=make.person())
        with mock.patch("tracker.figures.cases.census.MOST_PEOPLE", 1):
            page = self.get(as_of="2025-10-31", conflict=self.conflict.slug)
        all_of_them = f'<a href="/people/?case_conflict={self.conflict.slug}">list of all of them</a>'
        self.assertIn(f"1 more is not listed here: see the {all_of_them}.", page)

    def test_it_can_be_about_a_dialogue(self):
        dialogue = make.dialogue(conflict=self.conflict, start_date="2025-10-14")
        page = self.client.get(f"/census/?during={dialogue.slug}", headers=BROWSER)
        self.assertContains(page, "Held Person")
        self.assertContains(page, f'href="/dialogues/{dialogue.slug}/"')

    def test_a_wrong_day_is_explained_and_nothing_else_is_lost(self):
        page = self.get(as_of="yesterday", conflict=self.conflict.slug)
        self.assertIn("Give a day", page)
        self.assertIn('value="yesterday"', page)

    def test_unknown_and_empty_parameters_lead_to_the_address_without_them(self):
        answer = self.client.get("/census/?as_of=2025-10-31&known_on=&x=y", headers=BROWSER)
        self.assertRedirects(answer, "/census/?as_of=2025-10-31")

    def test_a_dialogue_that_nobody_sees_is_not_found(self):
        hidden = make.dialogue(publication="draft", conflict=self.conflict)
        for key in (hidden.pk, "no-such-dialogue"):
            self.assertEqual(self.client.get(f"/census/?during={key}", headers=BROWSER).status_code, 404)

    def test_hidden_people_and_cases_change_nothing(self):
        before = self.get(as_of="2025-10-31")
        hidden = make.case(conflict=self.conflict, person=make.person(name="Canary", publication="draft"))
        make.case_event(case=hidden, kind="arrest", date="2024-07")
        draft = make.case(conflict=self.conflict, person=self.case.person, publication="draft")
        make.case_event(case=draft, kind="release", date="2024-08")
        self.assertEqual(self.get(as_of="2025-10-31"), before)
