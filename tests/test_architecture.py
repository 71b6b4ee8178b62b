"""Who may import whom, what a name may not be, and that every record is complete wherever it is listed."""

import ast
import inspect
import io
import re
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db.models import TextField
from django.test import SimpleTestCase, TestCase
from rest_framework import serializers

from tests import catalog, measures, packages
from tracker.records.base.citations import Citation
from tracker.records.base.labels import LatinField
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.policy.search_words import Token
from tracker.records.shapes.declaration import Shape
from tracker.records.shapes.fields import registry
from tracker.records.shapes.reader import Pick
from tracker.records.values.columns import Derived
from tracker.records.workflow.publishing import Workflow
from tracker.records.workflow.verb_table import BY_NAME

KERNEL, WRITE = "tracker.records.base.record", "tracker.records.write"
SILENT = ["tracker", "tracker.formats", "tracker.formats.en"]  # packages whose names say all
RESERVED = {
    *("format", "fields", "omit", "expand", "page", "page_size", "cursor", "ordering", "q", "as_of", "since"),
    *("url", "links"),
}
EDITORS_ONLY = {  # fields of every record that no reader is shown
    "publication": "what is shown is published",
    "confidentiality": "what is shown is public",
    "is_public": "what is shown is public",
    "created_by": "names nobody who works here",
    "assigned_to": "names nobody who works here",
    "published_by": "names nobody who works here",
    "cleared": "names nobody who works here",
    "created_at": "tells when work on a record began",
    "updated_at": "tells when hidden work was done",
    "publish_at": "tells of what is still to come",
    "already_public": "what who published it said of it",
    "follow_up": "tells what editors have in mind",
    "read_version": "tells what editors have read",
    "version": "counts hidden changes too; readers get it as ETag",
    "notes": "written for editors",
}
PART_ONLY = {  # fields of parts that no reader is shown
    "confidentiality": "what is shown is public",
    "position": "a list has its order",
    "is_public": "what is shown is public",
    "record": "a part stands inside its record",
}
NO_VERBS = {  # methods of the workflow that no address leads to
    "lapse",
    "take_down_alone",
    "bring_back",
}
MOST_KEYS = 50  # json_build_object takes a hundred arguments


def records():
    return [model for model in apps.get_models() if issubclass(model, Record)]


def parts():
    return [model for model in apps.get_models() if issubclass(model, Part)]


class ImportTest(SimpleTestCase):
    def test_no_module_imports_from_a_package_after_its_own(self):
        for name, other in packages.imports():
            with self.subTest(module=name, imported=other):
                self.assert_below(name, other)

    def assert_below(self, name, other):
        if refusal := packages.refusal(name, other):
            self.fail(refusal)

    def test_a_forbidden_import_would_be_found(self):
        for name, statement, other, allowed in (
            (KERNEL, "from people.models import Person", "people.models.Person", "nothing here"),
            (KERNEL, "import dialogues.views", "dialogues.views", "nothing here"),
            (KERNEL, "from ...api import router", "tracker.api.router", "nothing here"),
            (KERNEL, "from ..shapes import fields", "tracker.records.shapes.fields", "protection, workflow"),
            (KERNEL, "from ..models import Source", "tracker.records.models.Source", "for Django alone"),
            ("people.models.cases", "from ..api import views", "people.api.views", "likely_mistakes, and"),
            (
                "people.api.views",
                "from tracker.records.write import save",
                f"{WRITE}.save",
                "apps do without",
            ),
            (
                "tracker.web.errors",
                "from tracker.server import serve",
                "tracker.server.serve",
                "tracker.post",
            ),
        ):
            names = packages.imported(name, False, ast.parse(statement).body[0])
            self.assertEqual(names, [other])
            with self.assertRaisesRegex(AssertionError, f"^{name} imports {other}.*{allowed}"):
                self.assert_below(name, other)

    def test_an_allowed_import_is_not_refused(self):
        for name, other in (
            ("people.models.cases", "tracker.records.base.record.Record"),
            (KERNEL, "tracker.records.workflow.publishing.Workflow"),
            (KERNEL, "tracker.records.base.parts.Part"),
            ("tracker.records.models", "tracker.records.workflow.proposals.Proposal"),
            ("tracker.urls", "tracker.server.health"),
            (KERNEL, "django.db.models"),
        ):
            self.assertEqual(packages.refusal(name, other), "")

    def test_no_two_packages_import_each_other(self):
        self.assertEqual(packages.two_way(), [])

    def test_what_a_package_says_of_its_order_leaves_nothing_out(self):
        for package in packages.modules():
            if listed := packages.order(package):
                inside = {
                    name.rpartition(".")[2]
                    for name in packages.modules()
                    if name.rpartition(".")[0] == package
                }
                tables = {"models"} if package == "tracker.records" else set()
                self.assertEqual(
                    inside - packages.DJANGO - tables, {*listed}, f"ORDER of {package} names what is in it"
                )

    def test_every_package_says_what_it_is_for(self):
        for _, name, line in packages.rows("tracker.records"):
            self.assertRegex(line, r"\.$", f"the docstring of {name} is one sentence")
        silent = [
            name
            for name, one in packages.modules().items()
            if one.is_package and not one.line and not packages.DJANGO & {*name.split(".")}
        ]
        self.assertEqual(silent, SILENT)

    def test_nothing_is_imported_inside_a_function(self):
        """Except when Django is ready: before that, there are no models."""
        for module in packages.modules().values():
            for function in ast.walk(module.tree):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready":
                    inside = [
                        node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
                    ]
                    if inside:
                        self.fail(
                            f"{module.name}.{function.name} imports inside a function,"
                            f" in line {inside[0].lineno}."
                        )


class SizeTest(SimpleTestCase):
    def test_no_module_and_no_folder_is_too_large(self):
        self.assertEqual([*packages.oversized()], [])

    def test_what_is_too_large_would_be_found(self):
        module = packages.modules()["people.admin"]
        for lines, said in ((401, "has 401 lines, 400 are the most"), (400, None)):
            large = {"people.admin": module._replace(lines=lines)}
            with mock.patch.object(packages, "modules", return_value=large):
                self.assertEqual([said in one for one in packages.oversized()], [True] if said else [])
        many = {f"people.m{at}": module._replace(lines=140) for at in range(11)}
        with mock.patch.object(packages, "modules", return_value=many):
            found = [*packages.oversized()]
        self.assertEqual(
            [sentence.partition(",")[0] for sentence in found],
            ["people has 11 modules", "people has 1540 lines"],
        )


class DocumentTest(SimpleTestCase):
    def test_the_packages_in_the_document_are_those_of_the_code(self):
        text = (settings.BASE_DIR / "docs" / "architecture.md").read_text(encoding="utf-8")
        self.assertIn(f"\n\n{packages.as_markdown()}\n\n", text, "Paste the output of `make packages`.")

    def test_the_modules_that_the_document_names_are_there(self):
        base = settings.BASE_DIR
        text = (base / "docs" / "architecture.md").read_text(encoding="utf-8")
        for path in re.findall(r"`([a-z_/]+/[a-z_]+\.py)`", text):
            folders = (base, base / "tracker", base / "tracker" / "records")
            self.assertTrue(any((folder / path).is_file() for folder in folders), path)

    def test_the_places_that_an_addition_edits_are_there(self):
        found = measures.places()
        self.assertEqual(len(found), 8)
        for what, places in found.items():
            for name, file in places:
                path = settings.BASE_DIR / file
                self.assertRegex(
                    path.read_text("utf-8") if path.is_file() else "", rf"\b{name}\b", f"{what}: {file}"
                )


class MigrationTest(TestCase):
    def test_no_migration_is_missing(self):
        said = io.StringIO()
        try:
            call_command("makemigrations", check=True, dry_run=True, stdout=said)
        except SystemExit:
            self.fail(f"Run `manage.py makemigrations`: {said.getvalue()}")


class NameTest(SimpleTestCase):
    def test_no_field_is_named_like_a_parameter_or_a_key_of_the_answer(self):
        for model in (*records(), *parts()):
            taken = {field.name for field in model._meta.get_fields()} & RESERVED
            self.assertEqual(taken, set(), f"{model.__name__} names fields like reserved words")

    def test_what_is_ordered_and_searched_is_compared_letter_by_letter(self):
        columns = [
            field for model in records() for field in model._meta.fields if isinstance(field, LatinField)
        ]
        for column in (*columns, Token._meta.get_field("token")):
            self.assertIsInstance(column, TextField)
            self.assertEqual(column.db_collation, "C", f"{column} is compared as the database's locale wants")


class ShapeTest(SimpleTestCase):
    def every(self):
        return {*registry.whole.values(), *registry.nested.values(), *subclasses(Shape)}

    def test_no_shape_has_more_keys_than_the_database_can_put_into_one_object(self):
        for shape in (shape for shape in self.every() if model_of(shape)):
            keys = len(shape(pick=Pick(detail=True)).fields)
            self.assertLessEqual(keys, MOST_KEYS, f"{shape.__name__} has {keys} keys")

    def test_no_serializer_reaches_across_a_relation(self):
        """A source with a dot would pass what its reader may not see."""
        for shape in (shape for shape in self.every() if model_of(shape)):
            for name, field in shape(pick=Pick(detail=True)).fields.items():
                self.assertNotIn(".", field.source or "", f"{shape.__name__}.{name} crosses visibility")

    def test_every_plain_field_is_one_column(self):
        for shape in (shape for shape in self.every() if model_of(shape)):
            columns = {field.name for field in shape.Meta.model._meta.get_fields()}
            for name, field in shape(pick=Pick(detail=True)).fields.items():
                known = (
                    field.source in columns
                    or field.source == "*"
                    or isinstance(field, serializers.ReadOnlyField)
                )
                self.assertTrue(known, f"{shape.__name__}.{name} comes from no column")


class CompleteTest(SimpleTestCase):
    """A record or a verb that is missing in one place is found missing here."""

    def test_what_a_user_does_to_a_record_is_a_verb(self):
        done = {
            name
            for name, method in vars(Workflow).items()
            if callable(method)
            and not name.startswith("_")
            and [*inspect.signature(method).parameters][1:2] == ["by"]
        }
        self.assertEqual(done, {*BY_NAME} | NO_VERBS, "Add a row to tracker/records/workflow/verb_table.py.")

    def test_every_record_has_an_endpoint_with_filters(self):
        views = {view.model(): view for view in catalog.RECORDS}
        for model in records():
            self.assertIn(model, views, f"{model.__name__} has no endpoint in tracker/api.py")
            filters = set(views[model].filterset_class.base_filters)
            self.assertGreater(len(filters), 3, f"{model.__name__} has hardly a filter")
            for name in shown_columns(model):
                offered = any(each == name or each.startswith(f"{name}_") for each in filters)
                self.assertTrue(
                    offered or name in UNFILTERED, f"no filter of {model.__name__} is about {name}"
                )

    def test_every_public_field_of_a_record_is_shown(self):
        for view in catalog.RECORDS:
            hidden = set(shown_columns(view.model())) - set(view.shape.names())
            self.assertEqual(
                hidden, set(), f"{view.shape.__name__} leaves out fields: show them or say why not"
            )

    def test_every_public_field_of_a_part_is_shown(self):
        for model in parts():
            names = set(registry.inside(model).names())
            columns = {field.name for field in model._meta.concrete_fields if not isinstance(field, Derived)}
            self.assertEqual(
                columns - names - set(PART_ONLY), set(), f"parts of {model.__name__} are shown in part"
            )

    def test_nothing_for_editors_is_shown(self):
        for shape in registry.whole.values():
            self.assertEqual(set(shape.names()) & set(EDITORS_ONLY), set(), shape.__name__)

    def test_every_list_of_parts_is_shown(self):
        for model in records():
            lists = {part._meta.get_field("record").remote_field.related_name for part in parts_of(model)}
            self.assertLessEqual(lists, set(registry.whole[model].names()), model.__name__)

    def test_every_cited_record_has_a_table_of_citations(self):
        for model in records():
            cited = any(issubclass(part, Citation) for part in parts_of(model))
            self.assertEqual(cited, model.cited, f"{model.__name__}: `cited` says {model.cited}")

    def test_every_record_is_in_the_admin(self):
        for model in records():
            self.assertIn(model, admin.site._registry, f"{model.__name__} is not in the admin")


UNFILTERED = {"latitude": "a position is looked for by its place", "longitude": "as latitude"}


def shown_columns(model):
    """The columns and lists of a model that readers are shown."""
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    named = [
        field.name for field in fields if not isinstance(field, Derived) or field.name == "display_title"
    ]
    return [name for name in named if name not in {*EDITORS_ONLY, "id", "slug", "published_at", "changed_at"}]


def parts_of(model):
    return [part for part in parts() if part._meta.get_field("record").related_model is model]


def subclasses(cls):
    for below in cls.__subclasses__():
        yield below
        yield from subclasses(below)


def model_of(shape):
    """The model of a shape, None for a base class."""
    model = getattr(getattr(shape, "Meta", None), "model", None)
    return None if model is None or model._meta.abstract else model
