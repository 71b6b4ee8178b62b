from django.core.management import BaseCommand

from people.api.stored_answers import outdate_all, refresh_answers


class Command(BaseCommand):
    help = (
        "Computes what is known about people and cases again if their records have changed, so that it can be"
        " looked up. serve does this too."
    )

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="Compute the answers about everyone again.")

    def handle(self, **options):
        if options["all"]:
            outdate_all()
        number = refresh_answers()
        if options["verbosity"]:
            self.stdout.write(f"The answers are up to date with {number} more changes.")
