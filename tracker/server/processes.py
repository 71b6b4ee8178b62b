"""The web server: workers that answer, and Caddy in front of them, which waits for what clients send.

A worker that waits for a client answers nobody else. So it gets a request once all of it is there. A client
that takes longer than 10 seconds for the headers or 30 for the whole is refused: see the Caddyfile here.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from . import child_processes

CADDY = Path(sysconfig.get_path("scripts")) / "caddy"
NOT_IN_FRONT = (
    "Caddy is not installed; for some systems there is no package of it. Slow clients can block this site. "
    "Put a proxy in front of it: docs/proxy has examples."
)


def family():
    return socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET


def answers():
    """Whether something listens on HOST:PORT."""
    with socket.socket(family()) as client:
        client.settimeout(1)
        return client.connect_ex((settings.HOST, settings.PORT)) == 0


class Web:
    """Its processes, in sessions of their own: Ctrl-C to all of them would make the workers hang."""

    def __init__(self):
        self.in_front = CADDY.exists()
        self.folder = Path(tempfile.mkdtemp(prefix="tracker-web-"))  # which nobody else may enter
        self.socket = self.folder / "socket"
        self.start_workers()
        self.caddy = self.start_caddy() if self.in_front else None

    def start_workers(self):
        command = [sys.executable, "-m", "granian", "tracker.wsgi:application", "--interface", "wsgi"]
        options = {
            "workers": settings.WORKERS,
            "blocking-threads": settings.THREADS,
            "blocking-threads-idle-timeout": 600,
            "workers-kill-timeout": 5,
            "respawn-interval": 0.5,
            "http1-header-read-timeout": 10_000,  # milliseconds
            "log-level": "warning",
            "log-config": settings.BASE_DIR / "tracker" / "granian.json",
        }
        where = {"uds": self.socket} if self.in_front else {"host": settings.HOST, "port": settings.PORT}
        said = {"SERVED_LOCALLY": settings.DEMO, "CADDY_IN_FRONT": self.in_front}
        command += [f"--{name}={value}" for name, value in {**where, **options}.items()]
        self.socket.unlink(missing_ok=True)  # of one that was killed
        self.workers = started(
            [*command, "--respawn-failed-workers", "--no-ws"],
            os.environ | {name: "1" for name, so in said.items() if so},
        )

    def start_caddy(self):
        """Caddy, which learns nothing of our own environment: there are secrets in it."""
        room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        told = {
            "HOST": settings.HOST,
            "PORT": settings.PORT,
            "SOCKET": self.socket,
            "MAX_HEADER": settings.MAX_HEADER_BYTES + settings.MAX_URL + 10_000,
            "MAX_CHUNKED": room,
            "MAX_MEASURED": 2 * room - 1,  # read, too, and then refused: else its client misses the answer
            "BUFFERED": 2 * room,
            **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), self.folder),
        }
        config = settings.BASE_DIR / "tracker" / "Caddyfile"
        command = [CADDY, "run", "--config", config, "--adapter", "caddyfile"]
        return started(command, {name: str(value) for name, value in told.items()})

    def ended(self):
        """Whether a process of it ended by itself."""
        return any(process.poll() is not None for process in (self.workers, self.caddy) if process)

    def mend(self):
        """Start again what ended."""
        if self.workers.poll() is not None:
            kill(self.workers)  # the workers that it left behind
            time.sleep(0.5)
            self.start_workers()
        if self.caddy and self.caddy.poll() is not None:
            self.caddy = self.start_caddy()

    def stop(self):
        """End all of it: what is under way is answered, so the workers go last."""
        for process in (self.caddy, self.workers):
            if process:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    kill(process)
        shutil.rmtree(self.folder, ignore_errors=True)


def started(command, environment):
    return subprocess.Popen(
        command,
        env=environment,
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: child_processes.die_with_parent(signal.SIGTERM),
    )


def kill(process):
    """Kill a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
