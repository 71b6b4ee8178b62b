"""Streaming replicas of an embedded PostgreSQL server, on this machine.

`python -m tests.cluster FOLDER` adds two to the server in a folder, prints REPLICA_URLS, and waits.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from tracker.server import child_processes
from tracker.server.embedded import SOCKET, Server, environment


class Standby:
    """One replica, with its files and its socket in a folder of its own."""

    def __init__(self, primary, folder):
        self.primary, self.folder, self.process = primary, Path(folder), None

    @property
    def url(self):
        return f"postgres://tracker@/tracker?host={quote(str(self.folder), safe='')}&port=5432"

    def copy(self):
        """Copies the primary, which must be running."""
        source = ["-h", self.primary.socket_folder(), "-U", "postgres"]
        self.primary.run(
            "pg_basebackup", *source, "-D", self.folder, "-R", "-X", "stream", "-c", "fast", "--no-sync"
        )
        (self.folder / f"{SOCKET}.lock").unlink(missing_ok=True)  # that of the primary, which is copied too
        return self

    def start(self):
        with open(f"{self.folder}.log", "ab") as log:
            self.process = subprocess.Popen(
                [
                    self.primary.bin / "postgres",
                    *("-D", self.folder, "-p", "5432", "-c", "listen_addresses="),
                    *("-c", f'unix_socket_directories="{self.folder}"', "-c", "fsync=off"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,
                preexec_fn=self.prepare,
            )
        while self.sql("SELECT 1", check=False) != "1":
            if self.process.poll() is not None:
                raise AssertionError(Path(f"{self.folder}.log").read_text()[-2000:])
            time.sleep(0.05)
        return self

    def prepare(self):
        if self.primary.become:
            self.primary.become()
        child_processes.die_with_parent(signal.SIGQUIT)

    def sql(self, text, check=True):
        """What the replica answers to a superuser."""
        command = [
            self.primary.bin / "psql",
            "-h",
            self.folder,
            "-U",
            "postgres",
            "-d",
            "tracker",
            "-qAtc",
            text,
        ]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=check)
        return done.stdout.strip()

    def signal(self, number):
        """Sends a signal to all of its processes."""
        os.killpg(self.process.pid, number)

    def end(self):
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def known(folder):
    """The server in a folder, which another process runs."""
    server = Server(Path(folder))
    server.choose_user(ours=False)
    return server


def main(folder):
    server = Server(Path(folder)).join()
    standbys = [Standby(server, Path(folder) / f"replica{number}").copy().start() for number in (1, 2)]
    print(f"REPLICA_URLS='{' '.join(one.url for one in standbys)}'", flush=True)
    try:
        signal.pause()
    finally:
        for one in standbys:
            one.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
