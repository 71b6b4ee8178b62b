"""What stands in front of the workers: bodies arrive whole, and nobody takes an address of somebody else."""

import json
import socket

from tests.served import Served

SOURCES = "/api/v1/sources/"
LIMIT = 200_000
FORM = "Content-Type: application/x-www-form-urlencoded"


def chunked(*parts, end=b"0\r\n\r\n"):
    """The parts of a body as chunks, with what ends them."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


class Wire(Served):
    """A server to which bytes are sent as they are."""

    unlimited = {**Served.unlimited, "MAX_BODY": str(LIMIT), "WORKERS": "1"}
    chunked_line = "Transfer-Encoding: chunked"

    def send(self, method, path, *lines, body=b"", half=False, source="127.0.0.1", token=None):
        """(status, headers, body) of what the server answers before it closes; `half`: we end first."""
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", *lines]
        head += [f"Authorization: Bearer {token or self.token}"] if path.startswith(SOURCES) else []
        head += [f"If-Match: {self.tag(path)}"] if method in ("PUT", "PATCH") and SOURCES in path else []
        head += [] if FORM in lines else ["Content-Type: application/json"]
        with socket.create_connection(("127.0.0.1", self.port), 20, (source, 0)) as client:
            client.sendall("\r\n".join([*head, "", ""]).encode() + body)
            if half:
                client.shutdown(socket.SHUT_WR)
            found = b""
            while more := client.recv(65536):
                found += more
        first, _, answer = found.partition(b"\r\n\r\n")
        names = dict(line.split(": ", 1) for line in first.decode().split("\r\n")[1:])
        return (int(found[9:12]) if found else None), {n.lower(): v for n, v in names.items()}, answer

    def tag(self, path):
        return self.write("GET", path, None)[1]["etag"]

    def source(self):
        """A new source and its text: the address of its page, and what it says."""
        document = {"kind": "article", "title": "As it was", "publisher": "Example Gazette", "date": "2025"}
        status, _, body = self.write("POST", SOURCES, document)
        self.assertEqual(status, 201, body)
        return f"{SOURCES}{json.loads(body)['id']}/", document

    def title(self, path):
        return json.loads(self.write("GET", path, None)[2])["title"]


class BodyTest(Wire):
    """A body is there as a whole, or the request is refused: whatever it is for, however it is sent."""

    def test_chunked_bodies_are_read(self):
        path, document = self.source()
        body = json.dumps(document | {"title": "In chunks"}).encode()
        for method, where, code in (("POST", SOURCES, 201), ("PUT", path, 200), ("PATCH", path, 200)):
            parts = chunked(body[:7], body[7:])
            status, _, told = self.send(method, where, self.chunked_line, body=parts)
            self.assertEqual((status, json.loads(told)["title"]), (code, "In chunks"))

    def test_chunked_form_is_read(self):
        form = b"csrfmiddlewaretoken=" + b"x" * 32 + b"&username=nobody&password=wrong"
        cookie = f"Cookie: csrftoken={'x' * 32}"
        status, _, page = self.send(
            "POST", "/admin/login/", self.chunked_line, FORM, cookie, body=chunked(form[:40], form[40:])
        )
        self.assertEqual(status, 200, page[:300])
        self.assertIn(b"nobody", page)  # the form again, with the name that was typed

    def test_body_over_the_limit_is_refused(self):
        path, document = self.source()
        for size in (LIMIT - 100, LIMIT):
            body = json.dumps(document).encode().ljust(size)
            self.assertEqual(self.send("PUT", path, self.chunked_line, body=chunked(body))[0], 200)
        for method, where in (("PUT", path), ("POST", SOURCES), ("POST", "/admin/login/"), ("POST", "/")):
            body = json.dumps(document | {"title": "Too much"}).encode().ljust(LIMIT + 1)
            with self.subTest(where=where):
                answer = self.send(method, where, self.chunked_line, body=chunked(body))
                self.assertEqual((answer[0], json.loads(answer[2])["status"]), (413, 413))
                for size in (LIMIT + 1, 3 * LIMIT // 2):
                    length = f"Content-Length: {size}"
                    if where.startswith(SOURCES):  # others refuse it for another reason first
                        self.assertEqual(self.send(method, where, length, body=body.ljust(size))[0], 413)
        self.assertEqual(self.title(path), "As it was")

    def test_broken_chunks_change_nothing(self):
        path, document = self.source()
        body = json.dumps(document | {"title": "Broken"}).encode()
        for end in (b"zz\r\n", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"-1\r\n", b"5\r\nab"):
            for where in (path, "/admin/login/"):
                with self.subTest(end=end, where=where):
                    answer = self.send(
                        "PUT", where, self.chunked_line, body=chunked(body, end=end), half=True
                    )
                    self.assertIn(answer[0], (400, 408, None))
        self.assertEqual(self.title(path), "As it was")

    def test_body_that_ends_early_changes_nothing(self):
        path, document = self.source()
        body = json.dumps(document | {"title": "Cut off"}).encode()
        length = f"Content-Length: {len(body) + 10}"  # all of the document, not all of the body
        self.assertIn(self.send("PUT", path, length, body=body, half=True)[0], (400, 408, None))
        self.assertEqual(self.title(path), "As it was")

    def test_answer_not_modified_has_no_length(self):
        for path in ("/api/v1/people/", "/static/tracker/admin.css"):
            status, headers, body = self.send("GET", path)
            kept = next(f"{name}: {headers[sent]}" for sent, name in VALIDATORS.items() if sent in headers)
            again, told, nothing = self.send("GET", path, kept)
            self.assertEqual((status, again, nothing), (200, 304, b""))
            self.assertFalse({"content-length", "content-type", "content-encoding"} & set(told), told)
            head, told, nothing = self.send("HEAD", path)
            self.assertEqual((head, nothing, int(told["content-length"])), (200, b"", len(body)))
            self.assertEqual(told["content-type"], headers["content-type"])


VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class AddressTest(Wire):
    """Wrong tokens are counted for the address that they come from, whatever a header says."""

    unlimited = {"TOKENS_PER_HOUR": "2"}

    def statuses(self, source, *headers):
        """The statuses of three wrong tokens from an address, each sent with other headers."""
        found = []
        for number in range(3):
            lines = [line.format(number + 1) for line in headers]
            found.append(self.send("GET", SOURCES, *lines, source=source, token="x")[0])
        return found

    def test_forged_headers_hide_nobody(self):
        for number, name in enumerate(("X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Forwarded")):
            with self.subTest(name=name):
                refused = self.statuses(f"127.0.0.{number + 2}", f"{name}: 203.0.113.{{}}")
                self.assertEqual(refused, [401, 401, 429])
        lines = ("Connection: X-Forwarded-For", "X-Forwarded-For: 203.0.113.{}")
        self.assertEqual(self.statuses("127.0.0.9", *lines), [401, 401, 429])


class BehindProxyTest(AddressTest):
    """The same behind a proxy of ours, which has added the address of its client."""

    unlimited = {"TOKENS_PER_HOUR": "2", "PROXIES": "1"}

    def test_forged_headers_hide_nobody(self):
        forged = "X-Forwarded-For: 203.0.113.{}, 198.51.100.7"
        self.assertEqual(self.statuses("127.0.0.1", forged), [401, 401, 429])
        self.assertEqual(self.statuses("127.0.0.1", "X-Forwarded-For: 203.0.113.{}"), [401, 401, 401])
