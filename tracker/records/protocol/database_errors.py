"""Temporary errors of the database, and their messages. All other errors are bugs of ours."""

from django.db import InterfaceError, InternalError, OperationalError, connection

AWAY = "The database cannot be reached at the moment."
SLOW = "The database took too long to answer."
OVERDUE = "Computing the answer took too long."
BUSY = "Someone else was writing the same data at this moment."
DISK_FULL = "The database cannot store anything at the moment. Reading still works."
# By SQLSTATE, or its first two characters. https://www.postgresql.org/docs/current/errcodes-appendix.html
PASSING = {
    "08": AWAY,  # the connection broke
    "40": BUSY,  # deadlock, serialization failure: one of two writers is aborted
    "53": AWAY,  # too many clients, no memory
    "57": AWAY,  # shut down, killed, not yet started
    "58": AWAY,  # a file cannot be read or written
    "25006": DISK_FULL,  # read-only, as `embedded` sets it when the disk is nearly full
    "25P03": SLOW,  # idle_in_transaction_session_timeout
    "53100": DISK_FULL,  # no space left on the disk
    "55P03": BUSY,  # lock_timeout
    "57014": SLOW,  # statement_timeout
}


class Overdue(OperationalError):
    """A computation in Python took longer than a statement may."""


def passing(error):
    """The message for a temporary error, None for any other."""
    if isinstance(error, Overdue):
        return OVERDUE
    state = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, InternalError | OperationalError) and state:
        return PASSING.get(state) or PASSING.get(state[:2])
    if isinstance(error, OperationalError):
        return AWAY  # errors before a connection exists have no SQLSTATE
    return AWAY if isinstance(error, InterfaceError) and lost() else None


def lost():
    """Whether an open connection was lost. Then a new one may work."""
    return connection.connection is not None and connection.connection.closed
