"""Every error has one form, whoever raises it, and none repeats what may be a name."""

import json
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, TestCase, override_settings
from django.urls import path as route

from tests import catalog, make
from tests.sampling import some
from tests.writing import API, WritingTest, path
from tracker import urls
from tracker.api import ENDPOINTS
from tracker.records.base.record import Record
from tracker.records.protocol.problems import TYPE
from tracker.records.shapes.reader import FULL
from tracker.records.shapes.urls import resource
from tracker.records.workflow import editorial_fields
from tracker.records.write.document import row_shape_of, written

PEOPLE = f"{API}people/"
CANARY = "Leyla Canaryeva"


def broken(request):
    raise RuntimeError(CANARY)


urlpatterns = [route("broken/", broken), route("api/v1/broken/", broken), *urls.urlpatterns]


class FormTest(TestCase):
    def assert_refused(self, answer, status):
        """On the site with a page; elsewhere, where no view has answered, with problem details."""
        self.assertEqual(answer.status_code, status, answer.content[:300])
        if answer.wsgi_request.path.startswith(("/api/", "/admin/")):
            self.assertEqual(answer["Content-Type"], TYPE)
            body = json.loads(answer.content)
            self.assertEqual((body["type"], body["status"]), ("about:blank", status))
            self.assertTrue(body["title"] and body["detail"])
        else:
            self.assertEqual(answer["Content-Type"], "text/html; charset=utf-8")
            self.assertContains(answer, "<h1>", 1, status)
        self.assertNotIn("Canary", answer.content.decode())
        self.assertIn("Content-Security-Policy", answer)

    def test_paths_that_are_none(self):
        for where in (
            "/x",
            "/x/",
            "/api",
            "/api/",
            "/api/v2/",
            "/%00/",
            "/%ff/",
            "/favicon.ico/",
            "/static/x.css",
        ):
            for method in ("GET", "POST", "DELETE", "TRACE", "FOO"):
                with self.subTest(where=where, method=method):
                    self.assert_refused(Client().generic(method, where), 404)

    def test_methods_that_are_none(self):
        for where in ("/", "/favicon.ico", API, PEOPLE, f"{API}schema/"):
            for method in ("TRACE", "FOO"):
                with self.subTest(where=where, method=method):
                    answer = self.client.generic(method, where)
                    self.assertIn(answer.status_code, (401, 405))  # first of all who writes is asked
                    self.assert_refused(answer, answer.status_code)
        answer = Client(enforce_csrf_checks=True).post("/")
        self.assert_refused(answer, 405)
        self.assertEqual(answer["Allow"], "GET, HEAD, OPTIONS")
        self.client.force_login(make.superuser())
        for where, method in (
            (PEOPLE, "PUT"),
            (PEOPLE, "DELETE"),
            (PEOPLE, "TRACE"),
            (PEOPLE, "FOO"),
            (API, "POST"),
        ):
            answer = self.client.generic(method, where)
            self.assert_refused(answer, 405)
            self.assertIn("GET", answer["Allow"])

    def test_no_header_changes_the_method(self):
        person = make.person(publication="draft")
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            answer = self.client.post(f"{PEOPLE}{person.pk}/", headers={name: "DELETE"})
            self.assert_refused(answer, 401)
            self.assertEqual(self.client.get(PEOPLE, headers={name: "DELETE"}).status_code, 200)

    def test_hosts_that_are_not_ours(self):
        for host in ("example.org", f"{CANARY}.org", "localhost:x", "a,b", "localhost@x", "[", ""):
            for where in ("/", PEOPLE, "/x/"):
                with self.subTest(host=host, where=where):
                    answer = self.client.get(where, headers={"Host": host})
                    if host:
                        self.assert_refused(answer, 400)

    def test_encodings_that_are_none(self):
        for where in (PEOPLE, "/admin/login/", "/x/"):
            for kind in (
                "application/json; charset=utf-16",
                "text/plain; charset=rot13",
                "text/plain; charset=x",
            ):
                answer = self.client.generic("POST", where, b"{}", content_type=kind)
                self.assertEqual(answer.status_code, 415, (where, kind))
            answer = self.client.generic("POST", where, b"{}", headers={"Content-Encoding": "gzip"})
            self.assert_refused(answer, 415)

    def test_addresses_have_an_end(self):
        for where in ("/", PEOPLE, "/admin/", "/x/"):
            query = "x" * (settings.MAX_URL - len(f"{where}?"))
            self.assertNotEqual(self.client.get(f"{where}?{query}").status_code, 414)
            self.assert_refused(self.client.get(f"{where}?{query}x"), 414)

    def test_headers_have_an_end(self):
        known = 4  # that the client sends of itself
        many = {f"X-{number}": "x" for number in range(settings.MAX_HEADERS)}
        self.assert_refused(self.client.get(PEOPLE, headers=many), 431)
        few = dict(list(many.items())[: settings.MAX_HEADERS - known])
        self.assertEqual(self.client.get(PEOPLE, headers=few).status_code, 200)
        self.assert_refused(self.client.get(PEOPLE, headers={"X": "x" * settings.MAX_HEADER_BYTES}), 431)
        language = ",".join(["en"] * 10_000)
        self.assertEqual(self.client.get(PEOPLE, headers={"Accept-Language": language}).status_code, 200)

    def test_forms_to_what_takes_json(self):
        self.client.force_login(make.superuser())
        for kind in (
            "multipart/form-data; boundary=",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
        ):
            answer = self.client.generic("POST", PEOPLE, b"name=x", content_type=kind)
            self.assertIn(answer.status_code, (400, 415))
            self.assert_refused(answer, answer.status_code)

    def test_a_form_of_another_site_is_a_page_in_the_admin_alone(self):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(make.superuser())
        self.assert_refused(browser.post(PEOPLE, b"{}", content_type="application/json"), 403)
        answer = browser.post("/admin/records/place/add/", {"name": CANARY})
        self.assertEqual((answer.status_code, answer["Content-Type"]), (403, "text/html; charset=utf-8"))

    @override_settings(ROOT_URLCONF="tests.test_bad_input")
    def test_what_fails_here_is_told_and_noted_without_its_words(self):
        self.client.raise_request_exception = False
        for where in ("/broken/", "/api/v1/broken/"):
            with self.assertLogs("django.request", "ERROR"):
                self.assert_refused(self.client.get(where), 500)

    def test_cookies_that_are_none(self):
        for cookie in (
            "garbage",
            "sessionid=;;;",
            "sessionid=\x00",
            f"sessionid={'x' * 5000}",
            "=",
            "a=b\r\nc: d",
        ):
            with self.subTest(cookie=cookie[:20]):
                self.assertEqual(self.client.get(PEOPLE, headers={"Cookie": cookie}).status_code, 200)
                self.assertEqual(self.client.get("/admin/", headers={"Cookie": cookie}).status_code, 302)


class BodyTest(WritingTest):
    """Bodies at their limits, and what is no document."""

    def test_bodies_have_an_end(self):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        start = b'{"name": "'
        for size, status in ((most, 400), (most + 1, 413)):
            sent = start + b"x" * (size - len(start) - 2) + b'"}'
            answer = self.send(self.editor, "POST", PEOPLE, sent)
            self.assertEqual((answer.status_code, answer["Content-Type"]), (status, TYPE))

    def test_lists_of_documents_and_rows_have_an_end(self):
        rows = [{"name": ""}] * settings.MAX_DOCUMENTS
        self.assertEqual(len(self.refused(rows)), 100)  # of each wrong one, up to a hundred
        self.assertEqual(self.refused([*rows, {}]), [""])
        entries = ["x"] * settings.MAX_ENTRIES
        self.assertNotIn("/nationality", self.refused({"name": "A", "nationality": entries}))
        self.assertEqual(self.refused({"name": "A", "nationality": [*entries, "x"]}), ["/nationality"])

    def refused(self, document):
        answer = self.send(self.editor, "POST", PEOPLE, document)
        self.assertEqual(answer.status_code, 400, answer.content[:500])
        return [error["pointer"] for error in answer.json()["errors"]]

    def test_depth_has_an_end(self):
        for levels in (settings.MAX_DEPTH, settings.MAX_DEPTH + 1):
            deep = json.loads("[" * (levels - 1) + "]" * (levels - 1))
            answer = self.send(self.editor, "POST", PEOPLE, {"name": deep})
            told = answer.json()["errors"][0]["detail"]
            self.assertEqual("deeper" in told, levels > settings.MAX_DEPTH, told)

    def test_what_is_no_json(self):
        for sent in (
            b"\xef\xbb\xbf{}",
            "{}".encode("utf-16"),
            '{"name": "é"}'.encode("latin-1"),
            b"",
            b"{,}",
            b"nul",
        ):
            answer = self.send(self.editor, "POST", PEOPLE, sent)
            self.assertEqual((answer.status_code, answer["Content-Type"]), (400, TYPE), sent)

    def test_a_patch_of_nothing_changes_nothing(self):
        row = make.place(publication="draft", created_by=self.editor)
        for document in ({}, {"version": 1}):
            answer = self.send(self.editor, "PATCH", path(row), document, 1)
            self.assertIn(answer.status_code, (200, 400))
            self.assertNotIn(b"Canary", answer.content)


class SearchTest(TestCase):
    def test_words_and_letters_have_an_end(self):
        words = [f"word{number}" for number in range(20)]
        for text, status in (
            (" ".join(words[: settings.MAX_WORDS]), 200),
            (" ".join(words[: settings.MAX_WORDS + 1]), 400),
            ("x" * settings.MAX_SEARCH, 200),
            ("x" * (settings.MAX_SEARCH + 1), 400),
        ):
            self.assertEqual(self.client.get(PEOPLE, {"q": text}).status_code, status, text)

    def test_parameters_have_an_end(self):
        for query, status in (
            ("&".join(f"x{number}=1" for number in range(settings.MAX_PARAMETERS)), "x0"),
            ("&".join(f"x{number}=1" for number in range(settings.MAX_PARAMETERS + 1)), "query"),
            (f"q={'x' * settings.MAX_VALUE}", "most 200 characters"),
            (f"q={'x' * (settings.MAX_VALUE + 1)}", "most 2000 characters"),
            (f"gender__in={','.join(['male'] * settings.MAX_VALUES)}", ""),
            (f"gender__in={','.join(['male'] * (settings.MAX_VALUES + 1))}", "most 50 values"),
            (f"page_size={settings.MAX_PAGE_SIZE}", ""),
            (f"page_size={settings.MAX_PAGE_SIZE + 1}", "page_size"),
            (f"page_size=1&page={settings.MAX_OFFSET + 1}", ""),
            (f"page_size=1&page={settings.MAX_OFFSET + 2}", "page"),
        ):
            with self.subTest(query=query[:40]):
                answer = self.client.get(f"{PEOPLE}?{query}")
                self.assertEqual(answer.status_code, 400 if status else 200, answer.content[:300])
                self.assertIn(status, answer.content.decode())


class CanaryTest(WritingTest):
    """A name in any field, parameter, path or header that is refused is not in the refusal."""

    def assert_silent(self, answer):
        """A refusal does not have the name, in no case and in no code."""
        if answer.status_code < 400:
            return False
        said = f"{answer.content.decode()} {dict(answer.headers)}"
        for text in (said, said.encode().decode("unicode_escape", "ignore"), unquote(said)):
            self.assertNotIn("canaryeva", text.lower())
        return True

    def fields(self, shape, place=()):
        """The places of every key that a document of a shape may have, at each level."""
        for name, field in written(shape).items():
            yield (*place, name)
            if rows := row_shape_of(field):
                yield from self.fields(rows, (*place, name, 0))
        if issubclass(shape.Meta.model, Record):
            yield from ((*place, "editorial", name) for name in editorial_fields.FIELDS)

    @pytest.mark.broad
    def test_in_every_field_of_every_document(self):
        refused, values = 0, (CANARY, [CANARY], {"id": CANARY, "edtf": CANARY}, {CANARY: CANARY})
        for view in ENDPOINTS[:-1]:
            address = f"{API}{resource(view.model())}/"
            for place in some(self.fields(view.shape(pick=FULL))):
                for value in values if len(place) == 1 else values[:1]:
                    document = value
                    for key in reversed(place):
                        document = [document] if key == 0 else {key: document}
                    with transaction.atomic():
                        answer = self.send(self.editor, "POST", address, document)
                        transaction.set_rollback(True)
                    with self.subTest(address=address, place=place):
                        if not isinstance(value, dict) or CANARY not in value:  # a pointer names its key
                            refused += self.assert_silent(answer)
        self.assertGreater(refused, 150)

    @pytest.mark.broad
    def test_in_every_parameter(self):
        for view in some(ENDPOINTS):
            address = f"{API}{resource(view.model())}/"
            row = f"{address}{make.one(view.model()).pk}/" if view is not ENDPOINTS[-1] else address
            for name in (*catalog.SHARED, *view.filterset_class.base_filters):
                with self.subTest(address=address, name=name):
                    self.assert_silent(self.client.get(address, {name: CANARY, "page_size": "x"}))
            for name in catalog.SHARED:
                self.assert_silent(self.client.get(row, {name: CANARY}))
            for method in ("GET", "PUT", "PATCH", "DELETE", "POST", "FOO"):
                self.assertTrue(self.assert_silent(self.send(self.editor, method, f"{address}{CANARY}/")))
                for verb in ("submit", "publish", "withdraw", "send-back", CANARY):
                    self.assert_silent(self.send(self.editor, method, f"{row}{verb}/", {CANARY: CANARY}))

    def test_in_sayings_and_in_bulk(self):
        row, person = make.place(), make.person(publication="draft")
        for said in (
            CANARY,
            [CANARY],
            {"comment": [CANARY]},
            {"reason": {CANARY: CANARY}},
            {"comment": f"{CANARY}\x00"},
        ):
            for verb in ("submit", "publish", "withdraw", "send-back"):
                for one in (row, person):
                    self.assertTrue(
                        self.assert_silent(self.send(self.editor, "POST", path(one, verb), said, 1))
                    )
        for document in (
            [CANARY],
            [{"id": CANARY, "version": CANARY}],
            [{"id": str(row.pk), "version": CANARY}],
            CANARY,
        ):
            self.assertTrue(self.assert_silent(self.send(self.editor, "PATCH", f"{API}places/", document)))
        for deed in ("apply", "decline", CANARY):
            for key in (CANARY, row.pk):
                answer = self.send(self.editor, "POST", f"{API}proposals/{key}/{deed}/", {"comment": CANARY})
                self.assertTrue(self.assert_silent(answer))

    def test_in_every_header(self):
        self.log_in(self.editor)
        row = make.place(publication="draft")
        for name in (
            "Authorization",
            "If-Match",
            "Idempotency-Key",
            "Content-Type",
            "Host",
            "Content-Encoding",
            "Accept",
        ):
            for value in (
                CANARY,
                f"Bearer {CANARY}",
                f"{CANARY}, {CANARY}",
                f"application/{CANARY}",
                f'"{CANARY}"',
            ):
                with self.subTest(name=name, value=value):
                    answer = self.client.generic("PATCH", path(row), b'{"x": 1}', headers={name: value})
                    self.assertTrue(self.assert_silent(answer))

    def test_in_what_the_admin_is_asked_for(self):
        self.client.force_login(make.superuser())
        for where in (
            f"/admin/{CANARY}/",
            f"/admin/records/place/{CANARY}/change/",
            f"/admin/records/place/{CANARY}/",
            f"/admin/records/place/?{CANARY}=1",
            f"/admin/records/place/?publication__exact={CANARY}",
            f"/admin/records/place/?name__startswith={CANARY}",
            f"/admin/records/place/?o={CANARY}&p={CANARY}",
            f"/admin/waiting/{CANARY}/",
            f"/admin/set-password/{CANARY}/{CANARY}/",
            f"/admin/autocomplete/?app_label={CANARY}&model_name=x&field_name=y&term=z",
            f"/admin/autocomplete/?app_label=records&model_name=place&field_name={CANARY}&term=z",
            f"/admin/understand/?text={CANARY}",
        ):
            with self.subTest(where=where):
                answer = self.client.get(where)
                self.assertLess(answer.status_code, 500)
                self.assert_silent(answer)
