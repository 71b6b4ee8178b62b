"""A disk that is really full: what is stored can be read, what is written is refused or kept whole."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.kills import Writers, survived
from tests.served import Served
from tracker.server import embedded

DIALOGUES = "/api/v1/dialogues/"
SIZE = 500 * 2**20


@pytest.mark.long
class FullDiskTest(Served):
    """A small file system in memory holds all that the program stores."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid():
            cls.skipTest(cls, "Only root can make a file system.")
        super().setUpClass()

    @classmethod
    def place(cls):
        folder = Path(tempfile.mkdtemp(prefix="tracker-"))
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder]
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            folder.rmdir()
            raise cls.skipTest(cls, "Mounting is forbidden here.")
        cls.addClassCleanup(folder.rmdir)
        cls.addClassCleanup(subprocess.run, ["umount", "--lazy", folder], check=True)
        return folder

    def fill(self, left):
        """A file that leaves so many bytes of the disk."""
        ballast = self.folder.parent / "ballast"
        self.addCleanup(ballast.unlink, missing_ok=True)
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while (free := shutil.disk_usage(self.folder).free) > left or not left:
                file.write(bytes(min(free - left, 2**20) or 1))
        return ballast

    def room(self, left, seconds):
        """Writers at work while the disk has so much room for so many seconds, and then room again."""
        with Writers(self) as writers:
            time.sleep(2)
            ballast = self.fill(left)
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                status, _, body = self.ask("GET", f"{DIALOGUES}?page_size=1")
                self.assertIn(status, (200, 503), body)
                time.sleep(0.05)
            refused = self.write("POST", DIALOGUES, {"title": "Refused"})
            self.assertEqual(self.ask("GET", f"{DIALOGUES}?page_size=1")[0], 200)
            self.assertEqual(self.write("GET", DIALOGUES, None)[0], 200)
            self.assertEqual(self.ask("GET", "/readyz")[0], 200)
            self.assert_unavailable(refused)
            ballast.unlink()
            freed = time.monotonic()
            self.assertLess(writers.seconds_to_success(freed), 5)
        survived(self, writers)
        print(f"{left} bytes left: {len(writers.acknowledged)} acknowledged, {len(writers.answers)} answers")

    def test_less_room_than_is_safe(self):
        self.room(embedded.NEARLY_FULL // 2, 3)

    def test_no_room_at_all_from_one_moment_to_the_next(self):
        self.room(0, 3)
