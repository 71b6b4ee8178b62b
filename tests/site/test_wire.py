"""What comes over the wire to the real server, byte by byte: refused, no error of ours, no hang."""

import contextlib
import json
import socket
import time

import pytest

from tests.served import Served
from tracker.records.protocol.problems import TYPE

PATIENCE = 20  # seconds; the server answers what it refuses at once


@pytest.mark.long
class WireTest(Served):
    @classmethod
    def said(cls, sent, close_early=False):
        """All bytes that the server answers to these."""
        with socket.create_connection(("127.0.0.1", cls.port), timeout=PATIENCE) as client:
            client.sendall(sent)
            if close_early:
                return b""
            found = b""
            with contextlib.suppress(ConnectionResetError):
                while more := client.recv(65536):
                    found += more
            return found

    def answer(self, *lines, body=b"", method="GET", path="/api/v1/people/", host="127.0.0.1"):
        """(status, headers and body) of a request with these header lines."""
        head = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), *lines]
        sent = "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1") + body
        found = self.said(sent)
        if not found:
            return None, b"", b""
        self.assertTrue(found.startswith(b"HTTP/1.1 "), found[:200])
        body = found.partition(b"\r\n\r\n")[2]
        return int(found[9:12]), body[body.find(b"{") : body.rfind(b"}") + 1], found.lower()

    def assert_refused(self, answer, *statuses, ours=True):
        status, body, whole = answer
        self.assertIn(status, statuses, whole[:300])
        if ours:
            self.assertIn(TYPE.encode(), whole)
            self.assertEqual(json.loads(body)["status"], status)

    def test_hosts_that_are_not_ours(self):
        self.assert_refused(self.answer(host="example.org"), 400)
        self.assert_refused(self.answer("Host: example.org"), 400, ours=False)
        self.assert_refused(self.answer(host="example.org", path="/x"), 400)
        status = self.answer(path="http://example.org/api/v1/people/", host="127.0.0.1")[0]
        self.assertIn(status, (200, 400, 404))
        self.assertIn(self.answer(host=None)[0], (400,))

    def test_lengths_that_contradict_each_other(self):
        for lines in (
            ("Content-Length: 5", "Content-Length: 6"),
            ("Content-Length: -1",),
            ("Content-Length: x",),
            ("Transfer-Encoding: chunked", "Content-Length: 5"),
            ("Transfer-Encoding: x",),
        ):
            with self.subTest(lines=lines):
                status, _, whole = self.answer(*lines, method="POST", body=b"5\r\nhello\r\n0\r\n\r\n")
                self.assertTrue(400 <= status < 500 or status == 501, whole[:300])

    def test_headers_that_are_none(self):
        for line in ("X: a\x00b", "X: a\r\n folded", "X y: a", ": a", "X"):
            status, _, whole = self.answer(line)
            self.assertTrue(status in (200, 400), whole[:300])

    def test_addresses_and_headers_that_are_too_long(self):
        self.assert_refused(self.answer(path=f"/api/v1/people/?q={'x' * 9_000}"), 414)
        self.assert_refused(self.answer(path=f"/api/v1/people/?q={'x' * 100_000}"), None, 431, ours=False)
        self.assert_refused(self.answer(*[f"X-{n}: x" for n in range(200)]), 431, ours=False)
        self.assert_refused(self.answer(f"X: {'x' * 70_000}"), 431)
        self.assert_refused(self.answer(f"X: {'x' * 1_000_000}"), None, 431, ours=False)

    def test_bodies_that_are_not_taken(self):
        known = f"Authorization: Bearer {self.token}"
        json_type = "Content-Type: application/json"
        gzip = self.answer(
            known, json_type, "Content-Encoding: gzip", "Content-Length: 3", method="POST", body=b"abc"
        )
        self.assert_refused(gzip, 415)
        charset = self.answer(
            known, f"{json_type}; charset=utf-7", "Content-Length: 2", method="POST", body=b"{}"
        )
        self.assert_refused(charset, 415)
        big = b'{"name": "' + b"x" * 3_000_000 + b'"}'
        self.assert_refused(
            self.answer(known, json_type, f"Content-Length: {len(big)}", method="POST", body=big), 413
        )

    def test_methods(self):
        for method in ("TRACE", "FOO", "CONNECT"):
            self.assertIn(self.answer(method=method)[0], (400, 401, 404, 405))
        status = self.answer("X-HTTP-Method-Override: DELETE", method="POST", path="/api/v1/people/")[0]
        self.assertEqual(status, 401)

    def test_paths_in_other_letters_lead_nowhere_else(self):
        for path, statuses in (
            ("/%61dmin/", (302,)),  # the admin, with its own check
            ("/api/v1/../../admin/", (404,)),
            ("/api/v1/%2e%2e/%2e%2e/admin/", (404,)),
            ("//admin/", (404,)),
            ("/api/v1/people/%00/", (404,)),
            ("/api/v1/people/%ff/", (404,)),
        ):
            with self.subTest(path=path):
                self.assertIn(self.answer(path=path)[0], statuses)

    def test_a_client_that_ends_in_the_middle_writes_nothing(self):
        before = json.loads(self.answer(path="/api/v1/places/")[1])["total"]
        body = b'{"name": "Half"}'
        for sent in (body[:5], b"", body[:-1]):
            head = (
                f"POST /api/v1/places/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
            )
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            for _ in range(8):
                self.said(head.encode() + sent, close_early=True)
        time.sleep(1)
        known = f"Authorization: Bearer {self.token}"
        status, told, _ = self.answer(known, path="/api/v1/places/?q=Half")
        self.assertEqual((status, json.loads(told)["total"]), (200, 0))
        self.assertEqual(json.loads(self.answer(path="/api/v1/places/")[1])["total"], before)

    def test_idle_connections_keep_nobody_out(self):
        idle = [socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) for _ in range(500)]
        try:
            for client in idle[:100]:
                client.sendall(b"GET /api/v1/ HTTP/1.1\r\nHost:")
            began = time.monotonic()
            self.assertEqual(self.answer()[0], 200)
            self.assertLess(time.monotonic() - began, PATIENCE)
        finally:
            for client in idle:
                client.close()
