import hashlib
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import Tags
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor

from tracker import api
from tracker.environment import DEFAULTS, read_variable
from tracker.records.accounts.staff import grant
from tracker.records.policy.roles import Role
from tracker.server import embedded, processes, restore

log = logging.getLogger(__name__)
# Seconds between two runs of a command.
EVERY = {
    ("publish_due",): 30,
    ("announce", "--verbosity=0"): 0.5,
    ("search_names", "--verbosity=0"): 1,
    ("refresh_answers", "--verbosity=0"): 1,
}
FIRST = {("announce", "--verbosity=0"): 10}  # the first run takes seconds: let the first visitors in before
PAUSE = 30
LONGEST_LOG = 10_000_000  # bytes
ending = threading.Event()  # from then on the database may be gone


def refuse_taken_port():
    """CommandError if HOST:PORT is taken. Two web servers would silently share it."""
    try:
        with socket.create_server((settings.HOST, settings.PORT), family=processes.family()):
            return
    except OSError as problem:
        raise CommandError(
            f"{settings.HOST}:{settings.PORT} cannot be used ({problem.strerror}). Set PORT to a free port."
        ) from None


def migrate():
    """Bring the tables up to date. Writes nothing if they already are."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


def create_accounts():
    """The usernames and passwords to show once; none if there is an administrator or a password was given."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return []
    name, given = read_variable("DJANGO_SUPERUSER_USERNAME"), read_variable("DJANGO_SUPERUSER_PASSWORD")
    password = given or secrets.token_urlsafe(12)
    users.create_superuser(name, read_variable("DJANGO_SUPERUSER_EMAIL"), password)
    shown = [] if given else [(name, password)]
    return shown + (create_demo_accounts() if settings.DEMO else [])


def create_demo_accounts():
    """Creates one account that writes and one that reviews. Returns usernames (their roles) and passwords."""
    users, made = get_user_model().objects, []
    for role in (Role.EDITOR, Role.CONTRIBUTOR):
        if not users.filter(username=role).exists():
            password = secrets.token_urlsafe(12)
            grant(users.create_user(role.value, password=password), [role])
            made.append((role.value, password))
    return made


def store_demo_secret():
    """Store the demo's secret, so that sessions survive a restart."""
    if settings.DEMO and not settings.SECRET_FILE.exists():
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(settings.SECRET_FILE, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(settings.SECRET_KEY)


def begin_request_log():
    """Put a long log of the demo's requests aside, in place of the one before."""
    file = settings.REQUEST_LOG
    if settings.DEMO and file.exists() and file.stat().st_size > LONGEST_LOG:
        file.replace(file.with_suffix(".log.1"))


def digest_of(paths, *values):
    """A digest that is another one as soon as one of these files or values is."""
    state = [(str(path), os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in paths]
    return hashlib.sha256(repr([state, *values]).encode()).hexdigest()


def keep_schema():
    """Write the OpenAPI document into a file if code or settings have changed, and tell the web processes.

    Building it takes seconds, which readers would have to wait.
    """
    code = [*settings.BASE_DIR.glob("requirements/*.txt")]
    for app in ("tracker", "people", "dialogues"):
        code += (settings.BASE_DIR / app).rglob("*.py")
    limits = [read_variable(name) for name in DEFAULTS if name.startswith(("MAX_", "DATA_LICENSE"))]
    digest = digest_of(sorted(code), *limits)
    file = settings.DATA_DIR / f"schema-{digest[:16]}.json.gz"
    if not file.exists():
        for old in settings.DATA_DIR.glob("schema-*"):
            old.unlink()
        part = file.with_suffix(".part")
        part.write_bytes(api.Document.to_keep())
        part.replace(file)
    os.environ["KEPT_SCHEMA"] = str(file)


def collect_static():
    """Collect the static files if any has changed. Compressing them takes seconds."""
    digest = digest_of(storage.path(path) for finder in get_finders() for path, storage in finder.list([]))
    stamp = settings.STATIC_ROOT / "collected"
    if not stamp.exists() or stamp.read_text() != digest:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest)


def watch_database(server):
    """Restart the database whenever it was killed. Make it read-only while the disk is nearly full."""
    try:
        if server.restart_if_dead():
            log.warning("The database was killed. It has been restarted.")
        if line := server.watch_disk():
            log.warning(
                "The disk %s.",
                "is nearly full: read-only" if line == embedded.READ_ONLY else "has enough space",
            )
    except (embedded.CannotStart, OSError):
        log.exception("The database cannot be started. Trying again.")


def again_and_again(command, seconds):
    """Runs a command, given as a list of words, at this interval. If it fails, tries again after a pause."""
    while True:
        wait = seconds
        try:
            call_command(*command)
        except Exception:
            if ending.is_set():
                return
            log.exception("The command %s failed. Trying again.", command[0])
            connection.close()
            wait = max(seconds, PAUSE)
        time.sleep(wait)


class Command(BaseCommand):
    help = "Prepares the database and serves the site, the admin and the API until it is stopped."

    def handle(self, **options):
        for number in embedded.STOPPING:
            # A signal to stop is not a failure.
            signal.signal(number, lambda *_: sys.exit(0))
        refuse_taken_port()
        shown = self.prepare()
        self.web = processes.Web()
        try:
            self.wait_until_it_answers()
            self.say_where(shown)
            for command, seconds in EVERY.items():  # each has a connection of its own
                timer = threading.Timer(FIRST.get(command, 0), again_and_again, [command, seconds])
                timer.daemon = True
                timer.start()
            while True:
                self.watch()
                time.sleep(0.25)
        finally:
            ending.set()
            for number in embedded.STOPPING:
                signal.signal(number, signal.SIG_IGN)
            self.web.stop()

    def prepare(self):
        """Do the work of the first start; later starts skip it. Returns what create_accounts() returns.

        CommandError if the database cannot be used: a web server could not answer anything.
        """
        try:
            return self.make_ready()
        except (OperationalError, MigrationSchemaMissing) as problem:
            words = " ".join(str(problem).split())
            raise CommandError(f"The database of DATABASE_URL cannot be used: {words}") from None

    def make_ready(self):
        if restore.is_marked():
            raise CommandError(
                "A backup is being restored into this database. Wait until `manage.py restore` has finished."
            )
        store_demo_secret()
        begin_request_log()
        migrate()
        self.check(tags=[Tags.database], databases=["default"])
        call_command("seed", stdout=self.stdout)
        collect_static()
        keep_schema()
        return create_accounts()

    def wait_until_it_answers(self):
        while not processes.answers():
            if self.web.ended():
                raise CommandError("The web server ended immediately. The lines above say why.")
            time.sleep(0.05)

    def say_where(self, shown):
        """Print where everything is, and the new passwords."""
        lines = ["The dialogue tracker is running."]
        places = {"Site": "/", "API": "/api/v1/", "API docs": "/api/v1/docs/", "Admin": "/admin/"}
        lines += [f"  {name:9} {settings.PUBLIC_URL}{path}" for name, path in places.items()]
        if settings.DEMO:
            lines.append(f"  {'Log':9} {settings.REQUEST_LOG}")
        for name, password in shown:
            lines.append(f"  Log in as {name} with the password {password} (it is not shown again).")
        if not self.web.in_front:
            lines.append(processes.NOT_IN_FRONT)
        if settings.DEMO:
            lines.append("This is the local demo: only this machine can reach it. Press Ctrl-C to stop it.")
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def watch(self):
        """Restart what was killed: the database, and the web server, which gives up after two failures."""
        if embedded.current:
            watch_database(embedded.current)
        if self.web.ended():
            log.error("The web server ended by itself. Restarting it.")
            self.web.mend()
