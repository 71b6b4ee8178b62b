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

from tracker.environment import read
from tracker.records.accounts.staff import grant
from tracker.records.policy.roles import Role
from tracker.server import embedded, processes, restore

log = logging.getLogger(__name__)
# Seconds between two runs of a command.
EVERY = {("publish_due",): 30, ("announce", "--verbosity=0"): 0.5, ("search_names", "--verbosity=0"): 1}
FIRST = {("announce", "--verbosity=0"): 10}  # its first run makes ready for seconds: after the first visitors
PAUSE = 30
LONGEST_LOG = 10_000_000  # bytes
ending = threading.Event()  # from then on the database may be gone


def refuse_taken_port():
    """CommandError if HOST:PORT is taken: two web servers would share it without a word."""
    try:
        with socket.create_server((settings.HOST, settings.PORT), family=processes.family()):
            return
    except OSError as problem:
        raise CommandError(
            f"{settings.HOST}:{settings.PORT} cannot be used ({problem.strerror}): set PORT to a free one."
        ) from None


def migrate():
    """Bring the tables up to date; a database that is leaves without a single write."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


def create_accounts():
    """The names and passwords to show once; none if there is an administrator, or if a password was given."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return []
    name, given = read("DJANGO_SUPERUSER_USERNAME"), read("DJANGO_SUPERUSER_PASSWORD")
    password = given or secrets.token_urlsafe(12)
    users.create_superuser(name, read("DJANGO_SUPERUSER_EMAIL"), password)
    shown = [] if given else [(name, password)]
    return shown + (create_demo_accounts() if settings.DEMO else [])


def create_demo_accounts():
    """Somebody who writes and somebody who reviews: their names, which are their roles, and passwords."""
    users, made = get_user_model().objects, []
    for role in (Role.EDITOR, Role.CONTRIBUTOR):
        if not users.filter(username=role).exists():
            password = secrets.token_urlsafe(12)
            grant(users.create_user(role.value, password=password), [role])
            made.append((role.value, password))
    return made


def keep_secret():
    """Store the demo's secret, so that sessions outlive a restart."""
    if settings.DEMO and not settings.SECRET_FILE.exists():
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(settings.SECRET_FILE, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(settings.SECRET_KEY)


def begin_request_log():
    """Put a long log of the demo's requests aside, in place of the one before."""
    file = settings.REQUEST_LOG
    if settings.DEMO and file.exists() and file.stat().st_size > LONGEST_LOG:
        file.replace(file.with_suffix(".log.1"))


def collect_static():
    """Collect the static files unless none has changed since: compressing them takes seconds."""
    found = (storage.path(path) for finder in get_finders() for path, storage in finder.list([]))
    state = repr([(path, os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in found])
    digest = hashlib.sha256(state.encode()).hexdigest()
    stamp = settings.STATIC_ROOT / "collected"
    if not stamp.exists() or stamp.read_text() != digest:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest)


def watch_database(server):
    """Start it again if it was killed, as often as it takes; only read while the disk is nearly full."""
    try:
        if server.restart_if_dead():
            log.warning("The database had been killed; it has been started again.")
        if line := server.watch_disk():
            log.warning(
                "The disk %s.", "is nearly full: only reads" if line == embedded.READ_ONLY else "has room"
            )
    except (embedded.Refused, OSError):
        log.exception("The database cannot be started; it is tried again.")


def again_and_again(command, seconds):
    """Runs a command, as a list of words, every so many seconds; what fails is tried again after a pause."""
    while True:
        wait = seconds
        try:
            call_command(*command)
        except Exception:
            if ending.is_set():
                return
            log.exception("The command %s failed; it is tried again.", command[0])
            connection.close()
            wait = max(seconds, PAUSE)
        time.sleep(wait)


class Command(BaseCommand):
    help = "Prepares the database and serves site, admin and API until it is told to stop."

    def handle(self, **options):
        for number in embedded.STOPPING:
            # Being told to stop is no failure.
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
        """Do what the first start needs and a later one skips; what create_accounts() returns.

        CommandError where the database cannot be used: a web server over it would answer nothing.
        """
        try:
            return self.make_ready()
        except (OperationalError, MigrationSchemaMissing) as problem:
            words = " ".join(str(problem).split())
            raise CommandError(f"The database of DATABASE_URL cannot be used: {words}") from None

    def make_ready(self):
        if restore.is_marked():
            raise CommandError("A backup is being restored here: let `manage.py restore` come to its end.")
        keep_secret()
        begin_request_log()
        migrate()
        self.check(tags=[Tags.database], databases=["default"])
        call_command("seed", stdout=self.stdout)
        collect_static()
        return create_accounts()

    def wait_until_it_answers(self):
        while not processes.answers():
            if self.web.ended():
                raise CommandError("The web server ended at once; the lines above say why.")
            time.sleep(0.05)

    def say_where(self, shown):
        """Tell where everything is, and the new passwords."""
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
            lines.append("This is the local demo: only this machine can reach it. Ctrl-C ends it.")
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def watch(self):
        """Start again what was killed: the database, and the web server, which gives up when hit twice."""
        if embedded.current:
            watch_database(embedded.current)
        if self.web.ended():
            log.error("The web server ended by itself; it is started again.")
            self.web.mend()
