import hashlib
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from tracker.records.audit import takedown_ledger
from tracker.server import backup, doctor


class Command(BaseCommand):
    help = "Writes an encrypted backup of the database to a new file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file, **options):
        try:
            takedown_ledger.write_down()
            manifest = backup.write_backup(file.absolute())
            doctor.note_backup()
        except (backup.Failed, takedown_ledger.LedgerAway, OSError) as problem:
            raise CommandError(str(problem)) from None
        with open(file, "rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        rows = sum(manifest["rows"].values())
        self.stdout.write(f"{file}: {rows} rows, {file.stat().st_size} bytes, SHA-256 {digest}")
