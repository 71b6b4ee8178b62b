"""In a real browser: from a contributor's draft to a correction that a second editor reads."""

import os
from pathlib import Path

from django.test import override_settings

from dialogues.models import Dialogue
from tests import make
from tests.browser import BrowserTest

SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


@override_settings(FOUR_EYES=True)
class WorkingTogetherTest(BrowserTest):
    def setUp(self):
        super().setUp()
        self.contributor = make.member("contributor", username="contributor")
        self.editor = make.member("editor", username="editor")
        self.second = make.member("editor", username="second")
        known = {"publication": "draft", "created_by": self.contributor}
        self.dialogue = make.dialogue(title="Forum of Lachin", start_date="", **known)
        for name in ("Leyla", "Anna"):
            make.participation(dialogue=self.dialogue, person=make.person(name=name), **known)
        self.address = f"/admin/dialogues/dialogue/{self.dialogue.pk}/change/"

    def test_from_the_draft_to_the_correction(self):
        self.submit()
        self.send_back()
        self.mend()
        self.publish_all()
        self.edit_with_a_reason()
        self.read_the_change()
        self.two_windows()
        self.corrections()

    def work_as(self, user):
        self.page.context.clear_cookies()
        self.log_in(user)
        self.page.goto("/admin/")

    def submit(self):
        self.work_as(self.contributor)
        self.look("1-start-contributor")
        self.page.click("text=Forum of Lachin")
        self.look("2-draft")
        self.page.click("[name=_submit]")
        self.page.wait_for_selector("text=1 dialogue was submitted for review")
        self.assertEqual(self.page.locator("[name=_save]").count(), 0)
        self.look("3-submitted")

    def send_back(self):
        self.work_as(self.editor)
        self.look("4-start-editor")
        self.page.click("text=Forum of Lachin")
        self.page.click("text=Send back ...")
        self.page.fill("#id_reason", "Add the date, please.")
        self.look("5-send-back")
        self.page.click("[value='Send back']")
        self.page.wait_for_selector("text=1 dialogue was sent back")

    def mend(self):
        self.work_as(self.contributor)
        self.page.wait_for_selector("text=Add the date, please.")
        self.look("6-start-sent-back")
        self.page.click("text=Forum of Lachin")
        self.page.wait_for_selector("text=Add the date, please.")
        self.page.fill("#id_start_date", "autumn 2025")
        self.page.click("[name=_submit]")
        self.page.wait_for_selector("text=1 dialogue was submitted for review")

    def publish_all(self):
        self.work_as(self.editor)
        self.page.click("text=Forum of Lachin")
        self.page.click("[name=_publish]")
        self.look("7-publish")
        self.page.click("text=Publish all 3")
        self.page.wait_for_selector("text=1 dialogue was published, with 2 records that belong to it")
        self.look("8-published")
        records = [Dialogue.objects.get(), *self.dialogue.participations.all()]
        states = {record.publication for record in records}
        self.assertEqual(states, {"published"})

    def edit_with_a_reason(self):
        self.work_as(self.second)
        self.page.goto(self.address)
        self.page.fill("#id_agenda", "Water.")
        self.page.fill("#id_reason", "The minutes came out.")
        self.page.click("[name=_continue]")
        self.page.wait_for_selector("text=was changed successfully")
        self.page.click("text=History and differences")
        self.page.wait_for_selector("text=The minutes came out.")
        self.look("9-history")

    def read_the_change(self):
        self.work_as(self.editor)
        self.look("10-start-to-read")
        self.page.click("button:text-is('Mark as reviewed')")
        self.page.wait_for_selector("text=Marked as reviewed:")
        self.assertEqual(self.page.locator("#changes").count(), 0)

    def two_windows(self):
        """The same record in two windows: the second to save sees both versions, and then decides."""
        other = self.page.context.new_page()
        for window in (self.page, other):
            window.goto(self.address)
        for window, words in ((self.page, "Water and roads."), (other, "Water and rail.")):
            window.fill("#id_agenda", words)
            window.fill("#id_reason", f"It was also about this: {words}")
            window.click("[name=_continue]")
        other.wait_for_selector("text=What you typed, and what is stored now")
        self.look("11-two-windows", other)
        self.assertEqual(Dialogue.objects.get().agenda, "Water and roads.")
        self.assertEqual(other.input_value("#id_agenda"), "Water and rail.")
        other.fill("#id_agenda", "Water, roads and rail.")
        other.click("[name=_continue]")
        other.wait_for_selector("text=was changed successfully")
        self.assertEqual(Dialogue.objects.get().agenda, "Water, roads and rail.")

    def corrections(self):
        reader = self.browser.new_context(base_url=self.live_server_url).request  # not logged in
        told = reader.get(f"/api/v1/dialogues/{self.dialogue.pk}/corrections/").text()
        self.assertIn("The minutes came out.", told)
        self.assertIn("agenda", told)
        self.assertNotIn("Add the date", told)

    def look(self, name, page=None):
        """Keep a picture of the page, for whoever runs the test with SCREENSHOTS=<folder>."""
        if SCREENSHOTS:
            (page or self.page).screenshot(path=Path(SCREENSHOTS) / f"work-{name}.png", full_page=True)


class EndedSessionTest(BrowserTest):
    def test_what_was_typed_outlives_the_session(self):
        editor, person = make.member("editor"), make.person(name="Leyla")
        self.log_in(editor)
        self.page.goto(f"/admin/people/person/{person.pk}/change/")
        self.page.fill("#id_description", "a historian")
        self.page.fill("#id_reason", "A source says so.")
        self.page.context.clear_cookies(name="sessionid")
        self.page.click("[name=_continue]")
        self.page.wait_for_selector("text=Your session has ended, but nothing is lost")
        if SCREENSHOTS:
            self.page.screenshot(path=Path(SCREENSHOTS) / "work-12-held.png", full_page=True)
        with self.page.context.expect_page() as opened:
            self.page.click("text=Log in in another tab")
        tab = opened.value
        tab.fill("#id_username", editor.username)
        tab.fill("#id_password", make.PASSWORD)
        tab.click("[type=submit]")
        tab.wait_for_selector("text=Site administration")
        self.page.click("[value='Send it again']")
        self.page.wait_for_selector("text=You are logged in again")
        self.page.click("[value='Send it again']")
        self.page.wait_for_selector("text=was changed successfully")
        person.refresh_from_db()
        self.assertEqual(person.description, "a historian")
        self.errors = [error for error in self.errors if "403" not in error]
