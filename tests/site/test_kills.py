"""Nothing acknowledged is lost, whatever is killed; nobody has to start anything again."""

import time

import pytest

from tests.kills import Writers, kill_database, kill_worker, survived
from tests.served import Served

TIMES = 20
WITHIN = 5


@pytest.mark.long
class KillTest(Served):
    """Eight writers at work throughout."""

    def kill(self, act, times=TIMES):
        """What the writers know after so many kills, and the seconds to the first success after each."""
        seconds = []
        with Writers(self) as writers:
            for number in range(times):
                time.sleep(1)
                killed = time.monotonic()
                act(number)
                seconds.append(writers.seconds_to_success(killed))
        print(
            f"{len(writers.acknowledged)} acknowledged, {len(writers.answers)} answers,"
            f" {sum(status != 201 for status in writers.answers)} to be sent again;"
            f" seconds to the first success: {', '.join(f'{one:.2f}' for one in sorted(seconds))}"
        )
        survived(self, writers)
        self.assertGreater(len(writers.acknowledged), times)
        return seconds

    def test_the_database(self):
        seconds = self.kill(lambda number: kill_database(self, everything=number % 2))
        self.assertLess(max(seconds), WITHIN)

    def test_a_worker(self):
        """The other one may be hit while the first still starts; then the whole web server starts again."""
        self.kill(lambda _: kill_worker(self))
