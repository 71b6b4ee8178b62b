"""In a real browser: a source, a dialogue and its participants are entered, published and read."""

import os
from pathlib import Path

from dialogues.models import Dialogue
from people.models import Person
from tests import make
from tests.browser import BrowserTest
from tracker.records.base.sources import Source

SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


class EnteringTest(BrowserTest):
    def setUp(self):
        super().setUp()
        self.user = make.superuser("editor")
        self.person = make.person(name="Ələkbər Məmmədov", description="historian")

    def test_from_the_source_to_the_api(self):
        self.sign_in()
        self.enter_source()
        self.enter_dialogue()
        self.read_in_the_api()

    def test_a_country_and_a_language_are_chosen_by_name(self):
        self.sign_in()
        self.page.goto("/admin/people/person/add/")
        self.page.fill("#id_name", "Somebody")
        self.page.focus("#id_nationality")
        names = "#codes-territory option"
        self.page.wait_for_selector(names, state="attached")
        offered = self.page.eval_on_selector_all(names, "all => all.map(one => [one.value, one.label])")
        self.assertIn(["Armenia", "AM"], offered)
        self.page.fill("#id_nationality", "Armenia")
        self.page.fill("#id_nationality_1", "UK")
        self.page.click("#other_names-group a:has-text('Add another')")
        self.page.fill("#id_other_names-0-text", "Someone")
        self.page.focus("#id_other_names-0-lang")
        self.page.wait_for_selector("#codes-language option[value=Azerbaijani]", state="attached")
        self.page.fill("#id_other_names-0-lang", "Azerbaijani")
        self.page.click("[name=_save]")
        self.page.wait_for_selector("text=was added successfully")
        person = Person.objects.get(name="Somebody")
        self.assertEqual((person.nationality, person.other_names.get().lang), (["AM", "GB"], "az"))

    def sign_in(self):
        self.page.goto("/admin/")
        self.page.fill("#id_username", "editor")
        self.page.fill("#id_password", make.PASSWORD)
        self.page.click("text=Log in")
        self.page.wait_for_selector("text=Site administration")
        self.look("index")

    def enter_source(self):
        self.page.goto("/admin/records/source/add/")
        self.page.fill("#id_title", "Minutes of the forum")
        self.page.select_option("#id_kind", "report")
        self.page.fill("#id_date", "10 December 2025")
        self.page.wait_for_selector("text=understood: 10 December 2025 (2025-12-10)")
        self.look("source")
        self.page.click("[name=_publish]")
        self.page.wait_for_selector("text=1 source was published")

    def enter_dialogue(self):
        self.page.goto("/admin/dialogues/dialogue/add/")
        self.page.fill("#id_title", "Forum of Lachin")
        self.page.select_option("#id_classification", "forum")
        self.page.select_option("#id_disclosure", "public")
        self.page.fill("#id_start_date", "autumn 2025")
        self.page.fill("#id_end_date", "autumn 2025")
        self.cite("citations-0", "1", "the forum opened in autumn")
        self.page.click("text=Add another Participation")
        self.choose("participations-0-person", "Alakbar Mammad", "Ələkbər Məmmədov, historian")
        self.cite("participations-0", "2", "the historian spoke")
        self.page.click("text=Add another Participation")
        self.page.fill("#id_participations-1-group_label", "a delegation of seven")
        self.page.fill("#id_participations-1-count_min", "7")
        self.cite("participations-1", "3", "seven came together")
        self.look("dialogue")
        self.page.click("[name=_publish]")
        self.look("dialogue-publish")
        self.page.click("text=Publish all 3")
        self.page.wait_for_selector("text=1 dialogue was published, with 2 records that belong to it")
        self.look("dialogue-published")

    def cite(self, row, paragraph, words):
        """Fill the source, the locator and the quotation of a row."""
        self.choose(f"{row}-source", "minutes", "Minutes of the forum, 2025-12-10")
        self.page.select_option(f"#id_{row}-locator_kind", "paragraph")
        self.page.fill(f"#id_{row}-locator", paragraph)
        self.page.fill(f"#id_{row}-quotation", words)

    def choose(self, field, typed, label):
        """Search in an autocomplete and take the row with this label."""
        self.page.click(f"#id_{field} + .select2")
        self.page.fill(".select2-container--open .select2-search__field", typed)
        self.page.click(f".select2-results__option:text-is('{label}')")

    def read_in_the_api(self):
        dialogue, source = Dialogue.objects.get(), Source.objects.get(title="Minutes of the forum")
        reader = self.browser.new_context(base_url=self.live_server_url).request  # not logged in
        told = reader.get(f"/api/v1/dialogues/{dialogue.slug}/").json()
        self.assertEqual(told["title"], "Forum of Lachin")
        self.assertEqual(told["start_date"]["edtf"], "2025-23")
        self.assertEqual(told["citations"][0]["source"]["id"], str(source.pk))
        named, group = sorted(told["participations"], key=lambda row: row["group_label"])
        self.assertEqual(
            (named["person"]["name"], group["group_label"]), (self.person.name, "a delegation of seven")
        )
        for row, words in ((named, "the historian spoke"), (group, "seven came together")):
            cited = reader.get(f"/api/v1/participations/{row['id']}/").json()["citations"]
            self.assertEqual([citation["quotation"] for citation in cited], [words])

    def look(self, name):
        """Keep a picture of the page, for whoever runs the test with SCREENSHOTS=<folder>."""
        if SCREENSHOTS:
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)
