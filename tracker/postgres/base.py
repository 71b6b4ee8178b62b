"""PostgreSQL as Django knows it; where it does not answer, not every request waits for that."""

import time

from django.db.backends.postgresql import base

REST = 1  # second


class DatabaseWrapper(base.DatabaseWrapper):
    """After an attempt to connect that took this many seconds for nothing, all threads rest as many."""

    silent_until = 0

    def get_new_connection(self, params):
        began = time.monotonic()
        if began < DatabaseWrapper.silent_until:
            raise self.Database.OperationalError("The database did not answer just now.")
        try:
            return super().get_new_connection(params)
        except self.Database.OperationalError:
            if time.monotonic() - began > REST:
                DatabaseWrapper.silent_until = time.monotonic() + REST
            raise
