import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from django.core.management import get_commands
from django.test import SimpleTestCase

from tracker.environment import BASE_DIR

UNITS = sorted((BASE_DIR / "docs" / "systemd").iterdir())


class UnitsTest(SimpleTestCase):
    """The units in docs/systemd are those that systemd takes, and run commands that exist."""

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed.")
    def test_systemd_takes_them(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for unit in UNITS:  # in this checkout, which has the programs
            text = unit.read_text().replace("/srv/tracker", str(BASE_DIR))
            (folder / unit.name).write_text(text)
        paths = [folder / unit.name for unit in UNITS]
        done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True)
        own = [line for line in done.stderr.splitlines() if "tracker" in line]
        self.assertEqual([done.returncode, own], [0, []], done.stderr)

    def test_every_command_exists(self):
        for unit in UNITS:
            for line in unit.read_text().splitlines():
                if "manage.py" in line:
                    self.assertIn(line.split("manage.py ")[1].split()[0], get_commands(), line)
