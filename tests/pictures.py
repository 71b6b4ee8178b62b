"""Takes the pictures of the documents, of a demo of its own: `make pictures`.

One story, with an invented article: a contributor enters its source and a dialogue, and submits them. An
editor publishes them. Chromium must be installed.
"""

import contextlib
import os
import re
import signal
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import FLAGS, find_chromium
from tests.served import KEPT, free_port, started
from tracker.environment import BASE_DIR

FOLDER = BASE_DIR / "docs" / "images"
WIDTH, HEIGHT = 1240, 760
MARGIN = 12
STARTED = re.compile(r"Log in as (\w+) with the password (\S+)")
MEETING = "Meeting in Yerevan, October 2025"
FROM_DIALOGUE = {  # {picture: the link on the page of the dialogue}
    "cases": "What is recorded of all of them",
    "claims": "Who says what about it, side by side",
    "representation": "Who took part and for whom, in numbers",
}


@contextlib.contextmanager
def demo():
    """The address of a new demo, and the passwords of its accounts."""
    with tempfile.TemporaryDirectory(prefix="tracker-pictures-") as folder:
        port, told = free_port(), Path(folder, "out")
        with open(told, "wb") as out:
            process = started({**KEPT, "DATA_DIR": f"{folder}/data", "PORT": str(port)}, out)
        try:
            while not (passwords := dict(STARTED.findall(told.read_text()))):
                if process.poll() is not None:
                    raise SystemExit(told.read_text())
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}", passwords
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


class Desk:
    """Somebody who works in the admin, and whose pages are photographed."""

    def __init__(self, browser, address, name, password):
        context = browser.new_context(
            base_url=address,
            viewport={"width": WIDTH, "height": HEIGHT},
            locale="en-US",
            reduced_motion="reduce",
        )
        self.page = context.new_page()
        self.page.goto("/admin/login/")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("#user-tools")

    def choose(self, field, text, label):
        """Search in a choice, and take the hit with this label."""
        self.page.press(f"#id_{field} + .select2 .select2-selection", "Enter")
        self.page.keyboard.insert_text(text)
        self.page.click(f".select2-results__option:has-text('{label}')")

    def fill(self, **texts):
        for name, text in texts.items():
            self.page.fill(f"#id_{name}", text)

    def cite(self, rows, locator, quotation):
        """Fill the citation in the first row of a table."""
        self.choose(f"{rows}-0-source", "lake", "two delegations")
        self.page.select_option(f"#id_{rows}-0-locator_kind", "paragraph")
        self.fill(**{f"{rows}-0-locator": locator, f"{rows}-0-quotation": quotation})

    def press(self, selector):
        with self.page.expect_navigation():
            self.page.click(selector)

    def take(self, name, first=None, last=None):
        """Photograph the window; or the page from one element to another one, as wide as the first."""
        self.page.wait_for_load_state("networkidle")
        if first is None:
            return self.page.screenshot(path=FOLDER / f"{name}.png")
        self.page.evaluate("document.activeElement.blur(); scroll(0, 0)")
        above, below = (self.page.locator(one).first.bounding_box() for one in (first, last or first))
        x, y = above["x"] - MARGIN, above["y"] - MARGIN
        width, height = above["width"] + 2 * MARGIN, below["y"] + below["height"] - y
        box = {"x": x, "y": y, "width": width, "height": height}
        return self.page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=box)


def enter(contributor):
    """A contributor's first day: a source, a dialogue with a participant, submitted together."""
    page = contributor.page
    page.goto("/admin/records/source/add/")
    page.select_option("#id_kind", "article")
    contributor.fill(title="Example: two delegations at the lake", date="1 December 2025")
    contributor.fill(publisher="Example Gazette")
    contributor.take("source", "#content h1", ".field-date")
    contributor.press("[name=_save]")
    page.goto("/admin/dialogues/dialogue/add/")
    contributor.fill(title="Example meeting at the lake", start_date="November 2025")
    page.select_option("#id_classification", "meeting")
    page.select_option("#id_disclosure", "public")
    contributor.cite("citations", "1", "two delegations met at the lake")
    page.click("#participations-group .add-row a")
    contributor.fill(**{"participations-0-group_label": "the northern delegation"})
    contributor.cite("participations", "2", "the northern delegation came first")
    contributor.take("participations", "#participations-group")
    contributor.press("[name=_submit]")
    contributor.take("submit", "#content h1", ".submit-row")
    contributor.press("#content form [type=submit]")


def review(editor):
    """The editor publishes what the contributor submitted."""
    page = editor.page
    page.goto("/admin/")
    editor.press("text=Example meeting at the lake")
    editor.press("[name=_publish]")
    editor.take("publish", "#content h1", ".submit-row")
    page.check("[name=also]")
    editor.press("#content form [type=submit]")


def take_site(browser, address):
    """The start page, a dialogue, what is computed about it, and the timeline, as readers see them."""
    page = browser.new_page(base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, locale="en-US")
    page.goto("/")
    page.wait_for_selector("h1")  # on a machine that is too busy, there is none
    page.screenshot(path=FOLDER / "site-start.png")
    page.goto("/dialogues/")
    page.click(f"text={MEETING}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "site-dialogue.png")
    for name, link in FROM_DIALOGUE.items():
        page.click(f"text={link}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"site-{name}.png")
        page.go_back()
    page.click("text=Timeline")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "site-timeline.png")


def take_all(browser, address, passwords):
    take_site(browser, address)
    contributor, editor = (
        Desk(browser, address, name, passwords[name]) for name in ("contributor", "editor")
    )
    editor.page.goto("/admin/dialogues/dialogue/")
    editor.page.click(f"text={MEETING}")
    editor.take("dialogue", "#participations-group", "#participations-1")
    enter(contributor)
    review(editor)


def main():
    FOLDER.mkdir(exist_ok=True)
    with demo() as (address, passwords), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        take_all(browser, address, passwords)


if __name__ == "__main__":
    main()
