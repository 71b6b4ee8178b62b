"""The database and the web servers of the benchmark, and how much processor time they use."""

import contextlib
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import quote

import psycopg

from tests.served import asked, free_port
from tracker.environment import BASE_DIR, DEFAULTS
from tracker.server.embedded import Server

FOLDER = BASE_DIR / "data" / "bench"
RUN = """
import runpy, sys, django
django.setup()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__")
"""
TICK = os.sysconf("SC_CLK_TCK")
SETTINGS = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "jit": "off",
    "autovacuum": "off",  # it would run in some rounds only
    "fsync": "off",
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
    "auto_explain.log_timing": "off",  # only rows are counted
    "pg_stat_statements.track_planning": "on",
}
UNLIMITED = {name: "0" for name in DEFAULTS if name.endswith(("_HOUR", "_MINUTE"))}
UNLIMITED |= {"MAX_OFFSET": "100000", "EXPORT_TIMEOUT": "600", "FOUR_EYES": "off", "SECOND_FACTOR": "off"}


class Database(Server):
    """The embedded server with settings for many rows, and a database for each size."""

    def create(self):
        super().create()
        with open(self.data / "postgresql.conf", "a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())

    def sql(self, database, text):
        """The rows of a statement of the superuser."""
        with psycopg.connect(self.url_of(database, "postgres"), autocommit=True) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def url_of(self, database, user="tracker"):
        return f"postgres://{user}@/{database}?host={quote(str(self.socket_folder()), safe='')}&port=5432"

    def filled(self, size):
        """The name of a database with the product's tables and the rows of a size; it is made if needed."""
        name = f"{size.lower()}_{state_of_tables()}"
        if self.sql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            return name
        of_size = f"SELECT datname FROM pg_database WHERE datname ^@ '{size.lower()}_'"
        for (old,) in self.sql("postgres", of_size):
            self.sql("postgres", f"DROP DATABASE {old}")
        fresh = f"unfinished_{size.lower()}"
        self.sql("postgres", f"DROP DATABASE IF EXISTS {fresh}")
        self.sql("postgres", f"CREATE DATABASE {fresh} OWNER tracker")
        self.sql(fresh, "CREATE EXTENSION pg_stat_statements")
        url = self.url_of(fresh)
        manage = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(manage, cwd=BASE_DIR, env=os.environ | {"DATABASE_URL": url}, check=True)
        if run_module(self.url_of(fresh, "postgres"), "tests.bench.rows.load", size):
            raise SystemExit("The rows could not be loaded.")
        self.sql("postgres", f"ALTER DATABASE {fresh} RENAME TO {name}")
        return name


def state_of_tables():
    """A short text that changes with the tables and with the rows."""
    files = sorted([*BASE_DIR.glob("*/migrations/*.py"), *BASE_DIR.glob("tracker/records/migrations/*.py")])
    files += sorted((BASE_DIR / "tests" / "bench" / "rows").glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def run_module(database_url, module, *arguments):
    """The exit code of a module that ran in a process of its own, with Django set up for a database."""
    variables = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    command = [sys.executable, "-c", RUN, module, *arguments]
    return subprocess.run(command, cwd=BASE_DIR, env=os.environ | variables, check=False).returncode


def tree(pid):
    """A process and everything below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [each for child in task.read_text().split() for each in tree(int(child))]
    return found


def processor_time(pid):
    """The seconds of processor time of a process, of all below it, and of those below it that ended."""
    total = 0
    for each in tree(pid):
        with contextlib.suppress(OSError, IndexError):
            total += sum(map(int, Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return total / TICK


class Web:
    """A web server under test with two processes, until it is stopped."""

    def __init__(self, command, variables, folder, ready="/"):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        public = {"PORT": str(self.port), "PUBLIC_URL": variables.get("PUBLIC_URL", self.url)}
        with open(folder / f"{self.port}.log", "wb") as log:
            self.process = subprocess.Popen(
                [part.format(port=self.port) for part in command],
                cwd=BASE_DIR,
                env=os.environ | variables | public,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while asked(self.port, "GET", ready)[0] is None:
            if self.process.poll() is not None:
                raise SystemExit(Path(log.name).read_text()[-2000:])
            time.sleep(0.1)

    @property
    def pids(self):
        """The processes that answer; the one that watches them also runs commands of its own."""
        return tree(self.process.pid)[1:]

    def used(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return sum(processor_time(int(child)) for child in children)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=60)


def product(database_url, folder):
    variables = {
        **UNLIMITED,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "STATEMENT_TIMEOUT": "60",
    }
    return Web([sys.executable, "manage.py", "serve"], variables, folder, "/healthz")


def granian(interface, application, database_url, public_url, folder):
    """A server for one of the rivals, which gives the addresses of the product in its answers."""
    command = [sys.executable, "-m", "granian", f"tests.bench.rivals.{application}", "--interface", interface]
    command += ["--port={port}", "--workers=2", "--no-ws", "--log-level=warning"]
    return Web(command, {"DATABASE_URL": database_url, "PUBLIC_URL": public_url}, folder)


class Window(NamedTuple):
    """What was measured in one time of asking."""

    requests: int
    failed: int
    web: float  # milliseconds of processor time for one request, of the web server
    database: float  # the same of the database
    times: list  # milliseconds until each answer, sorted
    bytes: int  # of one answer

    @property
    def cost(self):
        return self.web + self.database

    def within(self, share):
        """The milliseconds within which this share was answered."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))] if self.times else 0


def asking(web, paths, seconds, clients, headers, found):
    """Clients that ask for the paths in turn."""

    def client(first):
        link = http.client.HTTPConnection("127.0.0.1", web.port, timeout=120)
        end, number = time.monotonic() + seconds, first
        while time.monotonic() < end:
            began = time.perf_counter()
            link.request("GET", paths[number % len(paths)], headers=headers)
            answer = link.getresponse()
            body = answer.read()
            found.append((answer.status, (time.perf_counter() - began) * 1_000, len(body)))
            number += 1

    return [Thread(target=client, args=[number * 7]) for number in range(clients)]


def window(web, database, paths, seconds=2, clients=4, headers=None):
    """Ask a server for paths for some seconds; what it cost."""
    found = []
    threads = asking(web, paths, seconds, clients, headers or {}, found)
    before = web.used(), processor_time(database.pid())
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    number = max(len(found), 1)
    cost = [
        1_000 * (now - then) / number
        for now, then in zip((web.used(), processor_time(database.pid())), before, strict=True)
    ]
    failed = sum(status != 200 for status, _, _ in found)
    return Window(
        len(found),
        failed,
        *cost,
        sorted(took for _, took, _ in found),
        sum(size for *_, size in found) // number,
    )


def used(web, database):
    """The seconds of processor time of both until now."""
    return web.used() + processor_time(database.pid())


def fetch(web, path):
    """The JSON of a path; SystemExit if there is none."""
    status, _, body = asked(web.port, "GET", path, timeout=120)
    if status != 200:
        raise SystemExit(f"{web.url}{path}: {status} {body[:300]}")
    return json.loads(body)


def main(size, module, *arguments):
    """Run a module on the database of a size, as its superuser; its exit code."""
    database = Database(FOLDER).join()
    url = database.url_of(database.filled(size), "postgres")
    return run_module(url, module, *arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
