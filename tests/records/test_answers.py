"""Answers: what is picked and expanded, validators, formats, methods, and addresses."""

import json

from django.test import TestCase, override_settings

from tests import make
from tracker.api import ENDPOINTS
from tracker.records.shapes.urls import list_url, resource

PEOPLE = "/api/v1/people/"


class PickTest(TestCase):
    """fields, omit and expand."""

    @classmethod
    def setUpTestData(cls):
        cls.person = make.person(name="Anna", summary="Known for it.")
        cls.organization = make.organization(name="The paper", place=make.place(name="Baku"))
        make.affiliation(person=cls.person, organization=cls.organization)
        cls.dialogue = make.dialogue(parent=make.dialogue(title="The process", summary="Since long."))
        make.participation(dialogue=cls.dialogue, person=cls.person)
        cls.url = f"{PEOPLE}{cls.person.pk}/"

    def get(self, url, status=200, **given):
        answer = self.client.get(url, given)
        self.assertEqual(answer.status_code, status, answer.content[:500])
        return answer.json()

    def test_fields_shows_these_and_in_the_order_of_the_whole(self):
        self.assertEqual(list(self.get(self.url, fields="name,id")), ["id", "name"])
        self.assertEqual(list(self.get(PEOPLE, fields="name,id")["results"][0]), ["id", "name"])

    def test_fields_brings_to_a_list_what_only_a_single_record_shows(self):
        self.assertNotIn("summary", self.get(PEOPLE)["results"][0])
        self.assertEqual(self.get(PEOPLE, fields="summary")["results"], [{"summary": "Known for it."}])

    def test_omit_leaves_these_out(self):
        whole = self.get(self.url)
        left = self.get(self.url, omit="links,citations")
        self.assertEqual(set(whole) - set(left), {"links", "citations"})

    def test_fields_and_omit_exclude_each_other(self):
        self.assertEqual(self.get(self.url, 400, fields="id", omit="id")["errors"][0]["parameter"], "omit")

    def test_expand_brings_a_field_of_the_single_record_to_the_list(self):
        (row,) = self.get(PEOPLE, expand="summary")["results"]
        self.assertEqual((row["summary"], row["name"]), ("Known for it.", "Anna"))

    def test_expand_brings_a_related_record_whole(self):
        url = f"/api/v1/dialogues/{self.dialogue.pk}/"
        brief, whole = self.get(url)["parent"], self.get(url, expand="parent")["parent"]
        self.assertEqual(list(brief), ["id", "slug", "title", "url"])
        self.assertGreater(set(whole), set(brief) | {"status", "participations", "links"})

    def test_expand_goes_deeper_by_dots(self):
        answer = self.get(self.url, expand="affiliations.organization")
        organization = answer["affiliations"][0]["organization"]
        self.assertEqual(organization["classification"], "ngo")
        self.assertEqual(organization["place"]["name"], "Baku")
        self.assertNotIn("country", organization["place"])
        (row,) = self.get("/api/v1/affiliations/", expand="organization.place")["results"]
        self.assertIn("country", row["organization"]["place"])

    def test_expand_adds_to_fields(self):
        (row,) = self.get("/api/v1/affiliations/", fields="id", expand="organization")["results"]
        self.assertEqual(list(row), ["id", "organization"])
        self.assertIn("classification", row["organization"])

    def test_an_unknown_name_is_refused_with_the_nearest_valid_ones(self):
        for name in ("fields", "omit", "expand"):
            for url in (PEOPLE, self.url):
                with self.subTest(name=name, url=url):
                    (error,) = self.get(url, 400, **{name: "id,sumary" if name != "expand" else "sumary"})[
                        "errors"
                    ]
                    self.assertEqual(error["parameter"], name)
                    self.assertIn("summary", error["detail"])
        for wrong in (
            "affiliations.notes",
            "affiliations.organization.place.parent",
            ".",
            "summary.",
            "notes",
        ):
            (error,) = self.get(PEOPLE, 400, expand=wrong)["errors"]
            self.assertEqual(error["parameter"], "expand")
            self.assertNotIn(f"{wrong}?", error["detail"])

    def test_what_is_never_public_cannot_be_picked(self):
        for hidden in ("notes", "created_by", "cleared", "version", "confidentiality", "name_folded"):
            self.get(PEOPLE, 400, fields=hidden)

    def test_a_list_inside_an_expanded_record_shows_what_its_reader_may_see(self):
        make.participation(dialogue=self.dialogue.parent, publication="draft")
        url = f"/api/v1/dialogues/{self.dialogue.pk}/?expand=parent"
        self.assertEqual(self.get(url)["parent"]["participations"], [])
        self.client.force_login(make.superuser())
        self.assertEqual(len(self.get(url)["parent"]["participations"]), 1)


class ValidatorTest(TestCase):
    """Strong for the public, the version for those who log in."""

    @classmethod
    def setUpTestData(cls):
        cls.person = make.person(name="Anna")
        cls.urls = [PEOPLE, f"{PEOPLE}{cls.person.pk}/", "/api/v1/", "/api/v1/vocabularies/"]

    def test_the_same_content_has_the_same_strong_etag(self):
        for url in self.urls:
            with self.subTest(url=url):
                first, second = self.client.get(url), self.client.get(url)
                self.assertRegex(first["ETag"], r'\A"[0-9a-f]{32}"\Z')
                self.assertEqual(first["ETag"], second["ETag"])
                self.assertNotIn("Last-Modified", first)

    def test_who_has_it_gets_304_without_a_body(self):
        for url in self.urls:
            etag = self.client.get(url)["ETag"]
            for known in (etag, f'"other", {etag}', "*", f"W/{etag}"):
                with self.subTest(url=url, known=known):
                    answer = self.client.get(url, headers={"If-None-Match": known})
                    self.assertEqual((answer.status_code, answer.content), (304, b""))
                    self.assertEqual((answer["ETag"], answer["Cache-Control"]), (etag, "no-cache"))
            self.assertEqual(self.client.get(url, headers={"If-None-Match": '"other"'}).status_code, 200)

    def test_a_change_changes_the_etag(self):
        for url in self.urls[:2]:
            before = self.client.get(url)["ETag"]
            self.person.name += "h"
            self.person.save()
            answer = self.client.get(url, headers={"If-None-Match": before})
            self.assertEqual(answer.status_code, 200)
            self.assertNotEqual(answer["ETag"], before)

    def test_what_is_picked_and_the_day_are_part_of_the_content(self):
        url = self.urls[1]
        etags = {self.client.get(url, given)["ETag"] for given in ({}, {"fields": "id"}, {"omit": "id"})}
        self.assertEqual(len(etags), 3)

    def test_who_logs_in_gets_the_version_and_nothing_is_stored(self):
        self.client.force_login(make.superuser())
        self.person.save()
        answer = self.client.get(self.urls[1])
        self.assertEqual((answer["ETag"], answer["Cache-Control"]), (f'"{self.person.version}"', "no-store"))
        listed = self.client.get(PEOPLE)
        self.assertEqual(listed["Cache-Control"], "no-store")
        self.assertNotIn("ETag", listed)

    def test_a_version_is_no_reason_for_304_because_what_is_nested_has_its_own(self):
        self.client.force_login(make.superuser())
        answer = self.client.get(
            self.urls[1], headers={"If-None-Match": self.client.get(self.urls[1])["ETag"]}
        )
        self.assertEqual(answer.status_code, 200)

    def test_whoever_may_cache_is_told_what_the_answer_depends_on(self):
        for url in [*self.urls, f"{PEOPLE}?format=csv", f"{PEOPLE}absent/", f"{PEOPLE}?page=0"]:
            for user in (None, make.superuser()):
                self.client.force_login(user) if user else self.client.logout()
                with self.subTest(url=url, user=bool(user)):
                    answer = self.client.get(url)
                    answer.getvalue()
                    self.assertEqual(answer["Cache-Control"], "no-store" if user else "no-cache")
                    vary = {name.strip() for name in answer["Vary"].split(",")}
                    self.assertLessEqual({"Accept", "Cookie"}, vary)

    def test_a_condition_that_reading_does_not_have_is_ignored(self):
        long_ago = "Sun, 06 Nov 1994 08:49:37 GMT"
        for headers in ({"If-Match": '"other"'}, {"If-Unmodified-Since": long_ago}):
            self.assertEqual(self.client.get(self.urls[1], headers=headers).status_code, 200)


class MethodTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.person = make.person(name="Anna")

    def test_head_answers_as_get_without_a_body(self):
        for url in (PEOPLE, f"{PEOPLE}{self.person.pk}/", f"{PEOPLE}absent/", f"{PEOPLE}?page=0"):
            with self.subTest(url=url):
                get, head = self.client.get(url), self.client.head(url)
                self.assertEqual((head.status_code, head.content), (get.status_code, b""))
                for name in ("Content-Type", "ETag", "Cache-Control", "Vary"):
                    self.assertEqual(head.get(name), get.get(name))

    def test_options_names_the_methods(self):
        for url, writes in (
            (PEOPLE, ", PATCH, POST"),
            (f"{PEOPLE}{self.person.pk}/", ", DELETE, PATCH, PUT"),
            (f"{PEOPLE}absent/", ", DELETE, PATCH, PUT"),
            ("/api/v1/", ""),
        ):
            answer = self.client.options(url)
            methods = sorted(["GET", "HEAD", "OPTIONS", *writes.split(", ")[1:]])
            self.assertEqual((answer.status_code, sorted(answer["Allow"].split(", "))), (204, methods))


class FormatTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.person = make.person(name="Ərəstun", summary='"quoted" \\ <b>\u2028 🕊')

    def get(self, url=PEOPLE, accept=None, **given):
        answer = self.client.get(url, given, headers={"Accept": accept} if accept else {})
        answer.getvalue()  # what streams is not left standing in the connection
        return answer

    def test_json_is_the_default_and_can_be_asked_for(self):
        for accept in (None, "*/*", "application/json", "text/html, */*;q=0.1", "application/*"):
            answer = self.get(accept=accept)
            self.assertEqual((answer.status_code, answer["Content-Type"]), (200, "application/json"))
        self.assertEqual(self.get(accept="text/csv", format="json")["Content-Type"], "application/json")

    def test_text_arrives_as_it_was_written(self):
        answer = self.get(f"{PEOPLE}{self.person.pk}/")
        self.assertEqual(answer.json()["name"], "Ərəstun")
        self.assertEqual(answer.json()["summary"], '"quoted" \\ <b>\u2028 🕊')
        self.assertIn("Ərəstun".encode(), answer.content)

    def test_csv_can_be_asked_for_in_two_ways(self):
        for answer in (self.get(accept="text/csv"), self.get(format="csv")):
            self.assertEqual((answer.status_code, answer["Content-Type"]), (200, "text/csv; charset=utf-8"))

    def test_a_format_that_is_not_offered_is_406_by_header_and_400_by_parameter(self):
        for url in (PEOPLE, f"{PEOPLE}{self.person.pk}/", "/api/v1/", "/api/v1/vocabularies/"):
            for accept in ("text/html", "application/xml", "image/*", "application/vnd.api+json"):
                answer = self.get(url, accept=accept)
                self.assertEqual((answer.status_code, answer.json()["status"]), (406, 406))
                self.assertEqual(answer["Content-Type"], "application/problem+json")
            answer = self.get(url, format="xml")
            self.assertEqual(answer.status_code, 400)
            (error,) = answer.json()["errors"]
            self.assertEqual(error["parameter"], "format")
            self.assertIn("json", error["detail"])

    def test_a_single_record_is_no_table(self):
        url = f"{PEOPLE}{self.person.pk}/"
        self.assertEqual(self.get(url, format="csv").status_code, 400)
        self.assertEqual(self.get(url, accept="text/csv").status_code, 406)
        self.assertEqual(self.get(url, accept="text/csv, */*;q=0.1")["Content-Type"], "application/json")


class AddressTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        for view in ENDPOINTS[:-1]:
            make.one(view.model())
        make.place()

    def urls(self, value):
        """Every address of our own in an answer."""
        if isinstance(value, dict):
            return [url for name, inner in value.items() if name not in OTHERS for url in self.urls(inner)]
        if isinstance(value, list):
            return [url for inner in value for url in self.urls(inner)]
        return [value] if isinstance(value, str) and "://" in value else []

    @override_settings(PUBLIC_URL="https://tracker.example.org", ALLOWED_HOSTS=["*"])
    def test_every_address_starts_with_the_public_url_whatever_the_host_header_says(self):
        listed = [f"/api/v1/{resource(view.model())}/" for view in ENDPOINTS]
        for url in ["/api/v1/", "/api/v1/vocabularies/", *listed]:
            with self.subTest(url=url):
                answer = self.client.get(
                    url, {"page_size": 1} if url in listed else {}, headers={"Host": "evil.example"}
                )
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn(b"evil.example", answer.content + str(answer.headers).encode())
                found = self.urls(answer.json())
                self.assertTrue(found)
                self.assertEqual(
                    [u for u in found if not u.startswith("https://tracker.example.org/api/v1/")], []
                )

    def test_next_is_there_and_absolute(self):
        answer = self.client.get("/api/v1/places/", {"page_size": 1}).json()
        self.assertTrue(answer["next"].startswith(f"{list_url(make.place().__class__)}?"))

    def test_each_record_is_at_its_url_and_at_its_slug(self):
        for view in ENDPOINTS:
            with self.subTest(resource=resource(view.model())):
                row = self.client.get(f"/api/v1/{resource(view.model())}/").json()["results"][0]
                whole = self.client.get(row["url"])
                self.assertEqual((whole.status_code, whole.json()["id"]), (200, row["id"]))
                if row.get("slug"):
                    by_slug = self.client.get(row["url"].replace(row["id"], row["slug"]))
                    self.assertEqual(by_slug.content, whole.content)

    def test_each_link_is_a_list_that_answers(self):
        for view in ENDPOINTS:
            row = self.client.get(f"/api/v1/{resource(view.model())}/").json()["results"][0]
            for name, url in row.get("links", {}).items():
                with self.subTest(url=url, name=name):
                    self.assertEqual(self.client.get(url).status_code, 200)

    def test_an_answer_is_json_all_the_way(self):
        for view in ENDPOINTS:
            body = self.client.get(f"/api/v1/{resource(view.model())}/").content
            self.assertEqual(json.loads(body), json.loads(body.decode("utf-8")))


OTHERS = ("source_url", "archive_url")
