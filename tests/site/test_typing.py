"""In a real browser, without a mouse: a dialogue with ten participants in two groups, on one page."""

from dialogues.models import Dialogue
from tests import make
from tests.browser import BrowserTest
from tests.keyboard import Keyboard
from tests.site.test_entering import SCREENSHOTS

NAMES = ["Zaurov", "Bakirov", "Davudov", "Fuadov", "Kamilov", "Rasulov", "Nazimov", "Tofikov"]
MINUTES = "Minutes of the forum, 2025-12-10"
GROUPS = {0: "northern delegation", 4: "southern delegation"}  # by the number of the row
NOTE = "Please correct the error below."
DESCRIBED = """() => {
  const ids = document.activeElement.getAttribute("aria-describedby") || "";
  return ids.split(" ").map((id) => document.getElementById(id)?.textContent || "").join(" ");
}"""
MOST_KEYS = 80  # besides letters; without the script it took 790 and a second save for the groups


class TypingTest(BrowserTest):
    def setUp(self):
        super().setUp()
        self.editor = make.superuser("editor")
        make.source(title="Minutes of the forum", date="2025-12-10")
        for name in NAMES:
            make.person(name=f"Ali {name}", description="historian")
        self.log_in(self.editor)
        self.keyboard = Keyboard(self.page)

    def test_a_dialogue_with_ten_participants(self):
        self.page.goto("/admin/dialogues/dialogue/add/")
        self.page.locator("#id_title").focus()
        self.keyboard.type("Forum of Lachin")
        self.keyboard.fill("start_date", "autumn 2025")
        self.cite_the_dialogue()
        for number in range(10):
            self.enter_participant(number)
        self.quote()
        self.look("ten-participants")
        self.keyboard.press("Control+s")
        self.page.wait_for_selector("text=was added successfully")
        self.assertRegex(self.page.url, r"/change/\Z")  # and one goes on where one was
        self.look("ten-participants-saved")
        self.saved()
        print(f"\n{self.keyboard.keys} keys and {self.keyboard.letters} letters")
        self.assertLessEqual(self.keyboard.keys, MOST_KEYS)

    def test_a_row_that_was_only_begun_is_left_out(self):
        self.page.goto("/admin/dialogues/dialogue/add/")
        self.page.locator("#id_title").focus()
        self.keyboard.type("Forum of Lachin")
        self.cite_the_dialogue()
        self.keyboard.press("Alt+Shift+PageDown", "Alt+Shift+PageDown", "Enter")
        self.keyboard.fill("participations-0-group_label", GROUPS[0])
        self.keyboard.press("Alt+Insert")
        self.assertEqual(self.page.locator("#id_participations-1-locator").input_value(), "1")
        self.keyboard.press("Control+s")
        self.page.wait_for_selector("text=was not saved, because it contained only a source")
        self.assertEqual(Dialogue.objects.get().participations.get().group_label, GROUPS[0])

    def test_an_error_has_the_focus_wherever_it_is(self):
        part = make.participation(person=None, group_label=GROUPS[0])
        page = f"/admin/dialogues/dialogue/{part.dialogue_id}/change/"
        for fields, here, says in (
            ({"title": ""}, "id_title", "This field is required."),
            (
                {"start_date": "2025", "end_date": "2024"},
                NOTE,
                "The end date must not be before the start date.",
            ),
            (
                {"participations-0-quotation": "word " * 26},
                "id_participations-0-quotation",
                "at most 25 words",
            ),
            ({"participations-0-group_label": ""}, "id_participations-0-person", "Give one of person"),
        ):
            with self.subTest(fields=fields):
                self.page.goto(page)
                for name, value in fields.items():
                    self.page.fill(f"#id_{name}", value)
                self.page.fill("#id_reason", "A test.")
                self.keyboard.press("Control+s")
                self.page.wait_for_selector(".errornote")
                self.page.wait_for_function(DESCRIBED)
                self.assertIn(says, self.page.evaluate(DESCRIBED))
                self.assertEqual(self.keyboard.here, here)

    def cite_the_dialogue(self):
        self.keyboard.press("Alt+Shift+PageDown")
        self.keyboard.choose("citations-0-source", "minutes", MINUTES)
        self.keyboard.fill("citations-0-locator_kind", "Par")
        self.keyboard.fill("citations-0-locator", "1")
        self.keyboard.fill("citations-0-quotation", "the forum opened")

    def enter_participant(self, number):
        row = f"participations-{number}"
        if number == 0:
            self.keyboard.press("Alt+Shift+PageDown", "Alt+Shift+PageDown", "Enter")
        else:
            self.keyboard.press("Alt+Insert")
        if number in GROUPS:
            self.keyboard.fill(f"{row}-group_label", GROUPS[number])
            self.keyboard.fill(f"{row}-count_min", "3")
            return
        name = NAMES[number - 1 - (number > 4)]
        self.keyboard.choose(f"{row}-person", name[:5], f"Ali {name}, historian")
        self.keyboard.fill(f"{row}-member_of", "n" if number < 4 else "s")

    def quote(self):
        """The quotations, from the last row up: the source and where in it came from the row above."""
        self.keyboard.to("participations-9-quotation")
        for number in reversed(range(10)):
            self.keyboard.type(f"words about number {number}")
            if number:
                self.keyboard.press("Alt+PageUp")

    def saved(self):
        rows = Dialogue.objects.get().participations.all()
        members = [row.member_of.group_label for row in rows if row.member_of]
        self.assertEqual(sorted(members), ["northern delegation"] * 3 + ["southern delegation"] * 5)
        cited = [citation for row in rows for citation in row.citations.all()]
        self.assertEqual({(one.source.title, one.locator) for one in cited}, {("Minutes of the forum", "1")})
        self.assertEqual(
            sorted(one.quotation for one in cited), [f"words about number {number}" for number in range(10)]
        )

    def look(self, name):
        if SCREENSHOTS:
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)
