"""The file of a backup: what PostgreSQL dumps, compressed by it, encrypted with age to public keys.

Inside the encryption stand a line that describes the dump (JSON), the dump in PostgreSQL's custom format, and
the SHA-256 of both. age itself notices whatever was changed or cut off. Nothing but the encrypted file is
written to disk, and neither side holds more than a piece of it in memory.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pyrage
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from tracker.environment import read
from tracker.records.audit.takedown_ledger import sync_folder

from . import embedded

FORMAT = 1
HEAD = b"dialogue tracker backup\n"
DIGEST = 64  # hexadecimal digits at the end
PIECE = 1 << 16
LONGEST_MANIFEST = 1 << 22
# What is only of use to the running program, and may name whom nobody should find in a backup.
LEFT_OUT = ("django_session", "records_keptanswer", "records_tally")
MARK = "restore_unfinished"


class Failed(Exception):
    """A backup cannot be made, read or restored; the text says why and what to do."""


# PostgreSQL's programs


def server_version():
    """The major version of the server."""
    with connection.cursor():
        return connection.connection.info.server_version // 10_000


def program(name, version):
    """The path of one of PostgreSQL's programs that is no older than a version; Failed if there is none."""
    folders = [Path(read("POSTGRES_BIN"))] if read("POSTGRES_BIN") else []
    on_path = shutil.which(name)
    folders += [Path(on_path).parent] if on_path else []
    with suppress(embedded.Refused):
        folders.append(embedded.programs())
    for folder in folders:
        with suppress(OSError, subprocess.SubprocessError, ValueError, IndexError):
            said = subprocess.run([folder / name, "--version"], capture_output=True, text=True, check=True)
            if int(said.stdout.split()[2].split(".")[0]) >= version:
                return folder / name
    raise Failed(
        f"There is no {name} of PostgreSQL {version} or newer: install the client programs of PostgreSQL, or"
        " let POSTGRES_BIN name their folder."
    )


def reach():
    """How PostgreSQL's programs reach the database of this process: an argument, and an environment."""
    known = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    parts = {name: known[key] for name, key in names.items() if known[key]}
    options = {key: value for key, value in known["OPTIONS"].items() if isinstance(value, str | int)}
    secret = {"PGPASSWORD": known["PASSWORD"]} if known["PASSWORD"] else {}
    return f"--dbname={make_conninfo(**parts, **options)}", {**os.environ, "LC_ALL": "C", **secret}


@contextmanager
def running(name, *arguments, version=None, **pipes):
    """One of PostgreSQL's programs at work on the database; Failed, with its last words, if it fails."""
    database, variables = reach()
    command = [program(name, version or server_version()), *arguments, database]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, env=variables, stderr=words, **pipes)
        try:
            yield process
            for pipe in filter(None, (process.stdin, process.stdout)):
                with suppress(BrokenPipeError):
                    pipe.close()
            process.wait()
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            words.seek(0)
            last = words.read().decode(errors="replace").strip().splitlines()[-1:]
            raise Failed(f"{name} failed: {''.join(last)}")


# What the database is like


def tables():
    """The names of the tables of the program, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(name for (name,) in cursor.fetchall() if name != MARK)


def counts():
    """{table: number of its rows}; of what is left out none is kept."""
    found = {}
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            found[name] = 0 if name in LEFT_OUT else cursor.fetchone()[0]
    return found


def migrations():
    """The names of the migrations that the database has, sorted."""
    return sorted(".".join(key) for key in MigrationLoader(connection).applied_migrations)


def manifest():
    """What is said of the database as the transaction sees it."""
    return {
        "format": FORMAT,
        "at": timezone.now().isoformat(timespec="seconds"),
        "postgres": server_version(),
        "migrations": migrations(),
        "rows": counts(),
        "left_out": LEFT_OUT,
    }


# Writing


class Sealing(io.RawIOBase):
    """What is encrypted: the manifest, the dump that a process writes, the digest of both."""

    def __init__(self, said, process):
        self.waiting = HEAD + json.dumps(said).encode() + b"\n"
        self.process, self.digest, self.ended = process, hashlib.sha256(self.waiting), False

    def readable(self):
        return True

    def read(self, size=-1):
        if not self.waiting and not self.ended:
            self.waiting = self.process.stdout.read(PIECE)
            self.digest.update(self.waiting)
            if not self.waiting:
                self.end()
        wanted = len(self.waiting) if size < 0 else size
        piece, self.waiting = self.waiting[:wanted], self.waiting[wanted:]
        return piece

    def end(self):
        """A dump that broke off has no digest, and so no file."""
        if self.process.wait():
            raise OSError("The dump broke off.")
        self.waiting, self.ended = self.digest.hexdigest().encode(), True


def recipients():
    """The public keys of BACKUP_RECIPIENT; Failed if there is none or one is wrong."""
    texts = read("BACKUP_RECIPIENT").split()
    try:
        keys = [pyrage.x25519.Recipient.from_str(text) for text in texts]
    except pyrage.RecipientError:
        raise Failed("BACKUP_RECIPIENT has a key that cannot be read: it begins with age1.") from None
    if not keys:
        raise Failed(
            "BACKUP_RECIPIENT is not set: it holds the public key that backups are encrypted to. Make one, on"
            " another machine, with `manage.py backup_key <file>`."
        )
    return keys


def write(path):
    """Writes a backup of the database to a new file, whole or not at all; its manifest."""
    keys = recipients()
    if path.exists():
        raise Failed(f"{path} exists already: give another name.")
    with transaction.atomic(), snapshot() as name:
        said = manifest()
        left = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
        arguments = ["--format=custom", "--compress=6", f"--snapshot={name}", "--no-owner", "--no-acl", *left]
        with whole(path) as file, running("pg_dump", *arguments, stdout=subprocess.PIPE) as dump:
            try:
                pyrage.encrypt_io(Sealing(said, dump), file, keys)
            except pyrage.EncryptError as problem:
                if not dump.poll():
                    raise Failed(f"The backup could not be written: {problem}") from None
    return said


@contextmanager
def snapshot():
    """The name of the state of the database that this transaction sees, for others to see the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


@contextmanager
def whole(path):
    """A file that has its name only once all of it is on the disk; nobody else may read it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", suffix=".part") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
        os.link(file.name, path)
    sync_folder(path.parent)


# Reading


class Opened(io.RawIOBase):
    """Takes what is decrypted: keeps the manifest, hands the dump on, and compares the digest at the end."""

    def __init__(self, take=lambda piece: None):
        self.take, self.waiting, self.manifest = take, b"", None
        self.digest = hashlib.sha256()

    def writable(self):
        return True

    def write(self, piece):
        self.waiting += piece
        if self.manifest is None:
            self.begin()
        if self.manifest is not None and len(self.waiting) > DIGEST:
            dump, self.waiting = self.waiting[:-DIGEST], self.waiting[-DIGEST:]
            self.digest.update(dump)
            self.take(dump)
        return len(piece)

    def begin(self):
        """Reads the manifest once all of it is there; Failed if it is none of ours."""
        head, _, rest = self.waiting.partition(b"\n")
        line, end, rest = rest.partition(b"\n")
        known = self.waiting[: len(HEAD)] == HEAD[: len(self.waiting)]
        if not known or len(line) > LONGEST_MANIFEST:
            raise Failed("It is no backup of the dialogue tracker.")
        if end:
            self.digest.update(head + b"\n" + line + b"\n")
            self.manifest, self.waiting = json.loads(line), rest
            check_version(self.manifest)

    def finish(self):
        if self.manifest is None or self.waiting.decode(errors="replace") != self.digest.hexdigest():
            raise Failed("It is damaged: its checksum is not that of its content. Take another backup.")


def check_version(said):
    """Failed if a newer program wrote the backup, whose tables this one does not know."""
    if said.get("format", FORMAT + 1) > FORMAT:
        raise Failed("It was written in a newer format: restore it with the program that wrote it.")
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    if {*said["migrations"]} - known:
        raise Failed("A newer program wrote it: restore it with that version, or a later one.")


def opened(path, identity, take=lambda piece: None):
    """The manifest of a backup, after all of it was decrypted, checked and handed on; or Failed."""
    keys, content = identities(identity), Opened(take)
    try:
        with open(path, "rb") as file:
            pyrage.decrypt_io(file, content, keys)
    except (BrokenPipeError, Failed):
        raise
    except FileNotFoundError:
        raise Failed(f"There is no file {path}.") from None
    except (pyrage.DecryptError, OSError) as problem:
        raise Failed(wrong(problem)) from None
    content.finish()
    return content.manifest | {"digest": content.digest.hexdigest()}


def wrong(problem):
    """What is wrong with a file that cannot be decrypted."""
    if "No matching keys" in str(problem):
        return "It is encrypted to another key than the one of --identity."
    return "It is no whole backup: it is cut off or damaged, or is another kind of file. Take another one."


def identities(path):
    """The private keys of a file, as `backup_key` or age-keygen write it; Failed if there is none."""
    try:
        lines = Path(path).read_text().split("\n")
        return [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith("AGE-")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        raise Failed(f"{path} holds no private key that can be read (AGE-SECRET-KEY-1...).") from None
