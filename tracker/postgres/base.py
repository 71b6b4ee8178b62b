"""Django's PostgreSQL backend. If the server does not answer, not every request waits for it."""

import time

from django.db.backends.postgresql import base

REST = 1  # second


class DatabaseWrapper(base.DatabaseWrapper):
    """After a failed attempt to connect that took REST seconds, no thread tries again for REST seconds."""

    silent_until = 0

    def get_new_connection(self, params):
        began = time.monotonic()
        if began < DatabaseWrapper.silent_until:
            raise self.Database.OperationalError("The database did not answer a moment ago.")
        try:
            return super().get_new_connection(params)
        except self.Database.OperationalError:
            if time.monotonic() - began > REST:
                DatabaseWrapper.silent_until = time.monotonic() + REST
            raise
