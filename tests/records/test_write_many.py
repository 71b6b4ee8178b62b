"""Several rows by one request: nested and in bulk, all of them or nothing, with few statements."""

from django.apps import apps
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.models import Dialogue, Participation, Statement
from people.models import CaseEvent, PersecutionCase
from tests import make
from tests.test_admin import form_data
from tests.writing import API, WritingTest, path
from tracker.records.base.places import Place
from tracker.records.shapes.urls import resource

DIALOGUES, CASES, PLACES = f"{API}dialogues/", f"{API}cases/", f"{API}places/"
WRITING = ("INSERT", "UPDATE", "DELETE")
TABLES = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in ("records", "people", "dialogues", "admin") and not model._meta.proxy
]


def version(record):
    return type(record).objects.get(pk=record.pk).version


def everything():
    """All rows of all tables."""
    return {model: sorted(map(repr, model._base_manager.values_list())) for model in TABLES}


class Fault(Exception):
    """What a test lets go wrong."""


class FailingAt:
    """Lets the statement of this number that writes fail, as a lost disk would."""

    def __init__(self, number):
        self.number, self.seen = number, 0

    def __call__(self, execute, sql, params, many, context):
        writes = sql.startswith(WRITING) or any(f"; {word}" in sql for word in WRITING)
        if writes and not any(
            name in sql for name in ("django_session", "records_reading")
        ):  # told afterwards
            self.seen += 1
            if self.seen == self.number:
                raise Fault
        return execute(sql, params, many, context)


class ManyTest(WritingTest):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.source = make.shared_source()
        cls.cite = [{"source": cls.source.slug, "locator_kind": "paragraph", "locator": "2"}]
        cls.anna, cls.boris = make.person(), make.person()
        cls.club = make.organization()

    def dialogue(self, people):
        """A document for a dialogue in which these people took part."""
        rows = [{"person": one.slug, "citations": self.cite} for one in people]
        return {"title": "A dialogue", "citations": self.cite, "participations": rows}

    def case(self):
        return {
            "title": "A case",
            "person": self.anna.slug,
            "citations": self.cite,
            "identifiers": [{"scheme": "list", "identifier": "7"}],
            "charges": [{"stage": "charged", "citations": self.cite}, {"stage": "dropped"}],
            "events": [
                {"id": "00000000-0000-4000-8000-000000000001", "kind": "arrest", "citations": self.cite}
            ],
            "actors": [
                {
                    "event": "00000000-0000-4000-8000-000000000001",
                    "organization": self.club.slug,
                    "role": "court",
                }
            ],
            "recognitions": [{"recognized_by": "the parliament", "kind": "resolution"}],
        }


class NestedTest(ManyTest):
    """A record with the records that belong to it."""

    def test_a_dialogue_with_its_participations(self):
        shown = self.done(201, self.contributor, "POST", DIALOGUES, self.dialogue([self.anna, self.boris]))
        dialogue = Dialogue.objects.get()
        rows = dialogue.participations.all()
        self.assertEqual({row.person for row in rows}, {self.anna, self.boris})
        self.assertEqual({row.created_by for row in (dialogue, *rows)}, {self.contributor})
        self.assertEqual({row.publication for row in (dialogue, *rows)}, {"draft"})
        self.assertEqual([len(row["citations"]) for row in shown["participations"]], [1, 1])
        self.assertEqual(shown, self.read(dialogue, self.contributor))

    def test_a_case_with_all_that_belongs_to_it(self):
        shown = self.done(201, self.editor, "POST", CASES, self.case())
        self.assertEqual(
            [len(shown[name]) for name in ("charges", "events", "actors", "recognitions")], [2, 1, 1, 1]
        )
        self.assertEqual(shown["actors"][0]["event"]["id"], str(CaseEvent.objects.get().pk))
        self.assertEqual(PersecutionCase.objects.get().version, 1)

    def test_rows_of_one_document_name_each_other_in_any_order(self):
        group = {"id": "00000000-0000-4000-8000-000000000002", "group_label": "a delegation", "count_min": 5}
        member = {"person": self.anna.slug, "member_of": group["id"]}
        for rows in ([group, member], [member, group]):
            document = {"title": "A", "participations": rows}
            shown = self.done(201, self.editor, "POST", DIALOGUES, document)
            rows = {row["group_label"]: row for row in shown["participations"]}
            self.assertEqual(rows[""]["member_of"]["id"], rows["a delegation"]["id"])
            self.assertNotEqual(rows["a delegation"]["id"], group["id"])

    def test_a_row_of_one_document_is_no_row_of_the_next(self):
        group = {"id": "00000000-0000-4000-8000-000000000002", "group_label": "a delegation"}
        member = {"person": self.anna.slug, "member_of": group["id"]}
        documents = [{"title": "A", "participations": [group]}, {"title": "B", "participations": [member]}]
        answer = self.send(self.editor, "POST", DIALOGUES, documents)
        self.assert_errors(answer, "/1/participations/0/member_of")

    def test_nested_records_of_one_that_exists_are_written_at_their_own_endpoint(self):
        dialogue = make.dialogue(publication="draft")
        make.participation(dialogue=dialogue, person=self.anna, publication="draft")
        shown = self.read(dialogue)
        rows = shown["participations"]
        for wrong in ([], [*rows, {}], [{**rows[0], "role": "host"}], [{**rows[0], "citations": []}], [5]):
            change = {"participations": wrong}
            answer = self.send(self.editor, "PATCH", path(dialogue), change, version(dialogue))
            self.assert_errors(answer, "/participations")
        self.done(200, self.editor, "PATCH", path(dialogue), {"participations": rows}, version(dialogue))

    def test_a_bounded_number_of_statements(self):
        """One for each model that is referred to, and a few for each row, all of them of its own."""
        counts = {}
        self.log_in(self.editor)
        self.done(201, self.editor, "POST", DIALOGUES, self.dialogue([]))
        for number in (2, 10):
            people = [make.person() for _ in range(number)]
            with CaptureQueriesContext(connection) as queries:
                self.done(201, self.editor, "POST", DIALOGUES, self.dialogue(people))
            counts[number] = len(queries)
        per_row = (counts[10] - counts[2]) / 8
        # twice a check of all rules in a savepoint, one for the same person, and two rows inserted
        self.assertLessEqual(per_row, 9)
        self.assertLessEqual(counts[2] - 2 * per_row, 25)

    def test_bulk_costs_nothing_for_a_reference(self):
        found = {}
        self.log_in(self.editor)
        for number in (2, 10):
            parents = [make.place() for _ in range(number)]
            documents = [{"name": "A", "parent": parent.slug} for parent in parents]
            with CaptureQueriesContext(connection) as queries:
                self.done(201, self.editor, "POST", PLACES, documents)
            found[number] = len(queries)
        self.assertLessEqual((found[10] - found[2]) / 8, 4)


class BulkTest(ManyTest):
    """Lists of documents."""

    def test_many_are_made_in_their_order(self):
        shown = self.done(201, self.editor, "POST", PLACES, [{"name": f"Place {n}"} for n in range(30)])
        self.assertEqual([row["name"] for row in shown["results"]], [f"Place {n}" for n in range(30)])
        self.assertEqual(shown["results"][7], self.read(Place.objects.get(name="Place 7")))

    def test_one_bad_row_stops_all(self):
        answer = self.send(self.editor, "POST", PLACES, [{"name": "A"}, {"name": "B", "country": "xx"}])
        self.assert_errors(answer, "/1/country")
        self.assertFalse(Place.objects.exists())

    def change(self, user, *documents):
        return self.send(user, "PATCH", PLACES, list(documents))

    def test_many_are_changed_each_by_id_and_version(self):
        one, two = make.place(publication="draft"), make.place()
        rows = [
            {"id": str(two.pk), "version": 1, "country": "AZ", "reason": "A reason."},
            {"id": str(one.pk), "version": 1, "country": "AM"},
        ]
        answer = self.change(self.editor, *rows)
        self.assertEqual(answer.status_code, 200, answer.content)
        shown = answer.json()["results"]
        self.assertEqual([row["country"] for row in shown], ["AZ", "AM"])
        self.assertEqual([version(one), version(two)], [2, 2])

    def test_every_bad_row_of_a_change_is_named_and_nothing_is_changed(self):
        draft, public = make.place(publication="draft"), make.place()
        hidden = make.place(confidentiality="confidential")
        rows = [
            {"id": str(draft.pk), "version": 1, "country": "AM"},
            {"id": str(draft.pk), "version": 1},
            {"id": str(hidden.pk), "version": 1},
            {"version": 1},
            5,
            "x",
            str(public.pk),
            {"id": str(public.pk)},
        ]
        answer = self.change(self.editor, *rows)
        self.assert_errors(answer, "/1", "/2", "/3", "/4", "/5", "/6", "/7/version")
        answer = self.change(self.editor, rows[0], {"id": str(public.pk), "version": 1, "country": "AM"})
        self.assert_errors(answer, "/1/reason")
        wrong = {"id": str(public.pk), "version": 1, "country": "xx", "parent": 5, "reason": "x"}
        answer = self.change(self.editor, {**rows[0], "name": ""}, wrong)
        self.assert_errors(answer, "/0/name", "/1/country", "/1/parent")
        self.assertEqual([version(row) for row in (draft, public)], [1, 1])

    def test_a_version_is_a_number(self):
        place = make.place(publication="draft")
        for number in (True, 1.0, "1", None, [1]):
            answer = self.change(self.editor, {"id": str(place.pk), "version": number, "country": "AM"})
            self.assert_errors(answer, "/0/version")

    def test_a_stale_row_is_412_and_named(self):
        one, two = make.place(publication="draft"), make.place(publication="draft")
        rows = [{"id": str(one.pk), "version": 1}, {"id": str(two.pk), "version": 2}]
        answer = self.change(self.editor, *rows)
        self.assertEqual(answer.status_code, 412)
        self.assertEqual([error["pointer"] for error in answer.json()["errors"]], ["/1/version"])
        self.assertEqual(version(one), 1)

    def test_what_one_may_not_change_is_403_and_named(self):
        mine = make.place(publication="draft", created_by=self.contributor)
        other = make.place()
        rows = [{"id": str(row.pk), "version": 1, "country": "AM", "reason": "x"} for row in (mine, other)]
        answer = self.change(self.contributor, *rows)
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(answer.json()["errors"][0]["pointer"], "/1")
        self.assertEqual(version(mine), 1)

    def test_no_more_than_five_hundred_at_once(self):
        for method in ("POST", "PATCH"):
            answer = self.send(self.editor, method, PLACES, [{"name": "A"}] * 501)
            self.assert_errors(answer, "")

    def test_however_many_are_answered_by_one_read(self):
        self.log_in(self.editor)
        with CaptureQueriesContext(connection) as queries:
            self.done(201, self.editor, "POST", PLACES, [{"name": f"Place {n}"} for n in range(100)])
        self.assertEqual(sum("WITH page" in one["sql"] for one in queries), 1)


@override_settings(FOUR_EYES=False)
class FaultTest(ManyTest):
    """A write that fails at any statement leaves everything as it was."""

    def assert_nothing_is_left(self, *request, **more):
        self.log_in(request[0])
        answer = self.failing_everywhere(lambda: self.send(*request, **more))
        self.assertLess(answer.status_code, 300, answer.content)

    def failing_everywhere(self, act):
        """The answer of what is tried again and again, failing at one statement after the other."""
        before, number = everything(), 0
        while True:
            number += 1
            fault = FailingAt(number)
            try:
                with connection.execute_wrapper(fault):
                    answer = act()
                break
            except Fault:
                self.assertEqual(everything(), before, f"after statement {number}")
        self.assertNotEqual(everything(), before)
        self.assertGreater(number, 1)
        return answer

    def test_nested_creation(self):
        self.assert_nothing_is_left(self.editor, "POST", DIALOGUES, self.dialogue([self.anna, self.boris]))
        self.assert_nothing_is_left(self.editor, "POST", CASES, self.case())
        person = {
            "name": "A",
            "other_names": [{"text": "B"}],
            "affiliations": [{"organization": self.club.slug, "citations": self.cite}],
            "cases": [{"title": "A case", "citations": self.cite}],
        }
        self.assert_nothing_is_left(self.editor, "POST", f"{API}people/", person)

    def test_links_speakers_and_relations(self):
        other = make.statement()
        statement = {
            "title": "A",
            "speakers": [{"person": self.anna.slug}, {"label": "the authorities"}],
            "about_people": [self.anna.slug, self.boris.slug],
            "parts": [{"title": "B", "citations": self.cite}],
            "relations": [{"kind": "denies", "related_statement": other.slug}],
        }
        self.assert_nothing_is_left(self.editor, "POST", f"{API}statements/", statement)
        row = Statement.objects.get(title="A")
        change = {
            "speakers": [{"label": "others"}],
            "about_people": [self.boris.slug],
            "citations": self.cite,
        }
        self.assert_nothing_is_left(self.editor, "PATCH", path(row), change, version(row))

    def test_bulk_creation_and_change(self):
        documents = [{"name": f"Person {n}", "citations": self.cite} for n in range(3)]
        self.assert_nothing_is_left(self.editor, "POST", f"{API}people/", documents)
        rows = [
            {"id": str(row.pk), "version": version(row), "description": "x", "reason": "y"}
            for row in (self.anna, self.boris)
        ]
        self.assert_nothing_is_left(self.editor, "PATCH", f"{API}people/", rows)

    def test_the_whole_record(self):
        make.name(self.anna, "Gone")
        document = {"name": "A", "other_names": [{"text": "B"}], "citations": self.cite, "reason": "x"}
        self.assert_nothing_is_left(self.editor, "PUT", path(self.anna), document, version(self.anna))

    def test_publishing_withdrawing_and_deleting(self):
        dialogue = make.dialogue(publication="draft", created_by=self.editor)
        for _ in range(2):
            make.participation(dialogue=dialogue, publication="draft")
        make.identifier(dialogue)
        self.assert_nothing_is_left(self.editor, "POST", path(dialogue, "publish"), None, version(dialogue))
        said = {"reason": "It is wrong."}
        self.assert_nothing_is_left(self.editor, "POST", path(dialogue, "withdraw"), said, version(dialogue))
        draft = make.dialogue(publication="draft", created_by=self.editor)
        make.identifier(draft)
        self.assert_nothing_is_left(self.editor, "DELETE", path(draft), None, version(draft))

    def test_submitting_and_sending_back(self):
        draft = make.dialogue(publication="draft", created_by=self.editor)
        self.assert_nothing_is_left(self.editor, "POST", path(draft, "submit"), None, version(draft))
        said = {"comment": "Which day?"}
        self.assert_nothing_is_left(self.editor, "POST", path(draft, "send-back"), said, version(draft))

    def test_secrets_and_whom_they_are_given_to(self):
        member = make.member("contributor")
        work = {"confidentiality": "confidential", "assigned_to": member.username, "notes": "Ask."}
        self.assert_nothing_is_left(self.editor, "POST", CASES, {**self.case(), "editorial": work})
        self.assert_nothing_is_left(
            self.editor, "PATCH", path(self.anna), {"editorial": work, "reason": "x"}, version(self.anna)
        )

    def test_a_request_with_a_key(self):
        key = {"Idempotency-Key": "a"}
        self.assert_nothing_is_left(self.editor, "POST", PLACES, {"name": "A"}, **key)
        dialogue = make.dialogue(publication="draft", created_by=self.editor)
        make.participation(dialogue=dialogue, publication="draft")
        publish = ("POST", path(dialogue, "publish"), None, version(dialogue))
        self.assert_nothing_is_left(self.editor, *publish, **{"Idempotency-Key": "b"})

    def test_forms_with_rows(self):
        """A dialogue with participations and their sources on one page of the admin, made and changed."""
        self.log_in(self.editor)
        address = reverse("admin:dialogues_dialogue_add")
        page = self.client.get(address)
        rows = {one.formset.model: one.formset.prefix for one in page.context["inline_admin_formsets"]}
        prefix = rows[Participation]
        sent = {**form_data(page), "title": "A dialogue", f"{prefix}-TOTAL_FORMS": 2}
        for number, one in enumerate((self.anna, self.boris)):
            row = {"person": one.pk, "source": self.source.pk, "locator_kind": "paragraph", "locator": "2"}
            row |= {"role": "participant", "naming": "named"}
            sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
        self.assertEqual(self.failing_everywhere(lambda: self.client.post(address, sent)).status_code, 302)
        dialogue = Dialogue.objects.get(title="A dialogue")
        self.assertEqual([row.citations.count() for row in dialogue.participations.all()], [1, 1])
        address = reverse("admin:dialogues_dialogue_change", args=[dialogue.pk])
        sent = {**form_data(self.client.get(address)), "title": "Another", f"{prefix}-0-role": "speaker"}
        self.assertEqual(self.failing_everywhere(lambda: self.client.post(address, sent)).status_code, 302)

    def test_a_proposal_and_its_application(self):
        change = {"description": "x", "other_names": [{"text": "B"}], "reason": "y"}
        before = version(self.anna)
        self.assert_nothing_is_left(self.contributor, "PATCH", path(self.anna), change, before)
        proposal = apps.get_model("records.Proposal").objects.get()
        self.assertEqual(version(self.anna), before)
        address = f"{API}proposals/{proposal.pk}/apply/"
        self.assert_nothing_is_left(self.editor, "POST", address)
        self.assertEqual(resource(type(self.anna)), "people")
        self.assertEqual(Participation.objects.count(), 0)
