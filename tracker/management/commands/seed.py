from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, call_command

from tracker.records.base.record import Record


def holds_records():
    """Whether the database holds any record."""
    return any(model._base_manager.exists() for model in apps.get_models() if issubclass(model, Record))


class Command(BaseCommand):
    help = "Loads the fixtures into a database without records. Does nothing if there are records."

    def handle(self, **options):
        files = sorted(settings.FIXTURE_DIRS[0].glob("*.json"))
        if files and not holds_records():
            self.stdout.write("Loading the seed facts ...")
            call_command("loaddata", *files, verbosity=0)
