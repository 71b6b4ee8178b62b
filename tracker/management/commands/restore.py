from pathlib import Path

from django.core.management import BaseCommand, CommandError

from tracker.records.audit import takedown_ledger
from tracker.server import backup, restore


class Command(BaseCommand):
    help = "Restores a backup into an empty database, and does again what the ledger lists."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, required=True, help="The file of the private key.")
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[], help="Another ledger; may be repeated."
        )

    def handle(self, file, identity, **options):
        try:
            rows, down, erased = restore.restore(file, identity, options["ledger"])
        except (backup.Failed, takedown_ledger.LedgerAway) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Restored {rows} rows; every table has as many as the backup says.")
        self.stdout.write(f"By the ledger {down} were taken down again and {erased} erased again.")
