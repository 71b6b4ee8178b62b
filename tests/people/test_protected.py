"""Lawyers, and what is told of health and of transfers, are confidential from the start."""

from django.core import serializers
from django.core.exceptions import PermissionDenied
from django.test import override_settings

from people.models import CaseActor, CaseEvent
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tests.writing import API, WritingTest, path
from tracker.records.admin.forms.edit_conflicts import versions_of
from tracker.records.audit.history import Entry
from tracker.records.revisions.timeline import VisibleHistory
from tracker.records.workflow import editorial_fields

SENSITIVE = ("health", "transfer")


class DefaultTest(WritingTest):
    def secrecy(self, row):
        return type(row).objects.get(pk=row.pk).confidentiality

    def test_who_enters_it_cannot_forget_it(self):
        for kind in SENSITIVE:
            self.assertEqual(self.secrecy(make.case_event(kind=kind, publication="draft")), "confidential")
        self.assertEqual(self.secrecy(make.case_event(kind="hearing")), "public")

    def test_through_the_api_whatever_is_said_and_its_writer_is_cleared(self):
        document = {"case": make.case().slug, "kind": "health", "editorial": {"confidentiality": "public"}}
        shown = self.done(201, self.editor, "POST", f"{API}case-events/", document)
        self.assertEqual(shown["editorial"]["confidentiality"], "confidential")
        self.assertIn(self.editor, CaseEvent.objects.get().cleared.all())
        self.done(404, make.member("editor"), "GET", f"{API}case-events/{shown['id']}/")

    def test_nested_and_in_a_list(self):
        case = {"title": "A", "person": make.person().slug, "events": [{"kind": "transfer"}]}
        shown = self.done(201, self.editor, "POST", f"{API}cases/", case)
        self.assertEqual(shown["events"][0]["editorial"]["confidentiality"], "confidential")
        row = {"case": make.case().slug, "kind": "health"}
        shown = self.done(201, self.editor, "POST", f"{API}case-events/", [row, row])
        self.assertEqual({one["editorial"]["confidentiality"] for one in shown["results"]}, {"confidential"})

    def test_who_may_not_be_cleared_is_told_so(self):
        document = {"case": make.case().slug, "kind": "health"}
        answer = self.send(self.contributor, "POST", f"{API}case-events/", document)
        self.assertEqual(answer.json()["errors"], [{"pointer": "", "detail": editorial_fields.UNCLEARED}])

    def test_what_becomes_one_is_confidential_from_then_on(self):
        row = make.case_event(kind="other")
        document = {"kind": "health", "reason": "It says of what."}
        shown = self.done(200, self.editor, "PATCH", path(row), document, 2)
        self.assertEqual(shown["editorial"]["confidentiality"], "confidential")
        self.done(404, None, "GET", path(row))
        actor = make.case_actor(role="judge", person=make.person())
        document = {"role": "lawyer", "reason": "A mistake."}
        self.done(200, self.editor, "PATCH", path(actor), document, 2)
        self.assertEqual(self.secrecy(actor), "confidential")

    def test_who_is_cleared_opens_it_on_purpose_and_it_stays_open(self):
        row = make.case_event(kind="health", cleared=[self.editor])
        document = {"editorial": {"confidentiality": "public"}, "reason": "The family published it."}
        self.done(200, self.editor, "PATCH", path(row), document, 2)
        entry = Entry.objects.of(row).last()
        self.assertEqual((entry.user, entry.reason), (self.editor, "The family published it."))
        self.assertEqual(entry.after["confidentiality"], "public")
        for change in ({"circumstances": "More."}, {"kind": "transfer"}):
            row.refresh_from_db()
            self.done(200, self.editor, "PATCH", path(row), {**change, "reason": "x"}, row.version)
            self.assertEqual(self.secrecy(row), "public")

    def test_a_proposal_makes_it_so_too(self):
        row = make.case_event(kind="other")
        document = {"kind": "health", "reason": "It says of what."}
        answer = self.send(self.contributor, "PATCH", path(row), document, 2)
        self.assert_errors(answer, "")  # as its own write: somebody cleared enters it

    def test_the_way_back_makes_it_so_and_clears_who_went_it(self):
        row = make.case_event(kind="health", cleared=[self.editor], publication="draft")
        entry = Entry.objects.of(row).last()
        row.kind, row.confidentiality = "other", "public"
        row.save()
        VisibleHistory(row, self.editor).revert(entry, row.version, "")
        self.assertEqual((self.secrecy(row), CaseEvent.objects.get().kind), ("confidential", "health"))
        self.assertIn(self.editor, CaseEvent.objects.get().cleared.all())
        row = make.case_event(kind="other", publication="draft", created_by=self.contributor)
        CaseEvent.objects.filter(pk=row.pk).update(kind="health")
        entry = Entry.objects.of(row).last()
        CaseEvent.objects.filter(pk=row.pk).update(kind="other")
        row.refresh_from_db()
        with self.assertRaises(PermissionDenied):
            VisibleHistory(row, self.contributor).revert(entry, row.version, "")

    def test_a_fixture_is_loaded_as_it_is(self):
        row = make.case_event(kind="other")
        text = serializers.serialize("json", [row]).replace('"other"', '"health"')
        for one in serializers.deserialize("json", text):
            one.save()
        stored = CaseEvent.objects.get(pk=row.pk)
        self.assertEqual((stored.kind, stored.confidentiality), ("health", "public"))


@override_settings(FOUR_EYES=False)
class AdminTest(WorkTest):
    SAID = "is confidential"

    def add(self, user, **said):
        self.client.force_login(user)
        data = form_data(self.client.get(address(CaseEvent, "add")))
        return self.client.post(address(CaseEvent, "add"), {**data, **said}, follow=True)

    def test_an_editor_enters_it_is_told_and_is_cleared(self):
        page = self.add(self.editor, case=make.case().pk, kind="health", _continue="1")
        self.assertContains(page, self.SAID)
        row = CaseEvent.objects.get()
        self.assertEqual((row.confidentiality, list(row.cleared.all())), ("confidential", [self.editor]))

    def test_a_contributor_is_told_who_enters_it(self):
        page = self.add(self.contributor, case=make.case().pk, kind="health")
        self.assertContains(page, editorial_fields.UNCLEARED)
        self.assertFalse(CaseEvent.objects.exists())

    def test_an_editor_makes_one_of_another_event(self):
        row = make.case_event(kind="other", publication="draft")
        page = self.page(self.editor, row)
        data = {**form_data(page), "kind": "health", "_continue": "1"}
        page = self.client.post(address(CaseEvent, "change", row.pk), data, follow=True)
        self.assertContains(page, self.SAID)
        row.refresh_from_db()
        self.assertEqual((row.confidentiality, list(row.cleared.all())), ("confidential", [self.editor]))

    def test_a_contributor_makes_none_of_their_draft(self):
        row = self.draft(CaseEvent, kind="other")
        data = {**form_data(self.page(self.contributor, row)), "kind": "health"}
        page = self.client.post(address(CaseEvent, "change", row.pk), data, follow=True)
        self.assertContains(page, editorial_fields.UNCLEARED)
        row.refresh_from_db()
        self.assertEqual((row.kind, row.confidentiality), ("other", "public"))

    def test_nor_of_many_at_once(self):
        row = self.draft(CaseActor, role="judge", person=make.person())
        row.refresh_from_db()
        self.client.force_login(self.contributor)
        bulk = f"{address(CaseActor, 'bulk')}?ids={row.pk}"
        data = {"change": "role=lawyer", "reason": "x", "seen": versions_of([row])}
        self.assertContains(self.client.post(bulk, data), editorial_fields.UNCLEARED)
        self.client.force_login(self.editor)
        self.client.post(bulk, data)
        row.refresh_from_db()
        self.assertEqual((row.confidentiality, list(row.cleared.all())), ("confidential", [self.editor]))
