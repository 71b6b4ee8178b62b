import time

from django.core.management import BaseCommand

from tracker.records.protection.name_search import NameSearch, run_searches


class Command(BaseCommand):
    help = (
        "Hides all other public texts that name people who were taken down. serve and"
        " publish_due do this too. It can be stopped and restarted at any time."
    )

    def handle(self, **options):
        running = NameSearch.objects.running()
        while running.exists():
            run_searches()
            if running.exists():
                time.sleep(1)  # until current writers, and other readers for the same searches, have ended
        if options["verbosity"]:
            self.stdout.write("Every public text that names people who were taken down is hidden.")
