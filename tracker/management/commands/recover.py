from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError

from tracker.records.accounts import password_link


class Command(BaseCommand):
    help = "Takes the password and the second factor of somebody, and prints a link that sets a new password."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, username, **options):
        user = get_user_model().objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody with an open account is named {username!r}.")
        return password_link(user, factors=True)
