"""A reader with a keyboard and without script: on a phone and at a desk."""

from tests import make
from tests.browser import BrowserTest
from tests.keyboard import Keyboard


class WithoutScriptTest(BrowserTest):
    """From the start page to who was held during a dialogue, and to the source of a fact."""

    def setUp(self):
        super().setUp()
        conflict = make.conflict()
        self.dialogue = make.dialogue(title="A meeting", conflict=conflict, start_date="2025-10")
        make.participation(dialogue=self.dialogue, person=make.person(name="A Participant"))
        case = make.case(conflict=conflict, person=make.person(name="Held Person"))
        make.case_event(case=case, kind="arrest", date="2025-01")

    def reader(self, width):
        """Someone who types on a page of this width."""
        context = self.browser.new_context(
            base_url=self.live_server_url,
            java_script_enabled=False,
            viewport={"width": width, "height": 800},
        )
        self.addCleanup(context.close)
        page = context.new_page()
        page.goto("/")
        return Keyboard(page)

    def follow(self, keyboard, words):
        keyboard.to(words)
        outline = keyboard.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        self.assertNotEqual(outline, "none", f"The focus on {words} is not visible")
        with keyboard.page.expect_navigation():
            keyboard.press("Enter")

    def test_everything_is_reached_by_keys(self):
        for width in (360, 1280):
            with self.subTest(width=width):
                keyboard = self.reader(width)
                keyboard.to("s-q")
                keyboard.type("meet")
                with keyboard.page.expect_navigation():
                    keyboard.press("Enter")
                self.follow(keyboard, "A meeting")
                self.assertIn("Recorded cases of those days", keyboard.page.content())
                self.follow(keyboard, "What is recorded of all of them on these days")
                keyboard.to("f-known_on")
                keyboard.type("2025-12-01")
                with keyboard.page.expect_navigation():
                    keyboard.press("Enter")
                self.assertIn("as known on", keyboard.page.content())
                self.follow(keyboard, "Without filters")
                self.assertIn("Held Person", keyboard.page.content())

    def test_the_source_of_a_fact_opens_by_a_key(self):
        keyboard = self.reader(360)
        keyboard.page.goto(f"/dialogues/{self.dialogue.slug}/")
        source = keyboard.page.locator("details.cites").first
        self.assertFalse(source.locator("ul").is_visible())
        source.locator("summary").focus()
        keyboard.press("Enter")
        self.assertTrue(source.locator("ul").is_visible())
