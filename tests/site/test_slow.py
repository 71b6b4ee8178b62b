"""Slow clients keep nobody waiting, and are cut off."""

import time

from tests.served import Served
from tests.slow import BODIES, PATHS, SlowClients, asked, percentile, told

WITHIN = 1  # seconds to an answer, whatever others do
HEADERS, BODY = 10, 30  # seconds that a client has
LATE = 5  # seconds: it looks once a second, on a machine that is busy


class SlowClientsTest(Served):
    def test_two_hundred_slow_clients_stop_nobody(self):
        asked(self.port, PATHS, time.monotonic() + 2)  # the first answers of a worker take their time
        with SlowClients(self.port) as slow:
            seconds = asked(self.port, PATHS, time.monotonic() + BODY + LATE)
            self.assertGreater(slow.open, 190)
        print(*told(seconds), sep="\n")
        for path in PATHS:
            self.assertLess(percentile(seconds[path], 0.95), WITHIN, path)
        self.assert_cut_off(slow.ended)

    def assert_cut_off(self, ended):
        """Everybody who sends slowly was, in time, and those with a body were told so."""
        for kind in ("headers", "nothing"):
            self.assertLess(max(lasted for lasted, _ in ended[kind]), HEADERS + LATE, kind)
        for kind in BODIES:
            self.assertGreater(len(ended[kind]), 10, kind)
            self.assertLess(max(lasted for lasted, _ in ended[kind]), BODY + LATE, kind)
            self.assertLessEqual({line for _, line in ended[kind]}, {"HTTP/1.1 408 Request Timeout", ""})
