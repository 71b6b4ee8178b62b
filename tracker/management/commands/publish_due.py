from django.core.management import BaseCommand

from people import consent
from tracker.records.protection import name_search
from tracker.records.workflow.approvals import publish_due


class Command(BaseCommand):
    help = (
        "Publishes records whose scheduled time has come, takes down what consent no longer covers,"
        " and hides texts that name a person who was taken down. Run it every minute, or let serve do it."
    )

    def handle(self, **options):
        name_search.run_searches()
        ended = consent.follow_all()
        if ended:
            self.stdout.write(f"Taken down because consent has ended: {ended}.")
        published, returned = publish_due()
        if published or returned:
            self.stdout.write(f"Published: {published}. Not published but sent back: {returned}.")
