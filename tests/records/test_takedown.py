"""Takedown: one deed empties every channel at once, and leaves ids alone in the ledger."""

import json
import os
import stat
import tempfile
from pathlib import Path
from unittest import mock

from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.test import TestCase, override_settings
from django.urls import reverse

from dialogues.models import Dialogue
from people.models import Person
from tests import make
from tests.channels import Channels
from tests.emptied import TransactionTestCase
from tests.writing import WritingTest, path
from tracker.records.audit import takedown_ledger
from tracker.records.audit.history import Entry
from tracker.records.audit.takedown_ledger import Deed, DeedKind, LedgerAway
from tracker.records.base.slugs import OldSlug
from tracker.records.protection.name_search import run_searches
from tracker.records.protocol.idempotency import KeptAnswer
from tracker.records.values.codes.vocabularies import Publication

NAME = "Zahra Qvortexli"


class ChannelTest(TestCase):
    """After the answer to the one request nothing public holds the person any more."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor")
        cls.person = make.person(name=NAME)
        cls.channels = Channels(cls.person, cls.editor)

    def test_every_channel_is_empty_at_once_but_for_a_text_that_is_searched_for(self):
        self.assertTrue(all(self.channels.told().values()), self.channels.told())
        self.person.takedown(self.editor, "safety")
        left = [name for name, told in self.channels.told().items() if told]
        self.assertEqual([one for one in left if "tatement" not in one and "Citation" not in one], [])
        run_searches()
        self.assertEqual([name for name, told in self.channels.told().items() if told], [])

    def test_a_cached_answer_is_not_confirmed(self):
        address = path(self.person)
        tag = self.client.get(address)["ETag"]
        self.person.takedown(self.editor, "safety")
        answer = self.client.get(address, headers={"If-None-Match": tag})
        absent = self.client.get(f"/api/v1/people/{'0' * 8}-0000-4000-8000-{'0' * 12}/")
        self.assertEqual((answer.status_code, answer.content), (404, absent.content))

    def test_it_comes_back_with_what_belongs_to_it(self):
        self.person.takedown(self.editor, "safety")
        run_searches()
        for record in (self.person, self.channels.statement):
            type(record).objects.get(pk=record.pk).publish(self.editor, "They ask for it.")
        self.assertTrue(self.channels.told()["case"])


class TakedownTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor")

    def test_what_would_be_gone_is_absent(self):
        for build in (make.dialogue, make.statement, make.source):
            row = build()
            row.takedown(self.editor, "wrong_fact")
            with self.subTest(row=row):
                self.assertEqual(self.client.get(path(row)).status_code, 404)
                row.publish(self.editor, "It is right.")
                row.withdraw(self.editor, "It was a test.")
                self.assertEqual(self.client.get(path(row)).status_code, 410)
                row.takedown(self.editor, "legal")
                self.assertEqual(self.client.get(path(row)).status_code, 404)

    def test_its_slugs_are_forgotten(self):
        row = make.dialogue(slug="meeting")
        OldSlug.objects.create(model="dialogues.Dialogue", slug="old", record_id=row.pk)
        row.takedown(self.editor, "safety")
        self.assertIsNone(Dialogue.objects.get(pk=row.pk).slug)
        for slug in ("meeting", "old"):
            self.assertEqual(self.client.get(f"/api/v1/dialogues/{slug}/").status_code, 404)

    def test_what_names_a_person_goes_too_unless_it_is_kept(self):
        person = make.person(name=NAME)
        make.name(person, "Захра К.")
        said, kept, other = (
            make.dialogue(summary=f"Opened by {NAME.upper()}."),
            make.statement(title="Захра К. calls for peace"),
            make.statement(title="Somebody else calls for peace"),
        )
        person.takedown(self.editor, "safety", keep=[str(kept.pk)])
        run_searches()
        seen = [type(row).objects.get(pk=row.pk).publication for row in (said, kept, other)]
        self.assertEqual(seen, ["taken_down", "published", "published"])

    def test_a_reason_outside_the_list_and_a_return_without_one_are_refused(self):
        row = make.person()
        for reason in ("", "because"):
            with self.assertRaises(ValidationError):
                row.takedown(self.editor, reason)
        row.takedown(self.editor, "safety")
        with self.assertRaises(ValidationError):
            row.publish(self.editor)
        self.assertEqual(Entry.objects.of(row).last().reason, "safety")

    def test_the_log_keeps_no_name(self):
        person = make.person(name=NAME)
        case = make.case(person=person, title=f"Case of {NAME}")
        for row in (person, case):
            LogEntry.objects.log_actions(self.editor.pk, [row], 2, "Changed.", single_object=True)
        person.takedown(self.editor, "safety")
        said = {*LogEntry.objects.values_list("object_repr", flat=True)}
        self.assertEqual(said, {f"person {str(person.pk)[:8]}", f"case {str(case.pk)[:8]}"})
        self.assertNotIn(NAME, str(Person.objects.get(pk=person.pk)))


class VerbTest(WritingTest):
    """The verb in the API, and the page in the admin."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.person = make.person(name=NAME)
        cls.named = make.dialogue(summary=f"{NAME} opened it.")
        cls.officer = make.member("editor")

    def take_down(self, body):
        """The answer to the verb."""
        version = Person.objects.get(pk=self.person.pk).version
        return self.send(self.officer, "POST", path(self.person, "takedown"), body, version)

    def state(self, row):
        return type(row).objects.get(pk=row.pk).publication

    def test_it_takes_a_reason_of_the_list_and_ids_to_keep(self):
        for body in (
            {},
            {"reason": "because"},
            {"reason": "safety", "keep": "all"},
            {"reason": "safety", "x": 1},
        ):
            self.assertEqual(self.take_down(body).status_code, 400, body)
        body = {"reason": "safety", "keep": [str(self.named.pk)]}
        self.assertEqual(self.take_down(body).status_code, 200)
        run_searches()
        self.assertEqual((self.state(self.person), self.state(self.named)), ("taken_down", "published"))

    def test_kept_answers_that_show_it_are_forgotten(self):
        row = self.done(201, self.officer, "POST", "/api/v1/people/", {"name": NAME})
        KeptAnswer.objects.create(user=self.officer, key="one", body=json.dumps(row), status=201)
        KeptAnswer.objects.create(user=self.officer, key="two", body="{}", status=201)
        Person.objects.get(pk=row["id"]).takedown(self.officer, "safety")
        self.assertEqual([*KeptAnswer.objects.values_list("key", flat=True)], ["two"])

    def test_the_page_reads_no_text_and_takes_down_what_names_them_too(self):
        self.client.force_login(self.officer)
        address = f"{reverse('admin:people_person_takedown')}?ids={self.person.pk}"
        with mock.patch(
            "tracker.records.protection.protected_names.public_texts", side_effect=AssertionError
        ):
            self.assertContains(self.client.get(address), NAME)
            self.client.post(address, {"reason": "safety"})
        self.assertEqual((self.state(self.person), self.state(self.named)), ("taken_down", "published"))
        run_searches()
        self.assertEqual(self.state(self.named), "taken_down")


class LedgerTest(TransactionTestCase):
    """The file says what the table says, and nothing but ids."""

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.file = folder / "private" / "ledger"
        self.enterContext(override_settings(ERASURE_LEDGER=self.file))
        self.editor = make.member("editor")

    def lines(self):
        return [(line.kind, line.id) for line in takedown_ledger.lines_of(self.file.read_bytes())]

    def test_it_holds_ids_in_order_and_no_name(self):
        person = make.person(name=NAME)
        person.takedown(self.editor, "safety")
        person.publish(self.editor, "They ask for it.")
        key = str(person.pk)
        self.assertEqual(self.lines(), [(DeedKind.TAKEDOWN, key), (DeedKind.RETURN, key)])
        self.assertNotIn(NAME.split()[0].lower(), self.file.read_text().lower())
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)

    def test_what_was_refused_is_not_in_it(self):
        with self.assertRaises(ValidationError):
            make.person().takedown(self.editor, "because")
        self.assertFalse(self.file.exists())

    def test_a_torn_line_spoils_no_other_and_what_it_lost_is_added(self):
        first, second = make.place(), make.place()
        first.takedown(self.editor, "safety")
        whole = self.file.read_bytes()
        self.file.write_bytes(whole[:-20])
        second.takedown(self.editor, "safety")
        self.assertEqual({key for _, key in self.lines()}, {str(first.pk), str(second.pk)})

    def test_what_could_not_be_written_is_done_and_said(self):
        row = make.place()
        with (
            mock.patch("tracker.records.audit.takedown_ledger.os.fsync", side_effect=OSError),
            self.assertRaises(LedgerAway),
        ):
            row.takedown(self.editor, "safety")
        self.assertEqual(type(row).objects.get(pk=row.pk).publication, Publication.TAKEN_DOWN)
        self.assertEqual(Deed.objects.count(), 1)
