"""The program as it is run: `manage.py serve` on a database of its own that forgets nothing."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.test import SimpleTestCase

from tests import shared
from tracker.environment import BASE_DIR, DEFAULTS

KEPT = {
    name: value for name, value in os.environ.items() if name not in DEFAULTS
}  # what is no setting of ours

MEMBER = """
from tests import make
print(make.token(make.member("editor"), "read", "write", "publish")[1])
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def started(environment, out):
    """A server that writes into a file: a pipe that nobody reads is full one day, and it would wait."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=BASE_DIR,
        env=environment,
        stdout=out,
        stderr=out,
        start_new_session=True,
    )


def asked(port, method, path, body=None, timeout=30, **headers):
    """(status, headers, body) of an answer; (None, {}, b"") if there was none."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        link.request(method, path, body if body is None else json.dumps(body), headers)
        answer = link.getresponse()
        named = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, named, answer.read()
    except (OSError, http.client.HTTPException):
        return None, {}, b""
    finally:
        link.close()


class FirstStart:
    """The very first start, made once for all workers: its words, how it ended, the folder that it left."""

    def __init__(self):
        self.data, self.out = (shared.folder() / name for name in ("data", "out"))
        self.port, self.code = json.loads(shared.once("first-start", lambda: json.dumps(self.make())))
        self.words = self.out.read_text()

    def make(self):
        """Its port, and how it ended once it had shown the door of the admin."""
        port = free_port()
        with open(self.out, "wb") as out:
            process = started({**KEPT, "DATA_DIR": str(self.data), "PORT": str(port)}, out)
        try:
            session = "sessionid=" + "x" * 32  # for which the admin asks the database
            while asked(port, "GET", "/admin/", Cookie=session)[0] != 302:
                if process.poll() is not None:
                    raise AssertionError(f"The first start failed: {self.out.read_text()[-2000:]}")
                time.sleep(0.05)
            time.sleep(2)  # a worker that is told to stop while it starts does not listen
            os.killpg(process.pid, signal.SIGTERM)
            return port, process.wait(timeout=60)
        finally:
            process.kill()


class Served(SimpleTestCase):
    """A server for all tests of a class, a token of an editor, and what was logged."""

    variables = {}
    unlimited = {"WRITES_PER_MINUTE": "0"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(shutil.copytree(FirstStart().data, cls.place() / "data"))
        cls.port, cls.out = free_port(), cls.folder.parent / "out"
        cls.environment = {**KEPT, "DATA_DIR": str(cls.folder), "PORT": str(cls.port)}
        cls.environment |= {**cls.unlimited, **cls.variables}
        cls.process = cls.start()
        cls.addClassCleanup(cls.stop)
        cls.wait_for(200, "/readyz", within=600)
        shell = [sys.executable, "manage.py", "shell", "-v0", "-c", MEMBER]
        told = subprocess.run(
            shell, cwd=BASE_DIR, env=cls.environment, capture_output=True, text=True, check=True
        )
        cls.token = told.stdout.strip()

    @classmethod
    def place(cls):
        """The folder for the folder of the data, until the end of the class."""
        return Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tracker-")))

    @classmethod
    def start(cls):
        with open(cls.out, "ab") as out:
            return started(cls.environment, out)

    @classmethod
    def stop(cls):
        os.killpg(cls.process.pid, signal.SIGTERM)
        try:
            cls.process.wait(timeout=60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(cls.process.pid, signal.SIGKILL)

    @classmethod
    def wait_for(cls, status, path, within=120):
        """The seconds until a path is answered so."""
        began = time.monotonic()
        while cls.ask("GET", path)[0] != status:
            if time.monotonic() - began > within or cls.process.poll() is not None:
                raise AssertionError(f"No {status} at {path}: {cls.out.read_text()[-2000:]}")
            time.sleep(0.02)
        return time.monotonic() - began

    @classmethod
    def ask(cls, method, path, body=None, timeout=30, **headers):
        """The answer of this server, as `asked` gives it."""
        return asked(cls.port, method, path, body, timeout, **headers)

    @classmethod
    def write(cls, method, path, body, **headers):
        """The answer to a request of an editor's program."""
        own = {"Authorization": f"Bearer {cls.token}", "Content-Type": "application/json"}
        return cls.ask(method, path, body, **{**own, **headers})

    @classmethod
    def sql(cls, text, user="tracker"):
        """What the database answers to a statement, as psql prints it."""
        command = [sys.executable, "-m", "tracker.server.embedded", "psql", "-U", user, "-qAtc", text]
        done = subprocess.run(
            command, cwd=BASE_DIR, env=cls.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    @classmethod
    def postmaster(cls):
        """The number of the database's main process, None while there is none."""
        with contextlib.suppress(FileNotFoundError, IndexError):
            return int((cls.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        return None

    @classmethod
    def logged(cls):
        """The lines of the log, the requests' file included, and the text of the database's own."""
        lines = [*cls.out.read_text().splitlines(), *cls.requests().splitlines()]
        database = (cls.folder / "postgres.log").read_text(errors="replace")
        return [json.loads(line) for line in lines if line.startswith("{")], database

    @classmethod
    def requests(cls):
        """The text of the file in which the demo logs requests."""
        file = cls.folder / "requests.log"
        return file.read_text() if file.exists() else ""

    def assert_unavailable(self, answer):
        """It is 503 as the API's callers expect it."""
        status, headers, body = answer
        self.assertEqual(status, 503, body)
        self.assertEqual(headers["content-type"], "application/problem+json")
        self.assertGreater(int(headers["retry-after"]), 0)
        self.assertEqual(json.loads(body)["status"], 503)
