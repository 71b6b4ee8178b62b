"""Partial dates in real migrations: created, added to rows, removed, renamed, and the way back."""

from datetime import date

from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.migration import Migration
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.test import TestCase

from tests.records.dated import Event, Visit, later_model
from tracker.records.values.columns import FoldedField
from tracker.records.values.dates.date_columns import PartialDateField


def detected(before, *after, agreed=False):
    """The operations that makemigrations would write between two states; agreed: yes to what it asks."""
    state = ProjectState()
    for model in after:
        state.add_model(ModelState.from_model(model))
    found = MigrationAutodetector(
        before, state, MigrationQuestioner({"ask_rename": agreed})
    )._detect_changes()
    return [operation for written in found.get("records", []) for operation in written.operations]


def written(operations):
    """The operations as they are read back from the file that makemigrations writes."""
    migration = Migration("0001", "records")
    migration.operations = operations
    namespace = {}
    exec(MigrationWriter(migration, include_header=False).as_string(), namespace)  # noqa: S102
    return namespace["Migration"].operations


def migrate(state, operations):
    """The state after the operations, which the database follows, and the steps that lead back."""
    steps = []
    for operation in operations:
        before, state = state, state.clone()
        operation.state_forwards("records", state)
        with connection.schema_editor() as editor:
            operation.database_forwards("records", editor, before, state)
        steps.insert(0, (operation, state, before))
    return state, steps


def go_back(steps):
    for operation, after, before in steps:
        with connection.schema_editor() as editor:
            operation.database_backwards("records", editor, after, before)


class MigrationTest(TestCase):
    def guards(self):
        with connection.cursor() as cursor:
            known = connection.introspection.get_constraints(cursor, "records_later")
        return [name for name, constraint in known.items() if constraint["check"]]

    def insert(self, columns, values):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO records_later ({columns}) VALUES ({values})")  # noqa: S608

    def test_a_second_makemigrations_finds_nothing(self):
        operations = written(detected(ProjectState(), Event, Visit))
        state = ProjectState()
        for operation in operations:
            operation.state_forwards("records", state)
        self.assertEqual(detected(state, Event, Visit), [])

    def test_each_column_stands_once_in_model_and_migration(self):
        names = [field.name for field in Event._meta.local_fields]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(sum(name.startswith("start_date") for name in names), 4)
        [created] = [o for o in detected(ProjectState(), Event) if isinstance(o, migrations.CreateModel)]
        self.assertEqual(sorted(name for name, _ in created.fields), sorted(names))

    def test_a_migration_says_of_a_column_only_what_it_is_computed_from(self):
        for name, said in (
            ("start_date", ([], {"help_text": "When it began."})),
            ("start_date_sort", (["sort"], {})),
            ("name_folded", (["name"], {})),
        ):
            self.assertEqual(tuple(Event._meta.get_field(name).deconstruct()[2:]), said)
        self.assertEqual(Visit._meta.get_field("date").deconstruct()[3], {"required": True})

    def test_the_three_bounds_are_indexed(self):
        migrate(ProjectState(), written(detected(ProjectState(), later_model(date=PartialDateField()))))
        with connection.cursor() as cursor:
            known = connection.introspection.get_constraints(cursor, "records_later").values()
        indexed = {column for index in known if index["index"] for column in index["columns"]}
        self.assertLessEqual({"date_earliest", "date_latest", "date_sort"}, indexed)

    def test_a_created_table_has_the_guard(self):
        migrate(ProjectState(), written(detected(ProjectState(), later_model(date=PartialDateField()))))
        self.assertEqual(self.guards(), ["records_later_date_bounds"])
        with self.assertRaises(IntegrityError):
            self.insert("date, date_sort", "'2024', '9999-12-31'")

    def test_a_date_added_to_a_table_with_rows_has_the_guard_and_can_be_taken_back(self):
        state, _ = migrate(ProjectState(), detected(ProjectState(), later_model()))
        self.insert("id", "1")
        for required in (False, True):
            later = later_model(date=PartialDateField(required=required))
            _, steps = migrate(state, written(detected(state, later)))
            self.assertEqual(self.guards(), ["records_later_date_bounds"])
            self.assertEqual(later.objects.values_list("date", "date_sort").get(), ("", date.max))
            with self.assertRaises(IntegrityError):
                self.insert("id, date, date_sort", "2, '2024', '9999-12-31'")
            go_back(steps)
            self.assertEqual(self.guards(), [])

    def test_a_removed_date_comes_back_with_its_guard(self):
        state, _ = migrate(ProjectState(), detected(ProjectState(), later_model(date=PartialDateField())))
        _, steps = migrate(state, written(detected(state, later_model())))
        self.assertEqual(self.guards(), [])
        go_back(steps)
        self.assertEqual(self.guards(), ["records_later_date_bounds"])

    def test_a_renamed_date_keeps_its_rows_and_its_guard(self):
        began = later_model(began=PartialDateField())
        state, _ = migrate(ProjectState(), detected(ProjectState(), began))
        began.objects.create(began="summer 2024")
        begun = later_model(begun=PartialDateField())
        state, _ = migrate(state, written(detected(state, begun, agreed=True)))
        self.assertEqual(
            begun.objects.values_list("begun", "begun_sort").get(), ("2024-22", date(2024, 6, 1))
        )
        self.assertEqual(self.guards(), ["records_later_begun_bounds"])
        self.assertEqual(detected(state, begun), [])

    def test_a_model_of_a_migration_computes_too(self):
        name = {"name": models.CharField(max_length=9), "folded": FoldedField("name")}
        model = later_model(date=PartialDateField(), **name)
        state, _ = migrate(ProjectState(), written(detected(ProjectState(), model)))
        historical = state.apps.get_model("records", "later")
        historical.objects.create(date="summer 2024", name="Şahin")
        self.assertEqual(
            model.objects.values_list("date", "date_earliest", "date_sort", "folded").get(),
            ("2024-22", date(2024, 6, 1), date(2024, 6, 1), "shakin"),
        )
