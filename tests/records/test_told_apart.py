"""What only editors see is told to nobody else: by no search, by nothing that is kept between requests."""

from itertools import product

import pytest
from django.test import TestCase, override_settings

from tests import make
from tests.moments import now
from tests.sampling import some
from tests.twins.mutations import forget
from tracker.records.accounts.staff import grant

NAME = "Zumrud Qeyri"
READERS = ("nobody", "contributor", "case_officer", "administrator", "editor")
SEARCHES = (  # path, the parameter that takes words, others
    ("/api/v1/people/", "q", {}),
    ("/api/v1/people/", "q", {"fields": "id", "page_size": "1"}),
    ("/api/v1/people/", "q", {"format": "csv"}),
    ("/api/v1/organizations/", "q", {}),
    ("/admin/people/person/", "q", {}),
    ("/admin/people/organization/", "q", {}),
    ("/admin/people/person/similar/", "text", {}),
    (
        "/admin/autocomplete/",
        "term",
        {"app_label": "people", "model_name": "affiliation", "field_name": "person"},
    ),
)


READS = (  # of the person, who has an affiliation of each kind
    "people/{person}/?fields=id,other_names,affiliations",
    "affiliations/?person={person}&expand=person.other_names&fields=id,person",
    "people/?format=csv&nested=other_names",
)


class ToldApartTest(TestCase):
    """A person and an organization that have each a name which only editors see, and who asks."""

    @classmethod
    def setUpTestData(cls):
        cls.readers = {name: make.member(name) for name in READERS[1:]} | {"nobody": None}
        cls.person, cls.organization = make.person(name="Aysel Example"), make.organization(name="Example")
        for record in (cls.person, cls.organization):
            for confidentiality in ("restricted", "confidential"):
                make.name(record, f"{NAME} {confidentiality}", confidentiality=confidentiality)
        at = {"person": cls.person, "organization": cls.organization}
        make.affiliation(**at)
        make.affiliation(**at, publication="draft", created_by=cls.readers["contributor"])
        make.affiliation(**at, confidentiality="restricted")
        secret = make.affiliation(**at, confidentiality="confidential")
        secret.cleared.add(cls.readers["case_officer"])

    def ask(self, name, path, given=None):
        """What somebody is answered."""
        self.client.logout()
        if user := self.readers[name]:
            self.client.force_login(user)
        return self.client.get(path, given).getvalue().decode()


class SearchTest(ToldApartTest):
    def found(self, name, path, parameter, words, others):
        """Whether a search answers with the person or the organization."""
        told = self.ask(name, path, {**others, parameter: words})
        return str(self.person.pk) in told or str(self.organization.pk) in told

    def test_only_editors_find_by_a_name_that_only_they_see(self):
        for (path, parameter, others), name in product(SEARCHES, READERS):
            for words in ("Zumrud", "zumr qey", f"{NAME} confidential"):
                with self.subTest(path=path, name=name, words=words):
                    self.assertEqual(self.found(name, path, parameter, words, others), name == "editor")

    def test_whoever_may_search_finds_by_names_that_all_see(self):
        for (path, parameter, others), name in product(SEARCHES, READERS):
            writes = name not in ("nobody", "administrator")
            with self.subTest(path=path, name=name):
                found = self.found(name, path, parameter, "Example", others)
                self.assertEqual(found, writes or path.startswith("/api/"))


class KeptTest(ToldApartTest):
    def paths(self):
        return [f"/api/v1/{path.format(person=self.person.pk)}" for path in READS]

    def setUp(self):
        forget()
        self.addCleanup(forget)

    @pytest.mark.broad
    def test_what_was_kept_for_one_reader_changes_no_answer_to_another(self):
        for path in some(self.paths(), one_in=2):
            alone = {}
            for name in READERS:
                forget()
                alone[name] = self.ask(name, path)
            for order in (READERS, reversed(READERS)):
                forget()
                for name in order:
                    self.assertEqual(self.ask(name, path), alone[name], (path, name))

    def test_only_editors_read_the_name_whoever_read_before(self):
        path = self.paths()[0]
        for name in (*READERS, *reversed(READERS), *READERS):
            self.assertEqual(NAME in self.ask(name, path), name == "editor", name)

    def test_whoever_loses_or_gets_the_role_reads_as_their_role_is(self):
        user = make.member("editor")
        headers = {"Authorization": f"Bearer {make.token(user, 'read')[1]}"}
        for roles in (["editor"], ["contributor"], ["editor"], ["case_officer"], [], ["editor"]):
            grant(user, roles)
            for path in self.paths():
                told = self.client.get(path, headers=headers).getvalue().decode()
                self.assertEqual(NAME in told, "editor" in roles, (roles, path))

    def test_what_was_kept_for_today_is_not_used_for_the_past(self):
        later = make.organization(publication="draft")
        row = make.affiliation(person=self.person, organization=later)
        path, moment = self.paths()[0], now()
        later.publish(make.superuser())
        for _ in range(2):
            self.assertIn(str(row.pk), self.ask("nobody", path))
            self.assertNotIn(str(row.pk), self.ask("nobody", path, {"published_on": moment}))

    def test_days_fields_and_addresses_are_told_apart_too(self):
        path = self.paths()[0].partition("?")[0]
        make.occupation(person=self.person, occupation="lawyer", start_date="2020", end_date="2021")
        given = [
            {"as_of": "2020-06-01"},
            {"as_of": "2024-06-01"},
            {"known_on": "2019-01-01"},
            {"fields": "id"},
            {},
        ]
        alone = []
        for one in given:
            forget()
            alone.append(self.ask("nobody", path, one))
        self.assertEqual(len({*alone}), len(given))
        self.assertEqual([self.ask("nobody", path, one) for one in given], alone)
        with override_settings(PUBLIC_URL="https://other.example"):
            self.assertIn("https://other.example/", self.ask("nobody", path))
