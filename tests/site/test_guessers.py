"""Guesses at passwords that come to several processes of a real server at once."""

import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from django.test import SimpleTestCase

from tests.served import KEPT, free_port, started
from tests.site.test_serve import DEADLINE, NoRedirect

ATTEMPTS = 400
LIMIT = 20
SECRET = "c" * 32


@pytest.mark.long
class FourProcessesTest(SimpleTestCase):
    """400 attempts, 100 for each process: what is looked at is the limit, whatever the headers say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tracker-"))) / "data"

    @contextmanager
    def served(self, **variables):
        self.port = free_port()
        given = {"DATA_DIR": str(self.folder), "PORT": str(self.port), "WORKERS": "4"}
        process = started({**KEPT, **given, **variables}, subprocess.DEVNULL)
        try:
            began = time.monotonic()
            while self.attempt("nobody", "") is None:
                self.assertLess(time.monotonic() - began, DEADLINE)
                time.sleep(0.2)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)

    def attempt(self, username, forwarded):
        """The status of an attempt to log in; None while nothing listens."""
        sent = {"username": username, "password": "wrong", "csrfmiddlewaretoken": SECRET}
        headers = {"Cookie": f"csrftoken={SECRET}", "X-Forwarded-For": forwarded}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/admin/login/", urllib.parse.urlencode(sent).encode(), headers
        )
        try:
            return urllib.request.build_opener(NoRedirect).open(request, timeout=60).status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return None

    def looked_at(self, attempts):
        """How many of these attempts, sent at once, were answered about the password."""
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda given: self.attempt(*given), attempts))
        self.assertEqual({*statuses}, {200, 429})
        return statuses.count(200)

    def test_forged_headers_win_nothing(self):
        numbers = count()
        with self.served():
            forged = [("admin", f"203.0.113.{next(numbers) % 256}") for _ in range(ATTEMPTS)]
            one_account = self.looked_at(forged)
            spread = [(f"user{n}", f"203.0.113.{n % 256}") for n in range(ATTEMPTS)]
            many_accounts = self.looked_at(spread)
        with self.served(PROXIES="1"):
            behind = [("editor", f"{n}.{n}.{n}.{n}, 198.51.{n // 100}.{n % 100}") for n in range(ATTEMPTS)]
            many_addresses = self.looked_at(behind)
        print(f"Of {ATTEMPTS} attempts at one account from one address {one_account} were looked at,")
        print(f"then at as many accounts {many_accounts}, at one from as many addresses {many_addresses}.")
        self.assertLessEqual(one_account, LIMIT // 2 * 1.05)
        self.assertLessEqual(one_account + many_accounts, LIMIT * 5 * 1.05)
        self.assertLessEqual(many_addresses, LIMIT * 1.05)
