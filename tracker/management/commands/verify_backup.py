import tempfile
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from tracker.server import backup, restore


class Command(BaseCommand):
    help = "Checks a backup: decrypts it, compares its checksum and restores it into a temporary database."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, required=True, help="The file with the private key.")

    def handle(self, file, identity, **options):
        try:
            manifest = backup.read_backup(file, identity)
            rows = sum(manifest["rows"].values())
            self.stdout.write(
                f"{file} of {manifest['at']} is complete and its checksum is correct. It holds {rows} rows."
            )
            with tempfile.TemporaryDirectory(prefix="tracker-verify-") as folder:
                self.stdout.write(restore.trial_restore(file, identity, manifest, Path(folder)))
        except backup.Failed as problem:
            raise CommandError(str(problem)) from None
