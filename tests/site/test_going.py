"""The pages before publication and review: each reason once, and what is named goes along by one tick."""

import ast

from django.conf import settings
from django.test import override_settings

from dialogues.models import Dialogue, Participation, Statement, StatementRelation
from people.models import Person
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address
from tracker.records.base.places import Place
from tracker.records.base.record import UNSOURCED
from tracker.records.base.sources import Source
from tracker.records.workflow.readiness import SOMEBODY_ELSE


class GoingTest(WorkTest):
    def setUp(self):
        self.source = self.draft(Source, title="The article")
        self.person = self.draft(Person, name="Anar New", source=self.source)
        self.place = self.draft(Place, name="Lachin")
        self.dialogue = self.draft(Dialogue, title="The talks", source=self.source, places=[self.place])
        self.rows = [
            self.draft(Participation, dialogue=self.dialogue, person=self.person, source=self.source),
            *(
                self.draft(
                    Participation, dialogue=self.dialogue, group_label=f"group {number}", source=self.source
                )
                for number in range(7)
            ),
        ]
        self.own, self.named = [self.dialogue, *self.rows], [self.source, self.person, self.place]

    def publish(self, record, **said):
        path = address(type(record), "publish", record.pk)
        page = self.client.get(path)
        return self.client.post(path, {"mark": page.context["form"].initial["mark"], **said}, follow=True)

    def levels(self, page):
        return [(message.level_tag, str(message)) for message in page.context["messages"]]


@override_settings(FOUR_EYES=True)
class PublishTest(GoingTest):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.editor)

    def test_a_reason_that_blocks_nine_rows_is_shown_once_with_them_and_what_must_change(self):
        page = self.page(self.editor, self.dialogue, "publish")
        self.assertContains(page, UNSOURCED, 1)
        self.assertContains(page, "All 9")
        ((block, stays),) = page.context["blocks"]
        self.assertEqual({one.record for one in block.records}, set(self.own))
        self.assertEqual([one.record for one in block.causes], [self.source])
        self.assertFalse(stays)  # it goes away by a tick
        self.assertContains(page, f'<a href="{address(Source, "change", self.source.pk)}">The article</a>')
        self.assertContains(page, 'value="Publish all 9, and what is ticked"')

    def test_what_is_named_goes_along_by_one_tick(self):
        page = self.publish(self.dialogue, also="all")
        self.assertEqual({self.state(row) for row in (*self.own, *self.named)}, {"published"})
        self.assertEqual(
            self.levels(page),
            [
                (
                    "success",
                    "1 dialogue was published, with 8 records that belong to it and 3 records that it names.",
                )
            ],
        )

    def test_or_one_by_one_and_what_remains_is_said(self):
        page = self.publish(self.dialogue, also=str(self.source.pk))
        self.assertEqual([self.state(row) for row in self.named], ["published", "draft", "draft"])
        (_, (level, said)) = self.levels(page)
        self.assertEqual(level, "warning")
        self.assertIn("Not public yet", said)
        for row in (self.person, self.place):
            self.assertIn(address(type(row), "change", row.pk), said)

    def test_without_a_tick_nothing_is_published_and_the_reason_stands_there_once(self):
        page = self.publish(self.dialogue)
        self.assertContains(page, "Nothing was published.")
        self.assertContains(page, UNSOURCED, 1)
        self.assertEqual({self.state(row) for row in (*self.own, *self.named)}, {"draft"})

    def test_what_lacks_something_cannot_be_ticked_and_says_what(self):
        self.person.citations.all().delete()
        mine = self.draft(Person, created_by=self.editor, name="Mine")
        self.draft(Participation, dialogue=self.dialogue, person=mine, source=self.source)
        page = self.page(self.editor, self.dialogue, "publish")
        lines = {line["record"]: line for line in page.context["named"]}
        self.assertEqual({row for row, line in lines.items() if line["may"]}, {self.source, self.place})
        self.assertEqual(list(lines[self.person]["missing"]), [UNSOURCED])
        self.assertIn(SOMEBODY_ELSE, lines[mine]["missing"])
        self.publish(self.dialogue, also=["all"])
        self.assertEqual(
            [self.state(row) for row in (self.dialogue, self.person, mine)], ["published", "draft", "draft"]
        )

    def test_what_is_hidden_is_not_offered_and_no_cause_is_named_that_is_not_seen(self):
        secret = make.source(title="Zzyzx", publication="draft", confidentiality="confidential")
        part = self.draft(Participation, dialogue=self.dialogue, group_label="last", source=secret)
        hidden = self.draft(Person, name="Qvortexli", confidentiality="confidential")
        self.draft(Participation, dialogue=self.dialogue, person=hidden, source=self.source)
        page = self.page(self.editor, self.dialogue, "publish")
        for name in ("Zzyzx", "Qvortexli"):
            self.assertNotContains(page, name)
        self.assertContains(page, address(Participation, "change", part.pk))

    def test_what_changed_meanwhile_is_looked_at_again(self):
        path = address(Dialogue, "publish", self.dialogue.pk)
        page = self.client.get(path)
        self.person.save()
        sent = {"mark": page.context["form"].initial["mark"], "also": "all"}
        self.assertContains(self.client.post(path, sent), "It was changed after you opened this page")
        self.assertEqual(self.state(self.dialogue), "draft")

    def test_save_and_publish_leads_there_where_something_is_named(self):
        statement = self.draft(Statement, about_people=[self.person])
        page = self.change(statement, _publish="1")
        self.assertContains(page, "Named here, but not public yet")

    def test_a_statement_with_its_parts_and_relations(self):
        statement = self.draft(Statement)
        parts = [self.draft(Statement, part_of=statement) for _ in range(2)]
        relation = self.draft(StatementRelation, statement=statement)
        page = self.page(self.editor, statement, "publish")
        self.assertContains(page, 'value="Publish all 4"')
        self.publish(statement)
        self.assertEqual({self.state(row) for row in (statement, *parts, relation)}, {"published"})


@override_settings(FOUR_EYES=True)
class SubmitTest(GoingTest):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.contributor)

    def test_what_is_named_is_ticked_and_goes_along(self):
        page = self.change(self.dialogue, _submit="1")
        self.assertContains(page, "Your drafts that it names")
        self.assertContains(page, "checked", 4)
        self.assertEqual(self.state(self.dialogue), "draft")
        sent = {"mark": page.context["form"].initial["mark"], "also": str(self.person.pk)}
        page = self.client.post(address(Dialogue, "submit", self.dialogue.pk), sent, follow=True)
        self.assertEqual({self.state(row) for row in (*self.own, self.person)}, {"in_review"})
        self.assertEqual([self.state(row) for row in (self.source, self.place)], ["draft", "draft"])
        said = (
            "1 dialogue was submitted for review, with 8 records that belong to it and 1 record that"
            " it names."
        )
        self.assertEqual(self.levels(page), [("success", said)])

    def test_from_a_list_everything_of_ones_own_goes_along(self):
        page = self.act(self.contributor, "submit_selected", self.dialogue)
        self.assertEqual({self.state(row) for row in (*self.own, *self.named)}, {"in_review"})
        said = (
            "1 dialogue was submitted for review, with 8 records that belong to it and 3 records that"
            " it names."
        )
        self.assertEqual(self.levels(page), [("success", said)])

    def test_somebody_else_has_no_such_page(self):
        path = address(Dialogue, "submit", self.dialogue.pk)
        self.client.force_login(self.officer)
        self.assertEqual(self.client.get(path).status_code, 404)
        self.client.force_login(self.contributor)
        self.dialogue.submit(self.contributor)
        self.assertEqual(self.client.get(path).status_code, 403)


class LevelsTest(GoingTest):
    """A refusal looks like one, and each reason stands once in it."""

    def test_many_that_are_refused_for_one_reason(self):
        people = [self.draft(source=self.source, name=f"Anar {number}") for number in range(9)]
        page = self.act(self.editor, "publish_selected", *people)
        ((level, said),) = self.levels(page)
        self.assertEqual(level, "error")
        self.assertEqual(said.count(UNSOURCED), 1)
        self.assertNotIn("<li>", said)  # which would look like a message of its own, with a tick
        for row in (*people, self.source):
            self.assertIn(address(type(row), "change", row.pk), said)

    def test_a_change_of_many_that_is_refused(self):
        rows = [self.draft() for _ in range(3)]
        self.client.force_login(self.editor)
        Person.objects.filter(pk__in=[row.pk for row in rows]).update(gender="nonsense")
        path = f"{address(Person, 'bulk')}?ids={','.join(str(row.pk) for row in rows)}"
        seen = self.client.get(path).context["form"].initial["seen"]
        page = self.client.post(path, {"change": "basis=consent", "seen": seen})
        self.assertContains(page, "nonsense", 1)
        for row in rows:
            self.assertContains(page, address(Person, "change", row.pk))

    def test_some_are_done_and_some_refused(self):
        page = self.act(self.editor, "publish_selected", self.draft(), self.draft(cited=False))
        self.assertEqual([level for level, _ in self.levels(page)], ["success", "error"])

    def test_what_is_gone_is_no_success(self):
        row = self.draft()
        self.client.force_login(self.editor)
        path = f"{address(Person, 'withdraw')}?ids={row.pk}"
        row.delete()
        page = self.client.post(path, {"reason": "A mistake."}, follow=True)
        self.assertIn(
            ("warning", "Nothing was withdrawn: the record no longer exists, or you cannot see it."),
            self.levels(page),
        )

    def test_every_message_says_whether_it_is_a_success(self):
        base = settings.BASE_DIR
        for path in (*base.glob("tracker/records/admin/**/*.py"), *base.glob("*/admin.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "message_user":
                    self.assertEqual(len(node.args), 3, f"{path.name} {node.lineno}: give the level.")

    def test_no_message_of_a_page_holds_a_list_that_looks_like_messages(self):
        page = self.act(self.editor, "publish_selected", self.dialogue)
        self.assertContains(page, '<li class="error">Not published.')
        (said,) = [said for level, said in self.levels(page) if level == "error"]
        self.assertNotIn("<li", said)
