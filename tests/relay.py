"""A way to the database that can be made to take connections and never answer."""

import contextlib
import socket
import threading


class Relay:
    """Listens on a port of this machine and passes on to a socket of PostgreSQL, unless it is mute."""

    def __init__(self, target):
        self.target, self.mute = str(target), False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.open = []

    def __enter__(self):
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.silence()
        self.listening.close()

    def silence(self):
        """End what is open, and answer nobody from now on."""
        self.mute = True
        for end in self.open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def listen(self):
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            self.open.append(near)
            if not self.mute:
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.target)
                self.open.append(far)
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=ends, daemon=True).start()


def pass_on(one, other):
    """Passes on what comes from one end until it is closed."""
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
