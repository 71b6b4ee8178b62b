"""The history: every change leaves an entry that says who, why and through what; nothing takes it away."""

import json

from django.db import DatabaseError, connection, transaction
from django.test import TestCase

from dialogues.models import ParticipationIdentity
from tests import make
from tracker.records.context import noted
from tracker.records.history import Entry
from tracker.records.models import Place, Visible


def last(record):
    """The newest entry of a record."""
    return Entry.objects.of(record).last()


class EntryTest(TestCase):
    """Whatever writes a row, the row before and after is kept."""

    def test_every_model_and_every_link_of_a_record_has_the_trigger(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
                " WHERE tgname LIKE 'pgtrigger_history%'"
            )
            kept = {name for (name,) in cursor.fetchall()}
        wanted = {ParticipationIdentity._meta.db_table}
        for model in concrete(Visible):
            wanted.add(model._meta.db_table)
            wanted |= {field.remote_field.through._meta.db_table for field in model._meta.many_to_many}
        self.assertEqual(kept, wanted)

    def test_what_is_added_changed_and_removed(self):
        place = make.place(name="Town", publication="draft")
        place.name = "City"
        place.save()
        Place.objects.filter(pk=place.pk).delete()
        added, changed, removed = Entry.objects.of(place)
        self.assertEqual((added.before, added.after["name"]), (None, "Town"))
        self.assertEqual((changed.before["name"], changed.after["name"]), ("Town", "City"))
        self.assertEqual((removed.before["name"], removed.after), ("City", None))
        self.assertEqual({entry.kind for entry in (added, changed, removed)}, {"records.place"})

    def test_update_bulk_and_plain_sql(self):
        place = make.place(country="")
        Place.objects.filter(pk=place.pk).update(country="AM")
        self.assertEqual(last(place).after["country"], "AM")
        place.country = "AZ"
        Place.objects.bulk_update([place], ["country"])
        self.assertEqual(last(place).after["country"], "AZ")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE records_place SET country = 'GE' WHERE id = %s", [place.pk])
        self.assertEqual(last(place).after["country"], "GE")
        (made,) = Place.objects.bulk_create([Place(name="Bulk")])
        self.assertEqual(last(made).after["name"], "Bulk")

    def test_parts_citations_and_links_stand_with_their_record(self):
        person = make.person()
        make.name(person, "Another")
        self.assertEqual(last(person).kind, "people.personname")
        person.citations.all().delete()
        self.assertEqual((last(person).kind, last(person).after), ("people.personcitation", None))
        statement = make.statement(about_people=[person])
        self.assertIn("dialogues.statement_about_people", kinds(statement))
        self.assertIn("dialogues.speaker", kinds(statement))
        statement.cleared.add(make.user())
        self.assertEqual(last(statement).kind, "dialogues.statement_cleared")
        part = make.participation(naming="withheld")
        make.identity(part)
        self.assertEqual(last(part).kind, "dialogues.participationidentity")

    def test_what_every_save_changes_makes_no_entry(self):
        place = make.place()
        before = Entry.objects.count()
        place.save()
        self.assertEqual(Entry.objects.count(), before)
        self.assertGreater(place.version, 1)

    def test_derived_columns_and_housekeeping_are_left_out(self):
        after = last(make.dialogue(cited=False)).after
        self.assertIn("start_date", after)
        self.assertFalse({"version", "updated_at", "title_folded", "start_date_earliest"} & set(after))

    def test_a_write_that_is_rolled_back_leaves_nothing(self):
        before = Entry.objects.count()
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            make.place()
            raise ZeroDivisionError
        self.assertEqual(Entry.objects.count(), before)


def concrete(base):
    """Every model with a table of its own below a base."""
    for model in base.__subclasses__():
        if not model._meta.abstract and not model._meta.proxy:
            yield model
        yield from concrete(model)


def kinds(record):
    return {entry.kind for entry in Entry.objects.of(record)}


class ContextTest(TestCase):
    """Who, why and through what."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make.superuser("editor")
        cls.place = make.place(name="Town")
        cls.url = f"/api/v1/places/{cls.place.pk}/"

    def setUp(self):
        self.client.force_login(self.editor)

    def said(self, record):
        entry = last(record)
        return entry.user_id, entry.channel, entry.reason

    def test_the_api_says_who_and_the_reason_of_the_document(self):
        version = self.client.get(self.url)["ETag"]
        change = json.dumps({"name": "City", "reason": "A misprint."})
        answer = self.client.patch(self.url, change, "application/json", headers={"If-Match": version})
        self.assertEqual(answer.status_code, 200, answer.content)
        self.assertEqual(self.said(self.place), (self.editor.pk, "API", "A misprint."))

    def test_each_document_of_several_has_its_own_reason(self):
        writes = [{"name": "A", "reason": "One."}, {"name": "B"}]
        answer = self.client.post("/api/v1/places/", json.dumps(writes), "application/json")
        first, second = (Place.objects.get(pk=row["id"]) for row in answer.json()["results"])
        self.assertEqual((last(first).reason, last(second).reason), ("One.", ""))

    def test_the_verbs_say_who_and_their_comment_or_reason(self):
        self.place.withdraw(self.editor, "It was another town.")
        self.assertEqual(self.said(self.place), (self.editor.pk, "", "It was another town."))
        self.place.publish(self.editor)
        self.assertEqual(self.said(self.place), (self.editor.pk, "", ""))
        self.place.refresh_from_db()
        self.assertEqual(self.place.notes, "")

    def test_a_command_says_which(self):
        with noted(channel="command merge", reason="Twice the same."):
            Place.objects.filter(pk=self.place.pk).update(country="AM")
        self.assertEqual(self.said(self.place), (None, "command merge", "Twice the same."))

    def test_what_is_noted_inside_ends_there(self):
        with noted(channel="command merge"):
            with noted(reason="Inside."):
                Place.objects.filter(pk=self.place.pk).update(country="AM")
            Place.objects.filter(pk=self.place.pk).update(country="AZ")
        self.assertEqual(self.said(self.place), (None, "command merge", ""))

    def test_a_read_sends_nothing_more(self):
        self.client.logout()
        with self.assertNumQueries(1):  # the statement of the answer
            self.client.get(self.url)
        with self.assertNumQueries(1):
            self.client.get(f"{self.url}corrections/")

    def test_what_is_changed_together_is_one_occasion(self):
        with noted():
            self.place.country = "AM"
            self.place.save()
            make.citation(statement := make.statement())
        with noted():
            self.place.country = "AZ"
            self.place.save()
        together, later = Entry.objects.of(self.place).order_by("-id")[:2][::-1]
        self.assertEqual(together.occasion, last(statement).occasion)
        self.assertNotEqual(together.occasion, later.occasion)


class AppendOnlyTest(TestCase):
    """Entries are never changed or deleted; erasing empties them and leaves them."""

    @classmethod
    def setUpTestData(cls):
        cls.person = make.person(name="Ruslan Example")

    def test_no_update_and_no_deletion(self):
        for act in (lambda: Entry.objects.update(reason="x"), lambda: Entry.objects.all().delete()):
            with self.assertRaises(DatabaseError), transaction.atomic():
                act()

    def test_erasing_empties_the_columns_before_and_after_and_the_reason(self):
        with noted(reason="Ruslan wrote to us."):
            self.person.name = "Somebody"
            self.person.save()
        self.assertEqual(Entry.objects.of(self.person).erase("name", "slug"), 3)
        for entry in Entry.objects.of(self.person):
            self.assertNotIn("uslan", json.dumps([entry.before, entry.after, entry.reason]))
        entry = Entry.objects.of(self.person).filter(kind="people.person").first()
        self.assertEqual((entry.before, entry.after["name"]), (None, None))
        self.assertEqual(entry.after["publication"], "published")

    def test_erasing_ends_with_it(self):
        Entry.objects.of(self.person).erase("name")
        with self.assertRaises(DatabaseError), transaction.atomic():
            Entry.objects.update(reason="x")
