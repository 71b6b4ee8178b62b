"""What is stored about who sees a row is what the rule says, whoever wrote it, in whatever order."""

from random import Random
from threading import Event, Thread

from django.apps import apps
from django.db import IntegrityError, connection, connections, transaction
from django.test import TestCase

from dialogues.models import Dialogue, Participation, ParticipationCitation
from people.models import Person
from tests import make
from tests.emptied import TransactionTestCase
from tests.generate import World
from tracker.records.policy.search_words import Token
from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.vocabularies import Confidentiality, Publication


def visible_models():
    return [model for model in apps.get_models() if issubclass(model, Visible) and not model._meta.proxy]


def ids(rows):
    return {*rows.values_list("pk", flat=True)}


class StoredTest(TestCase):
    """The column against the rule, in a world of every model in every state, which then changes."""

    @classmethod
    def setUpTestData(cls):
        World().build()

    def assert_as_the_rule_says(self, about):
        for model in visible_models():
            ruled, stored = model.objects.filter(model.rule(None)), model.objects.filter(is_public=True)
            self.assertEqual(ids(stored), ids(ruled), (about, model.__name__))
        shown = {
            row.pk: row.is_public for model in visible_models() for row in model.objects.only("is_public")
        }
        for name, public in Token.objects.values_list("name_id", "is_public"):
            self.assertEqual(public, shown[name], (about, name))

    def test_when_rows_were_made(self):
        self.assert_as_the_rule_says("made")
        empty = [model.__name__ for model in visible_models() if not model.objects.filter(is_public=True)]
        self.assertEqual(empty, [])

    def test_when_rows_have_changed(self):
        random = Random(4)
        for number in range(150):
            model = random.choice(visible_models())
            name = random.choice([*model.public_if, *model.visible_with])
            field = model._meta.get_field(name)
            values = (
                [slug for slug, _ in field.choices]
                if field.choices
                else sorted(ids(field.related_model.objects))
            )
            key, value = random.choice(sorted(ids(model.objects))), random.choice(values)
            try:
                with transaction.atomic():
                    model.objects.filter(pk=key).update(**{name: value})
            except IntegrityError:
                continue
            if number % 50 == 0:
                self.assert_as_the_rule_says((model.__name__, name))
        self.assert_as_the_rule_says("changed")

    def test_nobody_can_set_it(self):
        draft, shown = make.person(publication=Publication.DRAFT), make.person()
        Person.objects.update(is_public=True)
        self.assertFalse(Person.objects.get(pk=draft.pk).is_public)
        Person.objects.update(is_public=False)
        self.assertTrue(Person.objects.get(pk=shown.pk).is_public)

    def test_the_first_row_may_come_after_those_that_belong_to_it(self):
        person = make.person()
        case = make.case(person=person)
        event = make.case_event(case=case)
        name = make.name(person, "Another")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE kept AS SELECT * FROM people_person WHERE id = %s", [person.pk]
            )
            cursor.execute("DELETE FROM people_person WHERE id = %s", [person.pk])
            for row in (case, event, name):
                type(row).objects.filter(pk=row.pk).update(is_public=True)
                self.assertFalse(type(row).objects.get(pk=row.pk).is_public)
            cursor.execute("INSERT INTO people_person SELECT * FROM kept")
        for row in (case, event, name):
            self.assertTrue(type(row).objects.get(pk=row.pk).is_public)
        self.assertTrue(Token.objects.filter(name_id=name.pk, is_public=True).exists())

    def test_a_name_that_moves_finds_the_other_record(self):
        one, other = make.person(), make.person()
        name = make.name(one, "Gamma")
        type(name).objects.filter(pk=name.pk).update(record=other)
        self.assertEqual(ids(Person.objects.matching("Gamma", None)), {other.pk})

    def test_it_is_in_no_fixture_and_in_no_history(self):
        out = make.record(Person, name="Somebody")
        entries = out.history() if hasattr(out, "history") else ()
        self.assertFalse([entry for entry in entries if "is_public" in (entry.after or {})])
        for model in visible_models():
            self.assertFalse(model._meta.get_field("is_public").serialize)


class TogetherTest(TransactionTestCase):
    """A row that is written while what it belongs to is hidden or published by somebody else."""

    def setUp(self):
        self.dialogue, self.person = make.dialogue(), make.person()

    def write(self, written, go_on):
        """Writes a participation and its citation, and commits when told to."""
        try:
            with transaction.atomic():
                row = make.participation(dialogue=self.dialogue, person=self.person)
                make.citation(row)
                written.set()
                go_on.wait(10)
        finally:
            connections.close_all()

    def change(self, model, key, done, **state):
        try:
            model.objects.filter(pk=key).update(**state)
            done.set()
        finally:
            connections.close_all()

    def assert_stored(self, public):
        for model in (Participation, ParticipationCitation):
            self.assertEqual({row.is_public for row in model.objects.all()}, {public}, model)
            self.assertEqual(ids(model.objects.filter(model.rule(None))), ids(model.objects.visible_to(None)))

    def run_beside(self, model, key, **state):
        written, go_on, done = Event(), Event(), Event()
        writer = Thread(target=self.write, args=(written, go_on))
        other = Thread(target=self.change, args=(model, key, done), kwargs=state)
        writer.start()
        self.assertTrue(written.wait(10))
        other.start()
        self.assertFalse(done.wait(0.5), "It did not wait for whoever writes rows that belong to it.")
        go_on.set()
        writer.join(10)
        other.join(10)
        self.assertTrue(done.is_set())

    def test_it_is_hidden_when_the_record_is_hidden_meanwhile(self):
        self.run_beside(Dialogue, self.dialogue.pk, publication=Publication.WITHDRAWN)
        self.assert_stored(public=False)

    def test_it_is_public_when_the_record_is_published_meanwhile(self):
        Person.objects.filter(pk=self.person.pk).update(confidentiality=Confidentiality.RESTRICTED)
        self.person.refresh_from_db()
        self.run_beside(Person, self.person.pk, confidentiality=Confidentiality.PUBLIC)
        self.assert_stored(public=True)

    def test_it_waits_for_whoever_hides_the_record(self):
        written, go_on = Event(), Event()
        go_on.set()
        writer = Thread(target=self.write, args=(written, go_on))
        with transaction.atomic():
            Dialogue.objects.filter(pk=self.dialogue.pk).update(publication=Publication.WITHDRAWN)
            writer.start()
            self.assertFalse(written.wait(0.5), "It did not wait for whoever hides the record.")
        writer.join(10)
        self.assert_stored(public=False)
