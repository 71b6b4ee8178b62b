import time

from django.core.management import BaseCommand

from tracker.records.protection.name_search import NameSearch, work


class Command(BaseCommand):
    help = (
        "Hides what else names the people who were taken down, until all public texts are read. serve and"
        " publish_due do it, too. It may be stopped and started again at any moment."
    )

    def handle(self, **options):
        running = NameSearch.objects.running()
        while running.exists():
            work()
            if running.exists():
                time.sleep(1)  # until who writes at this moment, or reads for the same searches, has ended
        if options["verbosity"]:
            self.stdout.write("Everything that names who was taken down is hidden.")
