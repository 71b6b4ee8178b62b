import os
from pathlib import Path

import pyrage
from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Makes a pair of keys: the private one goes into a new file, the public one is printed."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file, **options):
        key = pyrage.x25519.Identity.generate()
        try:
            with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as new:
                new.write(f"# public key: {key.to_public()}\n{key}\n")
        except OSError as problem:
            raise CommandError(f"{file} cannot be made ({problem.strerror}).") from None
        self.stdout.write(f"BACKUP_RECIPIENT={key.to_public()}")
