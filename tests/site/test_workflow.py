"""From the draft to the second reader: who sees and may do what in the admin, and by which steps."""

import re
from unittest import mock

from django.test import override_settings
from django.utils import timezone

from dialogues.models import Dialogue, Participation
from people.models import CaseEvent, Person
from tests import make
from tests.site.test_admin import EditingTest
from tests.test_admin import address, choices_address, form_data
from tracker.records.admin import saving
from tracker.records.admin.forms import edit_conflicts
from tracker.records.workflow import editorial_fields


class WorkTest(EditingTest):
    """A contributor, two editors and a case officer."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.contributor = make.member("contributor", username="contributor")
        cls.editor = make.member("editor", username="editor")
        cls.second = make.member("editor", username="second")
        cls.officer = make.member("case_officer", username="officer")
        cls.administrator = make.member("administrator", username="administrator")

    def page(self, user, record, page="change"):
        self.client.force_login(user)
        return self.client.get(address(type(record), page, record.pk))

    def draft(self, model=Person, **fields):
        """A draft of the contributor."""
        return make.one(model, **{"publication": "draft", "created_by": self.contributor, **fields})

    def state(self, record):
        record.refresh_from_db()
        return record.publication

    def act(self, user, action, *records):
        self.client.force_login(user)
        sent = {"action": action, "_selected_action": [record.pk for record in records]}
        return self.client.post(address(type(records[0]), "changelist"), sent, follow=True)


@override_settings(FOUR_EYES=True)
class RolesTest(WorkTest):
    def test_who_sees_and_changes_which_record(self):
        rows = {
            "own draft": self.draft(),
            "assigned draft": make.person(publication="draft", assigned_to=self.contributor),
            "draft of another": make.person(publication="draft"),
            "own in review": self.draft(publication="in_review"),
            "published": make.person(),
            "confidential, cleared": make.person(
                confidentiality="confidential", cleared=[self.officer, self.second]
            ),
        }
        change, look, no = "change", "look", "no"
        expected = {
            #                own draft, assigned, of another, in review, published, confidential and cleared
            self.contributor: (change, change, no, look, look, no),
            self.editor: (change, change, change, change, change, no),
            self.second: (change, change, change, change, change, change),
            self.officer: (no, no, no, no, look, look),
            self.administrator: (no, no, no, no, no, no),
        }
        for user, answers in expected.items():
            for (name, row), answer in zip(rows.items(), answers, strict=True):
                with self.subTest(user=user.username, row=name):
                    self.assertEqual(self.access(user, row), answer)

    def access(self, user, row):
        page = self.page(user, row)
        if page.status_code != 200:
            return "no"
        return "change" if page.context["has_change_permission"] else "look"

    def test_each_gets_only_the_buttons_they_may_use(self):
        expected = {
            # for a contributor, for an editor
            "draft": ({"submit"}, {"submit", "publish", "takedown"}),
            "in_review": (set(), {"send_back", "publish", "takedown"}),
            "published": ({"propose"}, {"withdraw", "takedown"}),
            "withdrawn": (set(), {"publish", "takedown"}),
            "taken_down": (set(), {"publish"}),
        }
        for state, answers in expected.items():
            row = self.draft(publication=state)
            for user, verbs in zip((self.contributor, self.editor), answers, strict=True):
                page = self.page(user, row)
                with self.subTest(state=state, user=user.username):
                    self.assertEqual(page.context["verbs"] if page.context else set(), verbs)

    def test_what_is_in_review_says_what_comes_next_to_whom_it_is_closed(self):
        said, given = (
            "This record is waiting for review, and only editors can change it now",
            "Assigned to officer.",
        )
        row = self.draft(publication="in_review", assigned_to=self.officer)
        self.assertNotContains(self.page(self.contributor, self.draft()), said)
        for user in (self.contributor, self.officer):
            page = self.page(user, row)
            self.assertContains(page, said)
            self.assertNotContains(page, given)  # as in the API, editors read that
        page = self.page(self.editor, row)
        self.assertNotContains(page, said)
        self.assertContains(page, given)

    def test_a_list_promises_nobody_a_change(self):
        self.client.force_login(self.contributor)
        page = self.client.get(address(Dialogue, "changelist"))
        self.assertContains(page, "<h1>Dialogues</h1>")
        self.assertNotContains(page, "to change")

    def test_lists_offer_only_the_actions_of_the_role(self):
        make.person()
        all_may = {"", "submit_selected", "change_selected"}
        verbs = {"publish_selected", "send_back_selected", "withdraw_selected", "takedown_selected"}
        editors_may = all_may | verbs
        for user, offered in ((self.contributor, all_may), (self.editor, editors_may)):
            self.client.force_login(user)
            form = self.client.get(address(Person, "changelist")).context["action_form"]
            self.assertEqual({name for name, _ in form.fields["action"].choices}, offered)

    def test_a_page_for_editors_is_closed_to_contributors(self):
        row = self.draft(publication="in_review")
        self.client.force_login(self.contributor)
        asking = [(page, []) for page in ("withdraw", "takedown", "send_back")]
        for page, args in (("publish", [row.pk]), ("read", [row.pk]), *asking):
            with self.subTest(page=page):
                self.assertEqual(self.client.post(address(Person, page, *args)).status_code, 403)

    def test_an_administrator_has_users_and_no_content(self):
        self.client.force_login(self.administrator)
        listed = {app["app_label"] for app in self.client.get("/admin/").context["app_list"]}
        self.assertEqual(listed, {"auth"})
        self.assertEqual(self.client.get(address(Person, "changelist")).status_code, 403)

    def test_an_editor_chooses_whom_to_assign_to(self):
        asked = f"{choices_address(Person._meta.get_field('assigned_to'))}&term=contrib"
        for user, status in ((self.editor, 200), (self.contributor, 403)):
            self.client.force_login(user)
            self.assertEqual(self.client.get(asked).status_code, status)
        fields = self.page(self.contributor, self.draft()).context["adminform"].form.fields
        self.assertNotIn("assigned_to", fields)
        self.assertIn("notes", fields)

    def test_work_is_given_to_those_who_can_do_it(self):
        gone = make.member("editor", username="gone", is_active=False)
        asked = choices_address(Person._meta.get_field("assigned_to"))
        self.client.force_login(self.editor)
        offered = {one["text"] for one in self.client.get(asked).json()["results"]}
        self.assertEqual(offered, {"contributor", "editor", "second", "officer", self.admin.username})
        row = self.draft(assigned_to=gone)
        for unable in (self.administrator, make.user("reader", is_staff=True)):
            self.assertContains(self.change(row, assigned_to=unable.pk), "Select a valid choice")
        self.change(row, assigned_to=gone.pk, description="who was given it keeps it")
        self.assertEqual((row.assigned_to, row.description), (gone, "who was given it keeps it"))
        self.change(row, assigned_to=self.officer.pk)
        self.assertEqual(row.assigned_to, self.officer)

    def test_others_than_editors_only_raise_the_confidentiality(self):
        row = self.draft()
        self.client.force_login(self.contributor)
        self.assertContains(self.change(row, confidentiality="confidential"), editorial_fields.UNCLEARED)
        new = self.add(Person, name="Somebody", confidentiality="confidential")
        self.assertContains(new, editorial_fields.UNCLEARED)
        self.change(row, confidentiality="restricted")
        self.assertContains(self.change(row, confidentiality="public"), editorial_fields.LOWERED)
        self.assertEqual(row.confidentiality, "restricted")
        self.client.force_login(self.editor)
        self.change(row, confidentiality="public")
        self.assertEqual(row.confidentiality, "public")
        secret = self.draft(created_by=self.officer, confidentiality="confidential", cleared=[self.officer])
        self.client.force_login(self.officer)
        self.change(secret, description="a historian")
        self.assertEqual(secret.description, "a historian")
        self.assertContains(self.change(secret, confidentiality="restricted"), editorial_fields.LOWERED)

    def test_a_name_is_as_secret_as_its_writer_says(self):
        row = self.draft()
        self.client.force_login(self.contributor)
        name = {"text": "Zzyzx", "kind": "alternate", "confidentiality": "restricted"}
        self.change(row, **{"other_names-TOTAL_FORMS": "1"}, **self.row("other_names", 0, **name))
        self.assertEqual(row.other_names.get().confidentiality, "restricted")

    def test_rows_of_others_on_an_own_page_stay_as_they_are(self):
        dialogue = self.draft(Dialogue)
        part = self.draft(Participation, dialogue=dialogue, publication="in_review", described_as="old")
        self.client.force_login(self.contributor)
        self.change(dialogue, **self.row("participations", 0, described_as="new"))
        part.refresh_from_db()
        self.assertEqual(part.described_as, "old")

    def test_places_are_compared_with_own_drafts_and_never_with_what_is_hidden(self):
        case = make.case()
        make.case_event(case=case, date="2020", position=1, confidentiality="restricted")
        release = {"case": case.pk, "kind": "release", "date": "2019", "position": 2}
        self.client.force_login(self.contributor)
        self.add(CaseEvent, **release)
        self.assertTrue(case.events.filter(kind="release").exists())
        self.draft(CaseEvent, case=case, date="2020", position=1)
        self.assertContains(self.add(CaseEvent, **release), "The dates give a different order")
        row = self.row("events", 2, kind="release", date="2019", position=2)
        self.client.force_login(self.editor)
        page = self.change(case, **row, **{"events-TOTAL_FORMS": "4"})
        self.assertContains(page, "The dates give a different order")

    def test_what_nobody_may_change_still_shows_what_it_cites(self):
        part = make.participation()
        part.citations.update(quotation="in these words")
        page = self.page(self.contributor, part.dialogue)
        self.assertContains(page, "in these words")
        self.assertContains(page, "Shared source")

    def test_only_own_drafts_that_were_never_published_are_deleted(self):
        dialogue, other = self.draft(Dialogue), make.member("contributor")
        given = {"dialogue": dialogue, "assigned_to": self.contributor}
        rows = {
            self.draft(Participation, dialogue=dialogue): (200, 403),
            self.draft(Participation, dialogue=dialogue, publication="in_review"): (403, 403),
            self.draft(Participation, dialogue=dialogue, published_at=timezone.now()): (403, 403),
            self.draft(Participation, created_by=other, **given): (403, 403),
            self.draft(Participation, created_by=None, **given): (403, 200),
        }
        for row, statuses in rows.items():
            for user, status in zip((self.contributor, self.editor), statuses, strict=True):
                self.assertEqual(self.page(user, row, "delete").status_code, status)
        for user, left in ((self.contributor, 4), (self.editor, 3)):
            self.client.force_login(user)
            page = self.client.get(address(Dialogue, "change", dialogue.pk))
            (box,) = re.findall(r'name="(participations-\d-DELETE)"', page.content.decode())
            every = {f"participations-{number}-DELETE": "on" for number in range(len(rows))}
            for ticked, kept in ((every, left + 1), ({box: "on"}, left)):
                self.client.post(address(Dialogue, "change", dialogue.pk), {**form_data(page), **ticked})
                self.assertEqual(dialogue.participations.count(), kept)


@override_settings(FOUR_EYES=True)
class VerbsTest(WorkTest):
    def test_submit_send_back_mend_publish(self):
        row = self.draft()
        self.client.force_login(self.contributor)
        self.change(row, _submit="1")
        self.assertEqual(self.state(row), "in_review")
        self.client.force_login(self.editor)
        path = f"{address(Person, 'send_back')}?ids={row.pk}"
        self.assertContains(self.client.post(path, {"reason": " "}), "This field is required.")
        self.client.post(path, {"reason": "Add the year."})
        self.assertEqual(self.state(row), "draft")
        self.assertContains(self.page(self.contributor, row), "Add the year.")
        self.change(row, birth_date="1970", _submit="1")
        self.client.force_login(self.editor)
        self.change(row, _publish="1")
        self.assertEqual(self.state(row), "published")

    def test_nobody_publishes_first_what_they_wrote(self):
        row = make.person(publication="in_review", created_by=self.editor)
        self.assertNotIn("publish", self.page(self.editor, row).context["verbs"])
        self.assertContains(self.page(self.editor, row), "another editor has to publish it")
        answer = self.act(self.editor, "publish_selected", row)
        self.assertContains(answer, "another editor has to publish it")
        self.assertEqual(self.state(row), "in_review")

    def test_a_dialogue_is_published_with_its_participations_or_not_at_all(self):
        dialogue = self.draft(Dialogue)
        parts = [self.draft(Participation, dialogue=dialogue) for _ in range(2)]
        parts.append(self.draft(Participation, dialogue=dialogue, cited=False))
        self.client.force_login(self.editor)
        answer = self.change(dialogue, _publish="1")
        self.assertContains(answer, "It cites no published source")
        self.assertNotContains(answer, 'value="Publish')
        self.assertEqual(self.state(dialogue), "draft")
        make.citation(parts[-1])
        path = address(Dialogue, "publish", dialogue.pk)
        page = self.client.get(path)
        self.assertContains(page, "Publish all 4")
        self.assertNotContains(page, f", {dialogue.title}")  # each row of a page need not say whose it is
        self.client.post(path, {"mark": page.context["form"].initial["mark"]})
        self.assertEqual({self.state(row) for row in (dialogue, *parts)}, {"published"})

    def test_what_was_not_looked_at_is_not_published(self):
        dialogue = self.draft(Dialogue)
        self.draft(Participation, dialogue=dialogue)
        page = self.page(self.editor, dialogue, "publish")
        self.draft(Participation, dialogue=dialogue)
        path = address(Dialogue, "publish", dialogue.pk)
        answer = self.client.post(path, {"mark": page.context["form"].initial["mark"]})
        self.assertContains(answer, "It was changed after you opened this page")
        self.assertEqual(self.state(dialogue), "draft")

    def test_the_page_says_what_has_no_date(self):
        self.assertContains(self.page(self.editor, self.draft(Dialogue, start_date=""), "publish"), "no date")

    def test_a_list_is_sent_back_with_one_comment(self):
        rows = [self.draft(publication="in_review") for _ in range(2)]
        path = self.act(self.editor, "send_back_selected", *rows).redirect_chain[-1][0]
        self.client.post(path, {"reason": "Cite the page."})
        self.assertEqual([self.state(row) for row in rows], ["draft", "draft"])


class SecondReaderTest(WorkTest):
    def test_a_change_after_publication_waits_for_another_editor(self):
        row = self.draft(publication="in_review")
        self.client.force_login(self.editor)
        self.change(row, _publish="1")
        self.assertNotIn("read", self.page(self.second, row).context["verbs"])
        self.client.force_login(self.editor)
        self.change(row, description="a historian", reason="A new source.")
        self.assertNotIn("read", self.page(self.editor, row).context["verbs"])
        self.assertIn("read", self.page(self.second, row).context["verbs"])
        row.refresh_from_db()
        for user, still in ((self.editor, True), (self.second, False)):
            self.client.force_login(user)
            self.client.post(address(Person, "read", row.pk), {"version": row.version})
            self.assertEqual("read" in self.page(self.second, row).context["verbs"], still)

    def test_an_old_version_is_not_noted_as_read(self):
        row = make.person()
        self.client.force_login(self.editor)
        self.change(row, description="one", reason="One.")
        seen = row.version
        self.change(row, description="two", reason="Two.")
        self.client.force_login(self.second)
        for version in (seen, "9" * 5000):
            self.client.post(address(Person, "read", row.pk), {"version": version})
            self.assertIn("read", self.page(self.second, row).context["verbs"])


class StaleFormTest(WorkTest):
    def test_the_second_to_save_is_refused_and_shown_both(self):
        row = make.person(description="first")
        page = self.page(self.editor, row)
        self.client.force_login(self.second)
        self.change(row, description="second", reason="Because.")
        self.client.force_login(self.editor)
        path = address(Person, "change", row.pk)
        sent = {**form_data(page), "description": "third"}
        answer = self.client.post(path, sent)
        self.assertContains(answer, "second saved this record")
        self.assertIn(("Description", "third", "second"), answer.context["both"])
        row.refresh_from_db()
        self.assertEqual(row.description, "second")
        self.client.post(path, form_data(answer))
        row.refresh_from_db()
        self.assertEqual(row.description, "third")

    def test_a_form_without_its_version_is_refused(self):
        row = make.person(description="first")
        sent = {**form_data(self.page(self.editor, row)), "description": "other", "seen_version": ""}
        self.assertEqual(self.client.post(address(Person, "change", row.pk), sent).status_code, 200)
        row.refresh_from_db()
        self.assertEqual(row.description, "first")

    def test_a_version_is_claimed_once(self):
        pk = make.person().pk
        first, second = Person.objects.get(pk=pk), Person.objects.get(pk=pk)
        edit_conflicts.lock_version(first)
        first.save()
        self.assertRaises(edit_conflicts.EditConflict, edit_conflicts.lock_version, second)

    def test_who_is_outrun_between_check_and_write_gets_the_page_again(self):
        row = make.person(description="first")
        sent = {**form_data(self.page(self.editor, row)), "description": "mine"}
        claims = mock.Mock(side_effect=[edit_conflicts.EditConflict, None])
        with mock.patch.object(saving, "lock_version", claims):
            self.client.post(address(Person, "change", row.pk), sent)
        self.assertEqual(claims.call_count, 2)

    def test_a_row_that_was_saved_on_its_own_page_is_not_overwritten(self):
        part = make.participation(described_as="first")
        page = self.page(self.editor, part.dialogue)
        self.change(part, described_as="second", reason="Because.")
        path = address(Dialogue, "change", part.dialogue_id)
        answer = self.client.post(path, {**form_data(page), "title": "Another title"})
        self.assertContains(answer, "saved this record")
        part.refresh_from_db()
        self.assertEqual(part.described_as, "second")
