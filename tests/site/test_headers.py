"""What every answer carries, of whatever kind and to whomever; what Django's check for servers says."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from django.test import Client, SimpleTestCase, TestCase, override_settings

from tests import make
from tests.served import KEPT
from tests.site.test_settings import SECRET, read_settings
from tracker.environment import BASE_DIR, DEFAULTS

PRODUCTION = {"SECRET_KEY": SECRET, "PUBLIC_URL": "https://tracker.example.org"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
URLS = {
    "redirect": "/",
    "without a slash": "/api/v1/people",
    "list": "/api/v1/people/",
    "search": "/api/v1/people/?q=x",
    "table": "/api/v1/people/?format=csv",
    "absent": "/api/v1/people/absent/",
    "error": "/api/v1/people/?nonsense=1",
    "document": "/api/v1/schema/",
    "docs": "/api/v1/docs/",
    "login": "/admin/login/",
    "admin": "/admin/",
    "admin list": "/admin/records/place/",
    "scripts of the admin": "/admin/jsi18n/",
    "password link": "/admin/set-password/MQ/x-y/",
    "nowhere": "/nowhere/",
    "security.txt": "/.well-known/security.txt",
    "file": "/static/tracker/admin.css",
}


@override_settings(WHITENOISE_USE_FINDERS=True)  # so that the file is one
class HeaderTest(TestCase):
    """A class of URL and an identity make a cell of the matrix."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor")
        cls.token = make.token(cls.editor, "read")[1]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gotten = [*cls.cells("get")]  # several tests look at them

    @classmethod
    def identities(cls):
        session = Client()
        session.force_login(cls.editor)
        return {
            "nobody": Client(),
            "session": session,
            "token": Client(headers={"Authorization": f"Bearer {cls.token}"}),
            "wrong token": Client(headers={"Authorization": "Bearer x"}),
        }

    @classmethod
    def cells(cls, method):
        """(who, kind of address, answer) of each."""
        for who, client in cls.identities().items():
            for kind, url in URLS.items():
                yield who, kind, getattr(client, method)(url, headers={"Accept-Encoding": "gzip, br"})

    def test_every_answer_is_closed_to_other_sites_and_to_guessing(self):
        for _, kind, answer in (*self.gotten, *self.cells("post")):
            for name, value in ALWAYS.items():
                self.assertEqual(answer.headers.get(name), value, name)
            self.assertIn("camera=()", answer["Permissions-Policy"])
            policy = answer["Content-Security-Policy"]
            self.assertIn("default-src 'self'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe-eval", policy)
            self.assertEqual("unsafe-inline" in policy, kind == "docs")
            self.assertNotIn("Server", answer.headers)

    def test_each_kind_of_address_is_what_it_is_called(self):
        client = self.identities()["session"]
        found = {kind: client.get(url).status_code for kind, url in URLS.items()}
        others = {"redirect": 302, "login": 302, "error": 400}
        others |= dict.fromkeys(("without a slash", "absent", "nowhere", "security.txt"), 404)
        self.assertEqual(found, dict.fromkeys(URLS, 200) | others)

    def test_nobody_keeps_or_compresses_an_answer_to_credentials(self):
        for who, kind, answer in self.gotten:
            answer.getvalue()
            large = who == "nobody" and kind in ("table", "document")
            self.assertEqual("Content-Encoding" in answer.headers, large, (who, kind))
            if who != "nobody" and kind != "file":
                self.assertIn("no-store", answer.headers.get("Cache-Control", ""))

    def test_scripts_of_other_sites_read_what_anyone_reads_and_nothing_else(self):
        for who, kind, answer in self.gotten:
            api = URLS[kind].startswith("/api/")
            self.assertEqual("Access-Control-Allow-Origin" in answer.headers, api and who == "nobody")
            self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)

    def test_cookies_are_closed_to_scripts_and_to_other_sites(self):
        page = self.client.get("/admin/login/")
        sent = {"username": self.editor.username, "password": make.PASSWORD, "next": "/admin/"}
        answer = self.client.post("/admin/login/", sent)
        cookies = {**page.cookies, **answer.cookies}
        self.assertEqual({*cookies}, {"csrftoken", "sessionid", "device"})
        for cookie in cookies.values():
            self.assertTrue(cookie["httponly"])
            self.assertIn(cookie["samesite"], ("Lax", "Strict"))
            self.assertEqual([cookie["path"], cookie["domain"]], ["/", ""])


class EncryptedTest(SimpleTestCase):
    """What an address with https adds, seen from outside the process that decided it at its start."""

    def run_with(self, program, **variables):
        return subprocess.run(
            [sys.executable, *program],
            cwd=BASE_DIR,
            env={**KEPT, "DATABASE_URL": os.environ["DATABASE_URL"], **PRODUCTION, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_the_check_for_servers_has_no_complaint(self):
        done = self.run_with(["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no issues (2 silenced)", done.stdout + done.stderr)
        silenced = ["security.W008", "security.W021"]
        self.assertEqual(read_settings(**PRODUCTION)["SILENCED_SYSTEM_CHECKS"], silenced)

    def test_it_complains_of_an_address_without_encryption(self):
        done = self.run_with(
            ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            PUBLIC_URL="http://tracker.example.org",
        )
        self.assertNotEqual(done.returncode, 0)

    def test_browsers_are_told_to_stay_with_it_and_cookies_belong_to_this_host(self):
        program = """
import django
from django.conf import settings
from django.test import Client
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()
for path in ("/", "/nowhere/", "/admin/login/", "/static/tracker/admin.css"):
    print(Client(headers={"host": "tracker.example.org"}).get(path)["Strict-Transport-Security"])
page = Client(headers={"host": "tracker.example.org"}).get("/admin/login/")
print(page.cookies)
"""
        done = self.run_with(["-c", program], DJANGO_SETTINGS_MODULE="tracker.settings")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[:4], ["max-age=31536000; includeSubDomains"] * 4, done.stderr)
        self.assertRegex(lines[4], "__Host-csrftoken=.*; Path=/; .*Secure")
        self.assertNotIn("Domain", lines[4])

    def test_names_of_cookies(self):
        found = read_settings(**PRODUCTION)
        names = [found[name] for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE_NAME")]
        self.assertEqual(names, ["__Host-sessionid", "__Host-csrftoken", "__Host-device"])
        self.assertTrue(found["SECOND_FACTOR"])
        self.assertEqual(read_settings()["SESSION_COOKIE_NAME"], "sessionid")
        self.assertFalse(read_settings()["SECOND_FACTOR"])


class ContactTest(SimpleTestCase):
    URL = "/.well-known/security.txt"

    def test_without_a_contact_there_is_none(self):
        self.assertEqual(self.client.get(self.URL).status_code, 404)

    @override_settings(SECURITY_CONTACT="mailto:security@example.org")
    def test_it_names_the_contact_and_ends_within_a_year(self):
        answer = self.client.get(self.URL)
        self.assertEqual(answer["Content-Type"], "text/plain; charset=utf-8")
        text = answer.content.decode()
        self.assertIn("Contact: mailto:security@example.org\n", text)
        said = re.search(r"^Expires: (\S+)$", text, re.MULTILINE)[1]
        left = datetime.fromisoformat(said) - datetime.now(UTC)
        self.assertTrue(timedelta(days=100) < left < timedelta(days=365))
        self.assertIn("\nCanonical: http://127.0.0.1:8000/.well-known/security.txt\n", text)


class DocumentTest(SimpleTestCase):
    """SECURITY.md and the examples for proxies say what is so."""

    def test_numbers_and_commands_are_those_of_the_program(self):
        text = (BASE_DIR / "SECURITY.md").read_text(encoding="utf-8")
        self.assertIn(f"At most {DEFAULTS['LOGINS_PER_HOUR']} guesses an hour", text)
        self.assertEqual(DEFAULTS["CODES_PER_HOUR"], "10")
        self.assertIn("ten guesses at it an hour", text)
        self.assertTrue((BASE_DIR / "tracker/records/management/commands/recover.py").exists())

    def test_examples_pass_on_the_address_and_log_no_query(self):
        nginx = (BASE_DIR / "docs/proxy/nginx.conf").read_text(encoding="utf-8")
        caddy = (BASE_DIR / "docs/proxy/Caddyfile").read_text(encoding="utf-8")
        self.assertIn("X-Forwarded-For $remote_addr;", nginx)
        self.assertIn("gzip off;", nginx)
        logged = re.search(r"log_format quiet '(.*)'", nginx)[1]
        for told in ("request ", "request_uri", "args", "query_string", "remote", "referer", "agent"):
            self.assertNotIn(f"${told}", f"{logged} ")
        self.assertIn(r'request>uri regexp "\?.*" ""', caddy)
        for example in (nginx, caddy):
            self.assertEqual(example.count("{"), example.count("}"))
            self.assertIn("PROXIES=1", example)
