from django.core.management import BaseCommand

from tracker.records.scheduled import publish_due


class Command(BaseCommand):
    help = "Publishes what was approved for a moment that has come. Run it every minute, or let serve do it."

    def handle(self, **options):
        published, returned = publish_due()
        if published or returned:
            self.stdout.write(f"Published: {published}. Not published, and given back: {returned}.")
