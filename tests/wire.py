"""What really goes to the database server: the messages of the protocol, as libpq writes them down."""

import tempfile
from contextlib import contextmanager

from django.db import connection
from psycopg import pq

RUNS = ("Query", "Execute")  # one of these asks the server to run a statement, simple or prepared


@contextmanager
def statements():
    """A list that holds, after the block, the messages by which this connection ran statements."""
    connection.ensure_connection()
    sent, link = [], connection.connection.pgconn
    with tempfile.TemporaryFile("w+") as file:
        link.trace(file.fileno())
        link.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield sent
        finally:
            link.untrace()
        file.seek(0)
        sent += [line for line in file if line.startswith("F\t") and line.split("\t")[2] in RUNS]
