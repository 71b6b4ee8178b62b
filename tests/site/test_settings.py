import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from django.http import HttpResponse
from django.test import Client, RequestFactory, SimpleTestCase

from tests.served import KEPT
from tracker import environment
from tracker.records.protocol import database_errors
from tracker.web.middleware import CleanCookies, DatabaseAway

ROOT = Path(environment.BASE_DIR)
SECRET = "s" * 25 + "abcdefghijklmnopqrstuvwxyz"


def read_settings(**variables):
    """The settings as they are in an environment with these variables only."""
    with mock.patch.dict(os.environ, {**KEPT, **variables}, clear=True):
        return runpy.run_path(ROOT / "tracker" / "settings.py")


class RefusedSettingsTest(SimpleTestCase):
    """A wrong variable stops the start with a sentence that names it and what would be right."""

    def assert_refused(self, *words, **variables):
        with self.assertRaises(ImproperlyConfigured) as refusal:
            read_settings(**variables)
        for word in words:
            self.assertIn(word, str(refusal.exception))

    def test_prepared_statements(self):
        self.assert_refused("PREPARED_STATEMENTS", "direct, pooled or off", PREPARED_STATEMENTS="on")

    def test_port(self):
        for port in ("0", "65536", "-1", "http", "8000.0", "٨٠"):
            self.assert_refused("PORT", "whole number", PORT=port)

    def test_workers(self):
        self.assert_refused("WORKERS", "whole number", WORKERS="many")

    def test_timeouts(self):
        for name, texts in {
            "CONNECT_TIMEOUT": ("1", "61", "3s"),
            "STATEMENT_TIMEOUT": ("-1", "601", "4s"),
            "EXPORT_TIMEOUT": ("0", "3601", "1m"),
            "LOCK_TIMEOUT": ("-1", "601", "2.5"),
            "IDLE_TIMEOUT": ("-1", "601", "never"),
        }.items():
            for text in texts:
                self.assert_refused(name, "whole number", **{name: text})

    def test_public_url(self):
        for url in ("tracker.example.org", "ftp://example.org", "https://", "https://example.org/tracker"):
            self.assert_refused("PUBLIC_URL", "https://tracker.example.org", PUBLIC_URL=url)

    def test_database_url(self):
        for url in ("mysql://localhost/tracker", "tracker", "postgres://[::1/tracker"):
            self.assert_refused("DATABASE_URL", "postgres://", DATABASE_URL=url)

    def test_security_contact(self):
        for text in ("security@example.org", "http://example.org", "mailto:a@b\nExpires: 1"):
            self.assert_refused("SECURITY_CONTACT", "mailto:", SECURITY_CONTACT=text)

    def test_limits_and_proxies(self):
        for name in ("LOGINS_PER_HOUR", "SEARCHES_PER_MINUTE", "PROXIES"):
            self.assert_refused(name, "whole number", **{name: "many"})

    def test_second_factor(self):
        self.assert_refused("SECOND_FACTOR", "on or off", SECOND_FACTOR="yes")

    def test_short_secret(self):
        self.assert_refused("SECRET_KEY", "50 characters", SECRET_KEY="short")

    def test_demo_listens_on_this_machine_only(self):
        for host in ("0.0.0.0", "::", "192.0.2.1", "example.org"):
            self.assert_refused("HOST", "SECRET_KEY", HOST=host)

    def test_readers_cannot_open_every_address(self):
        self.assert_refused("PUBLIC_URL", HOST="0.0.0.0", SECRET_KEY=SECRET)


class ProfileTest(SimpleTestCase):
    """Without a secret the settings are those of the local demo, with one those of a public server."""

    def test_demo(self):
        found = read_settings(DATA_DIR="/nonexistent")
        self.assertTrue(found["DEMO"])
        self.assertEqual(found["PUBLIC_URL"], "http://127.0.0.1:8000")
        self.assertGreaterEqual(len(found["SECRET_KEY"]), 50)
        self.assertFalse(found["DEBUG"])
        self.assertFalse(found["SESSION_COOKIE_SECURE"])

    def test_demo_keeps_its_stored_secret(self):
        with (
            mock.patch.object(Path, "exists", return_value=True),
            mock.patch.object(Path, "read_text", return_value=SECRET),
        ):
            self.assertEqual(read_settings()["SECRET_KEY"], SECRET)

    def test_public_url_of_ipv6(self):
        self.assertEqual(read_settings(HOST="::1", PORT="9000")["PUBLIC_URL"], "http://[::1]:9000")

    def test_production(self):
        found = read_settings(SECRET_KEY=SECRET, HOST="0.0.0.0", PUBLIC_URL="https://tracker.example.org/")
        self.assertFalse(found["DEMO"])
        self.assertFalse(found["DEBUG"])
        self.assertEqual(found["PUBLIC_URL"], "https://tracker.example.org")
        self.assertEqual(found["ALLOWED_HOSTS"], ["tracker.example.org"])
        self.assertTrue(found["SESSION_COOKIE_SECURE"])
        self.assertTrue(found["CSRF_COOKIE_SECURE"])

    def test_application_without_a_secret_starts_only_in_the_demo(self):
        with mock.patch.dict(os.environ), self.settings(DEMO=True):
            os.environ.pop("SERVED_LOCALLY", None)
            with self.assertRaisesMessage(ImproperlyConfigured, "SECRET_KEY"):
                runpy.run_path(ROOT / "tracker" / "wsgi.py")


class SizeTest(SimpleTestCase):
    """The number of web processes fits the machine, unless a variable says another."""

    def test_processes(self):
        for processors, expected in ((1, 2), (2, 2), (6, 6), (64, 8)):
            with mock.patch("os.sched_getaffinity", return_value=range(processors)):
                self.assertEqual(read_settings()["WORKERS"], expected)
        self.assertEqual(read_settings(WORKERS="1")["WORKERS"], 1)


class LogTest(SimpleTestCase):
    """Nobody outside fills the log, and nothing of what they send stands in it."""

    def test_what_a_client_did_wrong_is_not_logged(self):
        logging = read_settings()["LOGGING"]
        program = f"""
import logging.config
logging.config.dictConfig({logging!r})
for name in ("request", "security.DisallowedHost", "security.csrf"):
    logging.getLogger(f"django.{{name}}").warning("wrong")
logging.getLogger("django.security.DisallowedHost").error("wrong")
"""
        told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        self.assertEqual(told.stderr, "")

    def test_requests_go_to_a_file_in_the_demo_and_to_the_terminal_on_a_server(self):
        for variables, handler in (
            ({"SERVED_LOCALLY": "1"}, "file"),
            ({}, "stderr"),  # a command, or the tests
            ({"SERVED_LOCALLY": "1", "SECRET_KEY": SECRET}, "stderr"),
        ):
            found = read_settings(**variables)
            self.assertEqual(found["LOGGING"]["loggers"]["tracker.requests"]["handlers"], [handler])
            self.assertEqual(found["REQUEST_LOG"], found["DATA_DIR"] / "requests.log")


class DatabaseUrlTest(SimpleTestCase):
    """DATABASE_URL may have any form that PostgreSQL's own library reads."""

    def test_address(self):
        found = read_settings(DATABASE_URL="postgres://me:p%40ss@db.example.org:6000/facts?sslmode=require")
        found = found["DATABASES"]["default"]
        self.assertEqual([found[key] for key in ("USER", "PASSWORD", "NAME")], ["me", "p@ss", "facts"])
        self.assertEqual([found["HOST"], found["PORT"]], ["db.example.org", "6000"])
        self.assertEqual(found["OPTIONS"], {"sslmode": "require", "connect_timeout": 3})
        self.assertFalse(found["DISABLE_SERVER_SIDE_CURSORS"])

    def test_pooler(self):
        for way in ("pooled", "off"):
            found = read_settings(DATABASE_URL="postgres://me@host/facts", PREPARED_STATEMENTS=way)
            self.assertTrue(found["DATABASES"]["default"]["DISABLE_SERVER_SIDE_CURSORS"])

    def test_socket_in_a_folder_with_a_space(self):
        found = read_settings(DATABASE_URL="postgres://me@/facts?host=%2Fvar%2Fa%20b")["DATABASES"]["default"]
        self.assertEqual([found["HOST"], found["NAME"]], ["/var/a b", "facts"])

    def test_connections_are_kept_and_not_tried_out(self):
        found = read_settings(DATABASE_URL="postgres://me@host/facts")["DATABASES"]["default"]
        self.assertIsNone(found["CONN_MAX_AGE"])
        self.assertNotIn("CONN_HEALTH_CHECKS", found)


class TimeoutTest(SimpleTestCase):
    """Connections of requests are limited by their options, without a statement of their own."""

    def options(self, **variables):
        """The options of a web server's connection."""
        found = read_settings(**{"SECRET_KEY": SECRET, **variables})
        served = SimpleNamespace(**found)
        with (
            mock.patch("django.conf.settings", served),
            mock.patch("django.core.wsgi.get_wsgi_application"),
            mock.patch("logging.captureWarnings"),
        ):
            runpy.run_path(ROOT / "tracker" / "wsgi.py")
        return found["DATABASES"]["default"]["OPTIONS"]

    def test_each_limit_is_sent(self):
        self.assertEqual(
            self.options(STATEMENT_TIMEOUT="7"),
            {
                "connect_timeout": 3,
                "options": "-c statement_timeout=7s -c lock_timeout=2s"
                " -c idle_in_transaction_session_timeout=30s",
            },
        )

    def test_none_is_sent_where_a_pooler_takes_none(self):
        off = dict.fromkeys(("STATEMENT_TIMEOUT", "LOCK_TIMEOUT", "IDLE_TIMEOUT"), "0")
        self.assertEqual(self.options(**off)["options"], "")

    def test_what_the_address_says_wins(self):
        url = "postgres://me@host/facts?connect_timeout=9&options=-c%20statement_timeout%3D9s"
        found = self.options(DATABASE_URL=url)
        self.assertEqual(found["connect_timeout"], "9")
        self.assertTrue(found["options"].endswith(" -c statement_timeout=9s"), found)

    def test_commands_take_their_time(self):
        found = read_settings(DATABASE_URL="postgres://me@host/facts")["DATABASES"]["default"]
        self.assertNotIn("options", found["OPTIONS"])


class TableTest(SimpleTestCase):
    """docs/settings.md documents every variable."""

    def test_the_document_has_the_table(self):
        text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
        for line in environment.as_markdown().splitlines():
            self.assertIn(line, text, "Paste the output of `make variables` into docs/settings.md.")

    def test_unlisted_variable_cannot_be_read(self):
        with self.assertRaises(KeyError):
            environment.read_variable("UNLISTED")


class DatabaseAwayTest(SimpleTestCase):
    """A request that cannot reach the database is answered 503, as the caller expects errors."""

    def answer(self, method, path, *outcomes, lost=True):
        """The answer of a view with these outcomes, one a try, and how often it was tried."""
        outcomes, tries = iter(outcomes), []

        def view(request):
            tries.append(request)
            outcome = next(outcomes)
            if isinstance(outcome, HttpResponse):
                return outcome
            return middleware.process_exception(request, outcome)

        middleware = DatabaseAway(view)
        with (
            mock.patch.object(database_errors, "lost", return_value=lost),
            self.assertNoLogs("django", "ERROR"),
        ):
            return middleware(RequestFactory().generic(method, path)), len(tries)

    def test_api_answers_with_problem_details(self):
        answer, _ = self.answer("POST", "/api/v1/people/", OperationalError("server closed the connection"))
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        self.assertGreater(int(answer["Retry-After"]), 0)
        self.assertNotIn(b"closed", answer.content)

    def test_pages_answer_with_text(self):
        answer, _ = self.answer("POST", "/admin/", InterfaceError("connection already closed"))
        self.assertEqual(answer.status_code, 503)
        self.assertTrue(answer["Content-Type"].startswith("text/plain"))

    def test_read_is_tried_a_second_time(self):
        answer, tries = self.answer("GET", "/admin/", OperationalError(), HttpResponse("whole again"))
        self.assertEqual([answer.status_code, tries], [200, 2])

    def test_read_is_not_tried_a_third_time(self):
        answer, tries = self.answer("GET", "/admin/", OperationalError(), OperationalError())
        self.assertEqual([answer.status_code, tries], [503, 2])

    def test_read_that_found_no_connection_or_took_too_long_is_tried_once(self):
        answer, tries = self.answer("GET", "/admin/", OperationalError(), lost=False)
        self.assertEqual([answer.status_code, tries], [503, 1])

    def test_write_is_tried_once(self):
        answer, tries = self.answer("POST", "/admin/", OperationalError())
        self.assertEqual([answer.status_code, tries], [503, 1])

    def test_behind_a_slow_database_nobody_waits_whatever_else_is_answered(self):
        answers = {"/healthz": HttpResponse(), "/api/v1/people/?x": HttpResponse(status=400)}
        slow = OperationalError()
        slow.__cause__ = psycopg.errors.QueryCanceled()

        def view(request):
            known = answers.get(request.get_full_path())
            return known or middleware.process_exception(request, slow)

        middleware, ask = DatabaseAway(view), RequestFactory().get
        with self.assertLogs("tracker.web.middleware", "WARNING") as logged:
            for path in ["/api/v1/people/", *answers] * (settings.THREADS + 2):
                middleware(ask(path))
        self.assertEqual(len(logged.output), settings.THREADS)
        self.assertEqual(middleware(ask("/healthz")).status_code, 200)

    def test_errors_of_other_middleware_are_answered_too(self):
        client = Client(raise_request_exception=False)
        for error, path, status, kind in (
            (OperationalError(), "/api/v1/people/", 503, "application/problem+json"),
            (OperationalError(), "/admin/", 503, "text/plain; charset=utf-8"),
            (ValueError("Secret"), "/api/v1/people/", 500, "application/problem+json"),
            (ValueError("Secret"), "/admin/", 500, "text/html; charset=utf-8"),
        ):
            with mock.patch("tracker.web.middleware.acting_as", side_effect=error):
                answer = client.post(path)
            self.assertEqual([answer.status_code, answer["Content-Type"]], [status, kind])
            self.assertNotIn(b"Secret", answer.content)

    def test_other_errors_stay_errors(self):
        self.assertIsNone(DatabaseAway(None).process_exception(RequestFactory().get("/"), ValueError()))


class PassingTest(SimpleTestCase):
    """Which errors of the database pass by themselves."""

    def passing(self, error, state=None):
        error.__cause__ = psycopg.errors.lookup(state)() if state else psycopg.OperationalError()
        return database_errors.passing(error)

    def test_what_passes(self):
        for state, sentence in {
            None: database_errors.AWAY,  # no connection was made
            "08006": database_errors.AWAY,
            "40001": database_errors.BUSY,
            "40P01": database_errors.BUSY,
            "53300": database_errors.AWAY,
            "57P01": database_errors.AWAY,
            "55P03": database_errors.BUSY,
            "57014": database_errors.SLOW,
            "53100": database_errors.DISK_FULL,
        }.items():
            self.assertEqual(self.passing(OperationalError(), state), sentence, state)
        self.assertEqual(self.passing(InternalError(), "25006"), database_errors.DISK_FULL)
        self.assertEqual(self.passing(InternalError(), "25P03"), database_errors.SLOW)

    def test_what_is_a_mistake(self):
        for error, state in (
            (OperationalError(), "54001"),  # too deep
            (OperationalError(), "55006"),
            (InternalError(), "25P02"),  # a statement after one that failed
            (InternalError(), "XX001"),  # data corrupted
            (InternalError(), None),
            (IntegrityError(), "23505"),
            (ProgrammingError(), "42P01"),
            (DataError(), "22P02"),
            (InterfaceError(), None),  # the connection is there
            (ValueError(), "57014"),
        ):
            self.assertIsNone(self.passing(error, state), (error, state))


class CleanCookiesTest(SimpleTestCase):
    def test_a_cookie_that_no_column_takes_is_left_out(self):
        request = RequestFactory().get("/", headers={"Cookie": r'sessionid="aaaaaaaa\000"; csrftoken=b'})
        self.assertEqual(CleanCookies(lambda request: request.COOKIES)(request), {"csrftoken": "b"})


class ContentSecurityPolicyTest(SimpleTestCase):
    """Pages load nothing from outside, and run no script that stands in the page."""

    def test_strict_everywhere_but_styles_of_the_docs(self):
        for path in ("/", "/admin/login/", "/nowhere/", "/api/v1/docs/"):
            policy = self.client.get(path)["Content-Security-Policy"]
            self.assertIn("default-src 'self'", policy)
            self.assertNotIn("unsafe-eval", policy)
            self.assertEqual("unsafe-inline" in policy, path == "/api/v1/docs/")
            self.assertNotIn("script-src", policy)
