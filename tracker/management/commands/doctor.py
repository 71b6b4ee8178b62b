import sys

from django.core.management import BaseCommand, CommandError
from django.db import OperationalError

from tracker.server import doctor


class Command(BaseCommand):
    help = "Says what is wrong with this installation, and what to do. Exit status 1 if anything is wrong."
    requires_system_checks = ()  # they are part of the answer

    def handle(self, **options):
        try:
            found = list(doctor.problems())
        except OperationalError as problem:
            words = " ".join(str(problem).split())
            raise CommandError(f"The database of DATABASE_URL cannot be used: {words}") from None
        for sentence in found:
            self.stdout.write(f"- {sentence}")
        if found:
            sys.exit(1)
        self.stdout.write("Nothing is wrong.")
