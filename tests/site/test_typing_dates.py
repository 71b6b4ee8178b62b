"""In a real browser: below a date stands what is understood while it is typed, and calmly what is refused."""

from urllib.parse import parse_qs, urlsplit

from dialogues.models import Dialogue
from tests import make
from tests.browser import BrowserTest
from tests.keyboard import Keyboard

TOLD = "#id_start_date_understood"
REFUSED = f"{TOLD}.refused"
WINTER = "Write winter 2024/2025 or winter 2025/2026."


class TypingDatesTest(BrowserTest):
    def setUp(self):
        super().setUp()
        self.asked = []
        self.log_in(make.superuser("editor"))
        self.page.on("request", lambda request: self.note(urlsplit(request.url)))
        self.page.goto("/admin/dialogues/dialogue/add/")
        self.keyboard = Keyboard(self.page)

    def note(self, url):
        if url.path.endswith("/understand/"):
            self.asked.append(parse_qs(url.query)["text"][0])

    def type(self, text, field="start_date"):
        self.page.fill(f"#id_{field}", "")
        self.page.locator(f"#id_{field}").press_sequentially(text)

    def told(self, words, selector=TOLD):
        self.page.wait_for_selector(f"{selector}:has-text('{words}')")

    def test_what_is_understood_follows_the_typing(self):
        self.page.focus("#id_start_date")
        self.assertEqual(self.page.get_attribute(TOLD, "aria-live"), "polite")  # there before it speaks
        self.assertEqual(self.page.text_content(TOLD), "")
        self.type("14 Nov 2026")
        self.told("understood: 14 November 2026 (2026-11-14)")
        self.assertEqual(self.asked[-1], "14 Nov 2026")
        self.type("about 2019")
        self.told("1 January to 31 December 2019, approximate: perhaps 31 December 2017 to 31 December 2020")
        self.assertIn(TOLD[1:], self.page.get_attribute("#id_start_date", "aria-describedby").split())
        self.assertIsNone(self.page.get_attribute("#id_start_date", "aria-invalid"))
        self.page.fill("#id_start_date", "")
        self.page.wait_for_function("(id) => !document.querySelector(id).textContent", arg=TOLD)

    def test_a_refusal_waits_for_the_end_of_the_typing_and_names_what_is_right(self):
        self.page.focus("#id_start_date")
        with self.page.expect_response("**/understand/**"):
            self.type("winter 2025")
        self.assertEqual(self.page.locator(REFUSED).count(), 0)  # perhaps "/2026" follows
        self.page.keyboard.type("/2026")
        self.told("understood: 1 December 2025 to 28 February 2026 (2025-24)")
        self.assertEqual(self.page.locator(REFUSED).count(), 0)
        self.type("winter 2025")
        self.told(WINTER, REFUSED)
        self.assertEqual(self.page.get_attribute("#id_start_date", "aria-invalid"), "true")

    def test_whoever_leaves_the_field_is_told_of_a_refusal_there(self):
        self.type("winter 2025")
        self.keyboard.press("Tab")
        self.told(WINTER, REFUSED)
        self.type("2025")
        self.told("understood: 1 January to 31 December 2025 (2025)")
        self.assertEqual(self.page.locator(REFUSED).count(), 0)

    def test_a_date_of_a_new_row_explains_itself_too_and_what_is_saved_is_what_was_understood(self):
        self.page.goto("/admin/people/person/add/")
        self.page.locator("#other_names-group a:has-text('Add another')").click()
        self.type("12-14 November 2026", "other_names-0-start_date")
        self.told(
            "understood: 12 to 14 November 2026 (2026-11-12/2026-11-14)",
            "#id_other_names-0-start_date_understood",
        )
        self.page.goto("/admin/dialogues/dialogue/add/")
        self.page.fill("#id_title", "Forum of Lachin")
        self.type("winter 2024/2025")
        self.told("(2024-24)")
        self.page.keyboard.press("Control+s")
        self.page.wait_for_selector("text=was added successfully")
        self.assertEqual(Dialogue.objects.get().start_date, "2024-24")
