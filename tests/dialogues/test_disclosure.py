"""Who took part in a dialogue that was not open: published only where it is public already."""

from django.core.exceptions import ValidationError
from django.test import override_settings

from dialogues.models import Participation
from dialogues.models.dialogues import UNDISCLOSED
from dialogues.models.participations import EXPOSED
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address
from tests.writing import WritingTest, path
from tracker.records.audit.history import Entry


class DisclosureTest(WritingTest):
    def draft(self, disclosure="secret", **fields):
        return make.participation(
            dialogue=make.dialogue(disclosure=disclosure), publication="draft", **fields
        )

    def refused(self, row, **said):
        with self.assertRaises(ValidationError) as raised:
            row.publish(self.editor, **said)
        return " ".join(raised.exception.messages)


class PublishingTest(DisclosureTest):
    def test_only_with_the_tick_of_its_publisher_and_the_history_keeps_it(self):
        for disclosure in UNDISCLOSED:
            row = self.draft(disclosure)
            self.assertIn("publicly says who took part", self.refused(row))
            row.publish(self.editor, "", already_public=True)
            entry = Entry.objects.of(row).last()
            self.assertEqual((entry.before["already_public"], entry.after["already_public"]), (False, True))
            self.assertEqual(entry.user, self.editor)

    def test_an_open_dialogue_asks_for_nothing(self):
        for disclosure in ("public", "announced_after"):
            row = self.draft(disclosure)
            row.publish(self.editor, "", already_public=True)
            self.assertFalse(Participation.objects.get(pk=row.pk).already_public)

    def test_the_tick_alone_does_not_do_without_a_published_source_that_supports_it(self):
        hidden = [make.source(publication="draft"), make.source(confidentiality="confidential")]
        for source, stance in (
            (None, "mentions"),
            (None, "contradicts"),
            *((one, "supports") for one in hidden),
        ):
            row = self.draft(cited=False)
            make.citation(row, source=source, stance=stance)
            self.assertIn("supports", self.refused(row, already_public=True))
        make.citation(row)
        row.publish(self.editor, already_public=True)

    def test_with_its_dialogue_it_asks_for_the_same(self):
        dialogue = make.dialogue(disclosure="closed", publication="draft")
        row = make.participation(dialogue=dialogue, publication="draft", naming="withheld")
        self.assertIn("publicly says who took part", self.refused(dialogue))
        dialogue.publish(self.editor, already_public=True)
        self.assertTrue(Participation.objects.get(pk=row.pk).already_public)

    def test_each_publication_asks_anew(self):
        row = self.draft()
        row.publish(self.editor, already_public=True)
        row.withdraw(self.editor, "A mistake.")
        self.assertIn("publicly says who took part", self.refused(row))


class LaterTest(DisclosureTest):
    """A change of what is published is no way around the tick."""

    def test_a_dialogue_whose_participants_are_told_is_not_closed_until_they_are_withdrawn(self):
        row = make.participation()
        dialogue = row.dialogue
        for disclosure in UNDISCLOSED:
            document = {"disclosure": disclosure, "reason": "The source says so."}
            answer = self.send(self.editor, "PATCH", path(dialogue), document, 2)
            self.assert_errors(answer, "/disclosure")
        row.withdraw(self.editor, "Its dialogue was secret.")
        self.done(200, self.editor, "PATCH", path(dialogue), document, 2)
        row.publish(self.editor, already_public=True)
        self.done(200, self.editor, "PATCH", path(dialogue), {**document, "agenda": "Water."}, 3)

    def test_what_a_writer_does_not_see_refuses_nothing(self):
        for hidden in (
            {"publication": "draft"},
            {"confidentiality": "confidential"},
            {"person": make.person(publication="draft")},
        ):
            dialogue = make.participation(**hidden).dialogue
            document = {"disclosure": "secret", "reason": "The source says so."}
            self.done(200, self.editor, "PATCH", path(dialogue), document, 2)

    def test_nobody_is_named_in_a_published_row_who_was_not(self):
        row = self.draft(naming="withheld", cleared=[self.editor])
        row.publish(self.editor, already_public=True)
        row.refresh_from_db()
        document = {"naming": "named", "person": make.person().slug, "reason": "Known now."}
        self.assert_errors(self.send(self.editor, "PATCH", path(row), document, row.version), "/dialogue")
        self.done(200, self.editor, "PATCH", path(row), {"role": "speaker", "reason": "x"}, row.version)

    def test_a_published_row_is_not_moved_to_another_dialogue_that_was_not_open(self):
        row = make.participation()
        document = {"dialogue": make.dialogue(disclosure="secret").slug, "reason": "A mistake."}
        self.assert_errors(self.send(self.editor, "PATCH", path(row), document, 2), "/dialogue")

    def test_less_may_be_said_at_any_time(self):
        row = self.draft()
        row.publish(self.editor, already_public=True)
        row.refresh_from_db()
        document = {"naming": "withheld", "person": None, "reason": "Asked to."}
        self.done(200, self.editor, "PATCH", path(row), document, row.version)


class VerbTest(DisclosureTest):
    def test_the_body_of_the_verb_has_the_tick(self):
        row = self.draft()
        shown = self.done(200, self.editor, "GET", path(row, "publication"))
        self.assertEqual(shown["missing"], [EXPOSED])
        (error,) = self.done(409, self.editor, "POST", path(row, "publish"), {}, 2)["errors"]
        self.assertIn("publicly says who took part", error["detail"])
        for wrong in (1, "yes", None):
            answer = self.send(self.editor, "POST", path(row, "publish"), {"already_public": wrong}, 2)
            self.assert_errors(answer, "/already_public")
        self.done(400, self.editor, "POST", path(row, "submit"), {"already_public": True}, 2)
        self.done(200, self.editor, "POST", path(row, "publish"), {"already_public": True}, 2)
        self.assertNotIn(b"already_public", self.send(None, "GET", path(row)).content)
        self.assertNotIn(b"already_public", self.send(self.editor, "GET", path(row)).content)


@override_settings(FOUR_EYES=False)
class AdminTest(WorkTest):
    def test_the_page_that_publishes_asks_for_the_tick(self):
        row = make.participation(dialogue=make.dialogue(disclosure="secret"), publication="draft")
        page = self.page(self.editor, row, "publish")
        self.assertContains(page, "Already public in the source")
        sent = {"mark": page.context["form"]["mark"].value()}
        page = self.client.post(address(Participation, "publish", row.pk), sent)
        self.assertContains(page, "publicly says who took part", status_code=200)
        self.assertEqual(self.state(row), "draft")
        self.client.post(address(Participation, "publish", row.pk), {**sent, "already_public": "on"})
        self.assertEqual(self.state(row), "published")

    def test_an_open_dialogue_does_not_ask(self):
        row = make.participation(publication="draft")
        self.assertNotContains(self.page(self.editor, row, "publish"), "Already public in the source")

    def test_many_at_once_are_not_published_without_it(self):
        row = make.participation(dialogue=make.dialogue(disclosure="secret"), publication="draft")
        page = self.act(self.editor, "publish_selected", row)
        self.assertContains(page, "publicly says who took part")
        self.assertEqual(self.state(row), "draft")
