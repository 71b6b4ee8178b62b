"""What else names a person who was taken down: hidden after the takedown, whatever happens meanwhile."""

import threading
from unittest import mock

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TestCase

from dialogues.models import Dialogue
from people.models import Person
from tests import make
from tests.emptied import TransactionTestCase
from tests.writing import WritingTest, path
from tracker.records.audit import takedown_ledger
from tracker.records.audit.history import Entry
from tracker.records.protection import name_search
from tracker.records.protection.name_search import AlsoHidden, NameSearch, read_batch, run_searches
from tracker.records.revisions import erasure

batch = name_search.batch
NAME, OTHER = "Zahra Qvortexli", "Rauf Xylophonov"


def state(row):
    return type(row).objects.get(pk=row.pk).publication


class NameSearchTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor")
        cls.person = make.person(name=NAME)
        cls.named = make.dialogue(summary=f"Opened by {NAME.upper()}.")

    def take_down(self, person=None, **more):
        """The search after a takedown, as it is stored."""
        (person or self.person).takedown(self.editor, "safety", **more)
        return NameSearch.objects.of(person or self.person).first()

    def hidden_by(self, search):
        return {one.record_id for one in AlsoHidden.objects.filter(search=search)}


class SearchTest(NameSearchTest):
    def test_the_takedown_reads_no_text_and_the_search_hides_what_names_them(self):
        with mock.patch(
            "tracker.records.protection.protected_names.public_texts", side_effect=AssertionError
        ):
            search = self.take_down()
        self.assertEqual((state(self.person), state(self.named)), ("taken_down", "published"))
        self.assertEqual(search.state, "running")
        run_searches()
        search.refresh_from_db()
        self.assertEqual((state(self.named), search.state, search.names), ("taken_down", "finished", []))
        self.assertEqual(self.hidden_by(search), {self.named.pk})
        entry = Entry.objects.of(self.named).last()
        self.assertEqual((entry.reason, entry.user, entry.channel), ("safety", self.editor, "name search"))

    def test_it_finds_any_name_in_any_record_and_leaves_what_is_kept_or_names_others(self):
        make.name(self.person, "Захра К.", confidentiality="restricted")
        found = [make.statement(title="Захра К. calls for peace"), make.case(title=f"That of {NAME}")]
        quoted = make.dialogue()
        make.citation(quoted, quotation=f"said {NAME}")
        stays = [make.statement(title=f"{NAME} speaks"), make.statement(title="Somebody calls for peace")]
        search = self.take_down(keep=[str(stays[0].pk)])
        run_searches()
        self.assertEqual({*map(state, [*found, quoted])}, {"taken_down"})
        self.assertEqual({*map(state, stays)}, {"published"})
        self.assertEqual(self.hidden_by(search), {self.named.pk, quoted.pk, *(row.pk for row in found)})

    def test_what_is_hidden_by_another_key_is_hidden_for_itself_too(self):
        """It would come back with what it belongs to."""
        other = make.person(name=OTHER)
        case = make.case(person=other, title=f"{NAME} and others")
        other.takedown(self.editor, "safety")
        self.take_down()
        run_searches()
        other.publish(self.editor, "They ask for it.")
        self.assertEqual(state(case), "taken_down")

    def test_only_of_people_is_anything_searched_for(self):
        make.place(name="Qvortex").takedown(self.editor, "safety")
        self.assertFalse(NameSearch.objects.exists())

    def test_who_is_public_again_is_searched_for_no_more(self):
        search = self.take_down()
        self.person.publish(self.editor, "They ask for it.")
        run_searches()
        search.refresh_from_db()
        self.assertEqual((search.state, state(self.named)), ("finished", "published"))

    def test_the_command_and_what_is_run_every_minute_do_it_too(self):
        for command in ("search_names", "publish_due"):
            person = make.person(name=OTHER)
            row = make.dialogue(summary=f"By {OTHER}.")
            person.takedown(self.editor, "safety")
            call_command(command, stdout=mock.Mock())
            self.assertEqual(state(row), "taken_down", command)


class MeanwhileTest(NameSearchTest):
    """The reading is in batches of one record, and something happens between two of them."""

    def setUp(self):
        self.enterContext(mock.patch.object(name_search, "BATCH", 1))
        self.rows = [make.dialogue(summary="Nobody.") for _ in range(4)]

    def read_some(self, steps=3):
        for _ in range(steps):
            self.assertTrue(read_batch())

    def test_it_goes_on_where_it_was_stopped(self):
        search = self.take_down()
        self.read_some()
        self.assertTrue(NameSearch.objects.get().position)
        with (
            mock.patch.object(name_search, "hide", side_effect=KeyboardInterrupt),
            self.assertRaises(KeyboardInterrupt),
        ):
            run_searches()
        with mock.patch.object(name_search, "batch", wraps=batch) as read:
            run_searches()
        self.assertNotEqual(read.call_args_list[0].args, ("",))
        self.assertEqual(state(self.named), "taken_down")
        self.assertEqual(NameSearch.objects.get(pk=search.pk).state, "finished")

    def test_a_second_takedown_is_read_for_in_the_same_reading(self):
        other = make.person(name=OTHER)
        first = [make.dialogue(summary=f"{OTHER} and {number}.") for number in range(6)]
        both = make.dialogue(summary=f"{OTHER} and {NAME}.")
        one = self.take_down()
        self.read_some(8)
        two = self.take_down(other)
        with mock.patch.object(name_search, "batch", wraps=batch) as read:
            run_searches()
        self.assertEqual({*map(state, [*first, both, self.named])}, {"taken_down"})
        rounds = [call.args[0] for call in read.call_args_list]
        self.assertLessEqual(max(map(rounds.count, rounds)), 2)  # the last is where it came round
        self.assertIn(both.pk, self.hidden_by(one) | self.hidden_by(two))

    def test_names_that_they_get_meanwhile_are_searched_for_too_and_those_that_they_lose(self):
        said = [
            make.dialogue(summary=f"By {name}.")
            for name in ("Nigar Oldname", "Nigar Newname")
            for _ in range(4)
        ]
        old = make.name(self.person, "Nigar Oldname")
        self.take_down()
        self.read_some(6)
        old.delete()
        make.name(self.person, "Nigar Newname")
        run_searches()
        self.assertEqual({*map(state, [*said, self.named])}, {"taken_down"})

    def test_a_text_that_is_published_meanwhile_is_refused(self):
        self.take_down()
        self.read_some()
        row = make.dialogue(publication="draft", summary=f"By {NAME}.")
        with self.assertRaises(ValidationError):
            row.publish(self.editor)


class TogetherTest(TransactionTestCase):
    """Who writes at the moment of the takedown does not know of it."""

    def setUp(self):
        self.editor = make.member("editor")
        self.person = make.person(name=NAME)
        self.row = make.dialogue(summary="Nobody.")

    def test_what_was_written_by_who_does_not_know_of_it_is_found_before_the_search_ends(self):
        written, go_on = threading.Event(), threading.Event()

        def write():
            with transaction.atomic():
                row = Dialogue.objects.get(pk=self.row.pk)
                row.summary = f"By {NAME}."
                row.save()
                written.set()
                go_on.wait(20)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        self.assertTrue(written.wait(20))
        self.person.takedown(self.editor, "safety")
        run_searches()
        self.assertEqual(NameSearch.objects.get().state, "running")
        go_on.set()
        writer.join()
        run_searches()
        self.assertEqual((NameSearch.objects.get().state, state(self.row)), ("finished", "taken_down"))

    def test_only_one_reads(self):
        self.person.takedown(self.editor, "safety")
        found = []

        def read():
            found.append(read_batch())
            connection.close()

        with transaction.atomic():
            self.assertTrue(read_batch())
            other = threading.Thread(target=read)
            other.start()
            other.join()
        self.assertEqual(found, [False])

    def test_a_ledger_that_cannot_be_written_stops_no_search(self):
        make.dialogue(summary=f"By {NAME}.")
        self.person.takedown(self.editor, "safety")
        with (
            mock.patch.object(takedown_ledger.os, "fsync", side_effect=OSError),
            self.assertLogs(name_search.log, "ERROR"),
        ):
            run_searches()
        self.assertEqual(NameSearch.objects.get().state, "finished")
        self.assertFalse(Dialogue.objects.filter(publication="published", summary__contains=NAME).exists())


class DecisionTest(NameSearchTest):
    def setUp(self):
        self.search = self.take_down()
        run_searches()
        (self.hidden,) = AlsoHidden.objects.all()

    def bring_back(self, by=None, comment="A namesake."):
        name_search.bring_back(AlsoHidden.objects.get(pk=self.hidden.pk), by or self.editor, comment)

    def test_an_editor_brings_it_back_with_a_reason(self):
        for by, comment, error in (
            (self.editor, " ", ValidationError),
            (make.member("contributor"), "Mine.", PermissionDenied),
        ):
            with self.assertRaises(error):
                self.bring_back(by, comment)
        self.bring_back()
        self.hidden.refresh_from_db()
        self.assertEqual((state(self.named), self.hidden.decided), ("published", True))
        self.assertEqual(Entry.objects.of(self.named).last().reason, "A namesake.")

    def test_not_while_it_names_another_person_too(self):
        other = make.person(name=OTHER)
        row = make.dialogue(summary=f"{OTHER}.")
        other.takedown(self.editor, "safety")
        run_searches()
        hidden = AlsoHidden.objects.get(record_id=row.pk)
        Dialogue.objects.filter(pk=row.pk).update(summary=f"{OTHER} and {NAME}.")
        with self.assertRaisesMessage(ValidationError, "another person"):
            name_search.bring_back(hidden, self.editor, "A namesake.")
        self.assertEqual(state(row), "taken_down")

    def test_it_brings_back_nothing_else(self):
        draft = make.participation(dialogue=self.named, publication="draft")
        self.bring_back()
        self.assertEqual((state(self.named), state(draft)), ("published", "draft"))

    def test_what_is_published_by_itself_is_decided(self):
        row = Dialogue.objects.get(pk=self.named.pk)
        row.summary = "Opened."
        row.save()
        row.publish(self.editor, "Without the name.")
        self.assertTrue(AlsoHidden.objects.get().decided)

    def test_it_is_taken_down_anew_when_they_are(self):
        self.bring_back()
        Person.objects.get(pk=self.person.pk).publish(self.editor, "They ask for it.")
        self.take_down(Person.objects.get(pk=self.person.pk))
        run_searches()
        self.assertEqual(state(self.named), "taken_down")


class ErasureTest(NameSearchTest):
    def erase(self):
        erasure.erase(Person.objects.get(pk=self.person.pk), make.member("administrator"), "legal")

    def test_it_waits_for_the_search_and_leaves_nothing_of_it(self):
        self.take_down()
        with self.assertRaisesMessage(ValidationError, "still running"):
            self.erase()
        run_searches()
        self.erase()
        self.assertFalse(NameSearch.objects.exists() or AlsoHidden.objects.exists())
        self.assertNotIn("Qvortexli".lower(), Dialogue.objects.get(pk=self.named.pk).summary.lower())


class RestoreTest(NameSearchTest):
    def brought_back(self, *rows):
        for row in rows:
            type(row).objects.filter(pk=row.pk).update(publication="published")

    def test_one_reading_for_all_who_were_taken_down(self):
        people = [self.person, *(make.person(name=f"Person {letter}ylophonov") for letter in "XYZ")]
        texts = [self.named, *(make.dialogue(summary=f"By {one.name}.") for one in people[1:])]
        for one in people:
            one.takedown(self.editor, "safety")
        run_searches()
        NameSearch.objects.all().delete()
        self.brought_back(*people, *texts)
        takedown_ledger.Deed.objects.exclude(
            record_id__in=[one.pk for one in people]
        ).delete()  # its texts are not in it
        with mock.patch.object(name_search, "batch", wraps=batch) as read:
            self.assertEqual(erasure.replay(takedown_ledger.in_table()), (8, 0))
        rounds = [call.args[0] for call in read.call_args_list]
        self.assertEqual(len(rounds), len({*rounds}))
        self.assertEqual({*map(state, [*people, *texts])}, {"taken_down"})
        self.assertEqual({one.state for one in NameSearch.objects.all()}, {"finished"})
        self.assertEqual({one.record_id for one in AlsoHidden.objects.all()}, {row.pk for row in texts})

    def test_a_search_that_ran_when_it_was_backed_up_ends_before_anything_is_served(self):
        self.take_down()
        erasure.replay(takedown_ledger.in_table())
        self.assertEqual((state(self.named), NameSearch.objects.get().state), ("taken_down", "finished"))


class ToldTest(WritingTest):
    """What the API tells of it: to editors, and of what they see."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.person = make.person(name=NAME, created_by=cls.contributor)
        cls.named = make.dialogue(summary=f"{NAME} opened it.")

    def told(self, user):
        return self.done(200, user, "GET", path(self.person, "publication"))["takedown"]

    def test_how_far_it_is_and_what_was_hidden(self):
        self.assertIsNone(self.told(self.editor))
        self.person.takedown(self.editor, "safety")
        self.assertEqual(self.told(self.editor), {"search": "running", "hidden": []})
        run_searches()
        hidden = {"url": f"http://127.0.0.1:8000{path(self.named)}", "type": "dialogues", "decided": False}
        self.assertEqual(self.told(self.editor), {"search": "finished", "hidden": [hidden]})
        self.assertIsNone(self.told(self.contributor))
        Dialogue.objects.filter(pk=self.named.pk).update(confidentiality="confidential")
        self.assertEqual(self.told(self.editor)["hidden"], [])

    def test_it_comes_back_by_the_api_too(self):
        self.person.takedown(self.editor, "safety")
        run_searches()
        body = {"comment": "A namesake.", "homonym": "A namesake."}
        self.done(200, self.editor, "POST", path(self.named, "publish"), body, Dialogue.objects.get().version)
        self.assertTrue(self.told(self.editor)["hidden"][0]["decided"])
