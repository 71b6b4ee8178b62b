from django.core.management import BaseCommand

from tracker import api  # noqa: F401 - what the API shows is what is announced
from tracker.records.changes import announcing


class Command(BaseCommand):
    help = "Lists in changes/ what has changed in public. Run it every minute, or let serve do it."

    def add_arguments(self, parser):
        parser.add_argument(
            "--start-again",
            action="store_true",
            help="Ends all cursors: for a database that was restored without the command restore.",
        )

    def handle(self, **options):
        if options["start_again"]:
            announcing.start_again()
        found = announcing.announce()
        if options["verbosity"]:
            self.stdout.write(f"Announced: {found}.")
