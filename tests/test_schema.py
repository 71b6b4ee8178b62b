"""The OpenAPI document: valid, complete, with examples that hold, and true of what is answered."""

import io
import json
import os
import re
import tempfile
from copy import deepcopy
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import URLPattern
from jsonschema import Draft202012Validator, FormatChecker

from tests import make, shared
from tests.sampling import some
from tracker import api
from tracker.figures.overviews.network import GRAPHML
from tracker.figures.registry import FIGURES
from tracker.management.commands.serve import keep_schema
from tracker.records.changes import announcing
from tracker.records.read.formats.registry import FORMATS, JSON, OF_ONE
from tracker.records.shapes.urls import resource
from tracker.records.values.codes.vocabularies import vocabularies
from tracker.records.workflow import verb_table

OFFERED = "/api/v1/schema/"
VERBS = tuple(one.path for one in verb_table.VERBS)


@cache
def document():
    """The document as the command writes it."""
    return json.loads(shared.once("openapi", written))


def written():
    """The text of the document, or an error: it is validated, and with --fail-on-warn a warning is one."""
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=out)
    return out.getvalue()


def operations():
    """Path and operation of everything that is documented."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def reads():
    """Path and operation of every read."""
    for path, method, operation in operations():
        if method == "get":
            yield path, operation


def closed(schema):
    """The schema, but no object has a key that is not described."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(inner) for name, inner in schema.items()}
    if isinstance(found.get("properties"), dict) and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return found


@cache
def components():
    return closed(deepcopy(document()["components"]))


@cache
def validator(schema):
    """What checks values by a schema of the document, given as text."""
    whole = {**closed(json.loads(schema)), "components": components()}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def faults(schema, value):
    """What is wrong with a value by a schema of the document: sentences."""
    return [
        f"{error.json_path}: {error.message[:300]}"
        for error in validator(json.dumps(schema)).iter_errors(value)
    ]


def said(operation):
    """What an operation takes, if it takes something, and what it answers where it went well."""
    bodies = [operation["requestBody"]] if operation.get("requestBody") else []
    answers = [answer for code, answer in operation["responses"].items() if code < "300"]
    return bodies + [one for one in answers if "content" in one]


def content(operation, code="200", media="application/json"):
    return operation["responses"][code]["content"][media]


class DocumentTest(SimpleTestCase):
    def test_it_is_openapi_3_1_and_valid_without_a_warning(self):
        self.assertEqual(document()["openapi"], "3.1.0")

    def test_it_has_every_route_of_the_api(self):
        records = {resource(view.model()) for view in api.ENDPOINTS} - {"citations"}
        below = dict.fromkeys(records, (*VERBS, "publication", "corrections"))
        below |= {"citations": (), "vocabularies": (), "proposals": ("apply", "decline")}
        figures = {f"/api/v1/{one.address.replace('<id>', '{id}')}/" for one in FIGURES}
        wanted = {"/api/v1/", "/api/v1/changes/", *figures}
        for name, more in below.items():
            wanted |= {f"/api/v1/{name}/", f"/api/v1/{name}/{{id}}/"}
            wanted |= {f"/api/v1/{name}/{{id}}/{last}/" for last in more}
        self.assertEqual(set(document()["paths"]), wanted)
        plain = {str(one.pattern) for one in api.urlpatterns if isinstance(one, URLPattern)}
        plain -= {str(one.route().pattern) for one in FIGURES}
        self.assertEqual(plain, {"", "schema/", "docs/"})

    def test_every_operation_is_described_and_has_a_name_of_its_own(self):
        names = [operation["operationId"] for _, _, operation in operations()]
        self.assertEqual(len(names), len(set(names)))
        for path, _, operation in operations():
            with self.subTest(path=path):
                self.assertTrue(operation["description"].strip())
                self.assertTrue(operation["tags"])

    def test_every_parameter_is_described(self):
        for path, _, operation in operations():
            for parameter in operation.get("parameters", ()):
                with self.subTest(path=path, name=parameter["name"]):
                    self.assertTrue(parameter["description"].strip(". "))
                    self.assertTrue(parameter["schema"])

    def test_every_operation_has_an_example_that_holds(self):
        for path, method, operation in operations():
            shown = [one["content"]["application/json"] for one in said(operation)]
            with self.subTest(path=path, method=method):
                self.assertEqual(bool(shown), method != "delete")
                for one in shown:
                    self.assertEqual(faults(one["schema"], one["example"]), [])
                    self.assertTrue(one["example"])

    def test_every_error_is_a_problem(self):
        for path, _, operation in operations():
            self.assertIn("400", operation["responses"])
            for code, response in operation["responses"].items():
                if code >= "400":
                    with self.subTest(path=path, code=code):
                        self.assertEqual(list(response["content"]), ["application/problem+json"])
                        self.assertTrue(response["description"])

    def test_lists_and_figures_are_tables_and_records_and_figures_have_references(self):
        shapes = {f"/api/v1/{resource(view.model())}/": view.shape for view in api.ENDPOINTS}
        for path, operation in reads():
            figure = operation["operationId"].endswith("_figure")
            one = operation["operationId"].endswith("_retrieve") and path.replace("{id}/", "") in shapes
            listed = [each for each in FORMATS if path in shapes and each.fits(shapes[path])]
            self.assertIn("406", operation["responses"])
            formats = next(p for p in operation["parameters"] if p["name"] == "format")["schema"]["enum"]
            with self.subTest(path=path):
                offered = [
                    *(listed or [JSON]),
                    *(each for each in FORMATS if figure and each.flat),
                    *(OF_ONE[1:] if figure or one else []),
                    *([GRAPHML] if path.endswith("/network/") else []),
                ]
                self.assertEqual(formats, [each.slug for each in offered])
                written = {each.media_type for each in offered}
                self.assertEqual({*operation["responses"]["200"]["content"]}, written)

    def test_it_names_the_server_that_answers(self):
        self.assertEqual(document()["servers"], [{"url": settings.PUBLIC_URL}])


class ParameterTest(TestCase):
    """What is documented is what is taken."""

    @classmethod
    def setUpTestData(cls):
        cls.ids = {resource(model): make.one(model).pk for model in make.BUILDERS}

    def told(self, path):
        """The names that the 400 for a parameter like no other calls valid."""
        url = path.replace("{id}", str(self.ids.get(path.split("/")[3], "gender")))
        (error,) = self.client.get(url, {"@" * 90: "1"}).json()["errors"]
        return set(re.search(r"Valid names are (.*)\.\Z", error["detail"])[1].split(", "))

    def test_each_view_takes_the_parameters_that_are_documented_and_no_other(self):
        for path, operation in reads():
            documented = {p["name"] for p in operation["parameters"] if p["in"] == "query"}
            with self.subTest(path=path):
                self.assertEqual(documented, self.told(path))

    def test_every_filter_is_documented_with_its_kind(self):
        for view in api.ENDPOINTS:
            path = f"/api/v1/{resource(view.model())}/"
            documented = {p["name"]: p for p in document()["paths"][path]["get"]["parameters"]}
            for name, one in view.filterset_class.base_filters.items():
                with self.subTest(path=path, name=name):
                    self.assertEqual(documented[name]["schema"], one.schema)
                    self.assertEqual(documented[name].get("explode", True), one.schema["type"] != "array")

    @pytest.mark.broad
    def test_each_field_and_order_that_is_documented_answers(self):
        for path, given in some(self.picks()):
            with self.subTest(path=path, given=given):
                self.assertEqual(self.client.get(path, {**given, "page_size": 1}).status_code, 200)

    def picks(self):
        """(path, parameters) of each list with all of its fields, and in each of its orders."""
        for path, operation in reads():
            values = {p["name"]: p["schema"].get("items", {}).get("enum") for p in operation["parameters"]}
            asked = [{"fields": ",".join(values["fields"])}] if values.get("fields") else []
            asked += [{"ordering": key} for key in values.get("ordering") or ()]
            yield from ((path, given) for given in asked if "{" not in path)


class AnswerTest(TestCase):
    """What is answered is what is documented."""

    @classmethod
    def setUpTestData(cls):
        cls.rows = [make.one(model) for model in make.BUILDERS]
        cls.rows += [make.group(count_min=2), make.participation(naming="pseudonym", pseudonym="A.")]
        person = make.person(birth_date="1970/..", nationality=["AZ"], gender="female")
        make.name(person, "Other", lang="az", start_date="2020")
        make.identifier(person)
        make.affiliation(person=person, attested_date="2025", on_behalf_of=make.organization())
        case = make.case(person=person, conflict=make.conflict(), impugned_activities=["journalism"])
        make.case_event(
            case=case, term_months=12, life=False, place=make.place(latitude="1.5", longitude="2")
        )
        make.charge(case=case)
        make.case_actor(case=case)
        make.recognition(case=case)
        make.source(title="", archived_at="2025-12-10T10:00:00Z", source_url="https://example.org/")
        make.statement(
            speakers=[person, make.organization(), "a label"],
            part_of=make.statement(),
            questions=[make.question()],
        )
        make.dialogue(parent=make.dialogue(), places=[make.place()], end_date="../2025")

    def each(self):
        """Every list of records with its operation, and each record in it with its own."""
        paths = document()["paths"]
        for view in api.ENDPOINTS:
            path = f"/api/v1/{resource(view.model())}/"
            answer = self.client.get(path)
            yield path, paths[path]["get"], answer.json()
            for row in answer.json()["results"]:
                yield row["url"], paths[f"{path}{{id}}/"]["get"], self.client.get(row["url"]).json()

    def test_every_answer_is_as_its_schema_says(self):
        for url, operation, answer in self.each():
            with self.subTest(url=url):
                self.assertEqual(faults(content(operation)["schema"], answer), [])

    def test_a_single_record_has_every_field_that_its_schema_names(self):
        for view in api.ENDPOINTS:
            row = self.client.get(f"/api/v1/{resource(view.model())}/").json()["results"][0]
            operation = document()["paths"][f"/api/v1/{resource(view.model())}/{{id}}/"]["get"]
            name = content(operation)["schema"]["$ref"].rpartition("/")[2]
            with self.subTest(name=name):
                documented = components()["schemas"][name]["properties"]
                self.assertEqual(set(self.client.get(row["url"]).json()), set(documented))

    def test_the_root_the_changes_and_the_vocabularies_are_as_their_schemas_say(self):
        announcing.announce()
        self.assertTrue(self.client.get("/api/v1/changes/").json()["results"])
        for path in ("/api/v1/", "/api/v1/changes/", "/api/v1/vocabularies/"):
            operation = document()["paths"][path]["get"]
            self.assertEqual(faults(content(operation)["schema"], self.client.get(path).json()), [])

    def test_a_problem_is_as_its_schema_says(self):
        operation = document()["paths"]["/api/v1/people/{id}/"]["get"]
        for code, url in (("400", "/api/v1/people/?page=0"), ("404", "/api/v1/people/absent/")):
            answer = self.client.get(url)
            problem = content(operation, code, "application/problem+json")["schema"]
            self.assertEqual(faults(problem, answer.json()), [])


class ServedTest(TestCase):
    """Offline: nothing is asked of another server."""

    def test_the_document_is_served_as_it_is_written(self):
        answer = self.client.get(OFFERED)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json(), document())
        self.assertIn("json", answer["Content-Type"])

    def test_the_docs_load_nothing_from_elsewhere(self):
        page = self.client.get("/api/v1/docs/")
        self.assertEqual((page.status_code, page["Content-Type"].partition(";")[0]), (200, "text/html"))
        loaded = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page.content.decode())
        self.assertTrue(loaded)
        for url in loaded:
            with self.subTest(url=url):
                self.assertTrue(url.startswith("/") and not url.startswith("//"), url)
        self.assertNotIn("http:", page.content.decode().replace("http://www.w3.org", ""))
        self.assertNotIn("https:", page.content.decode())

    def test_the_script_of_the_docs_asks_for_the_document_of_this_server(self):
        page = self.client.get("/api/v1/docs/").content.decode()
        script = next(url for url in re.findall(r'src="([^"]+)"', page) if "/docs/" in url)
        answer = self.client.get(script)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(OFFERED, answer.content.decode())
        self.assertNotRegex(answer.content.decode(), r"https?://(?!127\.0\.0\.1)")


class VocabularyTest(TestCase):
    def test_every_vocabulary_is_listed_with_all_its_terms_and_their_codes(self):
        listed = self.client.get("/api/v1/vocabularies/").json()["results"]
        self.assertEqual([one["id"] for one in listed], list(vocabularies()))
        for one in listed:
            terms = [
                {"slug": term.value, "label": term.label, "scheme": term.scheme, "code": term.code}
                for term in vocabularies()[one["id"]]
            ]
            with self.subTest(id=one["id"]):
                self.assertEqual(one["terms"], terms)
                self.assertEqual(self.client.get(one["url"]).json(), one)

    def test_every_choice_of_the_api_is_in_one(self):
        known = [
            {term["slug"] for term in one["terms"]}
            for one in self.client.get("/api/v1/vocabularies/").json()["results"]
        ]
        for view in api.ENDPOINTS:
            for field in view.model()._meta.concrete_fields:
                choices = {slug for slug, _ in getattr(field, "base_field", field).choices or () if slug}
                if choices:
                    with self.subTest(field=str(field)):
                        self.assertIn(choices, known)

    def test_codes_of_standards_are_given(self):
        arrest = self.client.get("/api/v1/vocabularies/case_event_kind/").json()["terms"][2]
        self.assertEqual(
            (arrest["slug"], arrest["scheme"], arrest["code"]), ("arrest", "huridocs", "4:030101")
        )


class KeptTest(SimpleTestCase):
    """`manage.py serve` builds the document once for all of its processes, and again after a change."""

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(DATA_DIR=folder))
        self.enterContext(mock.patch.dict(os.environ))
        self.folder = folder
        self.addCleanup(api.Document.whole.cache_clear)

    def test_what_is_kept_is_what_is_answered(self):
        built = api.Document.whole()
        keep_schema()
        api.Document.whole.cache_clear()
        with mock.patch.object(api, "SchemaGenerator", side_effect=AssertionError):
            self.assertEqual(api.Document.whole(), built)
            api.Document.whole.cache_clear()
            with override_settings(PUBLIC_URL="https://tracker.example.org"):
                moved = api.Document.whole()
        self.assertIn(b'"url": "https://tracker.example.org"', moved)
        self.assertNotIn(settings.PUBLIC_URL.encode(), moved)

    def test_it_is_built_again_after_a_change_only(self):
        keep_schema()
        (first,) = self.folder.iterdir()
        with mock.patch.object(api.Document, "to_keep", side_effect=AssertionError):
            keep_schema()
        os.environ["MAX_TEXT"] = "12345"
        keep_schema()
        (second,) = self.folder.iterdir()
        self.assertNotEqual(first, second)
