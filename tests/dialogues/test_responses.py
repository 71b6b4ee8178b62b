"""The right of reply: what somebody who is judged or accused answers is shown beside it."""

from django.core.exceptions import ValidationError
from django.test import override_settings

from dialogues.models import Statement
from dialogues.models.statements import FOR_OTHERS
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tests.writing import API, WritingTest, path


class ResponsesTest(WritingTest):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.person = make.person()
        cls.judgement = make.assessment(person=cls.person)
        cls.case = make.case(person=cls.person)

    def answer(self, who=None, **fields):
        links = {"responds_to_assessments": [self.judgement], "responds_to_cases": [self.case]}
        return make.statement(speakers=[who or self.person], **{**links, **fields})

    def titles(self, document):
        return [one["title"] for one in document["responses"]]


class ShownTest(ResponsesTest):
    def test_beside_the_assessment_and_the_case_alone_listed_and_nested(self):
        title = self.answer().title
        for record in (self.judgement, self.case):
            shown = self.done(200, None, "GET", path(record))
            self.assertEqual(self.titles(shown), [title])
            self.assertEqual(set(shown["responses"][0]), {"id", "slug", "title", "kind", "inferred", "url"})
        for name in ("assessments", "cases"):
            (row,) = self.done(200, None, "GET", f"{API}{name}/")["results"]
            self.assertEqual(self.titles(row), [title])
        self.assertEqual(self.titles(self.done(200, None, "GET", path(self.person))["cases"][0]), [title])

    def test_only_what_the_reader_sees(self):
        self.answer(publication="draft")
        self.answer(confidentiality="confidential")
        self.assertEqual(self.titles(self.done(200, None, "GET", path(self.case))), [])
        self.assertEqual(len(self.titles(self.read(self.case))), 1)

    def test_the_statement_says_what_it_answers_and_is_found_by_it(self):
        row = self.answer()
        shown = self.done(200, None, "GET", path(row))
        self.assertEqual(shown["responds_to_cases"][0]["id"], str(self.case.pk))
        for query in (f"responds_to_cases={self.case.pk}", f"responds_to_assessments={self.judgement.pk}"):
            (one,) = self.done(200, None, "GET", f"{API}statements/?{query}")["results"]
            self.assertEqual(one["id"], str(row.pk))


class SpeakerTest(ResponsesTest):
    def refused(self, row):
        with self.assertRaises(ValidationError) as raised:
            row.publish(self.editor)
        self.assertEqual(raised.exception.messages, [FOR_OTHERS])

    def test_only_who_is_judged_or_accused_answers(self):
        for who in (make.person(), make.organization(), "the authorities"):
            self.refused(self.answer(who, publication="draft"))
        self.refused(self.answer(make.person(), publication="draft", responds_to_cases=[]))
        self.refused(self.answer(make.person(), publication="draft", responds_to_assessments=[]))
        self.answer(publication="draft").publish(self.editor)

    def test_an_organization_and_who_came_with_a_group(self):
        group = make.group()
        member = make.participation(dialogue=group.dialogue, member_of=group).person
        hidden = make.participation(dialogue=group.dialogue, member_of=group, publication="draft").person
        outlet = make.organization()
        for judged, who in (({"organization": outlet}, outlet), ({"participation": group}, member)):
            links = {"responds_to_assessments": [make.assessment(**judged)], "responds_to_cases": []}
            self.answer(who, publication="draft", **links).publish(self.editor)
        self.refused(self.answer(hidden, publication="draft", **links))

    def test_a_part_is_said_by_who_says_the_whole(self):
        whole = make.statement(speakers=[self.person])
        links = {"responds_to_cases": [self.case]}
        make.statement(speakers=[], part_of=whole, publication="draft", **links).publish(self.editor)

    def test_through_the_api(self):
        row = make.statement(speakers=[make.person()])
        document = {"responds_to_cases": [self.case.slug], "reason": "Found."}
        self.assert_errors(self.send(self.editor, "PATCH", path(row), document, 3), "")
        row = make.statement(speakers=[self.person])
        shown = self.done(200, self.editor, "PATCH", path(row), document, 3)
        self.assertEqual(shown["responds_to_cases"][0]["slug"], self.case.slug)

    def test_responses_are_written_at_the_statement_and_passed_over_elsewhere(self):
        row = self.answer()
        document = {"responses": [], "reason": "x", "evidence": "y"}
        self.done(200, self.editor, "PATCH", path(self.case), document, 2)
        self.assertEqual(list(self.case.responses.all()), [row])


@override_settings(FOUR_EYES=False)
class AdminTest(WorkTest):
    def test_it_is_entered_in_the_admin_and_checked(self):
        person = make.person()
        case, row = make.case(person=person), make.statement(speakers=[make.person()])
        data = {**form_data(self.page(self.editor, row)), "responds_to_cases": [case.pk], "reason": "x"}
        self.assertContains(self.client.post(address(Statement, "change", row.pk), data), FOR_OTHERS)
        row = make.statement(speakers=[person])
        data = {**form_data(self.page(self.editor, row)), "responds_to_cases": [case.pk], "reason": "x"}
        self.assertEqual(self.client.post(address(Statement, "change", row.pk), data).status_code, 302)
        self.assertEqual(list(case.responses.all()), [row])

    def test_who_is_withheld_does_not_answer_for_themselves_any_more(self):
        person = make.person()
        case, row = make.case(person=person), make.statement(speakers=[person])
        row.responds_to_cases.add(case)
        data = form_data(self.page(self.editor, row))
        prefix = next(name for name in data if name.endswith("-0-naming"))[: -len("naming")]
        withheld = {f"{prefix}naming": "withheld", f"{prefix}person": "", "reason": "x"}
        answer = self.client.post(address(Statement, "change", row.pk), {**data, **withheld})
        self.assertContains(answer, FOR_OTHERS)
        self.assertEqual(row.speakers.get().person, person)
        answer = self.client.post(
            address(Statement, "change", row.pk), {**data, **withheld, "responds_to_cases": []}
        )
        self.assertEqual((answer.status_code, row.speakers.get().naming), (302, "withheld"))

    def test_nor_in_a_part_of_what_they_said(self):
        person = make.person()
        whole = make.statement(speakers=[person])
        part = make.statement(speakers=[], part_of=whole, responds_to_cases=[make.case(person=person)])
        self.assertEqual((whole.missing(), part.missing()), ([], []))
        whole.speakers.update(naming="withheld", person=None)
        self.assertEqual(whole.missing(), [FOR_OTHERS])

    def test_what_is_public_keeps_a_source(self):
        row = make.statement()
        data = form_data(self.page(self.editor, row))
        gone = next(name for name in data if name.startswith("citations-0-"))[: len("citations-0-")]
        sent = {**data, f"{gone}DELETE": "on", "reason": "x"}
        answer = self.client.post(address(Statement, "change", row.pk), sent)
        self.assertContains(answer, "cites no published source")
        self.assertTrue(row.citations.exists())
