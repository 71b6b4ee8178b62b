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
from collections.abc import Callable
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import NamedTuple

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


def as_nginx(work, front, back):
    """The command that runs the example for nginx in a folder, from one port to another."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
    subprocess.run([*made, "-keyout", "key", "-out", "cert"], cwd=work, check=True, capture_output=True)
    text = (BASE_DIR / "docs/proxy/nginx.conf").read_text()
    text = re.sub(r"/etc/letsencrypt\S+fullchain.pem", f"{work}/cert", text)
    text = re.sub(r"/etc/letsencrypt\S+privkey.pem", f"{work}/key", text)
    text = text.replace("/var/log/nginx", str(work)).replace("127.0.0.1:8000", f"127.0.0.1:{back}")
    text = re.sub(r" *listen \[.*\n", "", text)
    text = text.replace("listen 443", f"listen 127.0.0.1:{front}")
    text = text.replace("listen 80", f"listen 127.0.0.1:{free_port()}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {work}/{kind};" for kind in kinds)
    main = f"daemon off; pid {work}/pid; events {{}} http {{ {folders}\n{text} }}"
    (work / "conf").write_text(main)
    return [NGINX, "-p", str(work), "-e", str(work / "err"), "-c", str(work / "conf")]


def as_caddy(work, front, back):
    """The same for Caddy."""
    text = (BASE_DIR / "docs/proxy/Caddyfile").read_text()
    ports = f"http_port {free_port()}\n\thttps_port {front}\n\tadmin off\n\tskip_install_trust\n"
    text = text.replace("{\n\tservers", f"{{\n\tlocal_certs\n\t{ports}\tservers", 1)
    text = text.replace("/var/log/caddy", str(work)).replace("127.0.0.1:8000", f"127.0.0.1:{back}")
    (work / "Caddyfile").write_text(text)
    return [CADDY, "run", "--config", str(work / "Caddyfile"), "--adapter", "caddyfile"]


class Proxy(NamedTuple):
    """How a program runs its example, how many slow clients it gets, and whose addresses the test uses."""

    command: Callable
    clients: int
    sources: tuple


PROXIES = {
    "nginx": Proxy(as_nginx, 27, ("127.0.0.5", "127.0.0.6")),  # it takes 30 connections of one address
    "Caddy": Proxy(as_caddy, 200, ("127.0.0.7", "127.0.0.8")),
}
INSTALLED = {"nginx": NGINX, "Caddy": CADDY.exists()}


class ProxiesTest(Served):
    """The tracker behind each of the proxies, with ports and folders of the test."""

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
        names = [name for name in PROXIES if INSTALLED[name] or REQUIRED]
        if not names:
            raise unittest.SkipTest("Neither nginx nor Caddy is installed.")
        super().setUpClass()
        cls.fronts = {name: cls.run_proxy(PROXIES[name]) for name in names}

    @classmethod
    def run_proxy(cls, proxy):
        """The port on which it listens."""
        front, work = free_port(), Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        process = subprocess.Popen(
            proxy.command(work, front, cls.port),
            cwd=work,
            env=os.environ | dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME"), str(work)),
            stderr=(work / "err").open("wb"),
            preexec_fn=lambda: child_processes.die_with_parent(signal.SIGTERM),
        )
        cls.addClassCleanup(cls.end, process)
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", front)) == 0:
                    return front
            time.sleep(0.1)
        raise AssertionError((work / "err").read_text())

    @classmethod
    def end(cls, process):
        process.terminate()  # killed, nginx leaves its workers behind
        process.wait()

    def send(self, front, method, path, body=None, source="127.0.0.1", **headers):
        """(status, body) of an answer that came through a proxy."""
        link = http.client.HTTPSConnection(
            "127.0.0.1", front, context=trusting(), timeout=60, source_address=(source, 0)
        )
        link.sock = trusting().wrap_socket(
            socket.create_connection(("127.0.0.1", front), 60, (source, 0)), server_hostname=HOST
        )
        link.request(method, path, body, {"Host": HOST, **headers}, encode_chunked=False)
        answer = link.getresponse()
        return answer.status, answer.read()

    def test_a_body_in_chunks(self):
        form = f"csrfmiddlewaretoken={'x' * 32}&username=nobody&password=wrong".encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"__Host-csrftoken={'x' * 32}",
            "Referer": f"https://{HOST}/admin/login/",
            "Transfer-Encoding": "chunked",
        }
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form)
        for front in self.fronts.values():
            status, page = self.send(front, "POST", "/admin/login/", chunks, **headers)
            self.assertEqual(status, 200, page[:300])
            self.assertIn(b"nobody", page)

    def test_the_address_of_a_client_cannot_be_forged(self):
        for name, front in self.fronts.items():
            for source, forged in zip(PROXIES[name].sources, (True, False), strict=True):
                found = []
                for number in range(3):
                    sent = {"X-Forwarded-For": f"203.0.113.{number}"} if forged else {}
                    known = {"Authorization": "Bearer x", **sent}
                    found.append(self.send(front, "GET", "/api/v1/sources/", source=source, **known)[0])
                self.assertEqual(found, [401, 401, 429], name)

    def test_slow_clients_of_all_proxies_at_once(self):
        asked(self.port, PATHS, time.monotonic() + 2, HOST)
        with ExitStack() as stack:
            crowds = {name: stack.enter_context(self.slow_clients(name)) for name in self.fronts}
            seconds = asked(self.port, PATHS, time.monotonic() + BODY + LATE, HOST)
        for path in PATHS:
            self.assertLess(percentile(seconds[path], 0.95), 1, path)
        for name, kind in product(crowds, SLOW):
            with self.subTest(name, kind=kind):
                self.assertTrue(crowds[name].ended[kind])
                longest = max(lasted for lasted, _ in crowds[name].ended[kind])
                self.assertLess(longest, (HEADERS if kind == "headers" else BODY) + LATE)

    def slow_clients(self, name):
        kinds = [kind for kind in SLOW for _ in range(9)]
        front, clients = self.fronts[name], PROXIES[name].clients
        return SlowClients(front, clients, kinds=kinds, host=HOST, ssl=trusting())
