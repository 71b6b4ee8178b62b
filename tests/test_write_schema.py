"""What the OpenAPI document says of writing holds: every operation is there, its examples are taken."""

from uuid import uuid4

from django.db import transaction
from jsonschema import Draft202012Validator, FormatChecker

from tests import make
from tests.test_schema import document
from tests.writing import API, WritingTest, path
from tracker.api import ENDPOINTS
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.api.openapi.examples import SAMPLE_ID
from tracker.records.shapes.reader import Pick
from tracker.records.shapes.urls import resource
from tracker.records.workflow import verb_table
from tracker.records.write.document import references_of, row_shape_of, written

RESOURCES = [view for view in ENDPOINTS if view is not CitationViewSet]
VERBS = tuple(one.path for one in verb_table.VERBS)


def real(shape, document):
    """An example in which every id is that of a record, a new one for each."""
    found = {}
    for name, value in document.items():
        field = written(shape).get(name)
        if rows := field and row_shape_of(field):
            value = [real(rows, row) for row in value]
        elif field and references_of(field):
            assert value == SAMPLE_ID
            value = str(make.one(references_of(field).Meta.model).pk)
        found[name] = value
    return found


class WriteSchemaTest(WritingTest):
    def operation(self, address, method):
        return document()["paths"][address.replace(f"{API}x", API)][method]

    def sent(self, address, method):
        """The schema and the example of what an operation takes."""
        return self.operation(address, method)["requestBody"]["content"]["application/json"]

    def assert_holds(self, described):
        """The example of what is sent or answered satisfies its own schema."""
        schema = {**described["schema"], "components": document()["components"]}
        checker = Draft202012Validator(schema, format_checker=FormatChecker())
        faults = [
            f"{one.json_path}: {one.message[:300]}" for one in checker.iter_errors(described["example"])
        ]
        self.assertEqual(faults, [])

    def test_every_example_satisfies_its_schema(self):
        checked = 0
        for address, methods in document()["paths"].items():
            for method, operation in methods.items():
                told = (
                    [operation.get("requestBody"), *operation["responses"].values()]
                    if method != "get"
                    else []
                )
                for described in (
                    one["content"].get("application/json") for one in told if one and "content" in one
                ):
                    if described:
                        with self.subTest(address=address, method=method):
                            self.assert_holds(described)
                            checked += 1
        self.assertGreater(checked, 14 * len(RESOURCES))

    def test_every_write_is_described(self):
        for view in RESOURCES:
            place = f"{API}{resource(view.model())}/"
            writes = [(place, "post"), (place, "patch")]
            writes += [(f"{place}{{id}}/", method) for method in ("put", "patch", "delete")]
            writes += [(f"{place}{{id}}/{verb}/", "post") for verb in VERBS]
            for address, method in writes:
                with self.subTest(address=address, method=method):
                    operation = self.operation(address, method)
                    self.assertTrue(operation["description"])
                    self.assertEqual(operation["security"], [{"token": []}])
                    answers = operation["responses"]
                    self.assertLessEqual(
                        {"400", "401", "403", "409", "413", "415", "429", "503"}, set(answers)
                    )
                    meant = any(one["name"] == "If-Match" for one in operation.get("parameters", ()))
                    self.assertEqual(meant, "{id}" in address)
                    self.assertEqual("428" in answers, meant)
                    keyed = any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ()))
                    self.assertEqual("422" in answers, keyed)
                    self.assertEqual(keyed, method == "post")
        for verb in ("apply", "decline"):
            self.assertTrue(self.operation(f"{API}proposals/{{id}}/{verb}/", "post")["description"])

    def test_the_examples_are_taken(self):
        self.log_in(self.editor)  # outside of what is taken back below
        for view in RESOURCES:
            place, shape = f"{API}{resource(view.model())}/", view.shape(pick=Pick(detail=True))
            with self.subTest(resource=place):
                example = real(shape, self.sent(place, "post")["example"])
                with transaction.atomic():  # a person is entered once for a dialogue
                    self.done(201, self.editor, "POST", place, [example])
                    transaction.set_rollback(True)
                made = self.done(201, self.editor, "POST", place, example)
                row = view.model().objects.get(pk=made["id"])
                example = real(shape, self.sent(f"{place}{{id}}/", "put")["example"])
                lists = {name for name, value in example.items() if isinstance(value, list)}
                parts = {name for name in lists if row_shape_of(shape.fields[name]).nests}
                whole = {name: value for name, value in example.items() if name not in lists - parts}
                self.done(200, self.editor, "PUT", path(row), whole, row.version)
                example = real(shape, self.sent(f"{place}{{id}}/", "patch")["example"])
                self.done(200, self.editor, "PATCH", path(row), example, row.version + 1)
                example = self.sent(place, "patch")["example"]
                rows = [{**one, "id": str(row.pk), "version": row.version + 2} for one in example]
                self.done(200, self.editor, "PATCH", place, rows)

    def test_the_examples_of_verbs_are_taken(self):
        for one in verb_table.VERBS:
            row = make.place(publication=one.states[0], created_by=self.contributor)
            example = self.sent(f"{API}places/{{id}}/{one.path}/", "post")["example"]
            self.done(200, self.editor, "POST", path(row, one.path), example, 1)

    def test_what_is_read_satisfies_what_is_written(self):
        """Every key of a read stands in the schema of the document, besides what is said of a change."""
        for view in RESOURCES:
            place = f"{API}{resource(view.model())}/"
            with self.subTest(resource=place):
                reference = self.sent(f"{place}{{id}}/", "put")["schema"]["$ref"]
                schema = document()["components"]["schemas"][reference.rpartition("/")[2]]
                shown = self.read(make.one(view.model()))
                self.assertEqual(set(schema["properties"]), {*shown, "reason", "homonym"})
                self.assertFalse(schema["additionalProperties"])
                missing = self.send(self.editor, "POST", place, {"reason": str(uuid4())})
                if missing.status_code == 400:
                    places = {error["pointer"][1:] for error in missing.json()["errors"]} - {""}
                    self.assertEqual(places, set(schema.get("required", ())))

    def test_what_publishing_would_do_is_described(self):
        answer = self.operation(f"{API}dialogues/{{id}}/publication/", "get")["responses"]["200"]
        row = make.dialogue(publication="draft")
        make.participation(dialogue=row, publication="draft")
        shown = self.done(200, self.editor, "GET", path(row, "publication"))
        name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        self.assertEqual(set(document()["components"]["schemas"][name]["required"]), set(shown))
