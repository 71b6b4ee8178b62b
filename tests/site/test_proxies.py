"""The examples of docs/proxy with the programs that they are for: nginx as Debian has it, and plain Caddy."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.served import Served, free_port
from tests.slow import PATHS, SlowClients, asked, percentile
from tracker.environment import BASE_DIR
from tracker.server import child_processes
from tracker.server.processes import CADDY

HOST = "tracker.example.org"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
REQUIRED = "REQUIRE_PROXIES" in os.environ
SLOW = ("headers", "log-in", "log-in, chunked")
HEADERS, BODY, LATE = 10, 30, 6  # seconds


def trusting():
    """TLS that takes any certificate."""
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


class Proxied(Served):
    """The tracker behind a proxy that runs the example, with ports and folders of the test."""

    variables = {"PROXIES": "1", "PUBLIC_URL": f"https://{HOST}", "TOKENS_PER_HOUR": "2"}

    @classmethod
    def wait_for(cls, status, path, within=120):
        began = time.monotonic()
        while cls.ask("GET", path, Host=HOST)[0] != status:
            if time.monotonic() - began > within:
                raise AssertionError(cls.out.read_text()[-2000:])
            time.sleep(0.1)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.front, cls.work = free_port(), Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.proxy = subprocess.Popen(
            cls.prepared(),
            cwd=cls.work,
            env=os.environ | dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME"), str(cls.work)),
            stderr=(cls.work / "err").open("wb"),
            preexec_fn=lambda: child_processes.die_with_parent(signal.SIGTERM),
        )
        cls.addClassCleanup(cls.end)
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", cls.front)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError((cls.work / "err").read_text())

    @classmethod
    def end(cls):
        cls.proxy.terminate()  # killed, nginx leaves its workers behind
        cls.proxy.wait()

    def send(self, method, path, body=None, source="127.0.0.1", **headers):
        """(status, body) of an answer that came through the proxy."""
        link = http.client.HTTPSConnection(
            "127.0.0.1", self.front, context=trusting(), timeout=60, source_address=(source, 0)
        )
        link.sock = trusting().wrap_socket(
            socket.create_connection(("127.0.0.1", self.front), 60, (source, 0)), server_hostname=HOST
        )
        link.request(method, path, body, {"Host": HOST, **headers}, encode_chunked=False)
        answer = link.getresponse()
        return answer.status, answer.read()

    def check_body_in_chunks(self):
        form = f"csrfmiddlewaretoken={'x' * 32}&username=nobody&password=wrong".encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"__Host-csrftoken={'x' * 32}",
            "Referer": f"https://{HOST}/admin/login/",
            "Transfer-Encoding": "chunked",
        }
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form)
        status, page = self.send("POST", "/admin/login/", chunks, **headers)
        self.assertEqual(status, 200, page[:300])
        self.assertIn(b"nobody", page)

    def check_address(self):
        for source, forged in (("127.0.0.5", True), ("127.0.0.6", False)):
            found = []
            for number in range(3):
                sent = {"X-Forwarded-For": f"203.0.113.{number}"} if forged else {}
                known = {"Authorization": "Bearer x", **sent}
                found.append(self.send("GET", "/api/v1/sources/", source=source, **known)[0])
            self.assertEqual(found, [401, 401, 429])

    def check_slow_clients(self):
        kinds = [kind for kind in SLOW for _ in range(9)]
        asked(self.port, PATHS, time.monotonic() + 2, HOST)
        with SlowClients(self.front, self.clients, kinds=kinds, host=HOST, ssl=trusting()) as slow:
            seconds = asked(self.port, PATHS, time.monotonic() + BODY + LATE, HOST)
        for path in PATHS:
            self.assertLess(percentile(seconds[path], 0.95), 1, path)
        for kind in SLOW:
            self.assertTrue(slow.ended[kind], kind)
            longest = max(lasted for lasted, _ in slow.ended[kind])
            self.assertLess(longest, (HEADERS if kind == "headers" else BODY) + LATE, kind)


@unittest.skipUnless(NGINX or REQUIRED, "nginx is not installed")
class NginxTest(Proxied):
    clients = 27  # it takes 30 connections of one address

    @classmethod
    def prepared(cls):
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
        subprocess.run(
            [*made, "-keyout", "key", "-out", "cert"], cwd=cls.work, check=True, capture_output=True
        )
        text = (BASE_DIR / "docs/proxy/nginx.conf").read_text()
        text = re.sub(r"/etc/letsencrypt\S+fullchain.pem", f"{cls.work}/cert", text)
        text = re.sub(r"/etc/letsencrypt\S+privkey.pem", f"{cls.work}/key", text)
        text = text.replace("/var/log/nginx", str(cls.work)).replace(
            "127.0.0.1:8000", f"127.0.0.1:{cls.port}"
        )
        text = re.sub(r" *listen \[.*\n", "", text)
        text = text.replace("listen 443", f"listen 127.0.0.1:{cls.front}")
        text = text.replace("listen 80", f"listen 127.0.0.1:{free_port()}")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = " ".join(f"{kind}_temp_path {cls.work}/{kind};" for kind in kinds)
        main = f"daemon off; pid {cls.work}/pid; events {{}} http {{ {folders}\n{text} }}"
        (cls.work / "conf").write_text(main)
        return [NGINX, "-p", str(cls.work), "-e", str(cls.work / "err"), "-c", str(cls.work / "conf")]

    def test_example(self):
        self.check_body_in_chunks()
        self.check_address()
        self.check_slow_clients()


@unittest.skipUnless(CADDY.exists() or REQUIRED, "Caddy is not installed")
class CaddyTest(Proxied):
    clients = 200

    @classmethod
    def prepared(cls):
        text = (BASE_DIR / "docs/proxy/Caddyfile").read_text()
        ports = f"http_port {free_port()}\n\thttps_port {cls.front}\n\tadmin off\n\tskip_install_trust\n"
        text = text.replace("{\n\tservers", f"{{\n\tlocal_certs\n\t{ports}\tservers", 1)
        text = text.replace("/var/log/caddy", str(cls.work)).replace(
            "127.0.0.1:8000", f"127.0.0.1:{cls.port}"
        )
        (cls.work / "Caddyfile").write_text(text)
        return [CADDY, "run", "--config", str(cls.work / "Caddyfile"), "--adapter", "caddyfile"]

    def test_example(self):
        self.check_body_in_chunks()
        self.check_address()
        self.check_slow_clients()
