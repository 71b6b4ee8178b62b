"""`changes/`: what is listed, in which order, and that nothing else is."""

from io import StringIO
from unittest import mock
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from dialogues.models import Participation
from people.models import CaseEvent, Person
from tests import make
from tracker import api  # noqa: F401 - what it shows is what is announced
from tracker.records.changes import announcing
from tracker.records.changes.models import Announcement, Feed, Touched
from tracker.records.changes.paths import ways
from tracker.records.changes.views import START_AGAIN
from tracker.records.shapes.urls import resource

CHANGES = "/api/v1/changes/"


class ChangesTest(TestCase):
    def setUp(self):
        announcing.announce()

    def ask(self, url=CHANGES, **parameters):
        answer = self.client.get(url, parameters)
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.json()

    def news(self):
        """{(endpoint, id): event} of what is announced since this was called last."""
        announcing.announce()
        answer = self.ask(getattr(self, "next", CHANGES))
        self.next = answer["next"]
        return {(one["kind"], one["id"]): one["event"] for one in answer["results"]}

    def of(self, *rows, event="changed"):
        return {(resource(type(row)), str(row.pk)): event for row in rows}


class EventTest(ChangesTest):
    def test_a_record_is_created_changed_and_gone(self):
        editor = make.member("editor")
        place = make.place()
        self.assertEqual(self.news(), self.of(place, event="created"))
        place.country = "AZ"
        place.save()
        self.assertEqual(self.news(), self.of(place))
        place.withdraw(editor, "A mistake.")
        self.assertEqual(self.news(), self.of(place, event="gone"))
        place.publish(editor, "It was right.")
        self.assertEqual(self.news(), self.of(place, event="created"))

    def test_nothing_is_listed_of_what_was_never_public(self):
        for state in ({"publication": "draft"}, {"confidentiality": "restricted"}):
            place = make.place(**state)
            place.country = "AZ"
            place.save()
            make.place(**state).delete()
        self.assertEqual(self.news(), {})
        self.assertEqual(Touched.objects.count(), 0)

    def test_an_edit_that_nobody_sees_is_no_change(self):
        person, organization = make.person(), make.organization()
        self.news()
        person.notes = "For editors."
        person.save()
        make.name(person, "Hidden", confidentiality="confidential")
        make.affiliation(person=person, organization=organization, publication="draft")
        make.citation(person, source=make.source(publication="draft"))
        self.assertEqual(self.news(), {})

    def test_what_is_erased_is_gone(self):
        person = make.person()
        self.news()
        Person.objects.filter(pk=person.pk).delete()
        self.assertEqual(self.news(), self.of(person, event="gone"))

    def test_it_stands_once_at_its_last_change(self):
        first, second = make.place(), make.place()
        self.news()
        first.country = "AZ"
        first.save()
        announcing.announce()
        self.assertEqual([one["id"] for one in self.ask()["results"]], [str(second.pk), str(first.pk)])

    def test_what_others_show_of_it_is_theirs_too(self):
        person = make.person()
        dialogue = make.dialogue()
        row = make.participation(dialogue=dialogue, person=person)
        self.news()
        person.name = "Another name"
        person.save()
        self.assertEqual(self.news(), self.of(person, dialogue, row))
        person.summary = "Nothing but the person shows this."
        person.save()
        self.assertEqual(self.news(), self.of(person))

    def test_children_change_what_shows_them(self):
        dialogue, other, person = make.dialogue(), make.dialogue(), make.person()
        self.news()
        row = make.participation(dialogue=dialogue, person=person)
        self.assertEqual(self.news(), self.of(row, event="created") | self.of(dialogue))
        Participation.objects.filter(pk=row.pk).update(dialogue=other)
        self.assertEqual(self.news(), self.of(row, dialogue, other))
        Participation.objects.filter(pk=row.pk).update(publication="draft")
        self.assertEqual(self.news(), self.of(row, event="gone") | self.of(other))

    def test_a_parent_hides_and_shows_its_children(self):
        person = make.person(publication="draft")
        row = make.participation(person=person)
        self.assertEqual([*self.news().values()], ["created"] * 2)  # the dialogue, and the source
        Person.objects.filter(pk=person.pk).update(publication="published")
        shown = self.of(person, row, event="created") | self.of(row.dialogue)
        self.assertEqual(self.news(), shown)
        Person.objects.filter(pk=person.pk).update(confidentiality="restricted")
        self.assertEqual(self.news(), self.of(person, row, event="gone") | self.of(row.dialogue))

    def test_a_list_of_links_changes_both_ends_that_show_it(self):
        case, statement = make.case(), make.statement()
        self.news()
        statement.responds_to_cases.add(case)
        self.assertEqual(self.news(), self.of(case, case.person, statement))

    def test_what_is_known_of_a_day_changes_with_what_it_rests_on(self):
        source = make.source(date="2025-01-01")
        case = make.case()
        event = make.case_event(case=case, date="", source=source)
        affiliation = make.affiliation(person=case.person, source=source)
        self.news()
        source.date = "2025-02-01"
        source.save()
        self.assertEqual(self.news(), self.of(source, case, case.person, affiliation))
        CaseEvent.objects.filter(pk=event.pk).update(kind="release")
        self.assertEqual(self.news(), self.of(event, case, case.person))
        Person.objects.get(pk=case.person.pk)
        case.person.death_date = "2025-03-01"
        case.person.save()
        self.assertEqual(self.news(), self.of(case, case.person, affiliation))


class FeedTest(ChangesTest):
    """The answer itself."""

    def test_pages_of_any_size_are_complete(self):
        rows = [make.place() for _ in range(5)]
        announcing.announce()
        whole = self.ask()["results"]
        self.assertEqual(len(whole), len(rows))
        for limit in (1, 2, 3, 5, 1000):
            found, answer = [], self.ask(limit=limit)
            while answer["results"]:
                self.assertLessEqual(len(answer["results"]), limit)
                found += answer["results"]
                answer = self.ask(answer["next"])
            self.assertEqual(found, whole)

    def test_an_entry_says_no_more_than_which_record_it_is(self):
        place = make.place()
        announcing.announce()
        (entry,) = self.ask()["results"]
        self.assertEqual([*entry], ["kind", "id", "url", "event"])
        self.assertEqual(self.client.get(entry["url"]).json()["id"], str(place.pk))

    def test_it_is_one_statement(self):
        make.place()
        announcing.announce()
        with self.assertNumQueries(1):
            self.ask()

    def test_the_end_is_the_same_answer_until_something_changes(self):
        make.place()
        announcing.announce()
        end = self.ask()["next"]
        answer = self.client.get(end)
        self.assertEqual(answer.json(), {"next": end, "results": []})
        again = self.client.get(end, headers={"If-None-Match": answer["ETag"]})
        self.assertEqual(again.status_code, 304)

    def test_before_the_first_look_it_is_empty(self):
        Feed.objects.all().delete()
        make.place()
        empty = self.ask()
        self.assertEqual(empty["results"], [])
        announcing.announce()
        self.assertEqual(self.client.get(empty["next"]).status_code, 410)
        self.assertEqual(len(self.ask()["results"]), 1)

    def test_a_cursor_of_another_generation_is_gone(self):
        make.place()
        announcing.announce()
        answer = self.ask()
        announcing.start_again()
        gone = self.client.get(answer["next"])
        self.assertEqual((gone.status_code, gone.json()["detail"]), (410, START_AGAIN))
        self.assertEqual(self.ask()["results"], answer["results"])

    def test_a_cursor_from_the_future_is_gone(self):
        make.place()
        announcing.announce()
        later = self.ask()["next"]
        Announcement.objects.all().delete()
        Feed.objects.update(last=0)
        self.assertEqual(self.client.get(later).status_code, 410)

    def test_what_is_no_cursor_is_refused(self):
        for since in ("x", "WyJhIiwgIjEiXQ==", "5", "é"):
            answer = self.client.get(CHANGES, {"since": since})
            self.assertEqual(answer.status_code, 400)
            self.assertEqual([one["parameter"] for one in answer.json()["errors"]], ["since"])
        for limit in ("0", "1001", "x"):
            self.assertEqual(self.client.get(CHANGES, {"limit": limit}).status_code, 400)


class LookTest(ChangesTest):
    """How the public form is looked at."""

    def test_every_table_that_a_public_form_reads_is_on_a_way(self):
        """A table in the statement that is on no way would change the form without anybody looking."""
        tables = set(connection.introspection.table_names())
        for kind in announcing.shapes():
            sql = announcing.digest_query(kind, kind.objects.visible_to(None)).sql
            named = {table for table in tables if f'"{table}"' in sql}
            on_ways = {model._meta.db_table for model, ends in ways().ends.items() if kind in dict(ends)}
            linking = {table for table in named if not any(m._meta.db_table == table for m in ways().ends)}
            noted = {label.replace(".", "_") for label in ways().starts}
            with self.subTest(kind=kind.__name__):
                self.assertEqual(named - on_ways - linking, set())
                self.assertLessEqual(linking, noted)

    def test_another_way_of_showing_records_announces_them_all(self):
        places = [make.place(), make.place()]
        self.news()
        with (
            mock.patch.object(announcing, "form", return_value="another"),
            self.settings(PUBLIC_URL="https://example.org"),
        ):
            self.assertEqual(self.news(), self.of(*places))
            self.assertEqual(self.news(), {})

    def test_records_that_were_there_before_are_announced(self):
        places = [make.place() for _ in range(3)]
        for model in (Feed, Announcement, Touched):
            model.objects.all().delete()
        with mock.patch.object(announcing, "RECORDS", 2):
            self.assertEqual(self.news(), self.of(*places, event="created"))

    def test_notes_are_taken_in_parts(self):
        places = [make.place() for _ in range(5)]
        with mock.patch.object(announcing, "NOTES", 2), mock.patch.object(announcing, "IDS", 2):
            self.assertEqual(self.news(), self.of(*places, event="created"))

    def test_where_nothing_waits_one_statement_says_so(self):
        with self.assertNumQueries(1):
            self.assertEqual(announcing.announce(), 0)

    def test_a_look_takes_a_few_statements_however_much_changed(self):
        def look():
            with CaptureQueriesContext(connection) as asked:
                self.assertGreater(announcing.announce(), 0)
            return len(asked)

        places = [make.place() for _ in range(20)]
        self.news()
        for place in places[:2]:
            place.country = "AZ"
            place.save()
        few = look()
        for place in places:
            place.country = "AM"
            place.save()
        self.assertEqual(look(), few)

    def test_a_row_that_nothing_shows_is_passed_over(self):
        Touched.objects.create(model="people.consent", ids=[uuid4()])
        self.assertEqual(self.news(), {})


class CommandTest(ChangesTest):
    def run_command(self, *options):
        out = StringIO()
        call_command("announce", *options, stdout=out)
        return out.getvalue()

    def test_it_announces_and_says_how_many(self):
        make.place()
        self.assertEqual(self.run_command("--verbosity=0"), "")
        self.assertEqual(len(self.ask()["results"]), 1)
        self.assertEqual(self.run_command(), "Announced: 0.\n")

    def test_it_ends_all_cursors_if_it_is_to(self):
        cursor = self.ask()["next"]
        self.run_command("--start-again")
        self.assertEqual(self.client.get(cursor).status_code, 410)


class TwinTest(ChangesTest):
    """With and without what is hidden, whatever is done to it, every answer is the same bytes."""

    def test_nobody_can_tell_that_something_hidden_was_written(self):
        with transaction.atomic():
            full = list(self.story(hidden=True))
            transaction.set_rollback(True)
        with transaction.atomic():
            bare = list(self.story(hidden=False))
            transaction.set_rollback(True)
        self.assertEqual(full, bare)
        self.assertEqual(len({*bare}), len(bare))  # each public deed is told

    def story(self, hidden):
        """What `changes/` says after each public deed; between them hidden ones are done, or none."""
        editor = make.user(id=1_000)
        source = make.source(id=UUID(int=1))
        person = make.person(id=UUID(int=2), source=source)
        dialogue = make.dialogue(id=UUID(int=3), source=source)
        row = make.participation(id=UUID(int=4), dialogue=dialogue, person=person, source=source)
        deeds = [
            lambda: person.save(),
            lambda: make.citation(row, id=UUID(int=5), source=source, field="role"),
            lambda: self.rename(person),
            lambda: Person.objects.filter(pk=person.pk).update(publication="withdrawn"),
            lambda: make.place(id=UUID(int=6)),
            lambda: Person.objects.filter(pk=person.pk).update(publication="published"),
            lambda: Participation.objects.filter(pk=row.pk).update(role="speaker"),
        ]
        announcing.announce()
        for number, deed in enumerate(deeds):
            if hidden:
                self.do_hidden(number, person, dialogue, source, editor)
                announcing.announce()
                self.do_hidden(number + 10, person, dialogue, source, editor)
            deed()
            announcing.announce()
            yield b"".join(self.pages(limit=3))

    def rename(self, person):
        person.refresh_from_db()
        person.name = "Another name"
        person.save()

    def do_hidden(self, number, person, dialogue, source, editor):
        """What nobody sees who does not work on it."""
        first, last = (make.place(publication="draft", name=f"Draft {number} {n}") for n in range(2))
        first.name = "Another name"
        first.save()
        last.delete()
        secret = make.person(confidentiality="confidential", name=f"Secret {number}", source=source)
        secret.cleared.add(editor)
        make.participation(dialogue=dialogue, person=secret, source=source)
        make.participation(dialogue=dialogue, person=person, publication="draft", source=source)
        hidden = make.organization(confidentiality="restricted", source=source)
        make.affiliation(person=person, organization=hidden, source=source)
        make.citation(person, source=make.source(publication="draft"))
        make.name(person, f"Hidden {number}", confidentiality="restricted")
        person.refresh_from_db()
        person.notes = f"Note {number}"
        person.save()

    def pages(self, limit):
        answer = self.client.get(CHANGES, {"limit": limit})
        yield answer.content
        while answer.json()["results"]:
            answer = self.client.get(answer.json()["next"])
            yield answer.content
