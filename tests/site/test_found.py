"""The pages of a takedown: what was hidden because it names a person, and what of it comes back."""

from django.urls import reverse

from dialogues.models import Dialogue
from people.models import Person
from tests import make
from tests.site.test_start import StartTest
from tests.test_admin import address
from tracker.records.protection import name_search
from tracker.records.protection.name_search import AlsoHidden, run_searches

NAME = "Zahra Qvortexli"


class FoundTest(StartTest):
    def setUp(self):
        super().setUp()
        self.person = make.person(name=NAME)
        self.rows = [make.dialogue(title=f"Meeting {n}", summary=f"By {NAME}.") for n in range(3)]
        self.page = address(Person, "found", self.person.pk)
        self.client.force_login(self.editor)

    def take_down(self):
        self.person.takedown(self.editor, "safety")

    def key(self, row):
        return str(AlsoHidden.objects.get(record_id=row.pk).pk)

    def states(self):
        return [Dialogue.objects.get(pk=row.pk).publication for row in self.rows]

    def decide(self, button, *rows, **said):
        return self.client.post(self.page, {"chosen": [self.key(row) for row in rows], button: "1", **said})

    def test_there_is_none_before_a_takedown_and_none_for_others(self):
        self.assertEqual(self.client.get(self.page).status_code, 404)
        self.take_down()
        self.assertContains(self.client.get(self.page), "still running")
        self.assertContains(self.client.get(address(Person, "change", self.person.pk)), self.page)
        for user in (self.contributor, make.member("case_officer"), make.member("administrator")):
            self.client.force_login(user)
            self.assertIn(self.client.get(self.page).status_code, (302, 403))

    def test_the_start_page_says_what_runs_and_what_is_to_be_decided(self):
        self.take_down()
        self.assertEqual(self.listed(self.editor, "name-searches"), [self.person])
        run_searches()
        self.assertEqual(self.listed(self.editor, "name-searches"), [])
        self.assertEqual(self.listed(self.editor, "also-hidden"), [self.person])
        self.assertContains(self.client.get("/admin/"), self.page)
        self.assertEqual(self.listed(self.contributor, "also-hidden"), [])
        self.client.force_login(self.editor)
        self.decide("_leave", *self.rows)
        self.assertEqual(self.listed(self.editor, "also-hidden"), [])

    def test_what_is_ticked_comes_back_with_a_reason_and_the_rest_stays(self):
        self.take_down()
        run_searches()
        for row in self.rows:
            self.assertContains(self.client.get(self.page), row.title)
        self.assertContains(self.decide("_back", self.rows[0]), "Enter a reason for making it public again.")
        self.assertContains(self.client.post(self.page, {"_leave": "1"}), "Select at least one record.")
        self.assertEqual(self.states(), ["taken_down"] * 3)
        self.decide("_back", self.rows[0], comment="A namesake.")
        self.decide("_leave", self.rows[1])
        self.assertEqual(self.states(), ["published", "taken_down", "taken_down"])
        page = self.client.get(self.page)
        self.assertEqual([one["key"] for one in page.context["undecided"]], [int(self.key(self.rows[2]))])
        self.assertEqual(len(page.context["rest"]), 2)

    def test_nothing_is_decided_while_the_search_runs(self):
        self.take_down()
        with self.subTest("one batch was read"):
            for _ in range(20):
                name_search.read_batch()
                if AlsoHidden.objects.count() == 3:
                    break
        name_search.NameSearch.objects.update(finished_at=None)
        self.decide("_back", self.rows[0], comment="A namesake.")
        self.assertEqual(self.states(), ["taken_down"] * 3)

    def test_what_is_refused_is_said_and_the_others_come_back(self):
        other = make.person(name="Rauf Xylophonov", confidentiality="restricted")
        self.take_down()
        run_searches()
        Dialogue.objects.filter(pk=self.rows[0].pk).update(summary=f"By {NAME} and {other.name}.")
        answer = self.decide("_back", *self.rows[:2], comment="A namesake.")
        self.assertContains(answer, "another person")
        self.assertEqual(self.states(), ["taken_down", "published", "taken_down"])

    def test_what_an_editor_does_not_see_is_not_listed(self):
        self.take_down()
        run_searches()
        Dialogue.objects.filter(pk=self.rows[0].pk).update(confidentiality="confidential")
        self.assertNotContains(self.client.get(self.page), self.rows[0].title)
        self.assertContains(self.decide("_leave", self.rows[0]), "already decided on this record")
        self.assertFalse(AlsoHidden.objects.get(record_id=self.rows[0].pk).decided)
        self.decide("_leave", *self.rows[1:])
        self.assertEqual(self.listed(self.editor, "also-hidden"), [])

    def test_many_are_taken_down_from_a_list_without_reading_a_text(self):
        people = [make.person() for _ in range(3)]
        page = f"{reverse('admin:people_person_takedown')}?ids={','.join(str(one.pk) for one in people)}"
        self.client.post(page, {"reason": "safety"})
        self.assertEqual(name_search.NameSearch.objects.running().count(), 3)
