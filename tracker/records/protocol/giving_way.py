"""Long work gives way to other requests of the process.

All threads of a process share the interpreter: without pauses, two exports make every other request many
times slower.
"""

import time
from contextlib import contextmanager
from threading import Lock

STRETCH = 0.005  # seconds of processor time between two pauses
PAUSE = 3  # times as long as the work before it


class InProgress:
    """The number of requests in progress in this process. A response that is being streamed is not one."""

    def __init__(self):
        self.number, self.lock = 0, Lock()

    @contextmanager
    def one(self):
        with self.lock:
            self.number += 1
        try:
            yield
        finally:
            with self.lock:
                self.number -= 1


in_progress = InProgress()


def giving_way(rows, own=0):
    """Yields the rows, with pauses while other requests are in progress. `own`: 1 inside a request, or 0."""
    began = time.thread_time()
    for row in rows:
        yield row
        worked = time.thread_time() - began
        if worked > STRETCH:
            if in_progress.number > own:
                time.sleep(PAUSE * worked)
            began = time.thread_time()
