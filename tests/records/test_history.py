"""The history: every change leaves an entry that says who, why and through what; nothing takes it away."""

import json

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import TestCase

from dialogues.models import ParticipationIdentity
from people.models import Consent, Person
from tests import make
from tests.test_admin import form_data
from tracker.records.audit.actor import acting_as
from tracker.records.audit.history import Entry
from tracker.records.base.places import Place
from tracker.records.policy.visibility import Visible
from tracker.records.revisions.timeline import VisibleHistory


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
        wanted = {ParticipationIdentity._meta.db_table, Consent._meta.db_table}
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
        with acting_as(channel="command merge", reason="Twice the same."):
            Place.objects.filter(pk=self.place.pk).update(country="AM")
        self.assertEqual(self.said(self.place), (None, "command merge", "Twice the same."))

    def test_what_is_noted_inside_ends_there(self):
        with acting_as(channel="command merge"):
            with acting_as(reason="Inside."):
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
        with acting_as():
            self.place.country = "AM"
            self.place.save()
            make.citation(statement := make.statement())
        with acting_as():
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
        with acting_as(reason="Ruslan wrote to us."):
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


class HistoryPageTest(TestCase):
    """The page of a record's history: differences in words, for who may see the record."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make.superuser("editor")
        cls.source = make.source(title="Article")
        with acting_as():
            cls.person = make.person(name="First Name", source=cls.source)

    def setUp(self):
        self.client.force_login(self.editor)

    def page(self, record):
        path = f"/admin/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/history/"
        return self.client.get(path)

    def lines(self, record):
        """The lines of the newest occasion."""
        return [tuple(change) for change in self.page(record).context["newest"].changes]

    def test_a_difference_is_told_in_words_with_who_when_why_and_through_what(self):
        with acting_as(user=self.editor.pk, channel="API", reason="A misprint."):
            self.person.name, self.person.gender = "Second Name", "female"
            self.person.save()
        gender = self.person.get_gender_display()
        self.assertEqual(
            self.lines(self.person), [("Name", "First Name", "Second Name"), ("Gender", "Unknown", gender)]
        )
        page = self.page(self.person)
        for said in ("editor", "API", "A misprint.", "UTC", "First Name"):
            self.assertContains(page, said)

    def test_parts_and_links_are_told_by_what_they_say(self):
        with acting_as():
            make.citation(self.person, source=self.source, locator="7")
        ((field, before, after),) = self.lines(self.person)
        self.assertEqual((field, before), ("Citations", ""))
        self.assertEqual(after, "Article, Paragraph, 7")
        statement = make.statement()
        with acting_as():
            statement.about_people.add(self.person)
        self.assertEqual(self.lines(statement), [("About people", "", "First Name")])

    def test_a_hidden_record_has_no_page(self):
        hidden = make.person(confidentiality="confidential")
        self.assertEqual(self.page(hidden).status_code, 302)

    def test_what_leads_to_something_hidden_is_not_named(self):
        secret = make.source(title="Zzyzx", confidentiality="confidential")
        place = make.place(name="Zzyzx", confidentiality="confidential")
        event = make.case_event()
        with acting_as():
            make.citation(event, source=secret, quotation="Zzyzx said it")
            event.place = place
            event.save()
        self.assertEqual(
            self.lines(event),
            [("Citations", "(hidden)", "(hidden)"), ("Place", "", "(hidden)")],
        )
        self.assertNotContains(self.page(event), "Zzyzx")

    def test_what_was_confidential_stays_so_for_others(self):
        person = make.person(name="Zzyzx", confidentiality="confidential")
        with acting_as(reason="Zzyzx asked for it."):
            person.name, person.confidentiality = "Somebody", "public"
            person.save()
        page = self.page(person)
        self.assertContains(page, "(hidden)")
        self.assertNotContains(page, "Zzyzx")
        person.cleared.add(self.editor)
        self.assertContains(self.page(person), "Zzyzx")

    def test_who_is_no_longer_named_is_not_named_by_the_history(self):
        part = make.participation(person=self.person)
        with acting_as():
            part.person, part.naming = None, "withheld"
            part.save()
            make.identity(part, person=self.person)
        page = self.page(part)
        self.assertNotContains(page, "First Name")
        part.cleared.add(self.editor)
        self.assertContains(self.page(part), "First Name")

    def test_the_admin_asks_for_a_reason_and_enters_it(self):
        path = f"/admin/people/person/{self.person.pk}/change/"
        sent = form_data(self.client.get(path)) | {"name": "Second Name"}
        refused = self.client.post(path, sent | {"reason": ""})
        self.assertContains(refused, "This field is required.")
        self.client.post(path, sent | {"reason": "A misprint."})
        entry = last(self.person)
        self.assertEqual((entry.after["name"], entry.reason), ("Second Name", "A misprint."))
        self.assertEqual((entry.user, entry.channel), (self.editor, "admin"))


class RevertTest(TestCase):
    """Going back passes the validation of any change."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make.superuser("editor")
        with acting_as():
            cls.person = make.person(name="First Name", birth_date="1980-02", nationality=["AM"])
            cls.name = make.name(cls.person, "Another")
        cls.first = last(cls.person)

    def setUp(self):
        self.client.force_login(self.editor)
        self.path = f"/admin/people/person/{self.person.pk}/history/{self.first.pk}/"

    def change(self):
        with acting_as():
            self.person.name, self.person.birth_date, self.person.nationality = "Second Name", "1981", []
            self.person.save()
            self.name.delete()
            make.name(self.person, "A third")
            make.citation(self.person, locator="9")

    def back(self, reason="It was right."):
        version = Person.objects.get(pk=self.person.pk).version
        return self.client.post(self.path, {"version": version, "reason": reason}, follow=True)

    def test_the_page_shows_what_would_change(self):
        self.change()
        page = self.client.get(self.path)
        self.assertIn(("Name", "Second Name", "First Name"), [tuple(one) for one in page.context["changes"]])

    def test_the_record_its_parts_and_its_citations_are_what_they_were(self):
        self.change()
        self.assertRedirects(self.back(), f"/admin/people/person/{self.person.pk}/history/")
        person = Person.objects.get(pk=self.person.pk)
        self.assertEqual(
            (person.name, person.birth_date, person.nationality), ("First Name", "1980-02", ["AM"])
        )
        self.assertEqual([str(name.text) for name in person.other_names.all()], ["Another"])
        self.assertEqual(person.citations.count(), 1)
        self.assertEqual((last(person).user, last(person).reason), (self.editor, "It was right."))

    def test_links_are_what_they_were(self):
        with acting_as():
            statement = make.statement(about_people=[self.person])
        then, other = last(statement), make.person()
        statement.about_people.set([other])
        statement.refresh_from_db()
        past = VisibleHistory(statement, self.editor)
        past.revert(then, statement.version, "It was right.")
        self.assertEqual([*statement.about_people.all()], [self.person])

    def test_what_was_published_needs_a_reason(self):
        self.change()
        self.assertContains(self.back(reason=" "), "Give a reason for the change")

    def test_what_is_not_valid_today_is_refused(self):
        url = "https://example.org/article"
        with acting_as():
            source = make.source(source_url=url)
        then, source.source_url = last(source), ""
        source.save()
        make.source(source_url=url)
        with self.assertRaisesMessage(ValidationError, "Another published source has this source_url."):
            VisibleHistory(source, self.editor).revert(then, source.version, "It was right.")

    def test_what_is_public_keeps_a_source(self):
        with acting_as():
            dialogue = make.dialogue(cited=False)
        then = last(dialogue)
        make.citation(dialogue)
        dialogue.refresh_from_db()
        with self.assertRaisesMessage(ValidationError, "It cites no published source"):
            VisibleHistory(dialogue, self.editor).revert(then, dialogue.version, "It was right.")
        self.assertTrue(dialogue.citations.exists())

    def test_somebody_else_was_first(self):
        self.change()
        answer = self.client.post(self.path, {"version": 1, "reason": "It was right."})
        self.assertContains(answer, "Someone has changed it meanwhile")

    def test_what_one_may_not_see_is_not_changed_back(self):
        secret = make.source(confidentiality="confidential")
        with acting_as():
            make.citation(self.person, source=secret)
        self.assertContains(self.back(), "This would change data that you may not see.")

    def test_no_key_is_set_back_to_what_one_may_not_see(self):
        with acting_as():
            event = make.case_event(authority=make.organization(confidentiality="confidential"))
        then = last(event)
        with acting_as():
            event.authority = None
            event.save()
        past = VisibleHistory(event, self.editor)
        with self.assertRaisesMessage(PermissionDenied, "This would change data that you may not see."):
            past.revert(then, event.version, "It was right.")

    def test_only_who_may_change_it(self):
        self.change()
        self.client.force_login(make.member("contributor", is_staff=True))
        self.assertContains(self.back(), "Only editors can change")
