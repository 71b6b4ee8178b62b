"""Many at once on one database: one wins each version, one acts for each key, nobody is answered with 5xx."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import connection, connections
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from dialogues.models import Dialogue
from people.models import Person
from tests import make
from tests.emptied import TransactionTestCase
from tests.writing import API, path
from tracker.records.audit.history import Entry
from tracker.records.base.places import Place
from tracker.records.base.sources import Source
from tracker.records.protocol.idempotency import KeptAnswer
from tracker.records.workflow.approvals import CHANNEL, Approval, publish_due

AT_ONCE = 50
THREADS = 25  # each a connection of its own; the server takes a hundred by default
ROUNDS = 10
PLACES = f"{API}places/"


class Together(TransactionTestCase):
    """Requests that start at the same moment, each on a connection of its own."""

    def setUp(self):
        self.editor = make.member("editor")
        self.tokens = {}

    def fill_in(self, sent, address, cookies):
        """The answer to a form of the admin."""
        client = Client(raise_request_exception=False)
        client.cookies = cookies
        return client.post(address, sent)

    def send(self, user, method, address, body=None, **headers):
        """The answer of one request, made by a program with a token."""
        given = {"Authorization": f"Bearer {self.tokens[user.pk]}", **headers}
        sent = "" if body is None else json.dumps(body)
        client = Client(raise_request_exception=False)
        return client.generic(method, address, sent, content_type="application/json", headers=given)

    def at_once(self, requests):
        """The answers to requests: what `send` takes and its headers, or what `fill_in` takes."""
        for user in {request[0] for request, _ in requests if isinstance(request, tuple)}:
            if user.pk not in self.tokens:
                self.tokens[user.pk] = make.token(user, "read", "write", "publish")[1]
        start = Barrier(min(len(requests), THREADS))

        def one(numbered):
            number, (request, headers) = numbered
            try:
                if number < start.parties:
                    start.wait()
                if isinstance(request, dict):
                    return self.fill_in(request, *headers)
                return self.send(*request, **headers)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(start.parties) as pool:
            return list(pool.map(one, enumerate(requests)))

    def statuses(self, answers):
        return dict(Counter(answer.status_code for answer in answers))


class WritersTest(Together):
    """Many writers of one record."""

    def test_each_version_has_one_winner(self):
        person = make.person(publication="draft")
        make.name(person, "Other")
        version = Person.objects.get(pk=person.pk).version
        for number in range(version, version + ROUNDS):
            answers = self.at_once(
                [
                    (
                        (self.editor, "PATCH", path(person), {"description": f"{writer} of {number}"}),
                        {"If-Match": f'"{number}"'},
                    )
                    for writer in range(AT_ONCE)
                ]
            )
            self.assertEqual(self.statuses(answers), {200: 1, 412: AT_ONCE - 1})
            (won,) = [answer for answer in answers if answer.status_code == 200]
            person.refresh_from_db()
            self.assertEqual(person.version, number + 1)
            self.assertEqual(won["ETag"], f'"{number + 1}"')
            self.assertEqual(won.json()["description"], person.description)
        entries = Entry.objects.filter(record_id=person.pk, kind="people.person", before__isnull=False)
        self.assertEqual(entries.count(), ROUNDS)

    def test_programs_and_people_at_their_forms_alike(self):
        place = make.place()
        for _ in range(ROUNDS):
            place.refresh_from_db()
            forms, fields = self.admin_form(place)  # each form is sent once
            said = {"country": "AM", "reason": "A test."}
            headers = {"If-Match": f'"{place.version}"'}
            program = ((self.editor, "PATCH", path(place), said), headers)
            person = {**fields, "seen_version": place.version, "country": "AZ"}
            answers = self.at_once([program] * (AT_ONCE - 5) + [(person, forms)] * 5)
            programs, people = self.statuses(answers[:-5]), self.statuses(answers[-5:])
            self.assertEqual(programs.get(200, 0) + people.get(302, 0), 1, (programs, people))
            self.assertLessEqual(set(programs), {200, 412})
            self.assertLessEqual(set(people), {200, 302})
            last = place.version
            place.refresh_from_db()
            self.assertGreater(place.version, last)
            self.assertEqual(place.country, "AM" if 200 in programs else "AZ")
        forms, fields = self.admin_form(place)
        person = {**fields, "seen_version": place.version, "country": "GE"}
        alone = self.at_once([(person, forms)] * 5)
        self.assertEqual(self.statuses(alone), {302: 1, 200: 4})

    def admin_form(self, record):
        """The address of a record's form with the cookies of who uses it, and what a browser sends."""
        client = Client()
        client.force_login(self.editor)
        address = reverse("admin:records_place_change", args=[record.pk])
        page = client.get(address)
        form = page.context["adminform"].form
        sent = {name: form[name].value() for name in form.fields}
        for formset in page.context["inline_admin_formsets"]:
            management = formset.formset.management_form
            sent |= {management.add_prefix(name): management[name].value() for name in management.fields}
        return (address, client.cookies), {
            name: value for name, value in sent.items() if value not in (None, "")
        } | {
            "reason": "A test.",
            "_save": "Save",
        }

    def test_every_kind_of_write_at_once(self):
        """Changes of the whole, of parts, in bulk, and verbs: still one of them."""
        for number in range(3):
            place = make.place(publication="draft", cited=False)
            match = {"If-Match": '"1"'}
            kinds = [
                ((self.editor, "PATCH", path(place), {"country": "AM"}), match),
                ((self.editor, "PUT", path(place), {"name": f"Town {number}"}), match),
                ((self.editor, "PATCH", PLACES, [{"id": str(place.pk), "version": 1, "country": "AZ"}]), {}),
                ((self.editor, "POST", path(place, "submit"), {}), match),
                ((self.editor, "POST", path(place, "publish"), {}), match),
            ]
            answers = self.at_once(kinds * 5)
            self.assertEqual(self.statuses(answers), {200: 1, 412: 24})
            place.refresh_from_db()
            self.assertEqual(place.version, 2)

    @override_settings(FOUR_EYES=False)
    def test_publishing_beside_changes_of_what_is_published_with_it(self):
        """The change of a participation is before its publication or refused: never lost."""
        for _ in range(3):
            dialogue = make.dialogue(publication="draft")
            rows = [make.participation(dialogue=dialogue, publication="draft") for _ in range(8)]
            version = Dialogue.objects.get(pk=dialogue.pk).version
            publish = (self.editor, "POST", path(dialogue, "publish"), {})
            requests = [(publish, {"If-Match": f'"{version}"'})]
            for row in rows:
                row.refresh_from_db()
                change = (self.editor, "PATCH", path(row), {"described_as": "seen"})
                requests.append((change, {"If-Match": f'"{row.version}"'}))
            published, *changed = self.at_once(requests)
            self.assertEqual(published.status_code, 200, published.content)
            for row, answer in zip(rows, changed, strict=True):
                row.refresh_from_db()
                self.assertIn(answer.status_code, (200, 412, 400), answer.content)
                self.assertEqual(row.described_as, "seen" if answer.status_code == 200 else "")
                self.assertEqual(row.publication, "published")

    @override_settings(FOUR_EYES=False)
    def test_two_that_exclude_each_other_are_not_both_published(self):
        for number in range(3):
            url = f"https://example.org/{number}"
            rows = [make.source(title="The Same", source_url=url, publication="draft") for _ in range(10)]
            answers = self.at_once(
                [((self.editor, "POST", path(row, "publish"), {}), {"If-Match": '"1"'}) for row in rows]
            )
            self.assertEqual(self.statuses(answers), {200: 1, 409: 9})
            self.assertEqual(Source.objects.filter(source_url=url, publication="published").count(), 1)

    def test_bulk_changes_in_opposite_order_do_not_block_each_other(self):
        rows = [make.place(publication="draft") for _ in range(6)]
        documents = [{"id": str(row.pk), "version": 1, "country": "AM"} for row in rows]
        requests = [((self.editor, "PATCH", PLACES, documents[::turn]), {}) for turn in (1, -1) * 10]
        self.assertEqual(self.statuses(self.at_once(requests)), {200: 1, 412: 19})

    def test_what_is_deleted_is_not_referred_to(self):
        """One of the two is refused, whichever comes second."""
        for _ in range(5):
            parent = make.place(publication="draft", created_by=self.editor)
            deleted, made = self.at_once(
                [
                    ((self.editor, "DELETE", path(parent)), {"If-Match": '"1"'}),
                    ((self.editor, "POST", PLACES, {"name": "A", "parent": str(parent.pk)}), {}),
                ]
            )
            pair = (deleted.status_code, made.status_code)
            self.assertIn(pair, {(204, 400), (409, 201)}, (deleted.content, made.content))


class KeyTest(Together):
    """The same request, sent many times at once."""

    def keyed(self, user, name, key="a"):
        return (user, "POST", PLACES, {"name": name}), {"Idempotency-Key": key}

    def test_the_same_key_and_body_act_once_and_are_answered_alike(self):
        answers = self.at_once([self.keyed(self.editor, "Town")] * AT_ONCE)
        self.assertEqual(self.statuses(answers), {201: AT_ONCE})
        self.assertEqual(Place.objects.count(), 1)
        told = {
            (answer.content, answer["Location"], answer["ETag"], answer["Content-Type"]) for answer in answers
        }
        self.assertEqual(len(told), 1)
        self.assertEqual(KeptAnswer.objects.count(), 1)

    def test_another_body_is_422_and_another_user_or_key_another_request(self):
        other = make.member("contributor")
        requests = [self.keyed(self.editor, name) for name in ("Town", "City")] * 10
        requests += [self.keyed(other, "Town")] * 5 + [self.keyed(self.editor, "Town", "b")] * 5
        answers = self.at_once(requests)
        first, theirs = self.statuses(answers[:20]), self.statuses(answers[20:])
        self.assertEqual(first, {201: 10, 422: 10})
        self.assertEqual(theirs, {201: 10})
        self.assertEqual(Place.objects.count(), 3)

    def test_a_refused_request_leaves_its_key_free(self):
        answers = self.at_once([self.keyed(self.editor, "")] * 10)
        self.assertEqual(self.statuses(answers), {400: 10})
        self.assertEqual(KeptAnswer.objects.count(), 0)
        self.assertEqual(self.statuses(self.at_once([self.keyed(self.editor, "Town")])), {201: 1})

    def test_a_verb_with_a_key_is_done_once_and_answered_again(self):
        place = make.place(publication="draft")
        headers = {"Idempotency-Key": "a", "If-Match": '"1"'}
        answers = self.at_once([((self.editor, "POST", path(place, "submit"), {}), headers)] * 10)
        self.assertEqual(self.statuses(answers), {200: 10})
        place.refresh_from_db()
        self.assertEqual(place.version, 2)

    def test_answers_are_kept_for_a_day(self):
        self.at_once([self.keyed(self.editor, "Town")])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE records_keptanswer SET created_at = now() - interval '25 hours'")
        other = make.member("contributor")
        self.at_once([self.keyed(other, "Town", "c")])
        self.assertEqual(list(KeptAnswer.objects.values_list("user", flat=True)), [other.pk])
        self.assertEqual(self.statuses(self.at_once([self.keyed(self.editor, "City")])), {201: 1})


class TimerTest(Together):
    """Several timers at the same moment."""

    def test_what_is_due_is_published_once(self):
        rows = [make.person(publication="draft") for _ in range(ROUNDS)]
        for row in rows:
            row.publish_at = timezone.now() + timedelta(hours=1)
            row.save()
            row.publish(self.editor)
        Approval.objects.update(publish_at=timezone.now())
        Person.objects.update(publish_at=timezone.now())

        def due(_):
            try:
                return publish_due()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            counts = list(pool.map(due, range(4)))
        self.assertEqual([sum(each) for each in zip(*counts, strict=True)], [ROUNDS, 0])
        for row in rows:
            published = [entry for entry in Entry.objects.of(row) if entry.channel == CHANNEL]
            self.assertEqual(len(published), 1)
