"""No way leads the name of somebody whom we do not name into a public text, and no refusal tells it."""

import time
from io import StringIO

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.management import CommandError, call_command
from django.db.models import BooleanField, DateField, DecimalField, IntegerField, SlugField, UUIDField
from django.test import TestCase

from dialogues.models import Dialogue
from people.models import Person
from tests import make
from tests.names import MEN, OF_BOTH, WOMEN, rows
from tests.records.test_throttling import limited
from tests.test_admin import address, form_data
from tests.test_architecture import parts, records
from tests.writing import WritingTest, path
from tracker.records.admin.forms.edit_conflicts import versions_of
from tracker.records.audit.actor import acting_as
from tracker.records.audit.history import Entry
from tracker.records.base.citations import Citation
from tracker.records.protection import protected_names as lint
from tracker.records.protection.name_check import HOMONYM, SENTENCE, CheckedChange, Homonym, refuse_names
from tracker.records.shapes.declaration import PartShape
from tracker.records.shapes.fields import registry
from tracker.records.shapes.reader import Pick
from tracker.records.values.columns import Derived
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.workflow.proposals import Proposal

NAME, FORM = "Bahruz Səmədov", "Бахрузу Самедову"  # as it is held, as it is planted


class LintTest(WritingTest):
    """A confidential person, and an editor who is cleared for them."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.cleared = make.member("editor")
        cls.hidden = make.person(name=NAME, confidentiality="confidential", cleared=[cls.cleared])

    def refused(self, answer, code, *places):
        """The answer points at these places and says neither the name nor the text."""
        self.assertEqual(answer.status_code, code, answer.content)
        self.assert_silent(answer)
        self.assertEqual([error["pointer"] for error in answer.json()["errors"]], list(places))
        self.assertEqual({error["detail"] for error in answer.json()["errors"]}, {SENTENCE})

    def assert_silent(self, answer):
        for said in ("Bahruz", "Səmədov", "Samadov", "Бахруз", "Самедов", str(self.hidden.pk)):
            self.assertNotIn(said.lower(), answer.content.decode().lower())

    def stored(self, row):
        return type(row).objects.get(pk=row.pk)


class PublishTest(LintTest):
    def publish(self, row, user=None, **body):
        return self.send(user or self.editor, "POST", path(row, "publish"), body, self.stored(row).version)

    def test_a_name_in_a_record_or_in_one_published_with_it_stops_all(self):
        row = make.dialogue(publication="draft", summary=f"It was said to {FORM}.")
        self.refused(self.publish(row), 409, "/summary")
        self.assertEqual(self.stored(row).publication, "draft")
        row = make.dialogue(publication="draft")
        part = make.participation(dialogue=row, publication="draft", described_as=f"Brother of {NAME}")
        make.citation(part, quotation="B. Samadov was there.")
        self.refused(self.publish(row), 409, "/described_as", "/citations/quotation")
        self.assertEqual([self.stored(one).publication for one in (row, part)], ["draft", "draft"])

    def test_a_hidden_record_may_name_them_until_it_becomes_public(self):
        row = make.dialogue(publication="draft", confidentiality="restricted", summary=f"By {NAME}.")
        self.assertEqual(self.publish(row).status_code, 200)
        row = self.stored(row)
        body = {"editorial": {"confidentiality": "public"}, "reason": "It is known now."}
        self.refused(self.send(self.editor, "PATCH", path(row), body, row.version), 400, "/summary")

    def test_a_draft_that_waits_is_no_secret_and_a_withdrawn_person_is(self):
        make.person(name="Pavel Kuznetsov", publication="draft")
        row = make.dialogue(publication="draft", summary="Pavel Kuznetsov came.")
        self.assertEqual(self.publish(row).status_code, 200)
        make.person(name="Irina Morozova", publication="withdrawn")
        row = make.dialogue(publication="draft", summary="С Ириной Морозовой говорили.")
        self.refused(self.publish(row), 409, "/summary")

    def test_the_person_themselves_and_what_is_hidden_with_them_may_name_them(self):
        case = make.case(person=self.hidden, title=f"Case of {NAME}", publication="draft", cleared=[])
        self.assertEqual(self.publish(case, self.cleared).status_code, 200)
        back = make.person(name="Irina Morozova", publication="withdrawn", summary="Irina Morozova writes.")
        self.assertEqual(self.publish(back).status_code, 200)

    def test_a_homonym_passes_by_the_word_of_who_is_cleared_only(self):
        row = make.dialogue(publication="draft", summary=f"{NAME}, a painter.")
        why = "A painter who died in 1950."
        self.refused(self.publish(row, homonym=why), 409, "/summary")
        self.refused(self.publish(row, self.cleared), 409, "/summary")
        self.refused(self.publish(row, self.cleared, homonym=" "), 409, "/summary")
        self.assertEqual(self.publish(row, self.cleared, homonym=why).status_code, 200)
        said = Homonym.objects.get()
        self.assertEqual((said.created_by, said.reason, said.field), (self.cleared, why, "summary"))
        row = self.stored(row)
        row.withdraw(self.editor, "A test.")
        self.assertEqual(self.publish(self.stored(row)).status_code, 200)
        body = {"summary": f"{NAME}, a sculptor.", "reason": "No painter."}
        row = self.stored(row)
        self.refused(self.send(self.editor, "PATCH", path(row), body, row.version), 400, "/summary")
        for user, read in ((self.editor, True), (self.contributor, False)):
            self.client.force_login(user)
            page = self.client.get(address(Dialogue, "history", row.pk))
            self.assertIs(why in page.content.decode(), read)
        self.assertNotIn(why, str(list(Entry.objects.values_list("reason", flat=True))))

    def test_each_refusal_is_noted_without_names(self):
        row = make.dialogue(publication="draft", summary=f"By {NAME}.")
        with self.assertLogs("tracker.records.protection.name_check", "WARNING") as noted:
            self.publish(row)
        self.assertEqual(len(noted.output), 1)
        self.assertIn(f"{row.pk} summary, by user {self.editor.pk}", noted.output[0])
        self.assertNotIn("Bahruz", noted.output[0])

    @limited(NAMES_PER_HOUR=2)
    def test_whoever_is_refused_too_often_writes_no_more(self):
        row, page = make.dialogue(publication="draft", summary=f"By {NAME}."), address(Dialogue, "add")
        for _ in range(2):
            self.refused(self.publish(row), 409, "/summary")
        good = make.dialogue(publication="draft")
        self.assertEqual(self.publish(good).status_code, 429)
        for stopped in (page, "/admin/nothing/"):
            self.assertEqual(self.client.post(stopped, {}).status_code, 429)
        self.assertEqual(self.client.get(page).status_code, 200)
        for gone in (make.person(), make.person()):
            body, version = {"reason": "safety"}, self.stored(gone).version
            self.done(200, self.editor, "POST", path(gone, "takedown"), body, version)
        gone, page = make.person(), address(type(gone), "takedown")
        self.client.post(f"{page}?ids={gone.pk}", {"reason": "safety"})
        self.assertEqual(self.stored(gone).publication, "taken_down")
        self.assertEqual(self.publish(good, self.cleared).status_code, 200)

    def test_looking_tells_nobody(self):
        row = make.dialogue(publication="draft", summary=f"By {NAME}.", created_by=self.contributor)
        for user in (self.contributor, self.editor):
            said = self.done(200, user, "GET", path(row, "publication"))
            self.assertEqual(said["missing"], [])


class EditTest(LintTest):
    """What is public already, changed in every way."""

    def change(self, row, user=None, **body):
        row = self.stored(row)
        body = {"reason": "A test.", **body}
        return self.send(user or self.editor, "PATCH", path(row), body, row.version)

    def test_by_the_api(self):
        row = make.dialogue(summary="Old.")
        self.refused(self.change(row, summary=f"To {FORM}."), 400, "/summary")
        self.refused(self.change(row, start_date="2024", reason=f"{NAME} asked for it."), 400, "/reason")
        source = str(make.shared_source().pk)
        citations = [{"source": source}, {"source": source, "quotation": f"{NAME} said", "translation": FORM}]
        places = ("/citations/1/quotation", "/citations/1/translation")
        self.refused(self.change(row, citations=citations), 400, *places)
        self.assertEqual(self.change(row, summary="New.").status_code, 200)
        document = [{"id": str(row.pk), "version": self.stored(row).version, "summary": NAME, "reason": "A."}]
        answer = self.send(self.editor, "PATCH", path(row).replace(f"{row.pk}/", ""), document)
        self.refused(answer, 400, "/0/summary")

    def test_what_stood_there_before_hinders_no_other_change(self):
        row = make.dialogue(summary=f"By {NAME}.")
        self.assertEqual(self.change(row, start_date="2024").status_code, 200)
        self.refused(self.change(row, summary=f"Said by {NAME}."), 400, "/summary")
        self.assertEqual(self.change(row, summary="Said by somebody.").status_code, 200)

    def test_by_the_admin(self):
        row = make.dialogue(summary="Old.")
        self.client.force_login(self.editor)
        page = address(Dialogue, "change", row.pk)
        sent = {**form_data(self.client.get(page)), "summary": f"To {FORM}."}
        answer = self.client.post(page, sent)
        self.assertContains(answer, f"Summary: {SENTENCE}")
        self.assertEqual(self.stored(row).summary, "Old.")
        self.client.force_login(self.cleared)
        sent = {
            **form_data(self.client.get(page)),
            "summary": f"To {FORM}.",
            HOMONYM: "His \u200bgrandfather.",
        }
        self.assertEqual(self.client.post(page, sent).status_code, 302)
        self.assertEqual(self.stored(row).summary, f"To {FORM}.")
        self.assertEqual(Homonym.objects.get().reason, "His grandfather.")

    def test_what_is_new_is_saved_as_a_draft_whatever_it_says(self):
        self.client.force_login(self.editor)
        page = address(Dialogue, "add")
        sent = {**form_data(self.client.get(page)), "title": "New", "summary": NAME}
        self.assertEqual(self.client.post(page, sent).status_code, 302)
        self.assertEqual(Dialogue.objects.get(title="New").publication, "draft")

    def test_by_a_row_or_a_citation_on_a_page_of_the_admin(self):
        part = make.participation()
        self.client.force_login(self.editor)
        page = address(Dialogue, "change", part.dialogue_id)
        for name in ("participations-0-described_as", "citations-0-quotation", "participations-0-quotation"):
            sent = {**form_data(self.client.get(page)), name: f"To {FORM}."}
            self.assertContains(self.client.post(page, sent), SENTENCE, msg_prefix=name)
        self.assertFalse(self.stored(part).described_as)

    def test_by_the_pages_of_the_admin_that_publish(self):
        row = make.dialogue(publication="draft", title=f"A meeting with {NAME}")
        self.client.force_login(self.cleared)
        page = address(Dialogue, "publish", row.pk)
        sent = {"mark": versions_of([self.stored(row)]), "comment": ""}
        self.assertContains(self.client.post(page, sent), f"Title: {SENTENCE}")
        chosen = {"action": "publish_selected", "_selected_action": [row.pk]}
        self.client.post(address(Dialogue, "changelist"), chosen)
        self.assertEqual(self.stored(row).publication, "draft")
        self.client.post(page, {**sent, HOMONYM: "His grandfather."})
        self.assertEqual(self.stored(row).publication, "published")

    def test_by_a_message_of_the_admin_nothing_is_told(self):
        row = make.dialogue(publication="draft", title=f"A meeting with {NAME}")
        self.client.force_login(self.editor)
        chosen = {"action": "publish_selected", "_selected_action": [row.pk]}
        answer = self.client.post(address(Dialogue, "changelist"), chosen)
        (said,) = [str(message) for message in answer.wsgi_request._messages]
        self.assertIn(SENTENCE, said)
        self.assertNotIn("Səmədov", said)

    def test_by_a_change_of_many(self):
        row = make.dialogue()
        self.client.force_login(self.editor)
        page = f"{address(Dialogue, 'bulk')}?ids={row.pk}"
        sent = {
            "change": "track=track_2",
            "reason": f"{NAME} asked.",
            "seen": versions_of([self.stored(row)]),
        }
        self.assertContains(self.client.post(page, sent), SENTENCE)
        self.assertEqual(self.stored(row).track, "unknown")

    def test_by_a_proposal_it_is_refused_when_it_is_applied(self):
        row = make.dialogue(summary="Old.")
        self.assertEqual(self.change(row, self.contributor, summary=f"By {NAME}.").status_code, 202)
        proposal = Proposal.objects.get()
        with self.assertNoLogs("tracker.records.protection.name_check"):
            self.done(200, self.editor, "GET", f"/api/v1/proposals/{proposal.pk}/")
        answer = self.send(self.editor, "POST", f"/api/v1/proposals/{proposal.pk}/apply/")
        self.refused(answer, 400, "/summary")
        self.client.force_login(self.editor)
        self.client.post(address(Proposal, "change", proposal.pk), {"_apply": "Apply"})
        self.assertEqual(self.stored(row).summary, "Old.")

    def test_by_going_back(self):
        row = make.person(summary=f"Brother of {NAME}.")
        with_name = Entry.objects.of(row).last()
        row.summary = "Brother of somebody."
        row.save()
        self.client.force_login(self.editor)
        page = address(Person, "revert", row.pk, with_name.pk)
        answer = self.client.post(page, {"version": self.stored(row).version, "reason": "A test."})
        self.assertContains(answer, SENTENCE)
        self.assertEqual(self.stored(row).summary, "Brother of somebody.")


class WhoseNamesTest(LintTest):
    """Whose names nothing may say, and about what."""

    def mentions(self, row):
        return list(lint.Held(lint.secrets()).mentions(lint.public_texts(row)))

    def test_who_is_behind_a_pseudonym_is_not_named_about_that_dialogue(self):
        person = make.person(name="Irina Morozova")
        dialogue = make.dialogue(summary="Irina Morozova came.")
        make.identity(make.participation(dialogue=dialogue, naming="withheld"), person=person)
        group = make.group(dialogue=dialogue)
        assessment = make.assessment(participation=group)
        make.citation(assessment, quotation="Morozova's choice")
        about = [
            dialogue,
            make.participation(dialogue=dialogue, described_as="as Morozova was"),
            make.statement(said_at=dialogue, summary="И. Морозова говорила."),
            make.statement(about_dialogues=[dialogue], summary="Морозовой Ирине"),
            make.statement(part_of=make.statement(said_at=dialogue), title="Irina Morozova's part"),
            assessment,
        ]
        for row in about:
            self.assertTrue(self.mentions(row), type(row).__name__)
        for row in (make.dialogue(summary="Irina Morozova came."), make.statement(summary="Irina Morozova")):
            self.assertFalse(self.mentions(row))
        person.publication = "draft"
        person.save()
        self.assertTrue(self.mentions(make.dialogue(summary="Irina Morozova came.")))

    def test_a_confidential_actor_is_not_named_about_that_case(self):
        lawyer, case = make.person(name="Irina Morozova"), make.case()
        make.case_actor(case=case, person=lawyer, role="lawyer")
        charge = make.charge(case=case, wording="defended by I. Morozova")
        self.assertTrue(self.mentions(charge))
        self.assertFalse(self.mentions(make.charge(wording="defended by I. Morozova")))

    def test_a_restricted_part_in_a_dialogue_is_not_told_about_it(self):
        person, dialogue = make.person(name="Irina Morozova"), make.dialogue(summary="Irina Morozova came.")
        make.participation(dialogue=dialogue, person=person, confidentiality="restricted")
        self.assertTrue(self.mentions(dialogue))

    def test_a_name_that_is_not_public_is_not_told_of_whoever_bears_it(self):
        person = make.person(name="Irina Morozova", summary="Known as Vera Zimina.")
        make.name(person, "Vera Zimina", confidentiality="confidential")
        self.assertTrue(self.mentions(person))
        self.assertFalse(self.mentions(make.person(name="Irina Morozova", summary="Irina Morozova")))

    def test_a_family_name_alone_is_told_unless_somebody_public_bears_it(self):
        row = make.dialogue(summary="Samadov was arrested.")
        self.assertTrue(self.mentions(row))
        make.person(name="Arif Samadov")
        self.assertFalse(self.mentions(row))
        self.assertTrue(self.mentions(make.dialogue(summary="B. Samadov was arrested.")))


class CommandTest(LintTest):
    """The search through all that is public."""

    def lint(self):
        """What the command prints, and whether it found nothing."""
        said, passed = StringIO(), True
        try:
            call_command("lint", stdout=said)
        except CommandError as error:
            self.assert_no_name(str(error))
            passed = False
        self.assert_no_name(said.getvalue())
        return said.getvalue().splitlines(), passed

    def assert_no_name(self, text):
        self.assertNotIn("adov", text)

    def test_where_names_stand_is_printed_and_not_whose(self):
        quoting, said = make.dialogue(), make.statement(summary=f"By {FORM}.")
        citation = make.citation(quoting, quotation=f"{NAME} said")
        make.dialogue(summary=NAME, publication="draft")
        lines, passed = self.lint()
        self.assertFalse(passed)
        wanted = {
            f"dialogues {quoting.pk} dialogue citation {citation.pk} quotation",
            f"statements {said.pk} summary",
        }
        self.assertEqual(set(lines), wanted)

    def test_old_addresses_and_the_reasons_of_corrections_are_public_too(self):
        row = make.dialogue()
        row.change_slug("with-bahruz-samadov")
        row.change_slug("a-meeting")
        row.save()
        with acting_as(reason=f"{NAME} asked for it."):
            row.summary = "New."
            row.save()
        lines, _ = self.lint()
        self.assertEqual(
            set(lines), {f"dialogues {row.pk} old slug", f"dialogues {row.pk} reason of a correction"}
        )

    def test_what_became_secret_later_is_found_and_what_is_a_homonym_is_not(self):
        person, row = make.person(name="Irina Morozova"), make.dialogue(summary="Irina Morozova came.")
        self.assertEqual(self.lint(), (["No public text contains a protected name."], True))
        person.withdraw(self.editor, "She asked for it.")
        self.assertEqual(self.lint(), ([f"dialogues {row.pk} summary"], False))
        row.withdraw(self.editor, "A test.")
        row.publish(self.editor, homonym="A singer.")
        self.assertTrue(self.lint()[1])


@pytest.mark.long
class CostTest(WritingTest):
    """What the search costs where 5,000 names are held."""

    def test_a_publication_of_eleven_records_takes_well_under_a_second(self):
        people = [
            Person(name=f"{given[0]}{letter} {family[0]}", confidentiality="restricted")
            for given in rows(WOMEN) + rows(MEN)
            for family in rows(OF_BOTH)
            for letter in "abcdefghijklmnopq"
        ][:5000]
        Person.objects.bulk_create(people)
        dialogue = make.dialogue(publication="draft", summary="word " * 200)
        for _ in range(10):
            part = make.participation(dialogue=dialogue, publication="draft", described_as="word " * 20)
            make.citation(part, quotation="word " * 20)
        together = [dialogue, *dialogue.drafts(self.editor)]
        for record in together:
            record.publication = "published"
        started = time.process_time()
        refuse_names(self.editor, [CheckedChange(record) for record in together])
        taken = time.process_time() - started
        print(f"the search for {len(people)} names in {len(together)} records took {taken:.3f} s of CPU")
        self.assertLess(taken, 0.7)


class EveryFieldTest(TestCase):
    """No text that readers see escapes: fields come from the models, and what readers see from the shapes."""

    @classmethod
    def setUpTestData(cls):
        make.person(name=NAME, confidentiality="restricted")

    def rows(self):
        """A row of every model whose texts readers see."""
        for model in records():
            yield make.one(model)
        for model in parts():
            others = {"source": make.shared_source()} if issubclass(model, Citation) else {}
            yield model(record=make.one(model._meta.get_field("record").related_model), **others)

    def test_a_name_is_found_in_every_text_field_that_is_long_enough(self):
        held = lint.Held(lint.secrets())
        for row in self.rows():
            for field in lint.text_fields(type(row)):
                longest = getattr(field, "max_length", None) or 1000
                if isinstance(field, ArrayField):
                    longest = field.base_field.max_length
                said = "bahruz-samadov" if isinstance(field, SlugField) else f"to {FORM}"
                if longest < len(said):
                    self.assertIn(field.name, SHORT)
                    continue
                setattr(row, field.attname, [said] if isinstance(field, ArrayField) else said)
                with self.subTest(model=type(row).__name__, field=field.name):
                    told = [mention.text.field for mention in held.mentions(lint.row_texts(row))]
                    self.assertIn(field.name, told)

    def test_every_text_that_a_shape_shows_is_looked_through(self):
        for model in (*records(), *parts()):
            shape = registry.whole.get(model) or registry.inside(model)
            shown = {field.source for field in shape(pick=Pick(detail=True)).fields.values()}
            looked = {field.name for field in lint.text_fields(model)}
            for field in model._meta.concrete_fields:
                if field.name in shown and field.name not in looked:
                    self.assertTrue(
                        says_nothing(field), f"{model.__name__}.{field.name} is not looked through"
                    )

    def test_every_list_of_parts_is_looked_through(self):
        for model in records():
            shape = registry.whole[model](pick=Pick(detail=True))
            lists = {name for name, field in shape.fields.items() if is_list_of_parts(field)}
            self.assertEqual(lists, set(lint.part_lists(model)), model.__name__)


SHORT = {"country", "jurisdiction", "nationality", "script"}  # codes, too short for a name
HARMLESS = (BooleanField, DateField, DecimalField, IntegerField, UUIDField, PartialDateField)


def says_nothing(field):
    """Whether nobody types words into a field; what is derived comes from fields that are looked through."""
    inner = field.base_field if isinstance(field, ArrayField) else field
    return field.is_relation or isinstance(inner, (Derived, *HARMLESS)) or bool(inner.choices)


def is_list_of_parts(field):
    return isinstance(getattr(field, "child", None), PartShape)
