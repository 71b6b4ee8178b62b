"""Which errors of the database pass by themselves, and how to say so. Others are mistakes of ours."""

from django.db import InterfaceError, InternalError, OperationalError, connection

AWAY = "The database cannot be reached at the moment."
SLOW = "The database took too long."
OVERDUE = "Working out the answer took too long."
BUSY = "Others were writing the same at this moment."
FULL = "The database can store nothing more at the moment; what is stored can be read."
# By SQLSTATE, or by its first two letters. https://www.postgresql.org/docs/current/errcodes-appendix.html
PASSING = {
    "08": AWAY,  # the connection broke
    "40": BUSY,  # deadlock, serialization failure: one of two writers gives way
    "53": AWAY,  # too many clients, no memory
    "57": AWAY,  # shut down, killed, not yet started
    "58": AWAY,  # a file cannot be read or written
    "25006": FULL,  # read only, as `embedded` makes a database whose disk is nearly full
    "25P03": SLOW,  # idle_in_transaction_session_timeout
    "53100": FULL,  # no space left on the disk
    "55P03": BUSY,  # lock_timeout
    "57014": SLOW,  # statement_timeout
}


class Overdue(OperationalError):
    """What is worked out from rows of the database took longer than a statement may."""


def passing(error):
    """The sentence for an error that passes by itself, None for any other."""
    if isinstance(error, Overdue):
        return OVERDUE
    state = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, InternalError | OperationalError) and state:
        return PASSING.get(state) or PASSING.get(state[:2])
    if isinstance(error, OperationalError):
        return AWAY  # before there is a connection nothing has an SQLSTATE
    return AWAY if isinstance(error, InterfaceError) and lost() else None


def lost():
    """Whether there was a connection that is no more: then a new one may do."""
    return connection.connection is not None and connection.connection.closed
