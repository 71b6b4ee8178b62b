"""Who is told of a confidential record is entered: who, when, which one, through what; not what it says."""

import json
from unittest import mock

from django.db import OperationalError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import override_settings

from dialogues.models import Participation
from people.models import Affiliation, Person
from tests import make, wire
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, choices_address
from tracker.records.audit.access_log import Reading

SECRET = "Zzyzxqova"
API = "/api/v1/"


class ReadingsTest(WorkTest):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.row = make.person(name=SECRET, confidentiality="confidential", cleared=[cls.officer, cls.editor])
        cls.open = make.person(name="Open")
        make.person(name="Other", confidentiality="confidential", cleared=[cls.second])

    def told(self, user, url, status=200, **headers):
        """What was entered because a user asked for an address: (records, through, page), each once."""
        before = set(Reading.objects.values_list("pk", flat=True))
        if user:
            self.client.force_login(user)
        else:
            self.client.logout()
        answer = self.client.get(url, headers=headers)
        answer.getvalue()
        self.assertEqual(answer.status_code, status, url)
        new = Reading.objects.exclude(pk__in=before)
        for entry in new:
            self.assertEqual((entry.user, entry.method), (user, "GET"))
            self.assertNotIn(SECRET, repr(entry.__dict__))
        return [(entry.records, entry.through, entry.page) for entry in new]


class ApiTest(ReadingsTest):
    def test_each_form_of_reading_is_entered(self):
        slug = self.row.slug
        affiliation = make.affiliation(person=self.row)
        for query, through, page in (
            ("people/", "API", "people-list"),
            (f"people/{self.row.pk}/", "API", "people-detail"),
            (f"people/{slug}/", "API", "people-detail"),
            (f"people/{slug}/?fields=name", "API", "people-detail"),
            ("people/?fields=name", "API", "people-list"),
            ("people/?omit=id,url,links,slug", "API", "people-list"),
            ("people/?fields=name&format=csv", "API, CSV", "people-list"),
            ("people/?fields=name&format=csv&page_size=9", "API, CSV", "people-list"),
            ("people/?format=csv", "API, CSV", "people-list"),
            ("affiliations/", "API", "affiliations-list"),
            (f"affiliations/{affiliation.pk}/?fields=person", "API", "affiliations-detail"),
            ("affiliations/?fields=role&expand=person", "API", "affiliations-list"),
            ("citations/?record_type=people&fields=quotation", "API", "citations-list"),
            (f"people/{self.row.pk}/publication/", "API", "people-publication"),
        ):
            with self.subTest(query):
                self.assertEqual(self.told(self.officer, f"{API}{query}"), [([self.row.pk], through, page)])

    def test_corrections_name_the_record_too(self):
        self.assertEqual(
            self.told(self.officer, f"{API}people/{self.row.slug}/corrections/"),
            [([self.row.pk], "API", "people-corrections")],
        )

    def test_a_token_is_its_owner(self):
        _, text = make.token(self.officer, "read")
        answer = self.client.get(f"{API}people/", headers={"Authorization": f"Bearer {text}"})
        self.assertContains(answer, SECRET)
        self.assertEqual(Reading.objects.get().user, self.officer)

    def test_what_does_not_tell_of_it_is_not_entered(self):
        for query in ("people/?q=Open", f"people/{self.open.pk}/", "sources/", "people/?fields=name&q=Open"):
            self.assertEqual(self.told(self.officer, f"{API}{query}"), [])
        for user in (None, self.contributor, self.administrator, self.admin):
            self.assertEqual(self.told(user, f"{API}people/"), [])

    def test_a_record_that_is_open_by_now_is_not_entered(self):
        Person.objects.filter(pk=self.row.pk).update(confidentiality="public")
        for query in ("people/", "people/?fields=name", "people/?fields=name&format=csv"):
            self.assertEqual(self.told(self.officer, f"{API}{query}"), [])

    def test_what_shows_no_id_is_read_once_too(self):
        self.client.force_login(self.officer)
        citations = "citations/?record_type=people"
        for path, fields, other in (
            ("people/", "?fields=id", "?fields=name"),
            (f"people/{self.row.pk}/", "", "corrections/"),
            ("people/?format=csv", "&fields=id", "&fields=name"),
            ("people/?format=csv&page_size=9", "&fields=id", "&fields=name"),
            (citations, "&fields=record", "&fields=quotation"),
        ):
            with self.subTest(path):
                counts = []
                for query in (fields, other):
                    with wire.statements() as sent:
                        self.client.get(f"{API}{path}{query}").getvalue()
                    counts.append(len(sent))
                # The session and its user, the read, whether anything is confidential, what, and the entry;
                # a whole list as a file has a statement for its time and its lock.
                whole = "format=csv" in path and "page_size" not in path
                self.assertEqual(counts, [6 + whole] * 2)

    def test_it_costs_others_nothing(self):
        for user in (None, self.contributor, self.administrator):
            self.client.force_login(user) if user else self.client.logout()
            with wire.statements() as sent:
                self.client.get(f"{API}people/")
            self.assertEqual(len(sent), 3 if user else 1)

    def test_a_writer_of_it_is_entered(self):
        self.client.force_login(self.editor)
        document = {"name": "New", "editorial": {"confidentiality": "confidential"}}
        answer = self.client.post(f"{API}people/", json.dumps(document), content_type="application/json")
        entry = Reading.objects.get()
        self.assertEqual((str(entry.records[0]), entry.method), (answer.json()["id"], "POST"))


class AdminTest(ReadingsTest):
    def test_each_page_is_entered(self):
        pk = self.row.pk
        choices = f"{choices_address(Affiliation._meta.get_field('person'))}&term={SECRET}"
        for url, page in (
            (address(Person, "changelist"), "admin:people_person_changelist"),
            (address(Person, "change", pk), "admin:people_person_change"),
            (address(Person, "history", pk), "admin:people_person_history"),
            (f"{address(Person, 'withdraw')}?ids={pk}", "admin:people_person_withdraw"),
            (choices, "admin:autocomplete"),
        ):
            with self.subTest(url):
                self.assertEqual(self.told(self.editor, url), [([pk], "admin", page)])

    def test_a_name_in_a_column_is_entered_though_no_address_of_it_is_shown(self):
        make.affiliation(person=self.row)
        url = address(Affiliation, "changelist")
        self.assertEqual(
            self.told(self.editor, url), [([self.row.pk], "admin", "admin:people_affiliation_changelist")]
        )

    def test_who_stands_behind_a_pseudonym_is_entered_as_the_participation(self):
        row = make.participation(naming="pseudonym", pseudonym="A.", cleared=[self.editor])
        make.identity(row)
        for page in ("change", "history"):
            ((records, *_),) = self.told(self.editor, address(Participation, page, row.pk))
            self.assertEqual(records, [row.pk])
            self.assertEqual(self.told(self.second, address(Participation, page, row.pk)), [])
        self.assertEqual(self.told(self.editor, address(Participation, "changelist")), [])

    def test_others_are_not_entered(self):
        for user in (self.contributor, self.admin):
            self.assertEqual(self.told(user, address(Person, "changelist")), [])


class ClosedTest(ReadingsTest):
    """An answer that cannot be entered is not given; what is entered stays."""

    def test_what_cannot_be_entered_is_not_told(self):
        self.client.force_login(self.officer)
        self.client.raise_request_exception = False
        for query in ("people/", "people/?format=csv", f"people/{self.row.pk}/"):
            with mock.patch.object(Reading.objects, "create", side_effect=OperationalError):
                answer = self.client.get(f"{API}{query}")
            self.assertEqual(answer.status_code, 503)
            self.assertNotIn(SECRET, answer.getvalue().decode())

    def test_entries_are_only_added(self):
        self.told(self.officer, f"{API}people/")
        for sql in ("DELETE FROM records_reading", "UPDATE records_reading SET method = 'X'"):
            with self.assertRaises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


@override_settings(FOUR_EYES=False)
class LogTest(ReadingsTest):
    def test_an_administrator_reads_it_and_nobody_else(self):
        self.told(self.officer, f"{API}people/")
        entry = Reading.objects.get()
        lists, one = address(Reading, "changelist"), address(Reading, "change", entry.pk)
        for user, status in ((self.administrator, 200), (self.editor, 403), (self.officer, 403)):
            self.client.force_login(user)
            for url in (lists, one):
                page = self.client.get(url)
                self.assertEqual(page.status_code, status)
                self.assertNotContains(page, SECRET, status_code=status)
        self.client.force_login(self.administrator)
        self.assertContains(self.client.get(one), str(self.row.pk))
        self.assertContains(self.client.get(lists), "officer")
        for term, found in ((self.row.pk, True), (self.open.pk, False), ("officer", True), ("second", False)):
            listed = self.client.get(f"{lists}?q={term}").context["cl"].queryset
            self.assertEqual(listed.exists(), found)
        self.assertEqual(self.client.get(address(Reading, "add")).status_code, 403)
        self.assertEqual(self.client.post(address(Reading, "delete", entry.pk)).status_code, 403)
