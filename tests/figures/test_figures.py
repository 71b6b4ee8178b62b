"""What all figures have in common."""

import json

from django.test import TestCase

from tests import make
from tracker.figures.registry import FIGURES


class EveryFigureTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.records = {one.about: make.one(one.about) for one in FIGURES if one.about}

    def addresses(self):
        """The address of each figure, about a public record."""
        for one in FIGURES:
            key = str(self.records[one.about].pk) if one.about else ""
            yield one, f"/api/v1/{one.address.replace('<id>', key)}/"

    def test_anyone_may_read_it_and_nobody_may_write(self):
        for one, address in self.addresses():
            with self.subTest(one.address):
                answer = self.client.get(address)
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer["Cache-Control"], "no-cache")
                self.assertEqual(
                    self.client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code, 304
                )
                self.assertEqual(self.client.post(address).status_code, 401)

    def test_who_is_known_reads_it_too(self):
        _, token = make.token(make.member("editor"), "read")
        for one, address in self.addresses():
            with self.subTest(one.address):
                answer = self.client.get(address, headers={"Authorization": f"Bearer {token}"})
                self.assertEqual((answer.status_code, answer["Cache-Control"]), (200, "no-store"))

    def test_it_has_the_parts_that_it_describes(self):
        for one, address in self.addresses():
            with self.subTest(one.address):
                self.assertEqual(list(self.client.get(address).json()), [*one.all_parts()])

    def test_each_list_in_it_is_a_table(self):
        for one, address in self.addresses():
            self.assertIn(one.table, one.tables())
            for name in one.tables():
                with self.subTest(one.address, nested=name):
                    answer = self.client.get(address, {"format": "csv", "nested": name})
                    self.assertEqual(answer.status_code, 200)
                    self.assertIn(f'filename="{one.title()}-{name}.csv"', answer["Content-Disposition"])

    def test_a_record_that_nobody_sees_is_not_found(self):
        for one in FIGURES:
            if one.about:
                hidden = make.one(one.about, publication="draft")
                for key in (hidden.pk, "no-such-record"):
                    with self.subTest(one.address, key=key):
                        address = f"/api/v1/{one.address.replace('<id>', str(key))}/"
                        self.assertEqual(self.client.get(address).status_code, 404)

    def test_it_can_be_cited_in_every_form(self):
        for one, address in self.addresses():
            with self.subTest(one.address):
                (item,) = json.loads(self.client.get(address, {"format": "csl"}).content)
                self.assertIn(address, item["URL"])
                self.assertEqual(item["genre"], "figure")
                self.assertRegex(item["version"], r"\A[\d-]{10}T[\d:]{8}Z\Z")
                name = self.records[one.about].title if hasattr(self.records.get(one.about), "title") else ""
                self.assertIn(name, item["title"])
                for form in ("citation", "bibtex", "ris"):
                    answer = self.client.get(address, {"format": form})
                    self.assertEqual(answer.status_code, 200)
                    self.assertIn(item["title"], answer.content.decode())

    def test_the_reference_of_a_record_that_nobody_sees_is_not_found(self):
        for one in FIGURES:
            if one.about:
                hidden = make.one(one.about, publication="draft")
                address = f"/api/v1/{one.address.replace('<id>', str(hidden.pk))}/"
                self.assertEqual(self.client.get(address, {"format": "csl"}).status_code, 404)
