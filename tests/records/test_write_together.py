"""Many at once on one proposal, one dialogue with its drafts, one document of rows: done once."""

from django.test import override_settings

from dialogues.models import Dialogue
from people.models import Conflict
from tests import make
from tests.test_concurrency import Together
from tests.writing import API, path
from tracker.records.audit.history import Entry
from tracker.records.workflow.proposals import Proposal

AT_ONCE = 20


class OnceTest(Together):
    def test_a_proposal_is_decided_once(self):
        place = make.place()
        author = make.member("contributor")
        change = {"country": "AM", "reason": "A misprint."}
        (kept,) = self.at_once([((author, "PATCH", path(place), change), {"If-Match": '"1"'})])
        address = kept.json()["url"].removeprefix("http://127.0.0.1:8000")
        requests = [((self.editor, "POST", f"{address}apply/"), {})] * AT_ONCE
        requests += [((self.editor, "POST", f"{address}decline/", {"comment": "No."}), {})] * AT_ONCE
        answers = self.statuses(self.at_once(requests))
        self.assertEqual(answers, {200: 1, 409: 2 * AT_ONCE - 1})
        applied = Proposal.objects.get().state == "applied"
        place.refresh_from_db()
        self.assertEqual((place.version, place.country), (2, "AM") if applied else (1, ""))

    @override_settings(FOUR_EYES=False)
    def test_a_dialogue_is_published_with_its_drafts_once(self):
        dialogue = make.dialogue(publication="draft")
        rows = [make.participation(dialogue=dialogue, publication="draft") for _ in range(3)]
        headers = {"If-Match": f'"{Dialogue.objects.get().version}"', "Idempotency-Key": "a"}
        publish = (self.editor, "POST", path(dialogue, "publish"))
        answers = self.at_once([(publish, headers)] * AT_ONCE)
        self.assertEqual(self.statuses(answers), {200: AT_ONCE})
        self.assertEqual(len({answer.content for answer in answers}), 1)
        for row in (dialogue, *rows):
            table = row._meta.label_lower
            moved = Entry.objects.filter(kind=table, row_id=row.pk, after__publication="published")
            self.assertEqual(moved.filter(before__publication="draft").count(), 1)

    def test_a_nested_document_with_a_key_makes_its_rows_once(self):
        document = {"title": "A", "sides": [{"name": "North"}, {"name": "South"}]}
        headers = {"Idempotency-Key": "a"}
        answers = self.at_once([((self.editor, "POST", f"{API}conflicts/", document), headers)] * AT_ONCE)
        self.assertEqual(self.statuses(answers), {201: AT_ONCE})
        self.assertEqual(Conflict.objects.get().sides.count(), 2)
