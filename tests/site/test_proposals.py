"""A contributor proposes a change to what is published; an editor sees the difference and decides."""

from people.models import Person
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tracker.records.workflow.proposals import Proposal, ProposalState


class ProposalTest(WorkTest):
    def propose(self, record, **values):
        self.client.force_login(self.contributor)
        path = address(type(record), "propose", record.pk)
        return self.client.post(path, {**form_data(self.client.get(path)), **values}, follow=True)

    def decide(self, user, proposal, **sent):
        self.client.force_login(user)
        answer = self.client.post(address(Proposal, "change", proposal.pk), sent, follow=True)
        proposal.refresh_from_db()
        return answer


class MakingTest(ProposalTest):
    def test_what_was_changed_is_kept_in_the_form_of_the_api(self):
        row = make.person(description="old")
        place = make.place()
        answer = self.propose(row, description="new", birth_date="May 1970", reason="A source.")
        self.assertContains(answer, "Your proposal was sent")
        kept = Proposal.objects.get()
        self.assertEqual(kept.document, {"description": "new", "birth_date": "1970-05"})
        self.assertEqual(
            (kept.reason, kept.created_by, kept.record_id), ("A source.", self.contributor, row.pk)
        )
        row.refresh_from_db()
        self.assertEqual(row.description, "old")
        organization = make.organization()
        self.propose(organization, place=place.pk, reason="It sits there.")
        self.assertEqual(Proposal.objects.first().document, {"place": str(place.pk)})

    def test_parts_go_with_their_ids(self):
        row = make.person()
        cited = row.citations.get()
        source = make.source()
        usual = {"stance": "supports", "basis": "stated", "directness": "seen"}
        rows = {
            "citations-TOTAL_FORMS": "2",
            **self.row("citations", 1, source=source.pk, quotation="in these words", **usual),
        }
        self.propose(row, **rows, reason="A second source.")
        first, second = Proposal.objects.get().document["citations"]
        self.assertEqual((first["id"], second["source"]), (str(cited.pk), str(source.pk)))
        self.assertEqual(row.citations.count(), 1)

    def test_only_what_a_proposal_can_hold_is_asked_for(self):
        page = self.page(self.contributor, make.affiliation().person, "propose")
        names = {formset.formset.prefix for formset in page.context["inline_admin_formsets"]}
        self.assertEqual(names, {"citations", "other_names", "identifiers"})
        fields = page.context["adminform"].form.fields
        self.assertIn("description", fields)
        self.assertTrue({"confidentiality", "notes", "follow_up", "cleared"}.isdisjoint(fields))
        hidden = make.participation(naming="withheld", cleared=[self.officer])
        page = self.page(self.officer, hidden, "propose")
        names = {formset.formset.prefix for formset in page.context["inline_admin_formsets"]}
        self.assertEqual(names, {"citations"})

    def test_who_proposes_is_cleared_for_nothing(self):
        row = make.person(description="old")
        self.client.force_login(self.officer)
        path = address(Person, "propose", row.pk)
        sent = {**form_data(self.client.get(path)), "confidentiality": "confidential", "description": "new"}
        self.client.post(path, {**sent, "reason": "A risk."})
        self.assertEqual(Proposal.objects.get().document, {"description": "new"})
        self.assertEqual([*row.cleared.all()], [])

    def test_nothing_changed_or_no_reason_is_refused_and_keeps_what_was_typed(self):
        row = make.person()
        self.assertContains(self.propose(row, reason="Why."), "Nothing was changed.")
        answer = self.propose(row, description="typed", reason="")
        self.assertContains(answer, "typed")
        self.assertFalse(Proposal.objects.exists())

    def test_a_form_of_an_old_version_is_refused(self):
        row = make.person(description="first")
        self.client.force_login(self.contributor)
        path = address(Person, "propose", row.pk)
        page = self.client.get(path)
        Person.objects.get(pk=row.pk).save()
        answer = self.client.post(path, {**form_data(page), "description": "mine"})
        self.assertContains(answer, "saved this record")
        self.assertFalse(Proposal.objects.exists())

    def test_only_who_may_not_change_it_proposes(self):
        self.client.force_login(self.editor)
        self.assertEqual(self.client.get(address(Person, "propose", make.person().pk)).status_code, 403)
        self.client.force_login(self.contributor)
        self.assertEqual(self.client.get(address(Person, "propose", self.draft().pk)).status_code, 403)


class DecidingTest(ProposalTest):
    def setUp(self):
        super().setUp()
        self.person = make.person(description="old")
        self.propose(self.person, description="new", reason="A source.")
        self.proposal = Proposal.objects.get()

    def test_an_editor_sees_the_difference_and_applies_it(self):
        self.assertContains(self.page(self.editor, self.person), "Proposed by contributor")
        page = self.page(self.editor, self.proposal)
        change = {"field": "description", "before": "old", "after": "new"}
        self.assertIn(change, page.context["changes"])
        self.decide(self.editor, self.proposal, _apply="1")
        self.person.refresh_from_db()
        self.assertEqual((self.person.description, self.proposal.state), ("new", ProposalState.APPLIED))
        self.assertIn("read", self.page(self.second, self.person).context["verbs"])

    def test_it_is_declined_with_a_comment(self):
        self.assertContains(
            self.decide(self.editor, self.proposal, _decline="1"), "Enter a reason for declining it."
        )
        self.decide(self.editor, self.proposal, _decline="1", comment="No source says so.")
        self.assertEqual(self.proposal.state, ProposalState.DECLINED)
        self.assertContains(self.page(self.contributor, self.proposal), "No source says so.")

    def test_what_was_changed_since_can_only_be_declined(self):
        Person.objects.get(pk=self.person.pk).save()
        self.assertNotContains(self.page(self.editor, self.proposal), 'name="_apply"')
        answer = self.decide(self.editor, self.proposal, _apply="1")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.proposal.state, ProposalState.OPEN)

    def test_contributors_decide_nothing_and_see_their_own_only(self):
        self.assertEqual(self.decide(self.contributor, self.proposal, _apply="1").status_code, 403)
        self.client.force_login(make.member("contributor"))
        path = address(Proposal, "change", self.proposal.pk)
        self.assertEqual(self.client.get(path).status_code, 302)
        self.assertNotContains(self.client.get(address(Proposal, "changelist")), "A source.")


class DecidedTest(ProposalTest):
    """What was proposed is shown beside the record as it is now; its history has what was before."""

    def setUp(self):
        super().setUp()
        self.person = make.person(description="old")
        make.name(self.person, "Another name")
        third = self.row("other_names", 1, text="A third", kind="birth", confidentiality="public")
        self.propose(
            self.person, description="new", **third, **{"other_names-TOTAL_FORMS": "2"}, reason="A source."
        )
        self.proposal = Proposal.objects.get()

    def shown(self, user):
        changes = self.page(user, self.proposal).context["changes"]
        return {one["field"]: (one["before"], one["after"]) for one in changes}

    def change_since(self):
        self.client.force_login(self.second)
        self.change(self.person, description="later", reason="A newer source.")

    def test_an_applied_one(self):
        self.decide(self.editor, self.proposal, _apply="1")
        self.assertEqual(self.proposal.state, ProposalState.APPLIED)
        for user in (self.editor, self.contributor):
            shown = self.shown(user)
            self.assertEqual(shown.keys(), {"description", "other names"})
            self.assertEqual(shown["description"], ("new", "new"))
            self.assertIn("A third", shown["other names"][0])
        self.change_since()
        self.assertEqual(self.shown(self.contributor)["description"], ("later", "new"))

    def test_a_declined_one(self):
        self.decide(self.editor, self.proposal, _decline="1", comment="No.")
        self.change_since()
        for user in (self.editor, self.contributor):
            shown = self.shown(user)
            self.assertEqual(shown["description"], ("later", "new"))
            self.assertNotIn("A third", shown["other names"][0])
            self.assertIn("A third", shown["other names"][1])
        self.person.refresh_from_db()
        self.assertEqual(self.person.description, "later")
        self.assertFalse(self.person.other_names.filter(text="A third").exists())

    def test_who_does_not_see_the_record_sees_no_difference(self):
        self.decide(self.editor, self.proposal, _decline="1", comment="No.")
        Person.objects.filter(pk=self.person.pk).update(publication="withdrawn")
        self.assertEqual(self.shown(self.contributor), {})
