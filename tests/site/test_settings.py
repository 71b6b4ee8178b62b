import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory, SimpleTestCase

from tracker import environment
from tracker.middleware import CleanCookies, DatabaseAway

ROOT = Path(environment.BASE_DIR)
SECRET = "s" * 25 + "abcdefghijklmnopqrstuvwxyz"
KEPT = {name: value for name, value in os.environ.items() if name not in environment.DEFAULTS}


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

    def test_port(self):
        for port in ("0", "65536", "-1", "http", "8000.0", "٨٠"):
            self.assert_refused("PORT", "whole number", PORT=port)

    def test_workers(self):
        self.assert_refused("WORKERS", "whole number", WORKERS="many")

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


class DatabaseUrlTest(SimpleTestCase):
    """DATABASE_URL may have any form that PostgreSQL's own library reads."""

    def test_address(self):
        found = read_settings(DATABASE_URL="postgres://me:p%40ss@db.example.org:6000/facts?sslmode=require")
        found = found["DATABASES"]["default"]
        self.assertEqual([found[key] for key in ("USER", "PASSWORD", "NAME")], ["me", "p@ss", "facts"])
        self.assertEqual([found["HOST"], found["PORT"]], ["db.example.org", "6000"])
        self.assertEqual(found["OPTIONS"], {"sslmode": "require"})

    def test_socket_in_a_folder_with_a_space(self):
        found = read_settings(DATABASE_URL="postgres://me@/facts?host=%2Fvar%2Fa%20b")["DATABASES"]["default"]
        self.assertEqual([found["HOST"], found["NAME"]], ["/var/a b", "facts"])

    def test_connections_are_kept_and_not_tried_out(self):
        found = read_settings(DATABASE_URL="postgres://me@host/facts")["DATABASES"]["default"]
        self.assertIsNone(found["CONN_MAX_AGE"])
        self.assertNotIn("CONN_HEALTH_CHECKS", found)


class TableTest(SimpleTestCase):
    """README documents every variable."""

    def test_readme_has_the_table(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        for line in environment.as_markdown().splitlines():
            self.assertIn(line, text, "Paste the output of `make variables` into README.md.")

    def test_unlisted_variable_cannot_be_read(self):
        with self.assertRaises(KeyError):
            environment.read("UNLISTED")


class DatabaseAwayTest(SimpleTestCase):
    """A request that cannot reach the database is answered 503, as the caller expects errors."""

    def answer(self, method, path, *outcomes):
        """The answer of a view with these outcomes, one a try, and how often it was tried."""
        outcomes = iter(outcomes)
        tries = []

        def view(request):
            tries.append(request)
            outcome = next(outcomes)
            return (
                outcome
                if isinstance(outcome, HttpResponse)
                else middleware.process_exception(request, outcome)
            )

        middleware = DatabaseAway(view)
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

    def test_write_is_tried_once(self):
        answer, tries = self.answer("POST", "/admin/", OperationalError())
        self.assertEqual([answer.status_code, tries], [503, 1])

    def test_other_errors_stay_errors(self):
        self.assertIsNone(DatabaseAway(None).process_exception(RequestFactory().get("/"), ValueError()))


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
