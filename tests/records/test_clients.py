"""What programs and scripts of other makers send and take: compressed answers, repeated parameters, a BOM."""

import gzip
import json

from django.test import TestCase

from tests import make
from tests.writing import WritingTest
from tracker.records.base.places import Place

PLACES = "/api/v1/places/"
SCHEMA = "/api/v1/schema/"
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


class CompressedTest(TestCase):
    """Large answers to anyone, and no others."""

    @classmethod
    def setUpTestData(cls):
        Place.objects.bulk_create([Place(name=f"Town {n:04}", publication="published") for n in range(60)])
        cls.large = [PLACES, SCHEMA, f"{PLACES}?format=csv", "/api/v1/vocabularies/"]

    def get(self, url, **headers):
        answer = self.client.get(url, headers={**GZIP, **headers})
        return answer, answer.getvalue()

    def test_a_large_answer_is_smaller_and_the_same(self):
        for url in self.large:
            with self.subTest(url=url):
                plain = self.client.get(url).getvalue()
                answer, body = self.get(url)
                self.assertEqual(answer["Content-Encoding"], "gzip")
                self.assertEqual(gzip.decompress(body), plain)
                self.assertLess(len(body), len(plain) / 2)
                self.assertEqual(answer.get("Content-Length", str(len(body))), str(len(body)))

    def test_caches_are_told_that_both_forms_exist(self):
        for url in (*self.large, f"{PLACES}absent/"):
            for headers in ({}, GZIP):
                answer = self.client.get(url, headers=headers)
                answer.getvalue()  # a table that is not read to its end keeps the connection
                vary = answer["Vary"].split(", ")
                self.assertLessEqual({"Accept-Encoding", "Accept", "Cookie", "Authorization"}, {*vary}, url)

    def test_the_tag_is_weak_and_found_again(self):
        for url in (PLACES, SCHEMA):
            strong, weak = self.client.get(url)["ETag"], self.get(url)[0]["ETag"]
            self.assertEqual(weak, f"W/{strong}")
            for known in (strong, weak):
                answer, body = self.get(url, **{"If-None-Match": known})
                self.assertEqual((answer.status_code, body, answer["ETag"]), (304, b"", weak))
                self.assertIn("Accept-Encoding", answer["Vary"])
                self.assertNotIn("Content-Encoding", answer)
            self.assertEqual(self.client.get(url, headers={"If-None-Match": weak})["ETag"], strong)

    def test_nothing_is_compressed_unasked_nor_where_it_is_small(self):
        for accepted in ("", "identity", "br", "gzip;q=0", "gzip; q=0.000", "gzipped"):
            answer = self.client.get(PLACES, headers={"Accept-Encoding": accepted})
            self.assertNotIn("Content-Encoding", answer, accepted)
        for accepted in ("gzip", "br;q=1.0, GZIP;q=0.5", "x-gzip"):
            answer = self.client.get(PLACES, headers={"Accept-Encoding": accepted})
            self.assertEqual(answer["Content-Encoding"], "gzip", accepted)
        for url in (f"{PLACES}?page_size=1&fields=id", f"{PLACES}absent/"):
            self.assertNotIn("Content-Encoding", self.get(url)[0])

    def test_answers_to_credentials_stay_as_they_are(self):
        editor = make.member("editor")
        token = {"Authorization": f"Bearer {make.token(editor, 'read')[1]}"}
        for url in self.large:
            self.assertNotIn("Content-Encoding", self.get(url, **token)[0])
            self.assertNotIn("Content-Encoding", self.get(url, Authorization="Bearer x")[0])
        self.client.force_login(editor)
        for url in self.large:
            answer = self.get(url)[0]
            self.assertNotIn("Content-Encoding", answer)
            self.assertNotIn("Accept-Encoding", answer["Vary"])


class RepeatedTest(TestCase):
    """What takes several values takes them as other programs send them: one parameter for each."""

    @classmethod
    def setUpTestData(cls):
        for country in ("AM", "AZ", "GE"):
            make.place(name=f"Town in {country}", country=country)

    def names(self, query):
        answer = self.client.get(f"{PLACES}?{query}")
        self.assertEqual(answer.status_code, 200, answer.content)
        return [row["name"] for row in answer.json()["results"]], answer.json()

    def test_repeated_and_joined_mean_the_same(self):
        for repeated, joined in (
            ("country__in=AM&country__in=GE", "country__in=AM,GE"),
            ("fields=name&fields=id", "fields=name,id"),
            ("omit=url&omit=links,id", "omit=url,links,id"),
            ("ordering=-name&ordering=-changed_at", "ordering=-name,-changed_at"),
        ):
            self.assertEqual(*[self.client.get(f"{PLACES}?{q}").content for q in (repeated, joined)])
        url = "/api/v1/participations/"
        make.participation()
        self.assertEqual(
            *[
                self.client.get(f"{url}?{query}").content
                for query in ("expand=person&expand=dialogue", "expand=person,dialogue")
            ]
        )
        self.assertEqual(self.names("country__in=AM&country__in=GE")[0], ["Town in AM", "Town in GE"])

    def test_the_next_page_asks_for_all_of_them(self):
        _, page = self.names("country__in=AM&country__in=GE&page_size=1")
        found = self.client.get(page["next"]).json()["results"]
        self.assertEqual([row["name"] for row in found], ["Town in GE"])

    def test_together_they_are_no_longer_and_no_emptier_than_one(self):
        for query in (
            "country__in=AM&country__in=",
            "&".join(["country__in=AM"] * 51),
            "&".join([f"fields={'x' * 300}"] * 8),
            "fields=&fields=",
        ):
            answer = self.client.get(f"{PLACES}?{query}")
            self.assertEqual(answer.status_code, 400, query[:80])
            (error,) = answer.json()["errors"]
            self.assertEqual(error["parameter"], query.partition("=")[0])


class LostPlusTest(TestCase):
    def error(self, moment):
        answer = self.client.get(f"{PLACES}?published_at__gte={moment}")
        self.assertEqual(answer.status_code, 400, answer.content)
        (error,) = answer.json()["errors"]
        self.assertEqual(error["parameter"], "published_at__gte")
        return error["detail"]

    def test_a_plus_that_arrived_as_a_space_is_named(self):
        for moment in (
            "2025-10-31T10:00:00+04:00",
            "2025-10-31T10:00:00.5+0400",
            "2025-10-31T10:00+04",
            "2025-10-31%2010:00:00%2004:00",
        ):
            self.assertIn("%2B", self.error(moment), moment)
        self.assertNotIn("%2B", self.error("2025-10-31T10:00:00"))
        url = f"{PLACES}?published_at__gte=2025-10-31T10:00:00%2B04:00"
        self.assertEqual(self.client.get(url).status_code, 200)


class ByteOrderMarkTest(WritingTest):
    def test_one_before_a_document_is_passed_over(self):
        mark, body = b"\xef\xbb\xbf", json.dumps({"name": "Bakı"}).encode()
        made = self.done(201, self.contributor, "POST", PLACES, mark + body)
        self.assertEqual(made["name"], "Bakı")
        for wrong in (mark * 2 + body, body + mark, mark, json.dumps({"name": "x"}).encode("utf-16")):
            self.assertEqual(self.send(self.contributor, "POST", PLACES, wrong).status_code, 400)
