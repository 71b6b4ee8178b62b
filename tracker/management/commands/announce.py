from django.core.management import BaseCommand

from tracker import api  # noqa: F401 - announces what the API shows
from tracker.records.changes import announcing


class Command(BaseCommand):
    help = "Adds public changes to the endpoint changes/. Run it every minute, or let serve do it."

    def add_arguments(self, parser):
        parser.add_argument(
            "--start-again",
            action="store_true",
            help="Ends all cursors. Use it after restoring a database without the command restore.",
        )

    def handle(self, **options):
        if options["start_again"]:
            announcing.start_again()
        found = announcing.announce()
        if options["verbosity"]:
            self.stdout.write(f"Announced: {found}.")
