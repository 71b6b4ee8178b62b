"""What a child process does before it becomes PostgreSQL, and information about other processes."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None, use_errno=True)


def in_namespace():
    """Become `nobody` in a new user namespace. For files it is still root, so their owner does not change."""
    user, group = pwd.getpwnam("nobody")[2:4]
    lines = {"setgroups": "deny", "uid_map": f"{user} 0 1", "gid_map": f"{group} {os.getegid()} 1"}
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, line in lines.items():
        Path("/proc/self", name).write_text(line)


def as_nobody():
    """Become `nobody` if user namespaces are forbidden."""
    user, group = pwd.getpwnam("nobody")[2:4]
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def die_with_parent(number):
    """Have the kernel send this process a signal when its parent ends (Linux only)."""
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, number)


def leave_on_signal(number, frame):
    """Exit normally, with exit handlers."""
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def command_of(pid) -> str:
    """The command line of a process; empty if it does not exist or is a zombie."""
    if not pid:
        return ""
    if not Path("/proc/self").exists():
        command = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    with contextlib.suppress(OSError):
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).replace("\0", " ")
    return ""
