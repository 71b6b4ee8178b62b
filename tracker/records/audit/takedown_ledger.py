"""The ledger: ids of everything taken down or erased, in a table and in a file that outlives the database.

An older backup does not know about later takedowns, so after a restore the ledger is applied. Then only the
file counts, since the table is as old as the backup.
"""

import fcntl
import json
import os
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from rest_framework import exceptions, status


class DeedKind(models.TextChoices):
    TAKEDOWN = "takedown"
    RETURN = "return"  # published again: an earlier takedown no longer counts
    ERASURE = "erasure"


class LedgerLine(NamedTuple):
    """One line of the ledger file."""

    at: str
    kind: str
    model: str
    id: str

    def __bytes__(self):
        return json.dumps(self._asdict()).encode() + b"\n"


class LedgerAway(exceptions.APIException):
    """The action was completed, but is only recorded in the database."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = (
        "This was done, but could not be written to the file of ERASURE_LEDGER. Fix this before relying on a"
        " backup. Missing lines are added with the next takedown, erasure or backup."
    )


class Deed(models.Model):
    """One takedown, return or erasure of one record, without names or reasons."""

    model = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=DeedKind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.kind} of {self.model} {str(self.record_id)[:8]}"

    def line(self):
        return LedgerLine(self.at.isoformat(), self.kind, self.model, str(self.record_id))


def enter(record, kind):
    """Records an action on a locked record, so that the times of one record are in order."""
    Deed.objects.create(model=record._meta.label, record_id=record.pk, kind=kind)
    transaction.on_commit(write_down)


def write_down():
    """Appends the lines of the table that the file lacks, and syncs them to disk; else LedgerAway."""
    try:
        with open_file() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            content = file.read()
            known = {*lines_of(content)}
            missing = [bytes(line) for line in in_table() if line not in known]
            torn = b"\n" if missing and content and not content.endswith(b"\n") else b""
            file.write(torn + b"".join(missing))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        raise LedgerAway from None


def take_in(lines):
    """Adds the lines of a file that the table lacks."""
    known = {*in_table()}
    Deed.objects.bulk_create(
        Deed(model=line.model, record_id=line.id, kind=line.kind, at=datetime.fromisoformat(line.at))
        for line in lines
        if line not in known
    )


def open_file():
    """The file, opened to read and append, private to this user. It is created, durably, if it is missing."""
    settings.ERASURE_LEDGER.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.ERASURE_LEDGER
    file = open(path, "a+b", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
    sync_folder(path.parent)
    file.seek(0)
    return file


def sync_folder(path):
    """Syncs a folder, so that created and renamed files are on disk."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def in_table():
    """The lines of the table, in its order."""
    return [deed.line() for deed in Deed.objects.order_by("id")]


def lines_of(content):
    """The lines of a ledger file. A line torn by a crash was never acknowledged and is left out."""
    for text in content.splitlines():
        try:
            line = LedgerLine(**json.loads(text))
            datetime.fromisoformat(line.at), UUID(line.id)
        except (ValueError, TypeError):
            continue
        yield line
