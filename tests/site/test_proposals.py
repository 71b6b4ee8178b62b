"""A contributor proposes a change to what is published; an editor sees the difference and decides."""

from people.models import Person
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tracker.records.proposals import Proposal, ProposalState


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
        self.assertContains(answer, "kept as a proposal")
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
        self.assertContains(answer, "saved it")
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
        self.assertContains(self.decide(self.editor, self.proposal, _decline="1"), "Say why it is declined.")
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
