"""Backup files: a compressed PostgreSQL dump, encrypted with age to public keys.

The encrypted content is a line of JSON that describes the dump, the dump in PostgreSQL's custom format, and
the SHA-256 of both. age itself detects changed or truncated files. Only the encrypted file is
written to disk, and never more than a piece of it is in memory.
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

from tracker.environment import read_variable
from tracker.records.audit.takedown_ledger import sync_folder

from . import embedded

FORMAT = 1
HEAD = b"dialogue tracker backup\n"
DIGEST = 64  # hexadecimal digits at the end
PIECE = 1 << 16
LONGEST_MANIFEST = 1 << 22
# Tables that only the running program needs, and that may name people who must not be in a backup.
LEFT_OUT = ("django_session", "records_keptanswer", "records_tally")
UNFINISHED_MARK = "restore_unfinished"


class Failed(Exception):
    """A backup cannot be made, read or restored. The text says why and what to do."""


# PostgreSQL's programs


def server_version():
    """The major version of the server."""
    with connection.cursor():
        return connection.connection.info.server_version // 10_000


def program(name, version):
    """The path of a PostgreSQL program of at least this version; Failed if there is none."""
    folders = [Path(read_variable("POSTGRES_BIN"))] if read_variable("POSTGRES_BIN") else []
    on_path = shutil.which(name)
    folders += [Path(on_path).parent] if on_path else []
    with suppress(embedded.CannotStart):
        folders.append(embedded.programs())
    for folder in folders:
        with suppress(OSError, subprocess.SubprocessError, ValueError, IndexError):
            found = subprocess.run([folder / name, "--version"], capture_output=True, text=True, check=True)
            if int(found.stdout.split()[2].split(".")[0]) >= version:
                return folder / name
    raise Failed(
        f"There is no {name} of PostgreSQL {version} or newer. Install PostgreSQL's client programs, or"
        " set POSTGRES_BIN to their folder."
    )


def connection_arguments():
    """How PostgreSQL's programs connect to the database of this process: an argument and an environment."""
    known = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    parts = {name: known[key] for name, key in names.items() if known[key]}
    options = {key: value for key, value in known["OPTIONS"].items() if isinstance(value, str | int)}
    secret = {"PGPASSWORD": known["PASSWORD"]} if known["PASSWORD"] else {}
    return f"--dbname={make_conninfo(**parts, **options)}", {**os.environ, "LC_ALL": "C", **secret}


@contextmanager
def running(name, *arguments, version=None, **pipes):
    """Runs a PostgreSQL program on the database; Failed, with its last output, if it fails."""
    database, variables = connection_arguments()
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


# The content of the database


def tables():
    """The names of our tables, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(name for (name,) in cursor.fetchall() if name != UNFINISHED_MARK)


def counts():
    """{table: number of rows}; 0 for tables that are left out."""
    found = {}
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            found[name] = 0 if name in LEFT_OUT else cursor.fetchone()[0]
    return found


def migrations():
    """The names of the applied migrations, sorted."""
    return sorted(".".join(key) for key in MigrationLoader(connection).applied_migrations)


def manifest():
    """The description of the database in this transaction."""
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
    """The content to encrypt: the manifest, the dump from a process, and the digest of both."""

    def __init__(self, head, process):
        self.waiting = HEAD + json.dumps(head).encode() + b"\n"
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
        """The end of the dump. If the dump failed, there is no digest and no file."""
        if self.process.wait():
            raise OSError("The dump was interrupted.")
        self.waiting, self.ended = self.digest.hexdigest().encode(), True


def recipients():
    """The public keys of BACKUP_RECIPIENT; Failed if there is none or one is wrong."""
    texts = read_variable("BACKUP_RECIPIENT").split()
    try:
        keys = [pyrage.x25519.Recipient.from_str(text) for text in texts]
    except pyrage.RecipientError:
        raise Failed(
            "BACKUP_RECIPIENT has a key that cannot be read. A public key begins with age1."
        ) from None
    if not keys:
        raise Failed(
            "BACKUP_RECIPIENT is not set. Set it to the public key that backups"
            " are encrypted to. Create one, on"
            " another machine, with `manage.py backup_key <file>`."
        )
    return keys


def write_backup(path):
    """Writes a backup of the database to a new file, completely or not at all; returns the manifest."""
    keys = recipients()
    if path.exists():
        raise Failed(f"{path} already exists. Give another name.")
    with transaction.atomic(), snapshot() as name:
        head = manifest()
        left = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
        arguments = ["--format=custom", "--compress=6", f"--snapshot={name}", "--no-owner", "--no-acl", *left]
        with complete_file(path) as file, running("pg_dump", *arguments, stdout=subprocess.PIPE) as dump:
            try:
                pyrage.encrypt_io(Sealing(head, dump), file, keys)
            except pyrage.EncryptError as problem:
                if not dump.poll():
                    raise Failed(f"The backup could not be written: {problem}") from None
    return head


@contextmanager
def snapshot():
    """Exports the snapshot of this transaction, so that others can see the same state; returns its name."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


@contextmanager
def complete_file(path):
    """A private file that gets its name only after all of it is on disk."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", suffix=".part") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
        os.link(file.name, path)
    sync_folder(path.parent)


# Reading


class Opened(io.RawIOBase):
    """Receives decrypted data: keeps the manifest, passes the dump on, and compares the digest at the end."""

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
        """Reads the manifest as soon as it is complete; Failed if it is not ours."""
        head, _, rest = self.waiting.partition(b"\n")
        line, end, rest = rest.partition(b"\n")
        known = self.waiting[: len(HEAD)] == HEAD[: len(self.waiting)]
        if not known or len(line) > LONGEST_MANIFEST:
            raise Failed("This is not a backup of the dialogue tracker.")
        if end:
            self.digest.update(head + b"\n" + line + b"\n")
            self.manifest, self.waiting = json.loads(line), rest
            check_version(self.manifest)

    def finish(self):
        if self.manifest is None or self.waiting.decode(errors="replace") != self.digest.hexdigest():
            raise Failed(
                "This backup is damaged: its checksum does not match its content. Use another backup."
            )


def check_version(manifest):
    """Failed if a newer program with unknown tables wrote the backup."""
    if manifest.get("format", FORMAT + 1) > FORMAT:
        raise Failed("This backup has a newer format. Restore it with the program that wrote it.")
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    if {*manifest["migrations"]} - known:
        raise Failed("A newer program wrote this backup. Restore it with that version or a later one.")


def read_backup(path, identity, take=lambda piece: None):
    """Decrypts and checks a whole backup and passes it on; returns the manifest, or raises Failed."""
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
    """A sentence about why a file cannot be decrypted."""
    if "No matching keys" in str(problem):
        return "This backup is encrypted to a different key than the one in --identity."
    return (
        "This is not a complete backup: it is truncated, damaged, or another kind of file. Use another one."
    )


def identities(path):
    """The private keys in a file from `backup_key` or age-keygen; Failed if there is none."""
    try:
        lines = Path(path).read_text().split("\n")
        return [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith("AGE-")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        raise Failed(f"{path} does not contain a readable private key (AGE-SECRET-KEY-1...).") from None
