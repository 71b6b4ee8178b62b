"""What was taken down and what was erased, by ids alone: a table, and a file that outlives the database.

A backup from before knows nothing of it: who restores one lets the ledger speak last. The file is what counts
then, since the table comes back as old as the backup.
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
    RETURN = "return"  # published again: an earlier takedown counts no more
    ERASURE = "erasure"


class Line(NamedTuple):
    """A deed as the file has it."""

    at: str
    kind: str
    model: str
    id: str

    def __bytes__(self):
        return json.dumps(self._asdict()).encode() + b"\n"


class LedgerAway(exceptions.APIException):
    """What was done stands, but only in the database."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = (
        "It is done, but could not be written into the file of ERASURE_LEDGER: mend that before you rely on a"
        " backup. What is missing there is added with the next takedown, erasure or backup."
    )


class Deed(models.Model):
    """One takedown, return or erasure of one record: neither a name nor a reason."""

    model = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=DeedKind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.kind} of {self.model} {str(self.record_id)[:8]}"

    def line(self):
        return Line(self.at.isoformat(), self.kind, self.model, str(self.record_id))


def enter(record, kind):
    """Enters a deed, whose record is locked: the moments of one record are in the order of its deeds."""
    Deed.objects.create(model=record._meta.label, record_id=record.pk, kind=kind)
    transaction.on_commit(write_down)


def write_down():
    """Adds to the file what the table has and the file lacks, down to the disk; else LedgerAway."""
    try:
        with open_file() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            said = file.read()
            known = {*lines_of(said)}
            lacking = [bytes(line) for line in in_table() if line not in known]
            torn = b"\n" if lacking and said and not said.endswith(b"\n") else b""
            file.write(torn + b"".join(lacking))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        raise LedgerAway from None


def take_in(lines):
    """Adds to the table what a file has and the table lacks."""
    known = {*in_table()}
    Deed.objects.bulk_create(
        Deed(model=line.model, record_id=line.id, kind=line.kind, at=datetime.fromisoformat(line.at))
        for line in lines
        if line not in known
    )


def open_file():
    """The file, to be read and added to; nobody else may read it. It is made, for good, if there is none."""
    settings.ERASURE_LEDGER.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.ERASURE_LEDGER
    file = open(path, "a+b", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
    sync_folder(path.parent)
    file.seek(0)
    return file


def sync_folder(path):
    """Returns when the disk has what was made or renamed in a folder."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def in_table():
    """The lines of the table, in its order."""
    return [deed.line() for deed in Deed.objects.order_by("id")]


def lines_of(said):
    """The lines of a ledger file. One that a crash has torn was never acknowledged, and is left out."""
    for text in said.splitlines():
        try:
            line = Line(**json.loads(text))
            datetime.fromisoformat(line.at), UUID(line.id)
        except (ValueError, TypeError):
            continue
        yield line
