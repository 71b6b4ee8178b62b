"""In a real browser: in a choice Enter takes the hit that is marked, and a resting pointer marks none."""

from contextlib import contextmanager

from tests import make
from tests.browser import BrowserTest
from tests.keyboard import Keyboard

HITS = ".select2-results__option[aria-selected]"
MARKED = ".select2-results__option--highlighted"
CHOSEN = "select => [...select.selectedOptions].map((option) => option.textContent).join()"
WITH_ROWS = (  # page, what adds a row, the choice in it
    ("dialogues/statement", "Add another Speaker", "speakers-0-person"),
    ("dialogues/dialogue", "Add another Participation", "participations-0-person"),
    ("people/persecutioncase", "Add another Case actor", "actors-0-person"),
    ("people/persecutioncase", "", "person"),
    ("dialogues/statement", "", "about_people"),
)


class SlipsTest(BrowserTest):
    """An editor, and two people whom one search finds."""

    def setUp(self):
        super().setUp()
        self.editor = make.superuser("editor")
        self.log_in(self.editor)
        self.keyboard = Keyboard(self.page)
        for name in ("Farhad Mammadov", "Kamala Mammadova"):
            make.person(name=name)

    def open(self, page, added=""):
        self.page.goto(f"/admin/{page}/add/")
        if added:
            self.page.click(f"text={added}")

    def box(self, field):
        return self.page.locator(f"#id_{field} + .select2 .select2-selection")

    def chosen(self, field):
        return self.page.locator(f"#id_{field}").evaluate(CHOSEN)

    def search(self, field, text):
        """Open a choice by keyboard and type; returns once the hits are there."""
        self.box(field).focus()
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(MARKED)
        with self.page.expect_response(lambda answer: f"term={text}&" in answer.url):
            self.page.keyboard.type(text)
        self.page.wait_for_selector(f"{MARKED}:has-text('{text}')")

    @contextmanager
    def asked(self, stay=False):
        """A list of the kinds of questions that the browser asked; they are answered."""
        kinds = []

        def answer(dialog):
            kinds.append(dialog.type)
            (dialog.dismiss if stay else dialog.accept)()

        self.page.on("dialog", answer)
        yield kinds
        self.page.remove_listener("dialog", answer)


class MarkedHitTest(SlipsTest):
    def rest_where_the_second_hit_appears(self, page, added, field):
        """Open a page, learn where that is, and move there; nobody is chosen yet."""
        self.open(page, added)
        self.search(field, "Mammadov")
        place = self.page.locator(HITS).nth(1).bounding_box()
        self.page.keyboard.press("Escape")
        self.page.mouse.move(place["x"] + 30, place["y"] + place["height"] / 2)

    def test_enter_and_tab_take_the_first_hit_under_a_resting_pointer(self):
        for number, (page, added, field) in enumerate(WITH_ROWS):
            key = "Tab" if number == 0 else "Enter"
            with self.subTest(field=field, key=key):
                self.rest_where_the_second_hit_appears(page, added, field)
                self.search(field, "Mammadov")
                self.page.wait_for_timeout(200)  # the browser notices what lies under the pointer
                self.page.keyboard.press(key)
                self.assertEqual(self.chosen(field), "Farhad Mammadov")
                with self.asked():
                    self.page.goto("about:blank")

    def test_keys_mark_and_a_resting_pointer_does_not(self):
        self.rest_where_the_second_hit_appears(*WITH_ROWS[0])
        self.search("speakers-0-person", "Mammadov")
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("ArrowUp")
        self.page.wait_for_timeout(200)
        self.page.keyboard.press("Enter")
        self.assertEqual(self.chosen("speakers-0-person"), "Farhad Mammadov")
        self.search("speakers-0-person", "Mammadov")
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        self.assertEqual(self.chosen("speakers-0-person"), "Kamala Mammadova")

    def test_a_list_that_moves_below_a_resting_pointer_marks_nothing(self):
        for number in range(20):
            make.person(name=f"Mammadov {number:02}")
        self.rest_where_the_second_hit_appears(*WITH_ROWS[0])
        self.search("speakers-0-person", "Mammadov")
        for _ in range(12):
            self.page.keyboard.press("ArrowDown")
            self.page.wait_for_timeout(20)
        self.page.wait_for_timeout(200)
        marked = self.page.locator(MARKED).inner_text()
        self.page.keyboard.press("Enter")
        self.assertEqual((self.chosen("speakers-0-person"), marked), ("Mammadov 10",) * 2)

    def test_a_pointer_that_moves_marks_and_a_click_chooses(self):
        self.open(*WITH_ROWS[0][:2])
        self.search("speakers-0-person", "Mammadov")
        place = self.page.locator(HITS).nth(1).bounding_box()
        self.page.mouse.move(place["x"] + 5, place["y"] + 5)
        self.page.mouse.move(place["x"] + 40, place["y"] + 8, steps=4)
        self.page.wait_for_selector(f"{MARKED}:text-is('Kamala Mammadova')")
        self.page.keyboard.press("Enter")
        self.assertEqual(self.chosen("speakers-0-person"), "Kamala Mammadova")
        self.search("speakers-0-person", "Mammadov")
        self.page.locator(HITS).nth(0).click()
        self.assertEqual(self.chosen("speakers-0-person"), "Farhad Mammadov")

    def test_enter_takes_nobody_while_the_hits_are_those_of_another_search(self):
        make.person(name="Aaron Other")
        self.open(*WITH_ROWS[0][:2])
        self.box("speakers-0-person").focus()
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(f"{MARKED}:text-is('Aaron Other')")
        self.page.keyboard.type("Mammadov")
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Tab")
        self.assertEqual(self.chosen("speakers-0-person"), "")

    def test_tab_takes_nobody_where_nothing_was_typed(self):
        self.open(*WITH_ROWS[0][:2])
        self.box("speakers-0-person").focus()
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(MARKED)
        self.page.keyboard.press("Tab")
        self.assertEqual(self.chosen("speakers-0-person"), "")

    def test_a_choice_of_accounts_is_no_exception(self):
        for name in ("anar.first", "anar.second"):
            make.member("editor", username=name)
        self.page.goto("/admin/people/conflict/add/")
        self.page.click("summary:has-text('Editing')")
        for rest in (False, True):
            self.box("assigned_to").focus()
            self.page.keyboard.press("Enter")
            self.page.keyboard.type("anar")
            self.page.wait_for_selector(f"{HITS}:text-is('anar.second')")
            if not rest:
                place = self.page.locator(HITS).nth(1).bounding_box()
                self.page.keyboard.press("Escape")
                self.page.mouse.move(place["x"] + 30, place["y"] + 5)
        self.page.wait_for_timeout(200)
        self.page.keyboard.press("Enter")
        self.assertEqual(self.chosen("assigned_to"), "anar.first")
