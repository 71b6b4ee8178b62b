"""The base of tests in a real browser: a live server, and Chromium driven by Playwright."""

import os
import shutil
import unittest
from functools import partial
from unittest import mock

from django.conf import settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import override_settings
from playwright.sync_api import sync_playwright

from tests.emptied import Emptied
from tracker.environment import read_variable

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The pages are our own. Without these Chromium does not start as root or with a small /dev/shm.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]


def find_chromium():
    """The path of the installed browser; without one the test is skipped, or fails with REQUIRE_BROWSER."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None and read_variable("REQUIRE_BROWSER"):
        raise AssertionError("REQUIRE_BROWSER is set, but no Chromium is installed.")
    if path is None:
        raise unittest.SkipTest("No Chromium is installed; with one these tests run.")
    return path


class BrowserTest(Emptied, StaticLiveServerTestCase):
    """Gives each test a fresh `page`; what the browser reports as an error fails the test."""

    @classmethod
    def setUpClass(cls):
        chromium = find_chromium()
        super().setUpClass()
        cls.enterClassContext(override_settings(PUBLIC_URL=cls.live_server_url))
        # Playwright keeps an event loop running in this thread, in which Django would refuse all queries.
        cls.enterClassContext(mock.patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="true"))
        playwright = cls.enterClassContext(sync_playwright())
        cls.launch = partial(playwright.chromium.launch, executable_path=chromium, args=FLAGS)
        cls.browser = cls.launch()
        cls.addClassCleanup(lambda: cls.browser.close())

    def setUp(self):
        self.errors = []
        if not self.browser.is_connected():  # it crashed: that failed one test, and need not fail the next
            type(self).browser = self.launch()
        context = self.browser.new_context(base_url=self.live_server_url, locale="en-US")
        self.addCleanup(context.close)
        context.set_default_timeout(90_000)  # a busy machine is slow, not wrong
        context.on("page", self.listen_to)
        self.page = context.new_page()

    def tearDown(self):
        self.assertEqual(self.errors, [], "The browser reported errors.")

    def listen_to(self, page):
        """Note what a page reports as an error: a broken script, a missing file, a breach of the policy."""
        page.on(
            "console",
            lambda told: told.type == "error" and self.errors.append(f"{told.text} {told.location}"),
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def log_in(self, user):
        """Be logged in as the user, without passing through the form."""
        self.client.force_login(user)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "url": self.live_server_url}
        session = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies([{**cookie, "value": session}])
