from unittest import mock

from django.core import checks as django_checks
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import TestCase

from tracker.server import checks

TOLD = "Requests cannot be served correctly."


class AliveTest(TestCase):
    """/healthz: the process answers."""

    def test_it_asks_the_database_nothing(self):
        with self.assertNumQueries(0):
            answer = self.client.get("/healthz")
        self.assertEqual([answer.status_code, answer.json()], [200, {"status": "alive"}])
        self.assertIn("no-store", answer["Cache-Control"])


class ReadyTest(TestCase):
    """/readyz: requests can be served, and what is acknowledged stays; or what stands in the way."""

    def ask(self, durable=True):
        """The answer; the servers of the tests forget what they acknowledge, unless told otherwise."""
        with mock.patch.object(checks, "DURABLE", () if durable else checks.DURABLE):
            return self.client.get("/readyz")

    def assert_faults(self, answer, *words):
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        self.assertGreater(int(answer["Retry-After"]), 0)
        self.assertEqual(answer.json()["detail"], TOLD)
        told = [error["detail"] for error in answer.json()["errors"]]
        self.assertEqual(len(told), len(words), told)
        for sentence, word in zip(told, words, strict=True):
            self.assertIn(word, sentence)

    def test_ready(self):
        answer = self.ask()
        self.assertEqual([answer.status_code, answer.json()], [200, {"status": "ready"}])
        self.assertIn("no-store", answer["Cache-Control"])

    def test_it_costs_a_few_small_statements(self):
        self.ask()
        with self.assertNumQueries(6):
            self.ask()

    def test_settings_that_forget_are_named(self):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        off = checks.forgetful(connection)
        self.assertIn("synchronous_commit is off", " ".join(warning.msg for warning in off))
        with mock.patch.object(checks, "DURABLE", ("synchronous_commit",)):
            self.assert_faults(self.client.get("/readyz"), "synchronous_commit is off")

    def test_missing_migration_is_named(self):
        last = MigrationRecorder(connection).migration_qs.filter(app="people").order_by("id").last()
        last.delete()
        self.assert_faults(self.ask(), f"people.{last.name} is not applied")

    def test_unfit_server_is_named(self):
        with mock.patch.object(checks, "OLDEST", 99):
            self.assert_faults(self.ask(), "is too old")

    def test_absent_database_is_told_without_its_address(self):
        gone = OperationalError("connection to db.example.org as tracker failed")
        with mock.patch.object(checks, "errors", side_effect=gone):
            answer = self.ask()
        self.assert_faults(answer, "The database cannot be reached")
        self.assertNotIn(b"example.org", answer.content)

    def test_check_of_a_deployment_warns(self):
        with mock.patch.object(checks, "DURABLE", ("fsync", "zero_damaged_pages")):
            found = django_checks.run_checks(
                tags=["database"], include_deployment_checks=True, databases=["default"]
            )
        self.assertIn("tracker.W001", {warning.id for warning in found})
