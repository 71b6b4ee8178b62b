"""A form of the admin that is sent twice is saved once, and what was typed is lost neither time."""

import re

from dialogues.models import Dialogue, Participation
from people.models import Person
from tests import make
from tests.site.test_admin import EditingTest
from tests.test_admin import address, form_data
from tests.test_concurrency import Together
from tracker.records.accounts.api_tokens import ApiToken
from tracker.records.base.places import Place
from tracker.records.protocol.idempotency import KeptAnswer
from tracker.records.workflow.proposals import Proposal

ONE = {"csrfmiddlewaretoken": "a" * 64}  # which names the page that the form was on


class OnceTest(EditingTest):
    def send(self, path, follow=True, **fields):
        """Send the form of a page as it stands, changed in these fields, from the same page each time."""
        if not hasattr(self, "typed"):
            self.typed = {**form_data(self.client.get(path)), **ONE}
        return self.client.post(path, {**self.typed, **fields}, follow=follow)

    def test_a_new_record_with_its_rows_is_made_once(self):
        row = self.row("participations", 0, group_label="a delegation", role="participant")
        sent = {"title": "A meeting", "participations-TOTAL_FORMS": "1", **row, "_save": "Save"}
        path = address(Dialogue, "add")
        self.assertContains(self.send(path, **sent), "was added successfully")
        again = self.send(path, **sent)
        self.assertContains(again, "The form was sent twice and saved once.")
        self.assertContains(again, "messagelist")
        self.assertContains(again, 'class="success"')
        self.assertEqual((Dialogue.objects.count(), Participation.objects.count()), (1, 1))
        self.assertEqual(again.redirect_chain[-1][0], address(Dialogue, "change", Dialogue.objects.get().pk))

    def test_a_form_that_was_refused_is_sent_again(self):
        path = address(Place, "add")
        self.assertContains(self.send(path, name=""), "This field is required.")
        self.assertFalse(KeptAnswer.objects.exists())
        self.assertContains(self.send(path, name="Lachin"), "was added successfully")

    def test_a_verb_that_goes_with_it_is_not_done_twice(self):
        path = address(Place, "add")
        for _ in range(2):
            page = self.send(path, name="Lachin", _publish="1")
        self.assertNotContains(page, "cannot be published")
        self.assertEqual(Place.objects.get().publication, "published")

    def test_what_was_typed_since_is_shown_and_saved_as_another_on_purpose(self):
        path = address(Place, "add")
        self.send(path, name="Lachin")
        page = self.send(path, name="Shusha")
        self.assertContains(page, "is not saved yet")
        self.assertContains(page, "<td>Shusha</td>")
        self.assertContains(page, address(Place, "change", Place.objects.get().pk))
        sent = dict(
            re.findall(r'<textarea name="(\w[\w-]*)" hidden>\n(.*?)</textarea>', page.content.decode())
        )
        self.client.post(path, {**sent, "csrfmiddlewaretoken": "b" * 64})
        self.assertEqual({place.name for place in Place.objects.all()}, {"Lachin", "Shusha"})

    def test_a_change_that_is_sent_twice_is_no_conflict(self):
        row = make.person(publication="draft")
        path = address(Person, "change", row.pk)
        for _ in range(2):
            page = self.send(path, description="a historian", _continue="1")
        self.assertContains(page, "The form was sent twice and saved once.")
        self.assertContains(self.send(path, description="a poet"), "What you typed, and what is stored now")
        row.refresh_from_db()
        self.assertEqual(row.description, "a historian")

    def test_a_small_window_closes_with_the_same_record(self):
        for _ in range(2):
            page = self.send(f"{address(Place, 'add')}?_popup=1", name="Lachin", _popup="1")
            self.assertContains(page, str(Place.objects.get().pk))
            self.assertContains(page, "popup_response")

    def test_a_proposal_is_made_once(self):
        row = make.person()
        self.client.force_login(make.member("contributor"))
        for _ in range(2):
            self.send(address(Person, "propose", row.pk), description="a historian", reason="A source.")
        self.assertEqual(Proposal.objects.count(), 1)

    def test_what_is_gone_is_told_and_not_made_again(self):
        path = address(Place, "add")
        self.send(path, name="Lachin")
        Place.objects.get().delete()
        self.assertContains(self.send(path, name="Lachin"), "the record no longer exists")
        self.assertFalse(Place.objects.exists())

    def test_somebody_else_has_keys_of_their_own(self):
        path = address(Place, "add")
        self.send(path, name="Lachin")
        self.client.force_login(make.member("editor"))
        self.send(path, name="Lachin")
        self.assertEqual(Place.objects.count(), 2)

    def test_a_token_is_made_once_and_its_text_is_not_shown_again(self):
        sent = {"name": "Import", "scopes": "read", "lasts": "7"}
        path = address(ApiToken, "add")
        text = re.search(r'class="secret">(.+?)<', self.send(path, **sent).content.decode())[1]
        again = self.send(path, **sent)
        self.assertContains(again, "Revoke it and create another one")
        self.assertContains(again, 'class="warning"')
        self.assertNotContains(again, text)
        self.assertEqual(ApiToken.objects.count(), 1)


class AtOnceTest(Together):
    def test_forms_that_arrive_together_make_one_record(self):
        self.client.force_login(self.editor)
        path = address(Place, "add")
        sent = {**form_data(self.client.get(path)), **ONE, "name": "Lachin"}
        answers = self.at_once([(sent, (path, self.client.cookies))] * 5)
        self.assertEqual(self.statuses(answers), {302: 5})
        self.assertEqual(Place.objects.count(), 1)
