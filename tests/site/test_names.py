"""In a real browser: every field of a page has a name that a screen reader says, and no page is too wide."""

from tests import make
from tests.browser import BrowserTest
from tests.keyboard import Keyboard
from tracker.records.accounts.staff import password_link
from tracker.records.audit.history import Entry
from tracker.records.workflow.proposals import Proposal

NAMELESS = """() => {
  const text = (id) => document.getElementById(id)?.textContent.trim() || "";
  const said = (field) => field.getAttribute("aria-label") || field.labels?.length || field.title
    || (field.getAttribute("aria-labelledby") || "").split(" ").map(text).join("");
  return [...document.querySelectorAll("input, select, textarea, .select2-selection")]
    .filter((one) => one.type !== "hidden" && one.type !== "submit" && one.checkVisibility())
    .filter((one) => !one.matches(".select2-hidden-accessible") && !one.closest(".empty-form"))
    .filter((one) => !said(one)).map((one) => one.outerHTML);
}"""
SIZES = """() => [...document.querySelectorAll(".verbs > *")].map((one) => {
  const { top, height } = one.getBoundingClientRect();
  const { fontSize, lineHeight, padding } = getComputedStyle(one);
  return [top, height, fontSize, lineHeight, padding];
})"""
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"


class NamesTest(BrowserTest):
    def setUp(self):
        super().setUp()
        self.person = make.person(name="Ələkbər Məmmədov", description="historian", nationality=["AZ"])
        make.name(self.person, "Алекпер Мамедов")
        make.identifier(self.person)
        self.editor = make.superuser()
        self.log_in(self.editor)

    def assert_fits(self, path, widths=(1400, 400)):
        for width in widths:
            with self.subTest(path=path, width=width):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.page.goto(path)
                self.assertEqual(self.page.evaluate(NAMELESS), [])
                self.assertFalse(self.page.evaluate(TOO_WIDE))

    def test_every_other_page_too(self):
        row = make.dialogue(publication="in_review")
        make.participation(dialogue=row, publication="draft")
        entry = Entry.objects.of(row).first()
        known = {"record_id": self.person.pk, "version": 1, "document": {"description": "a poet"}}
        proposal = Proposal.objects.create(
            model="people.Person", **known, reason="A misprint.", created_by=self.editor
        )
        account = make.member("contributor")
        one = f"/admin/dialogues/dialogue/{row.pk}"
        for path in (
            *("/admin/", "/admin/waiting/review/", "/admin/people/person/?q=a", "/admin/records/proposal/"),
            *(f"{one}/publish/", f"{one}/history/", f"{one}/history/{entry.pk}/"),
            *(
                f"/admin/dialogues/dialogue/{verb}/?ids={row.pk}"
                for verb in ("bulk", "send-back", "withdraw")
            ),
            f"/admin/records/proposal/{proposal.pk}/change/",
            *("/admin/records/apitoken/", "/admin/records/apitoken/add/", "/admin/password_change/"),
            *("/admin/auth/user/", "/admin/auth/user/add/", f"/admin/auth/user/{account.pk}/change/"),
        ):
            self.assert_fits(path)
        self.page.context.clear_cookies()
        for path in ("/admin/login/", password_link(account)):
            self.assert_fits(path)

    def test_every_field_is_named_and_no_page_is_wider_than_the_window(self):
        part = make.participation(person=self.person, dialogue=make.group().dialogue)
        case = make.case_actor(case=make.case_event(case=make.charge().case).case).case
        statement = make.statement(speakers=[self.person, "a crowd"])
        make.statement_relation(related_statement=statement)
        pages = [("dialogues", part.dialogue), ("people", case), ("dialogues", statement)]
        for app, record in [*pages, ("records", make.shared_source()), ("people", self.person)]:
            self.assert_fits(f"/admin/{app}/{record._meta.model_name}/{record.pk}/change/")

    def test_the_verbs_stand_in_one_line_and_are_of_one_size(self):
        row = make.person(publication="in_review")
        self.page.goto(f"/admin/people/person/{row.pk}/change/")
        publish, *others = self.page.evaluate(SIZES)
        self.assertEqual(others, [publish] * len(others))

    def test_somebody_new_is_created_from_what_was_typed(self):
        self.page.goto("/admin/dialogues/dialogue/add/")
        self.page.locator("#id_title").focus()
        keyboard = Keyboard(self.page)
        keyboard.press("Alt+Insert")
        keyboard.type("Quentin Newcomer")
        self.page.wait_for_selector(".select2-results__option--highlighted >> text=Create “Quentin Newcomer”")
        with self.page.context.expect_page() as opened:
            keyboard.press("Enter")
        self.assertEqual(opened.value.input_value("#id_name"), "Quentin Newcomer")
        opened.value.locator("[name=_save]").press("Enter")
        self.page.wait_for_selector("#id_participations-0-person >> text=Quentin Newcomer", state="attached")
        self.assertEqual(keyboard.here, "id_participations-0-person")

    def test_what_is_known_is_told_while_a_name_is_typed(self):
        self.page.goto("/admin/people/person/add/")
        self.page.locator("#id_name").focus()
        Keyboard(self.page).type("Alekber Mamedov")
        told = self.page.wait_for_selector("#id_name_likely a")
        self.assertEqual(told.inner_text(), "Ələkbər Məmmədov, historian, AZ")
