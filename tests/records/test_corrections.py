"""Corrections: what the public could notice since publication, by the names of fields, and nothing else."""

import json

import pgtrigger
from django.test import TestCase

from tests import make
from tracker.records.audit.actor import acting_as
from tracker.records.shapes.urls import resource


class CorrectionsTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make.superuser("editor")
        cls.source = make.shared_source()
        cls.place = make.place()
        with acting_as():
            cls.person = make.person(name="First Name")

    def of(self, record):
        """The corrections of a record as anybody reads them."""
        answer = self.client.get(f"/api/v1/{resource(type(record))}/{record.pk}/corrections/")
        self.assertEqual(answer.status_code, 200, answer.content[:300])
        return answer.json()["results"]

    def fields(self, record):
        return [entry["fields"] for entry in self.of(record)]

    def change(self, record, reason="", **fields):
        with acting_as(user=self.editor.pk, reason=reason):
            for name, value in fields.items():
                setattr(record, name, value)
            record.save()

    def add(self, build, *args, **fields):
        with acting_as(user=self.editor.pk):
            return build(*args, **fields)


class ToldTest(CorrectionsTest):
    """What is told."""

    def test_what_was_published_and_not_changed_has_none(self):
        self.assertEqual(self.of(self.person), [])

    def test_a_change_is_told_by_its_fields_its_moment_and_its_reason(self):
        self.change(self.person, "A misprint.", name="Second Name", birth_date="1980")
        (entry,) = self.of(self.person)
        self.assertEqual(list(entry), ["changed_at", "fields", "reason"])
        self.assertEqual((entry["fields"], entry["reason"]), (["birth_date", "name"], "A misprint."))
        self.assertRegex(entry["changed_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")

    def test_the_newest_comes_first(self):
        self.change(self.person, name="Second Name")
        self.change(self.person, summary="More.")
        self.assertEqual(self.fields(self.person), [["summary"], ["name"]])
        self.assertIsNone(self.of(self.person)[0]["reason"])

    def test_parts_citations_and_links(self):
        self.add(make.name, self.person, "Another")
        self.add(make.citation, self.person, locator="2")
        self.assertEqual(self.fields(self.person), [["citations"], ["other_names"]])
        statement = self.add(make.statement)
        with acting_as():
            statement.about_people.add(self.person)
        self.assertEqual(self.fields(statement), [["about_people"]])

    def test_what_is_changed_together_is_told_together(self):
        with acting_as(reason="Both were wrong."):
            make.name(self.person, "Another")
            self.person.summary = "More."
            self.person.save()
        (entry,) = self.of(self.person)
        self.assertEqual((entry["fields"], entry["reason"]), (["other_names", "summary"], "Both were wrong."))

    def test_a_change_through_the_api(self):
        self.client.force_login(self.editor)
        url = f"/api/v1/people/{self.person.pk}/"
        version = self.client.get(url)["ETag"]
        document = json.dumps({"summary": "More.", "reason": "Asked by a reader."})
        self.client.patch(url, document, "application/json", headers={"If-Match": version})
        self.client.logout()
        (entry,) = self.of(self.person)
        self.assertEqual((entry["fields"], entry["reason"]), (["summary"], "Asked by a reader."))

    def test_a_record_links_its_corrections(self):
        answer = self.client.get(f"/api/v1/people/{self.person.pk}/").json()
        self.assertTrue(answer["links"]["corrections"].endswith(f"/people/{self.person.pk}/corrections/"))

    def test_every_resource_answers_by_one_statement(self):
        for model in make.BUILDERS:
            row = make.one(model)
            url = f"/api/v1/{resource(model)}/{row.pk}/corrections/"
            self.client.get(url)
            with self.subTest(model=model._meta.label), self.assertNumQueries(1):
                self.assertEqual(self.client.get(url).status_code, 200)


class UntoldTest(CorrectionsTest):
    """What is not told."""

    def test_no_value_no_editor_and_nothing_internal(self):
        self.change(self.person, notes="Zzyzx", assigned_to=self.editor)
        self.assertEqual(self.of(self.person), [])
        self.change(self.person, name="Second Name", notes="Zzyzx again")
        said = json.dumps(self.of(self.person))
        for hidden in ("Zzyzx", "First", "Second", "editor", "notes"):
            self.assertNotIn(hidden, said)

    def test_nothing_before_publication(self):
        draft = self.add(make.person, publication="draft")
        self.change(draft, summary="While it was a draft.")
        self.add(make.name, draft, "Another")
        with acting_as():
            draft.publish(self.editor, "Well done.")
        self.assertEqual(self.of(draft), [])
        self.change(draft, summary="Afterwards.")
        self.assertEqual(self.fields(draft), [["summary"]])

    def test_what_was_changed_while_it_was_away_is_told_when_it_is_back_without_a_reason(self):
        with acting_as():
            self.person.withdraw(self.editor, "Wrong person.")
        self.change(self.person, "Inside.", name="Second Name")
        self.add(make.name, self.person, "Another")
        with acting_as():
            self.person.publish(self.editor, "Mended.")
        (entry,) = self.of(self.person)
        self.assertEqual((entry["fields"], entry["reason"]), (["name", "other_names"], None))

    def test_a_row_that_was_changed_while_it_was_away_is_told_without_a_reason_too(self):
        self.change(self.person, confidentiality="restricted")
        with acting_as(user=self.editor.pk, reason="Zzyzx must not know."):
            make.name(self.person, "Another")
        self.change(self.person, confidentiality="public")
        (entry,) = self.of(self.person)
        self.assertEqual((entry["fields"], entry["reason"]), (["other_names"], None))

    def test_no_reason_up_to_the_moment_of_no_longer_naming_somebody_is_told(self):
        part = self.add(make.participation, person=make.person(name="Zzyzx"))
        self.change(part, "Zzyzx spoke.", role="speaker")
        self.assertIn("Zzyzx", str(self.of(part)))
        self.change(part, "Zzyzx asked for it.", naming="withheld", person=None)
        self.change(part, "Another source.", role="moderator")
        self.assertEqual([entry["reason"] for entry in self.of(part)], ["Another source.", None, None])

    def test_a_hidden_record_has_no_corrections(self):
        for fields in ({"publication": "draft"}, {"confidentiality": "restricted"}):
            hidden = make.person(**fields)
            url = f"/api/v1/people/{hidden.pk}/corrections/"
            absent = f"/api/v1/people/{self.place.pk}/corrections/"
            answers = [self.client.get(one) for one in (url, absent)]
            self.assertEqual([answer.status_code for answer in answers], [404, 404])
            self.assertEqual(answers[0].content, answers[1].content)

    def test_hidden_names_citations_and_links_do_not_show(self):
        secret = make.person(publication="draft")
        statement = self.add(make.statement)
        before = self.of(self.person), self.of(statement)
        self.add(make.name, self.person, "Zzyzx", confidentiality="restricted")
        self.add(make.citation, self.person, source=make.source(publication="draft"))
        with acting_as():
            statement.about_people.add(secret)
        self.add(make.speaker, statement, secret)
        self.assertEqual((self.of(self.person), self.of(statement)), before)

    def test_what_was_hidden_then_and_is_public_now_does_not_show(self):
        source = make.source(publication="draft")
        self.add(make.citation, self.person, source=source)
        with acting_as():
            source.publish(self.editor)
        self.assertEqual(self.of(self.person), [])

    def test_a_key_to_something_hidden_is_no_change(self):
        event = self.add(make.case_event)
        self.change(event, place=make.place(publication="draft"))
        self.assertEqual(self.of(event), [])
        self.change(event, place=self.place)
        self.assertEqual(self.fields(event), [["place"]])

    def test_what_happened_while_its_parent_was_hidden_does_not_show(self):
        person = self.add(make.person, publication="draft")
        part = self.add(make.participation, person=person)
        self.change(part, role="speaker")
        with acting_as():
            person.publish(self.editor)
        self.assertEqual(self.of(part), [])
        self.change(part, role="moderator")
        self.assertEqual(self.fields(part), [["role"]])

    def test_another_person_in_place_of_a_hidden_one_does_not_show(self):
        hidden = make.person(confidentiality="confidential")
        part = self.add(make.participation, person=hidden)
        self.change(part, person=self.person)
        self.assertEqual(self.of(part), [])

    def test_what_had_no_history_yet_is_compared_with_what_it_was(self):
        with pgtrigger.ignore("records.Place:history"):
            place = make.place(name="Town")
        self.change(place, name="City")
        self.assertEqual(self.fields(place), [["name"]])
