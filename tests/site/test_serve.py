import contextlib
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from io import StringIO
from pathlib import Path
from unittest import mock

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.serializers.base import DeserializationError
from django.db import InterfaceError, OperationalError
from django.test import SimpleTestCase, TestCase, override_settings
from psycopg.conninfo import make_conninfo

from tests.kills import children, command
from tests.served import KEPT, FirstStart, free_port, started
from tracker.environment import BASE_DIR
from tracker.management.commands import serve
from tracker.management.commands.serve import create_accounts
from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.base.sources import Source

# The admin looks into the database for any session, even for one that does not exist.
COOKIE = {"Cookie": "sessionid=" + "x" * 32}
DEADLINE = 180


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def processes_of(words):
    """The command lines of all living processes that contain the words."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(os.fsdecode(file.read_bytes()).replace("\0", " "))
    return [line for line in lines if str(words) in line]


def servers_for(port):
    """The command lines of all living processes of the web server that were told this port."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"PORT={port}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
    return [line for line in found if "granian" in line or "caddy" in line or "serve" in line]


class ServeTest(SimpleTestCase):
    """`manage.py serve` prepares what is missing, serves, and ends with everything it started."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = FirstStart()
        place = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tracker-")))
        cls.folder = Path(shutil.copytree(cls.first.data, place / "data"))
        cls.port, cls.out = free_port(), place / "out"

    host = "127.0.0.1"

    @classmethod
    def start(cls):
        told = {"DATA_DIR": str(cls.folder), "HOST": cls.host.strip("[]"), "PORT": str(cls.port)}
        with open(cls.out, "wb") as out:
            return started({**KEPT, **told}, out)

    @classmethod
    def words(cls, process, within):
        """All that a server said, once it has ended."""
        process.wait(within)
        return cls.out.read_text()

    @classmethod
    def serve(cls, number=signal.SIGTERM, during=lambda: None):
        """What a server said, the seconds until it answered, and how it ended after a signal."""
        began = time.monotonic()
        cls.process = process = cls.start()
        try:
            cls.wait_for(302, process)
            seconds = time.monotonic() - began
            # A worker that is told to stop while it starts does not listen, and is killed after five seconds.
            time.sleep(0.5)
            during()
            os.killpg(process.pid, number)
            words = cls.words(process, within=15)
        finally:
            process.kill()
        return words, seconds, process.returncode

    @classmethod
    def wait_for(cls, status, process=None):
        """The seconds until /admin/ answers with a status."""
        began = time.monotonic()
        while cls.status("/admin/") != status:
            if time.monotonic() - began > DEADLINE or (process and process.poll() is not None):
                raise AssertionError(f"No {status} came: {cls.out.read_text()}")
            time.sleep(0.02)
        return time.monotonic() - began

    @classmethod
    def status(cls, path):
        """The status of an answer; None while nothing listens."""
        request = urllib.request.Request(f"http://{cls.host}:{cls.port}{path}", headers=COOKIE)
        try:
            return urllib.request.build_opener(NoRedirect).open(request, timeout=10).status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return None

    def assert_nothing_runs(self):
        self.assertEqual(processes_of(self.folder), [])
        self.assertEqual(servers_for(self.port), [])

    def test_first_start_says_where_everything_is(self):
        for path in ("/", "/api/v1/", "/api/v1/docs/", "/admin/"):
            self.assertIn(f"http://127.0.0.1:{self.first.port}{path}\n", self.first.words)
        for name in ("admin", "editor", "contributor"):
            self.assertRegex(self.first.words, rf"Log in as {name} with the password \S{{16}} ")
        self.assertNotIn('"warning"', self.first.words)
        self.assertEqual(self.first.code, 0)

    def test_readme_shows_what_the_first_start_says(self):
        readme = (BASE_DIR / "README.md").read_text(encoding="utf-8")
        shown = re.search(r"^```text\n(The dialogue tracker is running.*?)^```", readme, re.M | re.S)[1]
        logged = re.compile(r"^\{.*\n", re.M)  # that a busy machine ends a worker late
        said = logged.sub("", self.first.words).replace(f":{self.first.port}/", ":8000/")
        said = re.sub(r"password \S+ ", "password ... ", said).replace(str(self.first.data), "/.../data")
        self.assertEqual(said, f"Loading the seed facts ...\n{shown}")

    def test_the_terminal_of_the_demo_shows_no_request(self):
        """What it shows of its first start, the passwords, stays in view; the requests are in a file."""
        file = self.first.data / "requests.log"
        self.assertIn(f"  Log       {file}\n", self.first.words)
        self.assertNotIn("tracker.requests", self.first.words)
        requests = [json.loads(line) for line in file.read_text().splitlines()]
        self.assertEqual({line["logger"] for line in requests}, {"tracker.requests"})
        self.assertIn(("GET", 302), {(line["method"], line["status"]) for line in requests})

    def test_later_start_says_no_password_loads_nothing_and_costs_less_than_loading_the_code_five_times(self):
        # Processor time, which the tests that run beside this one do not lengthen.
        loading = "import django; django.setup(); import tracker.urls"
        once = self.cost(lambda: subprocess.run([sys.executable, "-c", loading], cwd=BASE_DIR, check=True))
        served = []
        self.assertLess(self.cost(lambda: served.extend(self.serve(signal.SIGTERM))), 5 * once)
        words, _, code = served
        self.assertNotIn("password", words)
        self.assertNotIn("Loading", words)
        self.assertEqual(code, 0)
        self.assert_nothing_runs()

    @staticmethod
    def cost(act):
        """The seconds of processor time of the processes that an act starts and waits for."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        act()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def test_every_other_signal_ends_everything_too(self):
        for number in (signal.SIGINT, signal.SIGHUP):
            _, _, code = self.serve(number)
            self.assertEqual(code, 0)
            self.assert_nothing_runs()

    def test_static_files_are_served_compressed_and_to_this_site_alone(self):
        found = []

        def ask():
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            link.request("GET", "/static/tracker/admin.css", headers={"Accept-Encoding": "gzip"})
            found.append(link.getresponse().headers)
            link.close()

        self.serve(during=ask)
        self.assertEqual(found[0]["Content-Encoding"], "gzip")
        self.assertEqual(found[0]["Cross-Origin-Resource-Policy"], "same-origin")
        self.assertNotIn("Access-Control-Allow-Origin", found[0])

    def postmaster(self):
        """The number of the database's main process, None while there is none."""
        with contextlib.suppress(FileNotFoundError, IndexError):
            return int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        return None

    def test_killed_database_comes_back(self):
        answers = []

        def kill():
            killed, began = self.postmaster(), time.monotonic()
            os.kill(killed, signal.SIGKILL)
            # The server says so some moments after the first answers.
            while answers[-10:] != [302] * 10 or "has been restarted" not in self.out.read_text():
                answers.append(self.status("/admin/"))
                self.assertLess(time.monotonic() - began, 20)
            self.assertNotIn(self.postmaster(), (killed, None))

        words, _, _ = self.serve(during=kill)
        self.assertLessEqual(set(answers), {302, 503})
        self.assertNotIn("Traceback", words)
        self.assert_nothing_runs()

    def test_killed_caddy_comes_back(self):
        statuses = []

        def kill():
            (caddy,) = (pid for pid in children(self.process.pid) if "caddy" in command(pid))
            os.kill(caddy, signal.SIGKILL)
            statuses.append(self.status("/admin/"))
            self.wait_for(302)

        words, _, code = self.serve(during=kill)
        self.assertEqual((statuses, code), ([None], 0))
        self.assertIn("Restarting it", words)
        self.assert_nothing_runs()

    def test_all_ends_with_a_killed_parent(self):
        _, _, code = self.serve(
            signal.SIGKILL, during=lambda: self.assertGreater(len(servers_for(self.port)), 3)
        )
        self.assertEqual(code, -signal.SIGKILL)
        began = time.monotonic()
        while servers_for(self.port):
            self.assertLess(time.monotonic() - began, 15)
            time.sleep(0.1)

    def test_it_listens_on_an_address_of_ipv6(self):
        with mock.patch.object(ServeTest, "host", "[::1]"):
            self.assertEqual(self.serve()[2], 0)

    def test_taken_port_is_refused_in_a_sentence(self):
        with socket.create_server(("127.0.0.1", self.port)):
            words = self.words(self.start(), within=DEADLINE)
        self.assertRegex(words, rf"^CommandError: 127.0.0.1:{self.port} cannot be used .* Set PORT .*\n$")
        self.assert_nothing_runs()

    def test_files_with_secrets_are_closed(self):
        self.assertEqual((self.first.data / "secret-key").stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.first.data.stat().st_mode & 0o777, 0o700)


class FailingStartTest(SimpleTestCase):
    """Where the database cannot be used, the start ends with a sentence."""

    def assert_refused(self, words, **parts):
        """With these parts of its address changed, the database is refused so, before long."""
        address = make_conninfo(os.environ["DATABASE_URL"], **parts)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=BASE_DIR,
            env={**KEPT, "DATABASE_URL": address, "PORT": str(free_port())},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rf"\ACommandError: The database of DATABASE_URL .*{words}.*\n\Z")
        # Processor time, as above; with the three seconds of a connection it stays under ten.
        self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 5)

    def test_no_server(self):
        self.assert_refused("refused", host="127.0.0.1", port=free_port())

    def test_no_role_and_no_database(self):
        self.assert_refused('role "absent" does not exist', user="absent")
        self.assert_refused('database "absent" does not exist', dbname="absent")

    def test_a_server_that_never_answers_is_asked_once(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.assert_refused("timeout", host="127.0.0.1", port=silent.getsockname()[1])
            silent.settimeout(1)
            silent.accept()
            with self.assertRaises(TimeoutError):
                silent.accept()


@override_settings(DEMO=False)
class TimerTest(SimpleTestCase):
    def test_what_is_due_is_done_again_and_again_whatever_happens(self):
        for words, seconds in serve.EVERY.items():
            with self.subTest(words=words):
                self.assert_repeated(words, seconds)

    def assert_repeated(self, words, seconds):
        asked = mock.Mock(side_effect=[None, OperationalError, InterfaceError, LedgerAway, None])
        slept = mock.Mock(side_effect=[None, None, None, None, KeyboardInterrupt])
        with (
            mock.patch.object(serve, "call_command", asked),
            mock.patch.object(serve, "connection"),
            mock.patch.object(serve.time, "sleep", slept),
            self.assertRaises(KeyboardInterrupt),
        ):
            serve.again_and_again(words, seconds)
        self.assertEqual(asked.call_args_list, [mock.call(*words)] * 5)
        waited = [seconds, *[serve.PAUSE] * 3, seconds]
        self.assertEqual(slept.call_args_list, [mock.call(one) for one in waited])

    def test_what_fails_while_the_program_ends_is_not_told(self):
        failing = mock.Mock(side_effect=OperationalError)
        with (
            mock.patch.object(serve, "call_command", failing),
            mock.patch.object(serve.ending, "is_set", return_value=True),
            self.assertNoLogs(serve.log),
        ):
            serve.again_and_again(["announce"], 1)
        failing.assert_called_once()


@override_settings(DEMO=False)
class AdministratorTest(TestCase):
    """The first start makes an administrator; later ones leave those who are there alone."""

    def create(self, **variables):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_SUPERUSER")}
        with mock.patch.dict(os.environ, {**kept, **variables}, clear=True):
            return create_accounts()

    def test_random_password_is_told_and_opens_the_admin(self):
        ((name, password),) = self.create()
        self.assertTrue(self.client.login(username=name, password=password))
        self.assertEqual(self.client.get("/admin/").status_code, 200)

    def test_given_password_is_not_told(self):
        given = {"USERNAME": "maria", "PASSWORD": "given by hand", "EMAIL": "maria@example.org"}
        told = self.create(**{f"DJANGO_SUPERUSER_{name}": text for name, text in given.items()})
        self.assertEqual(told, [])
        self.assertTrue(self.client.login(username="maria", password="given by hand"))

    def test_second_start_makes_none(self):
        self.create()
        self.assertEqual(self.create(DJANGO_SUPERUSER_USERNAME="maria"), [])
        self.assertEqual(get_user_model().objects.count(), 1)


class RequestLogTest(SimpleTestCase):
    """A long log of requests is put aside at the next start of the demo."""

    def begin(self, size, demo=True):
        """The names of the files that are left of a log of this size."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "requests.log")
            file.write_bytes(bytes(size))
            with self.settings(DEMO=demo, REQUEST_LOG=file), mock.patch.object(serve, "LONGEST_LOG", 10):
                serve.begin_request_log()
            return [path.name for path in Path(folder).iterdir()]

    def test_a_long_one_is_put_aside(self):
        self.assertEqual(self.begin(11), ["requests.log.1"])

    def test_a_short_one_and_that_of_a_server_stay(self):
        self.assertEqual(self.begin(10), ["requests.log"])
        self.assertEqual(self.begin(11, demo=False), ["requests.log"])

    def test_the_first_start_has_none(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.settings(DEMO=True, REQUEST_LOG=Path(folder, "requests.log")):
                serve.begin_request_log()
            self.assertEqual(list(Path(folder).iterdir()), [])


class SeedTest(TestCase):
    """Fixtures go into an empty database only."""

    def seed(self):
        """Seed from a folder whose one file cannot be loaded; whether it was tried."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "01_broken.json").write_text("no fixture")
            with self.settings(FIXTURE_DIRS=[Path(folder)]):
                try:
                    call_command("seed", stdout=StringIO())
                except DeserializationError:
                    return True
        return False

    def test_empty_database_is_filled(self):
        self.assertTrue(self.seed())

    def test_one_draft_is_enough_to_be_left_alone(self):
        Source.objects.create(title="A draft")
        self.assertFalse(self.seed())
