"""Scheduled publication: approved now, public at its moment, never before; and what comes in between."""

from datetime import UTC, datetime, timedelta
from unittest import mock

from django.core.exceptions import PermissionDenied, ValidationError
from django.test import TestCase, override_settings

from dialogues.models import Dialogue, Participation
from people.models import Person
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tests.writing import WritingTest, path
from tracker.records.admin.start_page import start
from tracker.records.audit.history import Entry
from tracker.records.protection.name_check import SENTENCE
from tracker.records.workflow.approvals import ASK, CHANGED, CHANNEL, Approval, publish_due

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
THEN = NOW + timedelta(days=10)
SECOND = timedelta(seconds=1)


def at(moment):
    return mock.patch("django.utils.timezone.now", return_value=moment)


class ScheduledTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor", username="editor")
        cls.author = make.member("contributor", username="author")

    def approved(self, build=make.person, **fields):
        """A draft that was approved for THEN."""
        row = build(**{"publication": "draft", "created_by": self.author, "publish_at": THEN, **fields})
        with at(NOW):
            row.publish(self.editor, "Embargo of the source.")
        return row

    def state(self, row):
        return type(row).objects.get(pk=row.pk).publication

    def is_public(self, row):
        return type(row).objects.visible_to(None).filter(pk=row.pk).exists()

    def due(self, moment):
        with at(moment):
            return publish_due()


class MomentTest(ScheduledTest):
    def test_never_early_and_at_once_when_the_moment_has_come(self):
        for off, public in ((-SECOND, False), (0 * SECOND, True), (SECOND, True)):
            row = self.approved()
            self.assertFalse(self.is_public(row))
            self.assertEqual(self.due(THEN + off), (int(public), 0))
            self.assertEqual(self.is_public(row), public, off)
            Approval.objects.all().delete()

    def test_what_is_approved_waits_in_review_and_its_author_cannot_change_it(self):
        row = self.approved()
        self.assertEqual(self.state(row), "in_review")
        self.assertIsNone(Person.objects.get().published_at)

    def test_the_history_says_who_approved_it_why_and_that_it_came_by_the_schedule(self):
        row = self.approved()
        self.due(THEN)
        entry = Entry.objects.of(row).last()
        self.assertEqual(
            (entry.user, entry.reason, entry.channel), (self.editor, "Embargo of the source.", CHANNEL)
        )
        self.assertEqual(Person.objects.get().published_by, self.editor)
        self.assertEqual(Person.objects.get().published_at, THEN)

    def test_it_is_published_once_and_the_approval_is_gone(self):
        self.approved()
        self.assertEqual(self.due(THEN), (1, 0))
        self.assertEqual(self.due(THEN), (0, 0))
        self.assertFalse(Approval.objects.exists())

    def test_a_moment_that_is_past_means_now(self):
        row = make.person(publication="draft", publish_at=NOW - SECOND)
        with at(NOW):
            row.publish(self.editor)
        self.assertTrue(self.is_public(row))

    def test_what_was_withdrawn_stays_so_until_its_moment(self):
        row = make.dialogue(publication="withdrawn", publish_at=THEN)
        with at(NOW):
            row.publish(self.editor)
        self.assertEqual(self.state(row), "withdrawn")
        self.due(THEN)
        self.assertTrue(self.is_public(row))

    def test_what_belongs_to_it_comes_with_it(self):
        dialogue = make.dialogue(publication="draft", publish_at=THEN)
        row = make.participation(dialogue=dialogue, publication="draft")
        with at(NOW):
            dialogue.publish(self.editor)
        self.assertEqual(self.state(row), "in_review")
        self.assertEqual(self.due(THEN), (1, 0))
        self.assertTrue(self.is_public(row) and self.is_public(dialogue))

    def test_what_belongs_to_it_and_is_planned_for_later_stands_against_it(self):
        dialogue = make.dialogue(publication="draft", publish_at=THEN)
        make.participation(dialogue=dialogue, publication="draft", publish_at=THEN + SECOND)
        with at(NOW), self.assertRaisesRegex(ValidationError, "publish_at is in the future"):
            dialogue.publish(self.editor)


class ChecksTest(ScheduledTest):
    def test_all_checks_run_when_it_is_approved(self):
        row = make.person(publication="draft", cited=False, publish_at=THEN)
        with at(NOW), self.assertRaisesRegex(ValidationError, "cites no published source"):
            row.publish(self.editor)
        self.assertEqual((self.state(row), Approval.objects.count()), ("draft", 0))

    def test_they_run_again_then_what_fails_goes_back_with_a_note_and_the_others_go_ahead(self):
        source = make.source()
        row, other = self.approved(source=source), self.approved()
        source.withdraw(self.editor, "A forgery.")
        self.assertEqual(self.due(THEN), (1, 1))
        self.assertTrue(self.is_public(other))
        self.assertEqual(self.state(row), "draft")
        self.assertIn("cites no published source", row.sent_back().reason)
        self.assertEqual(row.sent_back().channel, CHANNEL)
        self.assertEqual(self.due(THEN + SECOND), (0, 0))

    def test_that_a_name_is_held_is_told_to_editors_alone(self):
        row = self.approved(build=make.dialogue, summary="They met Zahra Qvortexli.")
        make.person(name="Zahra Qvortexli", confidentiality="confidential")
        self.assertEqual(self.due(THEN), (0, 1))
        self.assertIn(SENTENCE, Approval.objects.get().problem)
        self.assertEqual((self.state(row), row.sent_back().reason), ("draft", ASK))

    def test_the_start_page_lists_what_is_planned_and_what_was_not_published(self):
        source = make.source()
        row, other = self.approved(source=source), self.approved()
        listed = {one.slug: one for one in start.sections}

        def rows(slug, user):
            return {key for _, key, _ in listed[slug].keys(user, 0, 9)}

        self.assertEqual(rows("planned", self.editor), {row.pk, other.pk})
        source.withdraw(self.editor, "A forgery.")
        self.due(THEN)
        self.assertEqual(rows("planned", self.editor), set())
        self.assertEqual(rows("not-published", self.editor), {row.pk})
        self.assertEqual(rows("drafts", self.author), {row.pk})
        make.citation(row)
        row.refresh_from_db()
        row.submit(self.author)
        self.assertEqual(rows("not-published", self.editor), set())

    def test_nothing_is_published_that_nobody_approved(self):
        dialogue = make.dialogue(publication="draft", publish_at=THEN)
        row = make.participation(dialogue=dialogue, publication="draft")
        with at(NOW):
            dialogue.publish(self.editor)
        later = make.participation(dialogue=dialogue, publication="draft")
        self.assertEqual(self.due(THEN), (1, 0))
        self.assertEqual((self.state(row), self.state(later)), ("published", "draft"))

    def test_what_was_changed_since_is_not_published(self):
        def citation(row):
            make.citation(row)

        def field(row):
            row.refresh_from_db()
            row.summary = "Another"
            row.save()

        for change in (citation, field):
            row = self.approved()
            change(row)
            self.assertEqual(self.due(THEN), (0, 1))
            self.assertEqual((self.state(row), row.sent_back().reason), ("draft", CHANGED))

    def test_a_change_of_what_belongs_to_it_stops_all_of_it(self):
        dialogue = make.dialogue(publication="draft", publish_at=THEN)
        row = make.participation(dialogue=dialogue, publication="draft")
        with at(NOW):
            dialogue.publish(self.editor)
        make.citation(row)
        self.assertEqual(self.due(THEN), (0, 1))
        self.assertEqual((self.state(dialogue), self.state(row)), ("draft", "draft"))

    def test_any_other_verb_ends_the_approval(self):
        row = self.approved()
        row.send_back(self.editor, "Not yet.")
        self.assertFalse(Approval.objects.exists())
        row = self.approved()
        row.refresh_from_db()
        row.publish_at = None
        row.save()
        row.publish(self.editor)
        self.assertFalse(Approval.objects.exists())
        self.assertTrue(self.is_public(row))

    def test_it_is_approved_again_after_a_change(self):
        row = self.approved()
        row.refresh_from_db()
        row.publish_at = THEN + 2 * SECOND
        row.save()
        with at(NOW):
            row.publish(self.editor)
        self.assertEqual(self.due(THEN + SECOND), (0, 0))
        self.assertEqual(self.due(THEN + 2 * SECOND), (1, 0))

    def test_who_is_no_editor_any_more_publishes_nothing(self):
        row = self.approved()
        self.editor.groups.clear()
        self.assertEqual(self.due(THEN), (0, 1))
        self.assertFalse(self.is_public(row))

    @override_settings(FOUR_EYES=True)
    def test_nobody_approves_what_they_wrote(self):
        row = make.person(publication="draft", created_by=self.editor, publish_at=THEN)
        with at(NOW), self.assertRaises(PermissionDenied):
            row.publish(self.editor)

    def test_an_approval_of_what_was_deleted_is_dropped(self):
        row = self.approved()
        row.delete()
        self.assertEqual(self.due(THEN), (0, 1))
        self.assertFalse(Approval.objects.exists())


class ApiTest(WritingTest):
    def test_a_moment_says_its_zone_and_is_not_years_away(self):
        row = make.person(publication="draft")
        for wrong in (
            "2026-05-01T09:00:00",
            "9999-01-01T00:00:00Z",
            "9999-12-31T23:59:59-05:00",
            "2026-05-01",
        ):
            answer = self.send(self.editor, "PATCH", path(row), {"editorial": {"publish_at": wrong}}, 2)
            self.assert_errors(answer, "/editorial/publish_at")
        self.done(
            200,
            self.editor,
            "PATCH",
            path(row),
            {"editorial": {"publish_at": "2020-01-01T00:00:00+04:00"}},
            2,
        )
        self.done(200, self.editor, "POST", path(row, "publish"), {}, 3)
        self.assertEqual(self.send(None, "GET", path(row)).status_code, 200)

    def test_it_is_approved_and_says_for_when(self):
        moment = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%S.000000Z}"
        row = make.person(publication="draft", created_by=self.contributor)
        self.done(200, self.editor, "PATCH", path(row), {"editorial": {"publish_at": moment}}, 2)
        shown = self.done(200, self.editor, "GET", path(row, "publication"))
        self.assertEqual((shown["missing"], shown["approved_for"]), ([], None))
        self.done(200, self.editor, "POST", path(row, "publish"), {"comment": "Embargo."}, 3)
        self.assertEqual(self.send(None, "GET", path(row)).status_code, 404)
        shown = self.done(200, self.editor, "GET", path(row, "publication"))
        self.assertEqual((shown["publication"], shown["approved_for"]), ("in_review", moment))
        own = self.done(200, self.contributor, "GET", path(row, "publication"))
        self.assertIsNone(own["approved_for"])
        self.done(200, self.editor, "PATCH", path(row), {"summary": "Changed."}, shown["version"])
        self.assertIsNone(self.done(200, self.editor, "GET", path(row, "publication"))["approved_for"])


class ClosedDialogueTest(ScheduledTest):
    """The tick is kept from the approval."""

    def test_who_took_part_comes_out_with_the_tick_of_the_approval(self):
        dialogue = make.dialogue(publication="draft", publish_at=THEN, disclosure="secret")
        row = make.participation(dialogue=dialogue, publication="draft")
        with at(NOW):
            dialogue.publish(self.editor, "", already_public=True)
        self.due(THEN)
        self.assertTrue(Participation.objects.get(pk=row.pk).already_public)
        self.assertTrue(self.is_public(row))

    def test_without_it_a_dialogue_that_was_open_when_it_was_approved_is_not_published(self):
        dialogue = make.dialogue(publication="draft", publish_at=THEN)
        make.participation(dialogue=dialogue, publication="draft")
        with at(NOW):
            dialogue.publish(self.editor)
        Dialogue.objects.filter(pk=dialogue.pk).update(disclosure="secret")
        self.assertEqual(self.due(THEN), (0, 1))


@override_settings(FOUR_EYES=False)
class AdminTest(WorkTest):
    def test_the_moment_is_typed_on_the_page_and_the_page_that_publishes_names_it(self):
        row = self.draft()
        day = (datetime.now(UTC) + timedelta(days=2)).date()
        page = self.page(self.editor, row)
        self.assertContains(page, "publish_at_0")
        data = {**form_data(page), "publish_at_0": str(day), "publish_at_1": "09:00", "_publish": "1"}
        page = self.client.post(address(Person, "change", row.pk), data, follow=True)
        self.assertContains(page, f"together at {day} 09:00 UTC")
        sent = {"mark": page.context["form"]["mark"].value(), "comment": "Embargo."}
        page = self.client.post(address(Person, "publish", row.pk), sent, follow=True)
        self.assertContains(page, f"approved for publication at {day} 09:00 UTC")
        self.assertContains(page, "Approved by editor")
        self.assertEqual(self.state(row), "in_review")
        self.client.post(
            address(Person, "change", row.pk), {**form_data(page), "summary": "Changed."}, follow=True
        )
        self.assertContains(self.page(self.editor, row), "Changed after it was approved")
        self.assertNotContains(self.page(self.contributor, row), "approved for")

    def test_a_year_that_nobody_plans_for_is_refused(self):
        row = make.person(publication="draft")
        data = {
            **form_data(self.page(self.editor, row)),
            "publish_at_0": "9999-01-01",
            "publish_at_1": "09:00",
        }
        page = self.client.post(address(Person, "change", row.pk), data)
        self.assertContains(page, "Give a time within the next 5 years.")

    def test_many_at_once_say_which_are_for_later(self):
        moment = datetime.now(UTC) + timedelta(days=1)
        rows = make.person(publication="draft"), make.person(publication="draft", publish_at=moment)
        page = self.act(self.editor, "publish_selected", *rows)
        self.assertContains(page, "1 person was published.")
        self.assertContains(page, "1 person was approved for publication at the scheduled time.")
        self.assertEqual([self.state(row) for row in rows], ["published", "in_review"])
