"""Clients that are slow, each in a way of its own, and somebody who asks meanwhile.

`python -m tests.slow PORT [CLIENTS] [SECONDS]` prints how such a time went for others.
"""

import asyncio
import http.client
import socket
import sys
import threading
import time
from collections import defaultdict

LOGIN, SOURCES = "/admin/login/", "/api/v1/sources/"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PATHS = ("/healthz", "/api/v1/people/")


def head(method, path, *lines):
    """The beginning of a request, with an empty line if it has no more headers."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: {host}", *lines, "", ""])


def with_body(method, path, kind, *lines):
    return head(method, path, f"Content-Type: {kind}", *lines)


LENGTH, CHUNKED = "Content-Length: 5000", "Transfer-Encoding: chunked"
CHUNK = "1\r\nx\r\n"
# What each sends at once, and then again and again.
KINDS = {
    "headers": (head("POST", LOGIN)[:-2] + "X-Slow: ", "x"),
    "log-in": (with_body("POST", LOGIN, FORM, LENGTH), "x"),
    "log-in, chunked": (with_body("POST", LOGIN, FORM, CHUNKED), CHUNK),
    "POST": (with_body("POST", SOURCES, JSON, LENGTH), "x"),
    "PUT, chunked": (with_body("PUT", f"{SOURCES}x/", JSON, CHUNKED), CHUNK),
    "nothing": ("", ""),
    "keep-alive": (head("GET", "/healthz"), ""),
    "reader of a list": (head("GET", f"{SOURCES}?page_size=200&expand=citations") * 20, ""),
    "reader of a table": (head("GET", f"{SOURCES}?format=csv") * 20, ""),
}
BODIES = ("log-in", "log-in, chunked", "POST", "PUT, chunked")


class SlowClients:
    """So many clients of all kinds in turn, until the end of the block; who is cut off comes again.

    `ended` has for each kind the seconds that its connections lasted, and the first line that they got.
    """

    def __init__(self, port, clients=200, every=1.0, kinds=KINDS, host="127.0.0.1", ssl=None):
        self.port, self.clients, self.every, self.kinds = port, clients, every, list(kinds)
        self.host, self.ssl = host, ssl
        self.ended, self.refused, self.open = defaultdict(list), 0, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.all()))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()

    async def all(self):
        kinds = [self.kinds[number % len(self.kinds)] for number in range(self.clients)]
        await asyncio.gather(*map(self.again_and_again, kinds))

    async def again_and_again(self, kind):
        while not self.over.is_set():
            began = time.monotonic()
            try:
                line = await self.once(kind)
            except OSError:
                self.refused += 1
                await asyncio.sleep(self.every)
                continue
            if not self.over.is_set():
                self.ended[kind].append((time.monotonic() - began, line))

    async def once(self, kind):
        """The first line of what a client got before its connection was closed."""
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        link.setblocking(False)
        await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", self.port))
        name = {"server_hostname": self.host} if self.ssl else {}
        reader, writer = await asyncio.open_connection(sock=link, ssl=self.ssl, limit=2048, **name)
        self.open += 1
        try:
            first, more = self.kinds_of(kind)
            writer.write(first)
            return await self.drip(reader, writer, more, size=16 if "reader" in kind else 4096)
        finally:
            self.open -= 1
            writer.close()

    def kinds_of(self, kind):
        return [text.format(host=self.host).encode() for text in KINDS[kind]]

    async def drip(self, reader, writer, more, size):
        """Sends a little and reads a little, again and again, until the server closes."""
        got = b""
        while not self.over.is_set():
            await asyncio.sleep(self.every)
            try:
                writer.write(more)
                data = await asyncio.wait_for(reader.read(size), 0.001 + self.every / 10)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            got = got or data
        return got.partition(b"\r\n")[0].decode()


def asked(port, paths, until, host="127.0.0.1", pause=0.2):
    """For each path the seconds that its answers took, asked in turn until a moment; an error raises."""
    seconds = {path: [] for path in paths}
    while time.monotonic() < until:
        for path in paths:
            began = time.monotonic()
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                link.request("GET", path, headers={"Host": host})
                answer = link.getresponse()
                answer.read()
            finally:
                link.close()
            if answer.status != 200:
                raise AssertionError(f"{path} was answered {answer.status}")
            seconds[path].append(time.monotonic() - began)
        time.sleep(pause)
    return seconds


def percentile(seconds, share):
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)]


def told(seconds):
    """Lines that say how long the answers took."""
    return [
        f"{path}: {len(all_of)} answers, half within {percentile(all_of, 0.5):.3f} s,"
        f" 95 % within {percentile(all_of, 0.95):.3f} s, all within {max(all_of):.3f} s"
        for path, all_of in seconds.items()
    ]


def main(port, clients="200", duration="40"):
    print("quiet", *told(asked(int(port), PATHS, time.monotonic() + 5)), sep="\n  ")
    with SlowClients(int(port), int(clients)) as slow:
        seconds = asked(int(port), PATHS, time.monotonic() + float(duration))
        print(f"{slow.open} slow clients", *told(seconds), sep="\n  ")
    for kind, ends in slow.ended.items():
        longest = max(lasted for lasted, _ in ends)
        print(f"  {kind}: {len(ends)} were cut off, after {longest:.1f} s at most: {ends[-1][1] or 'closed'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
