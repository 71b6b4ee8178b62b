"""One change of many records with one reason, in the admin."""

from dialogues.models import Dialogue
from people.models import Person
from tests import make
from tests.site.test_admin import EditingTest
from tests.test_admin import address
from tracker.records.audit.history import Entry


class BulkTest(EditingTest):
    def setUp(self):
        super().setUp()
        self.rows = [make.dialogue(track="track_1"), make.dialogue(publication="draft")]

    def path(self, *rows):
        return f"{address(Dialogue, 'bulk')}?ids={','.join(str(row.pk) for row in rows or self.rows)}"

    def send(self, change, *rows, reason="As the source says."):
        path = self.path(*rows)
        return self.send_as_shown(self.client.get(path), path, change=change, reason=reason)

    def send_as_shown(self, page, path, **said):
        seen = page.context["form"]["seen"].value()
        return self.client.post(path, {"seen": seen, "reason": "A source.", **said}, follow=True)

    def tracks(self):
        return [Dialogue.objects.get(pk=row.pk).track for row in self.rows]

    def test_the_action_leads_to_a_page_that_names_the_selected(self):
        sent = {"action": "change_selected", "_selected_action": [row.pk for row in self.rows]}
        page = self.client.post(address(Dialogue, "changelist"), sent, follow=True)
        for row in self.rows:
            self.assertContains(page, row.title)

    def test_all_are_changed_with_the_reason(self):
        self.send("track=track_2")
        self.assertEqual(self.tracks(), ["track_2", "track_2"])
        entry = Entry.objects.of(self.rows[0]).last()
        self.assertEqual((entry.reason, entry.user), ("As the source says.", self.admin))

    def test_what_was_published_needs_a_reason(self):
        self.assertContains(self.send("track=track_2", reason=" "), "This field is required.")
        self.assertEqual(self.tracks()[0], "track_1")
        self.send("track=track_2", self.rows[1], reason="")
        self.assertEqual(self.tracks(), ["track_1", "track_2"])

    def test_one_that_cannot_be_changed_holds_back_all(self):
        wrong = self.rows[1].pk
        Dialogue.objects.filter(pk=wrong).update(parent=wrong)
        self.assertContains(self.send("track=track_2"), "This would create a circle back to this record")
        self.assertEqual(self.tracks(), ["track_1", "unknown"])

    def test_what_somebody_saved_meanwhile_holds_back_all_until_it_was_looked_at(self):
        path, change = self.path(), {"change": "track=track_2"}
        page = self.client.get(path)
        other = make.member("editor", username="other")
        self.client.force_login(other)
        self.change(self.rows[0], track="track_3", reason="Another source.")
        self.client.force_login(self.admin)
        answer = self.send_as_shown(page, path, **change)
        self.assertContains(answer, "other saved this record at")
        self.assertEqual(self.tracks(), ["track_3", "unknown"])
        self.send_as_shown(answer, path, **change)
        self.assertEqual(self.tracks(), ["track_2", "track_2"])

    def test_a_form_without_versions_changes_nothing(self):
        self.client.post(self.path(), {"change": "track=track_2", "reason": "A source."})
        self.assertEqual(self.tracks(), ["track_1", "unknown"])

    def test_only_fields_that_are_safe_and_values_that_exist(self):
        for change in ("title=x", "publication=published", "track=9", "confidentiality=public", "track"):
            self.assertContains(self.send(change), "Select a valid choice", msg_prefix=change)

    def test_editors_assign_and_contributors_do_not(self):
        officer = make.member("contributor", username="officer")
        for unable in (make.member("administrator"), make.member("editor", is_active=False)):
            self.assertContains(self.send(f"assigned_to={unable.pk}"), "Select a valid choice")
        self.send(f"assigned_to={officer.pk}")
        self.assertEqual(Dialogue.objects.get(pk=self.rows[1].pk).assigned_to, officer)
        self.send("assigned_to=")
        self.assertIsNone(Dialogue.objects.get(pk=self.rows[1].pk).assigned_to)
        self.client.force_login(officer)
        self.assertNotContains(self.client.get(self.path()), "Assigned to")

    def test_a_contributor_changes_own_drafts_only(self):
        writer = make.member("contributor")
        own = make.dialogue(publication="draft", created_by=writer)
        self.client.force_login(writer)
        answer = self.send("track=track_2", own, self.rows[0])
        self.assertContains(answer, "You may not change it in its current state.")
        self.assertEqual(self.tracks(), ["track_1", "unknown"])
        self.send("track=track_2", own, self.rows[1])
        own.refresh_from_db()
        self.assertEqual((own.track, self.tracks()), ("track_2", ["track_1", "unknown"]))

    def test_hidden_ones_are_neither_named_nor_changed(self):
        secret = make.dialogue(title="Zzyzx", confidentiality="confidential")
        self.assertNotContains(self.client.get(self.path(secret)), "Zzyzx")
        self.send("track=track_2", secret)
        secret.refresh_from_db()
        self.assertEqual(secret.track, "unknown")

    def test_somebody_who_may_not_write_has_no_page(self):
        self.client.force_login(make.user("reader", is_staff=True))
        self.assertEqual(self.client.get(address(Person, "bulk")).status_code, 403)
