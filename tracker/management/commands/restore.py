from pathlib import Path

from django.core.management import BaseCommand, CommandError

from tracker.records.audit import takedown_ledger
from tracker.server import backup, restore


class Command(BaseCommand):
    help = "Restores a backup into an empty database and repeats the takedowns and erasures in the ledger."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, required=True, help="The file with the private key.")
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[], help="An additional ledger. Can be repeated."
        )

    def handle(self, file, identity, **options):
        try:
            rows, down, erased = restore.restore(file, identity, options["ledger"])
        except (backup.Failed, takedown_ledger.LedgerAway) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Restored {rows} rows. Every table has as many as the backup says.")
        self.stdout.write(
            f"Following the ledger, {down} records were taken down again and {erased} erased again."
        )
