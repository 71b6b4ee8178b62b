from contextlib import nullcontext

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor


class AtomicExecutor(MigrationExecutor):
    """Applies a migration and records it as applied, in one transaction.

    Django records most migrations afterward. If it is killed in between, the migration would be applied a
    second time, and fail. A migration that is not atomic must handle that itself.
    """

    def apply_migration(self, state, migration, **options):
        with transaction.atomic(self.connection.alias) if migration.atomic else nullcontext():
            return super().apply_migration(state, migration, **options)


class Command(migrate.Command):
    def handle(self, *args, **options):
        migrate.MigrationExecutor = AtomicExecutor
        return super().handle(*args, **options)
