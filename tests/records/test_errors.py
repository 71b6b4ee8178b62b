"""What is answered where there is nothing to answer: errors, redirects, what is gone."""

import uuid

from django.test import Client, TestCase

from dialogues.models import Dialogue, Statement
from people.models import Person
from tests import make
from tracker.api import ENDPOINTS
from tracker.records.base.slugs import OldSlug
from tracker.records.base.sources import Source
from tracker.records.shapes.urls import list_url, resource

ROUTES = [f"/api/v1/{resource(view.model())}/" for view in ENDPOINTS]
OTHERS = [
    "/api/v1/",
    "/api/v1/vocabularies/",
    "/api/v1/vocabularies/gender/",
    "/api/v1/schema/",
    "/api/v1/docs/",
]
WRITES = ("post", "put", "patch", "delete")


class ProblemTest(TestCase):
    def assert_problem(self, answer, status):
        self.assertEqual(answer.status_code, status, answer.content[:300])
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        body = answer.json()
        self.assertEqual((body["type"], body["status"]), ("about:blank", status))
        self.assertTrue(body["title"] and body["detail"])
        return body


class WritingTest(ProblemTest):
    """Who may not write is told so first."""

    @classmethod
    def setUpTestData(cls):
        cls.person = make.person()

    def test_without_credentials_every_write_is_401_and_says_how_to_authenticate(self):
        details = [f"{route}{self.person.pk}/" for route in ROUTES]
        for url in [*ROUTES, *details, *OTHERS]:
            for method in WRITES:
                with self.subTest(url=url, method=method):
                    answer = getattr(self.client, method)(url)
                    self.assert_problem(answer, 401)
                    self.assertTrue(answer["WWW-Authenticate"])

    def test_where_nothing_is_written_every_write_is_405_and_names_what_is_allowed(self):
        self.client.force_login(make.superuser())
        for url in OTHERS:
            for method in WRITES:
                with self.subTest(url=url, method=method):
                    answer = getattr(self.client, method)(url)
                    self.assert_problem(answer, 405)
                    self.assertEqual(answer["Allow"], "GET, HEAD, OPTIONS")

    def test_nothing_was_written(self):
        self.client.delete(f"/api/v1/people/{self.person.pk}/")
        self.assertTrue(Person.objects.filter(pk=self.person.pk).exists())


class AbsentTest(ProblemTest):
    """Hidden and absent look the same."""

    @classmethod
    def setUpTestData(cls):
        cls.hidden = [
            make.person(publication="draft", slug="a-draft"),
            make.person(publication="in_review", slug="in-review"),
            make.person(publication="withdrawn", slug="withdrawn"),
            make.person(confidentiality="restricted", slug="restricted"),
            make.person(confidentiality="confidential", slug="confidential"),
        ]

    def test_hidden_absent_and_impossible_keys_have_the_same_answer(self):
        hidden = [str(person.pk) for person in self.hidden] + [person.slug for person in self.hidden]
        absent = [str(uuid.uuid4()), "absent", "a" * 90]
        impossible = [
            "a" * 91,
            "x" * 3000,
            "Not_A_Slug",
            "-",
            "a--b",
            "%00",
            "a%00",
            "%ff",
            "ə",
            "%F0%9F",
            "1.5",
            "'",
        ]
        known = self.client.get(f"/api/v1/people/{uuid.uuid4()}/")
        for key in hidden + absent + impossible:
            with self.subTest(key=key):
                answer = self.client.get(f"/api/v1/people/{key}/")
                self.assert_problem(answer, 404)
                told = [{**one.headers, "X-Request-ID": ""} for one in (answer, known)]
                self.assertEqual((answer.content, told[0]), (known.content, told[1]))

    def test_every_route_answers_so(self):
        for route in ROUTES:
            for key in (uuid.uuid4(), "absent", "%00", "%ff"):
                with self.subTest(route=route, key=key):
                    body = self.assert_problem(self.client.get(f"{route}{key}/"), 404)
                    self.assertEqual(body, self.client.get("/api/v1/nothing/").json())

    def test_a_path_that_is_no_route_answers_so(self):
        for path in (
            "x/",
            "people//",
            "people/a/b/",
            "People/",
            "%00/",
            "%ff/",
            "vocabularies/nothing/",
        ):
            with self.subTest(path=path):
                body = self.assert_problem(self.client.get(f"/api/v1/{path}"), 404)
                self.assertEqual(body["detail"], "Nothing is here.")

    def test_a_path_without_its_slash_is_told_so(self):
        for path in ("x", "people", f"people/{self.hidden[0].pk}", "schema"):
            with self.subTest(path=path):
                body = self.assert_problem(self.client.get(f"/api/v1/{path}"), 404)
                self.assertIn("ends with a slash", body["detail"])

    def test_writing_to_no_route_answers_so_too(self):
        browser = Client(enforce_csrf_checks=True)
        for method in WRITES:
            self.assert_problem(getattr(browser, method)("/api/v1/nothing/"), 404)

    def test_what_the_key_of_another_kind_is_is_not_told(self):
        self.assert_problem(self.client.get(f"/api/v1/people/{make.dialogue().pk}/"), 404)

    def test_wrong_parameters_are_told_whether_the_record_is_hidden_or_not(self):
        answers = [
            self.client.get(f"/api/v1/people/{key}/?fields=x").content
            for key in (uuid.uuid4(), self.hidden[0].pk, make.person().pk)
        ]
        self.assertEqual(len(set(answers)), 1)


class GoneTest(ProblemTest):
    """410 for a dialogue, a statement or a source that was public and may be known to have been."""

    def at(self, row, key=None):
        return self.client.get(f"/api/v1/{resource(type(row))}/{key or row.pk}/")

    def test_what_was_public_and_is_withdrawn_is_gone(self):
        for model in (Dialogue, Statement, Source):
            row = make.one(model, publication="withdrawn", slug=f"a-{model._meta.model_name}")
            for key in (row.pk, row.slug):
                with self.subTest(model=model.__name__, key=key):
                    self.assert_problem(self.at(row, key), 410)

    def test_what_was_never_public_is_not_told_apart_from_what_is_absent(self):
        for model in (Dialogue, Statement, Source):
            row = make.one(model, publication="withdrawn")
            model.objects.filter(pk=row.pk).update(published_at=None)
            drafts = [make.one(model, publication=state) for state in ("draft", "in_review")]
            for hidden in [row, *drafts]:
                self.assert_problem(self.at(hidden), 404)

    def test_what_is_restricted_is_not_told_to_have_been(self):
        for model in (Dialogue, Statement, Source):
            for level in ("restricted", "confidential"):
                self.assert_problem(
                    self.at(make.one(model, publication="withdrawn", confidentiality=level)), 404
                )

    def test_a_part_of_a_hidden_statement_is_not_told_to_have_been(self):
        for state, status in (("draft", 404), ("withdrawn", 404), ("published", 410)):
            whole = make.statement(publication=state)
            part = make.statement(part_of=whole, publication="withdrawn")
            with self.subTest(state=state):
                self.assert_problem(self.at(part), status)

    def test_no_other_kind_of_record_is_told_to_have_been(self):
        for model in make.BUILDERS:
            if model not in (Dialogue, Statement, Source):
                with self.subTest(model=model.__name__):
                    self.assert_problem(self.at(make.one(model, publication="withdrawn")), 404)

    def test_a_record_that_took_over_the_slug_is_shown(self):
        make.dialogue(publication="withdrawn", slug="meeting")
        current = make.dialogue(slug="meeting")
        self.assertEqual(self.at(current, "meeting").json()["id"], str(current.pk))


class OldSlugTest(TestCase):
    """An address that was public leads to the record."""

    def moved(self, **fields):
        row = make.dialogue(slug="first-slug", **fields)
        row.change_slug("second-slug")
        row.save()
        return row

    def test_an_old_slug_redirects_to_the_url_of_the_record(self):
        row = self.moved()
        for method in (self.client.get, self.client.head):
            answer = method("/api/v1/dialogues/first-slug/")
            self.assertEqual(
                (answer.status_code, answer["Location"]), (301, f"{list_url(Dialogue)}{row.pk}/")
            )
        self.assertEqual(self.client.get("/api/v1/dialogues/second-slug/").status_code, 200)

    def test_an_old_slug_of_what_is_hidden_is_absent(self):
        for hidden in ({"confidentiality": "restricted"}, {"publication": "draft"}):
            OldSlug.objects.all().delete()
            Dialogue.objects.all().delete()
            row = self.moved(**hidden)
            OldSlug.objects.get_or_create(model=row._meta.label, slug="first-slug", record_id=row.pk)
            with self.subTest(hidden=hidden):
                self.assertEqual(self.client.get("/api/v1/dialogues/first-slug/").status_code, 404)

    def test_an_old_slug_of_one_kind_is_none_of_another(self):
        self.moved()
        self.assertEqual(self.client.get("/api/v1/statements/first-slug/").status_code, 404)

    def test_an_old_slug_of_a_withdrawn_dialogue_is_gone_like_its_present_one(self):
        row = self.moved()
        row.withdraw(make.superuser(), "It was another meeting.")
        for key in ("first-slug", "second-slug", row.pk):
            with self.subTest(key=key):
                self.assertEqual(self.client.get(f"/api/v1/dialogues/{key}/").status_code, 410)


class QueryTest(ProblemTest):
    """Parameters are read strictly."""

    @classmethod
    def setUpTestData(cls):
        cls.person = make.person()
        cls.urls = [*ROUTES, f"/api/v1/people/{cls.person.pk}/", "/api/v1/", "/api/v1/vocabularies/"]

    def errors(self, url):
        errors = self.assert_problem(self.client.get(url), 400)["errors"]
        return {error["parameter"]: error["detail"] for error in errors}

    def test_an_unknown_parameter_is_refused_everywhere(self):
        for url in self.urls:
            with self.subTest(url=url):
                self.assertEqual(list(self.errors(f"{url}?nonsense=1")), ["nonsense"])

    def test_the_nearest_valid_names_are_told(self):
        self.assertIn("page_size", self.errors("/api/v1/people/?pagesize=1")["pagesize"])
        self.assertIn("gender", self.errors("/api/v1/people/?Gender=female")["Gender"])
        self.assertIn(
            "classification__in", self.errors("/api/v1/dialogues/?classification_in=a")["classification_in"]
        )
        self.assertIn("fields", self.errors(f"/api/v1/people/{self.person.pk}/?zzzzzz=1")["zzzzzz"])

    def test_what_a_list_takes_a_single_record_does_not(self):
        for name in ("page", "ordering", "q", "cursor"):
            self.assertEqual(list(self.errors(f"/api/v1/people/{self.person.pk}/?{name}=1")), [name])

    def test_a_parameter_of_one_value_that_is_repeated_is_refused_and_told_what_takes_several(self):
        for query in ("gender=male&gender=female", "q=a&q=b", "page=1&page=1", "as_of=2025&as_of=2025"):
            name = query.partition("=")[0]
            said = self.errors(f"/api/v1/people/?{query}")
            self.assertEqual(list(said), [name])
            self.assertTrue(said[name].startswith("Give it only once."))
            self.assertEqual("gender__in" in said[name], name == "gender")

    def test_more_parameters_than_anything_takes_are_refused_at_once(self):
        query = "&".join(f"{'x' * 50}{number}=1" for number in range(101))
        for url in self.urls:
            self.assertEqual(list(self.errors(f"{url}?{query}")), ["query"])

    def test_an_empty_parameter_is_refused(self):
        for query in ("q=", "q", "gender=", "fields=", "page=", "cursor=", "as_of=", "format="):
            self.assertEqual(list(self.errors(f"/api/v1/people/?{query}")), [query.removesuffix("=")])

    def test_all_that_is_wrong_is_told_at_once(self):
        self.assertEqual(
            set(self.errors("/api/v1/people/?nonsense=1&q=&format=xml")), {"nonsense", "q", "format"}
        )
        self.assertEqual(
            set(self.errors("/api/v1/people/?gender=x&birth_date_overlaps=x")),
            {"gender", "birth_date_overlaps"},
        )

    def test_a_name_that_is_no_text_is_refused_without_repeating_it(self):
        for name in ("%ff", "x" * 101, "a%ffb"):
            self.assertEqual(list(self.errors(f"/api/v1/people/?{name}=1")), ["query"])

    def test_a_wrong_day_is_refused(self):
        wrong = (
            "yesterday",
            "2025-13-01",
            "2025-02-30",
            "20251031",
            "2025-W44-5",
            "31.10.2025",
            "2025-10-31T00:00:00Z",
        )
        for url in ("/api/v1/people/", f"/api/v1/people/{self.person.pk}/"):
            for day in wrong:
                with self.subTest(url=url, day=day):
                    self.assertIn("2025-10-31", self.errors(f"{url}?as_of={day}")["as_of"])

    def test_any_day_can_be_asked_for(self):
        for day in ("0001-01-01", "1994-05-12", "9999-12-31"):
            for route in ROUTES:
                self.assertEqual(self.client.get(route, {"as_of": day}).status_code, 200)
