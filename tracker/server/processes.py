"""The web server: workers that answer requests, and Caddy in front of them, which waits for slow clients.

A worker that waits for a client cannot answer others. So it gets a request only when it is complete. A client
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
    "Caddy is not installed; some systems have no package for it. Slow clients can block this site. "
    "Put a proxy in front of it. docs/proxy has examples."
)


def family():
    return socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET


def answers():
    """Whether something listens on HOST:PORT."""
    with socket.socket(family()) as client:
        client.settimeout(1)
        return client.connect_ex((settings.HOST, settings.PORT)) == 0


class Web:
    """The processes of the web server, in their own sessions: Ctrl-C to all would make the workers hang."""

    def __init__(self):
        self.in_front = CADDY.exists()
        self.folder = Path(tempfile.mkdtemp(prefix="tracker-web-"))  # private
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
        figures = self.folder / "metrics"  # new at each start: what ended processes counted is in it
        figures.mkdir(exist_ok=True)
        flags = {"SERVED_LOCALLY": settings.DEMO, "CADDY_IN_FRONT": self.in_front}
        command += [f"--{name}={value}" for name, value in {**where, **options}.items()]
        self.socket.unlink(missing_ok=True)  # left by a killed process
        self.workers = started(
            [*command, "--respawn-failed-workers", "--no-ws"],
            os.environ
            | {"PROMETHEUS_MULTIPROC_DIR": str(figures)}
            | {name: "1" for name, so in flags.items() if so},
        )

    def start_caddy(self):
        """Starts Caddy without our environment, which contains secrets."""
        room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        variables = {
            "HOST": settings.HOST,
            "PORT": settings.PORT,
            "SOCKET": self.socket,
            "MAX_HEADER": settings.MAX_HEADER_BYTES + settings.MAX_URL + 10_000,
            "MAX_CHUNKED": room,
            "MAX_MEASURED": 2 * room - 1,  # read and then refused; otherwise the client misses the answer
            "BUFFERED": 2 * room,
            **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), self.folder),
        }
        config = settings.BASE_DIR / "tracker" / "Caddyfile"
        command = [CADDY, "run", "--config", config, "--adapter", "caddyfile"]
        return started(command, {name: str(value) for name, value in variables.items()})

    def ended(self):
        """Whether one of the processes ended by itself."""
        return any(process.poll() is not None for process in (self.workers, self.caddy) if process)

    def mend(self):
        """Restart processes that ended."""
        if self.workers.poll() is not None:
            kill(self.workers)  # workers that it left behind
            time.sleep(0.5)
            self.start_workers()
        if self.caddy and self.caddy.poll() is not None:
            self.caddy = self.start_caddy()

    def stop(self):
        """End all processes. Running requests are answered, so the workers end last."""
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
    """Kill a process and all its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
