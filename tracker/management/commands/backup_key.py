import os
from pathlib import Path

import pyrage
from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Creates a pair of keys. Writes the private key to a new file and prints the public key."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file, **options):
        key = pyrage.x25519.Identity.generate()
        try:
            with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as new:
                new.write(f"# public key: {key.to_public()}\n{key}\n")
        except OSError as problem:
            raise CommandError(f"{file} cannot be created ({problem.strerror}).") from None
        self.stdout.write(f"BACKUP_RECIPIENT={key.to_public()}")
