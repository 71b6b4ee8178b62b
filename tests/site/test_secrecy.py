"""In a real browser: that a lawyer is confidential is said before anybody is created for the row."""

from contextlib import contextmanager

from dialogues.models import Participation, Statement
from people.models import CaseActor, Organization, PersecutionCase, Person
from tests import make
from tests.site.test_slips import HITS, SlipsTest
from tests.test_admin import address
from tracker.records.base.places import Place

NOTE = ".secrecy"


class SecrecyTest(SlipsTest):
    def open_case(self, user, kind="Case actor"):
        case = make.case(publication="draft", created_by=user)
        self.log_in(user)
        self.page.goto(address(PersecutionCase, "change", case.pk))
        self.page.click(f"text=Add another {kind}")

    def offer(self, field, name):
        """Search for somebody new; the choice offers to create them."""
        self.search_new(field, name)
        return self.page.locator(f"{HITS}:has-text('Create “{name}”')")

    def search_new(self, field, name):
        self.box(field).focus()
        self.page.keyboard.press("Enter")
        with self.page.expect_response(lambda answer: "term=" in answer.url and name[:3] in answer.url):
            self.page.keyboard.type(name)
        self.page.wait_for_selector(".select2-results__option")
        self.page.wait_for_timeout(300)

    def create(self, field, name):
        """The small window that opens."""
        with self.page.expect_popup() as opened:
            self.offer(field, name).click()
        opened.value.wait_for_load_state()
        return opened.value

    def test_an_editor_learns_it_and_what_is_created_is_as_secret(self):
        self.open_case(make.member("editor"))
        with self.assert_no_window():
            self.page.click("#add_id_actors-0-person")  # before the role is chosen
        self.page.wait_for_selector(
            f"{NOTE}:has-text('Choose the role first: Lawyer would be confidential.')"
        )
        self.assertEqual(self.keyboard.here, "id_actors-0-role")
        self.page.select_option("#id_actors-0-role", "lawyer")
        self.page.wait_for_selector(f"{NOTE}:has-text('Lawyer: this row is confidential')")
        small = self.create("actors-0-person", "Defender Somebody")
        self.assertIn("This record starts as confidential", small.text_content(".sent-back"))
        self.assertEqual(small.input_value("#id_confidentiality"), "confidential")
        small.click("[name=_save]")
        self.page.wait_for_function("() => document.getElementById('id_actors-0-person').value")
        self.assertEqual(self.chosen("actors-0-person"), "Defender Somebody")
        self.assertEqual(Person.objects.get(name="Defender Somebody").confidentiality, "confidential")
        self.page.click("[name=_continue]")
        self.page.wait_for_selector(".messagelist .success")
        self.assertEqual(CaseActor.objects.get().confidentiality, "confidential")

    @contextmanager
    def assert_no_window(self):
        opened = []
        self.page.on("popup", lambda page: opened.append(page))
        yield
        self.page.wait_for_timeout(400)
        self.assertEqual(opened, [])

    def test_a_contributor_learns_it_and_creates_nobody(self):
        self.open_case(make.member("contributor"))
        self.page.select_option("#id_actors-0-role", "lawyer")
        self.page.wait_for_selector(f"{NOTE}:has-text('Only an editor or a case officer')")
        self.assertFalse(self.page.is_visible("#add_id_actors-0-person"))
        self.search_new("actors-0-person", "Defender Somebody")
        self.assertEqual(self.page.locator(f"{HITS}:has-text('Create')").count(), 0)
        self.page.keyboard.press("Escape")
        self.page.select_option("#id_actors-0-role", "court")
        self.assertEqual(self.page.text_content(NOTE), "")
        self.page.wait_for_selector("#add_id_actors-0-person")
        small = self.create("actors-0-organization", "Court of Nowhere")
        self.assertEqual(small.input_value("#id_confidentiality"), "public")
        small.click("[name=_save]")
        self.page.wait_for_function("() => document.getElementById('id_actors-0-organization').value")
        self.assertFalse(Person.objects.filter(name__contains="Defender").exists())
        self.assertEqual(Organization.objects.get(name="Court of Nowhere").publication, "draft")

    def test_health_and_transfer_too(self):
        self.open_case(make.member("editor"), "Case event")
        self.page.select_option("#id_events-0-kind", "transfer")
        self.page.wait_for_selector(f"{NOTE}:has-text('this row is confidential')")
        small = self.create("events-0-place", "Prison Town")
        self.assertEqual(small.input_value("#id_confidentiality"), "confidential")
        small.click("[name=_save]")
        self.page.wait_for_function("() => document.getElementById('id_events-0-place').value")
        self.assertEqual(Place.objects.get(name="Prison Town").confidentiality, "confidential")

    def test_on_the_page_of_an_actor_and_behind_a_pseudonym(self):
        editor = make.member("editor")
        self.log_in(editor)
        self.page.goto(address(CaseActor, "add"))
        self.page.select_option("#id_role", "lawyer")
        self.page.wait_for_selector(f"{NOTE}:has-text('Lawyer: this row is confidential')")
        small = self.create("person", "Defender Somebody")
        self.assertEqual(small.input_value("#id_confidentiality"), "confidential")
        small.close()
        part = make.participation(
            naming="pseudonym",
            pseudonym="A.",
            confidentiality="confidential",
            publication="draft",
            created_by=editor,
            cleared=[editor],
        )
        with self.asked():
            self.page.goto(address(Participation, "change", part.pk))
        identity = self.page.locator("[id$='-0-person'][data-secret]").get_attribute("id")
        small = self.create(identity.removeprefix("id_"), "Known Nobody")
        self.assertEqual(small.input_value("#id_confidentiality"), "confidential")

    def test_what_is_created_from_a_row_cites_what_the_row_cites(self):
        source = make.source(title="The article")
        self.log_in(make.member("contributor"))
        self.page.goto(address(Statement, "add"))
        self.search("citations-0-source", "article")
        self.page.keyboard.press("Enter")
        self.page.select_option("#id_citations-0-locator_kind", "paragraph")
        self.page.fill("#id_citations-0-locator", "4")
        self.page.click("text=Add another Speaker")
        small = self.create("speakers-0-person", "Anar New")
        small.click("[name=_save]")
        self.page.wait_for_function("() => document.getElementById('id_speakers-0-person').value")
        citation = Person.objects.get(name="Anar New").citations.get()
        self.assertEqual((citation.source, citation.locator), (source, "4"))
