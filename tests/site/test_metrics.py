import os
import subprocess
import sys
import tempfile
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import SimpleTestCase, TestCase, override_settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed

from tests import make
from tests.site.test_settings import read_settings
from tracker.environment import BASE_DIR
from tracker.web import metrics

TOKEN = "t" * 20
BEARER = {"Authorization": f"Bearer {TOKEN}"}
# Two processes count, each in a file of its own; the first to end has counted too.
COUNTING = """
import os
from prometheus_client import CollectorRegistry, Counter
counter = Counter("tracker_requests", "", ["route", "status"], registry=CollectorRegistry())
counter.labels("some", 200).inc(3)
"""


@override_settings(METRICS_TOKEN=TOKEN)
class MetricsTest(TestCase):
    """/metrics: how many requests, how long they took, and what is waiting."""

    def ask(self):
        """{(name, labels ...): value}, as Prometheus reads the answer."""
        answer = self.client.get("/metrics", headers=BEARER)
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0"))
        samples = [one for family in parsed(answer.content.decode()) for one in family.samples]
        return {(one.name, *one.labels.values()): one.value for one in samples}

    def test_requests_are_counted_by_route_and_status(self):
        person = make.person()
        before = self.ask()
        for path in (f"/api/v1/people/{person.pk}/", "/api/v1/people/nobody/"):
            self.client.get(path)
        after = self.ask()
        found = {key for key, value in after.items() if value != before.get(key) and "requests" in key[0]}
        statuses = {key[2] for key in found if "people/" in key[1]}
        self.assertEqual(statuses, {"200", "404"})

    def test_time_is_counted_by_route(self):
        self.client.get("/api/v1/people/")
        found = self.ask()
        (route,) = {key[1] for key in found if key[0].endswith("_count") and key[1].endswith("people/$")}
        self.assertGreater(found["tracker_request_seconds_sum", route], 0)

    def test_nothing_that_was_asked_for_is_in_it(self):
        person = make.person()
        for path in (f"/api/v1/people/{person.pk}/", f"/people/{person.slug}/", "/nowhere/Canary/?q=Canary"):
            self.client.get(path, {"q": "Canary"})
        text = " ".join(map(str, self.ask()))
        for word in ("Canary", str(person.pk), person.slug, connection.settings_dict["NAME"]):
            self.assertNotIn(word, text)

    def test_connections_and_waiting_work(self):
        found = self.ask()
        self.assertGreaterEqual(found["tracker_connections", "active"], 1)
        kinds = {key[1] for key in found if key[0] == "tracker_waiting_work"}
        self.assertEqual(kinds, {"publications", "changes", "name searches"})
        self.assertEqual(found["tracker_database_up",], 1)

    def test_it_answers_without_the_database(self):
        with mock.patch.object(metrics, "connections", side_effect=OperationalError()):
            self.assertEqual(self.ask()["tracker_database_up",], 0)

    def test_for_others_it_does_not_exist(self):
        absent = self.client.get("/nowhere")
        for headers, token in (
            ({}, TOKEN),
            ({"Authorization": f"Bearer {TOKEN}x"}, TOKEN),
            ({"Authorization": "Bearer "}, ""),
            ({"Authorization": "Bearer ü"}, TOKEN),
        ):
            with override_settings(METRICS_TOKEN=token):
                answer = self.client.get("/metrics", headers=headers)
            self.assertEqual([answer.status_code, answer.content], [404, absent.content])
        self.assertEqual(self.client.post("/metrics", headers=BEARER).status_code, 404)


class ProcessesTest(SimpleTestCase):
    def test_all_processes_are_added_up(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        own = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": folder}
        for _ in range(2):
            subprocess.run([sys.executable, "-c", COUNTING], env=own, check=True)
        program = "from tracker.web.metrics import *; print(generate_latest(shown()).decode())"
        setup = "import django; django.setup(); "
        own["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
        done = subprocess.run(
            [sys.executable, "-c", setup + program], env=own, cwd=BASE_DIR, capture_output=True, text=True
        )
        self.assertIn('tracker_requests_total{route="some",status="200"} 6.0', done.stdout, done.stderr)


class SettingTest(SimpleTestCase):
    def test_token_that_can_be_guessed_is_refused(self):
        for token in ("short", "t" * 19, "t" * 20 + " t"):
            with self.assertRaisesMessage(ImproperlyConfigured, "METRICS_TOKEN"):
                read_settings(METRICS_TOKEN=token)
        self.assertEqual(read_settings()["METRICS_TOKEN"], "")
