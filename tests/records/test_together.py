"""What goes with a record: always what belongs to it, if it is said what it names, and nothing else."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.test import TestCase, override_settings
from django.utils import timezone

from dialogues.models import Dialogue, Participation, Statement, StatementRelation
from people.models import Affiliation, Organization, Person
from tests import make
from tests.records.test_write_states import StatesTest, state, version
from tests.writing import path
from tracker.records.base.places import Place
from tracker.records.base.record import UNSOURCED
from tracker.records.base.sources import Source
from tracker.records.values.names import slugify_name
from tracker.records.workflow.approvals import Approval, publish_due
from tracker.records.workflow.companions import UNKNOWN, Unready


class TogetherTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.contributor, cls.other = make.member("contributor"), make.member("contributor")
        cls.editor = make.member("editor")

    def draft(self, model, **fields):
        return make.one(model, **{"publication": "draft", "created_by": self.contributor, **fields})

    def states(self, *rows):
        return [state(row) for row in rows]

    def also(self, *rows):
        return [str(row.pk) for row in rows]


@override_settings(FOUR_EYES=True)
class StatementTest(TogetherTest):
    """The parts of a statement are its claims."""

    def setUp(self):
        self.whole = self.draft(Statement)
        self.parts = [self.draft(Statement, part_of=self.whole) for _ in range(2)]
        known = make.statement()
        self.relations = [
            self.draft(StatementRelation, statement=self.whole, related_statement=known),
            self.draft(StatementRelation, statement=known, related_statement=self.parts[0]),
        ]
        self.rows = [self.whole, *self.parts, *self.relations]

    def test_they_go_with_it_all_the_way(self):
        self.whole.submit(self.contributor)
        self.assertEqual(set(self.states(*self.rows)), {"in_review"})
        self.whole.send_back(self.editor, "Say when.")
        self.assertEqual(set(self.states(*self.rows)), {"draft"})
        self.assertEqual({row.sent_back().reason for row in self.rows}, {"Say when."})
        self.whole.submit(self.contributor)
        self.whole.publish(self.editor)
        self.assertEqual(set(self.states(*self.rows)), {"published"})
        shown = self.client.get("/api/v1/statements/", {"part_of": self.whole.slug}).json()
        self.assertEqual(shown["total"], 2)

    def test_one_part_that_lacks_something_stops_all(self):
        self.parts[1].citations.all().delete()
        with self.assertRaisesRegex(Unready, UNSOURCED):
            self.whole.publish(self.editor)
        self.assertEqual(set(self.states(*self.rows)), {"draft"})

    def test_a_relation_waits_for_the_later_of_its_two_statements(self):
        later = self.draft(Statement)
        relation = self.draft(StatementRelation, statement=later, related_statement=self.whole)
        self.whole.publish(self.editor)
        self.assertEqual(self.states(relation, later), ["draft", "draft"])
        later.publish(self.editor)
        self.assertEqual(self.states(relation, later), ["published", "published"])

    def test_rows_of_others_stay_as_they_are_when_a_contributor_submits(self):
        theirs = self.draft(Statement, part_of=self.whole, created_by=self.other)
        self.whole.submit(self.contributor)
        self.assertEqual(state(theirs), "draft")
        self.whole.publish(self.editor)
        self.assertEqual(state(theirs), "published")


@override_settings(FOUR_EYES=True)
class NamedTest(TogetherTest):
    """A dialogue from one article: people, a place and the source itself are new."""

    def setUp(self):
        self.source = self.draft(Source)
        self.place = self.draft(Place)
        self.person = self.draft(Person, source=self.source, name="Anar New")
        self.organization = self.draft(Organization, source=self.source)
        self.tie = self.draft(
            Affiliation, person=self.person, organization=self.organization, source=self.source
        )
        self.dialogue = self.draft(Dialogue, source=self.source, places=[self.place])
        self.row = self.draft(Participation, dialogue=self.dialogue, person=self.person, source=self.source)
        self.own = [self.dialogue, self.row]
        self.found = [self.source, self.place, self.person, self.organization]

    def test_all_that_is_named_is_found_once_and_what_others_name_comes_first(self):
        found = self.dialogue.named(self.editor)
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(set(found), set(self.found))
        self.assertEqual(self.dialogue.named(self.contributor), found)
        self.assertEqual(self.dialogue.named(self.other), [])

    def test_nothing_of_it_goes_along_unless_it_is_said(self):
        with self.assertRaises(Unready) as refused:
            self.dialogue.publish(self.editor)
        self.assertEqual(set(refused.exception.blockers), set(self.own))
        self.assertEqual(len(refused.exception.messages), 1)  # one reason, once
        self.assertEqual(
            {cause for said in refused.exception.blockers.values() for one in said for cause in one.because},
            {self.source},
        )
        self.dialogue.publish(self.editor, also=self.also(self.source))
        self.assertEqual(self.states(*self.own, self.source), ["published"] * 3)
        self.assertEqual(self.states(self.place, self.person, self.organization), ["draft"] * 3)

    def test_all_of_it_is_published_in_one_step(self):
        self.dialogue.publish(self.editor, also=self.also(*self.found))
        self.assertEqual(set(self.states(*self.own, *self.found, self.tie)), {"published"})
        for row in (self.person, self.place):
            row.refresh_from_db()
            self.assertEqual(row.slug, slugify_name(row.name))  # with no random characters
        self.assertTrue(self.row.is_visible_to(None))

    def test_or_nothing(self):
        self.person.citations.all().delete()
        with self.assertRaisesRegex(Unready, f"Anar New: {UNSOURCED}"):
            self.dialogue.publish(self.editor, also=self.also(*self.found))
        self.assertEqual(set(self.states(*self.own, *self.found, self.tie)), {"draft"})

    def test_what_is_hidden_or_secret_never_goes_along(self):
        for level in ("restricted", "confidential"):
            row = self.draft(Person, confidentiality=level, cleared=[self.editor], source=self.source)
            self.draft(Participation, dialogue=self.dialogue, person=row, source=self.source)
            self.assertNotIn(row, self.dialogue.named(self.editor))
            with self.assertRaisesMessage(ValidationError, UNKNOWN):
                self.dialogue.publish(self.editor, also=self.also(row))
            self.assertEqual(state(row), "draft")

    def test_nor_what_has_a_review_of_its_own_or_nothing_to_do_with_it(self):
        series, stranger = self.draft(Dialogue), self.draft(Person)
        self.dialogue.parent = series
        self.dialogue.save()
        for row in (series, stranger, make.person()):
            self.assertNotIn(row, self.dialogue.named(self.editor))
            with self.assertRaisesMessage(ValidationError, UNKNOWN):
                self.dialogue.publish(self.editor, also=self.also(row))

    def test_four_eyes_look_at_each_of_them(self):
        mine = self.draft(Person, created_by=self.editor, source=self.source)
        self.draft(Participation, dialogue=self.dialogue, person=mine, source=self.source)
        with self.assertRaises(PermissionDenied):
            self.dialogue.publish(self.editor, also=self.also(*self.found, mine))
        self.assertEqual(set(self.states(*self.own, *self.found, mine)), {"draft"})
        self.dialogue.publish(self.editor, also=self.also(*self.found))
        self.assertEqual(self.states(self.dialogue, mine), ["published", "draft"])
        tie = self.draft(Affiliation, created_by=self.editor, person=mine)
        mine.created_by = self.contributor
        mine.save()
        statement = self.draft(Statement, about_people=[mine], source=self.source)
        with self.assertRaises(PermissionDenied):  # what belongs to what goes along is published too
            statement.publish(self.editor, also=self.also(mine))
        self.assertEqual(self.states(statement, mine, tie), ["draft"] * 3)

    def test_a_contributor_hands_over_what_is_theirs(self):
        theirs = self.draft(Person, created_by=self.other, source=self.source)
        self.draft(Participation, dialogue=self.dialogue, person=theirs, source=self.source)
        self.dialogue.submit(self.contributor, also=self.also(*self.found))
        self.assertEqual(set(self.states(*self.own, *self.found, self.tie)), {"in_review"})
        again = self.draft(Dialogue, source=self.source)
        for row in (theirs, self.person):  # one is not theirs, one is with the editors already
            with self.assertRaisesMessage(ValidationError, UNKNOWN):
                again.submit(self.contributor, also=self.also(row))
        self.assertEqual(state(again), "draft")

    def test_at_a_moment_too(self):
        self.dialogue.publish_at = timezone.now() + timedelta(hours=1)
        self.dialogue.save()
        for meddle in (False, True):
            with self.subTest(meddle=meddle):
                self.dialogue.publish(self.editor, also=self.also(*self.found))
                self.assertEqual(set(self.states(*self.own, *self.found, self.tie)), {"in_review"})
                Approval.objects.update(publish_at=timezone.now())
                Dialogue.objects.update(publish_at=timezone.now())
                if not meddle:
                    self.person.refresh_from_db()
                    self.person.save()  # it is not what was approved
                    self.assertEqual(publish_due(), (0, 1))
                    self.assertEqual(set(self.states(*self.own, *self.found, self.tie)), {"draft"})
                    self.dialogue.refresh_from_db()
                    self.dialogue.publish_at = timezone.now() + timedelta(hours=1)
                    self.dialogue.save()
                else:
                    self.assertEqual(publish_due(), (1, 0))
                    self.assertEqual(set(self.states(*self.own, *self.found, self.tie)), {"published"})

    def test_speakers_of_a_statement_go_along(self):
        statement = self.draft(Statement, speakers=[self.person, self.organization], source=self.source)
        with self.assertRaisesRegex(Unready, "A speaker is not public"):
            statement.publish(self.editor, also=self.also(self.source, self.person))
        statement.publish(self.editor, also=self.also(self.source, self.person, self.organization))
        self.assertEqual(state(statement), "published")


@override_settings(FOUR_EYES=True)
class ApiTest(StatesTest):
    """The same rules for programs."""

    def setUp(self):
        self.source = self.draft(Source)
        self.person = self.draft(Person, source=self.source)
        self.dialogue = self.draft(Dialogue, source=self.source)
        self.row = self.draft(Participation, dialogue=self.dialogue, person=self.person, source=self.source)
        self.ids = [str(self.source.pk), str(self.person.pk)]

    def publication(self, user):
        return self.done(200, user, "GET", path(self.dialogue, "publication"))

    def test_what_could_go_along_is_listed_with_what_it_lacks(self):
        mine = self.draft(Person, created_by=self.editor, cited=False)
        self.draft(Participation, dialogue=self.dialogue, person=mine, source=self.source)
        hidden = make.person(publication="draft", confidentiality="confidential")
        self.draft(Participation, dialogue=self.dialogue, person=hidden, source=self.source)
        found = {one["url"].split("/")[-2]: one for one in self.publication(self.editor)["named"]}
        self.assertEqual(set(found), {*self.ids, str(mine.pk)})
        self.assertEqual(found[str(self.person.pk)]["missing"], [])
        self.assertEqual(found[str(self.person.pk)]["type"], "people")
        self.assertEqual(len(found[str(mine.pk)]["missing"]), 2)  # a source, and another editor
        self.assertEqual(self.publication(self.editor)["missing"], [UNSOURCED])
        told = {one["url"].split("/")[-2] for one in self.publication(self.contributor)["named"]}
        self.assertEqual(told, set(self.ids))

    def test_submit_and_publish_take_what_goes_along(self):
        self.assertEqual(
            self.verb(self.contributor, self.dialogue, "submit", {"also": self.ids}).status_code, 200
        )
        every = (self.dialogue, self.row, self.source, self.person)
        self.assertEqual([state(one) for one in every], ["in_review"] * 4)
        answer = self.verb(self.editor, self.dialogue, "publish", {"also": self.ids[1:]})
        self.assertEqual(answer.status_code, 409)
        refused = {error["url"].split("/")[-2] for error in answer.json()["errors"]}
        self.assertEqual(refused, {str(one.pk) for one in (self.dialogue, self.row, self.person)})
        self.assertEqual(
            self.verb(self.editor, self.dialogue, "publish", {"also": self.ids}).status_code, 200
        )
        self.assertEqual([state(one) for one in every], ["published"] * 4)

    def test_hidden_and_absent_are_refused_alike(self):
        hidden = make.person(publication="draft", confidentiality="confidential")
        self.draft(Participation, dialogue=self.dialogue, person=hidden)
        answers = []
        for also in (str(hidden.pk), "00000000-0000-4000-8000-000000000000", "x"):
            for verb in ("submit", "publish"):
                answer = self.verb(self.editor, self.dialogue, verb, {"also": [also]})
                self.assert_errors(answer, "/also")
                answers.append(answer.json()["errors"][0]["detail"])
        self.assertEqual(set(answers), {UNKNOWN})
        self.assert_errors(self.verb(self.editor, self.dialogue, "publish", {"also": "x"}), "/also")
        self.assertEqual(state(self.dialogue), "draft")

    def test_a_token_reaches_all_that_goes_along_or_nothing(self):
        for resources, status in (
            (["dialogues"], 403),
            (["dialogues", "participations", "sources"], 403),
            (["dialogues", "participations", "sources", "people"], 200),
        ):
            _, token = make.token(self.contributor, "read", "write", resources=resources)
            headers = {"Authorization": f"Bearer {token}", "If-Match": f'"{version(self.dialogue)}"'}
            address = path(self.dialogue, "submit")
            answer = self.send(None, "POST", address, {"also": self.ids}, **headers)
            self.assertEqual(answer.status_code, status, answer.content)
