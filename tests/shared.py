"""What is made once for all workers of a run of the tests, by the first that needs it."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

NAME = "TRACKER_TESTS_FOLDER"  # the workers inherit it


def start():
    """Make the folder, unless an outer run did; True if so."""
    if NAME in os.environ:
        return False
    os.environ[NAME] = tempfile.mkdtemp(prefix="tracker-shared-")
    return True


def end():
    shutil.rmtree(os.environ.pop(NAME))


def folder():
    return Path(os.environ[NAME])


def made():
    """The names of what was made, with the text of each."""
    return {file.stem: file.read_text() for file in folder().glob("*.made")}


def once(name, make):
    """The text that `make` returned when it was first asked for."""
    file = folder() / f"{name}.made"
    with open(folder() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(make())
    return file.read_text()
