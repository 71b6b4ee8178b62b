from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError

from tracker.records.accounts.staff import password_link


class Command(BaseCommand):
    help = (
        "Removes the password and the second factor of one user or of all users, and prints for each a link"
        " that sets a new password."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", nargs="?")
        parser.add_argument("--all", action="store_true", help="All users with an active account.")

    def handle(self, username, **options):
        if bool(username) == options["all"]:
            raise CommandError("Give a username or --all.")
        users = get_user_model().objects.filter(is_active=True).order_by("username")
        if options["all"]:
            return "\n".join(f"{user.username} {password_link(user, factors=True)}" for user in users)
        user = users.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no active account with the username {username!r}.")
        return password_link(user, factors=True)
