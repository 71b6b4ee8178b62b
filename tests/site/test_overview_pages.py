"""The pages of the timeline, the network, coverage and search: the answers of the API, in sentences."""

import re

from django.conf import settings
from django.test import TestCase, override_settings

from tests import make
from tests.site.test_records import text_of
from tracker.site.figures.all_figures import FIGURE_PAGES
from tracker.site.figures.overviews import OVERVIEW_PAGES


class Asking:
    """Asks a page as a browser does."""

    def page(self, url, **given):
        answer = self.client.get(url, given)
        self.assertEqual(answer.status_code, 200, answer.headers.get("Location", url))
        return answer.content.decode()

    def text(self, url, **given):
        return text_of(self.page(url, **given))

    def linked(self, html, words):
        """The page behind a link with these words."""
        found = re.search(rf'href="([^"]+)">(?:<bdi>)?{re.escape(words)}<', html)
        self.assertTrue(found, f"No link {words}")
        return self.page(found[1].replace("&amp;", "&"))


class FigurePageTest(Asking, TestCase):
    """What all pages of figures have in common."""

    def test_every_field_of_a_form_is_a_parameter_of_the_figure(self):
        for page in FIGURE_PAGES:
            for name, *_ in page.controls:
                self.assertIn(name, page.known(), page.__name__)

    def test_what_is_unknown_or_empty_leads_to_the_address_without_it(self):
        for page in OVERVIEW_PAGES:
            answer = self.client.get(f"/{page.address}?nonsense=1&conflict=&format=csv")
            self.assertRedirects(answer, f"/{page.address}", fetch_redirect_response=False)

    def test_a_page_does_not_claim_to_show_the_past(self):
        answer = self.client.get("/timeline/?published_on=2025-01-01")
        self.assertRedirects(answer, "/timeline/", fetch_redirect_response=False)

    def test_a_wrong_value_is_explained_beside_its_field(self):
        for address, given in (
            ("/timeline/", {"overlaps": "soon"}),
            ("/network/", {"period_overlaps": "soon"}),
            ("/search/", {"q": "x" * 201}),
        ):
            page = self.page(address, **given)
            self.assertRegex(page, r'aria-invalid="true" aria-describedby="e-(\w+)"')
            self.assertIn('<p class="error errors" id="e-', page)

    def test_the_form_keeps_what_it_has_no_field_for(self):
        person = make.case(person=make.person()).person
        page = self.page("/timeline/", person=person.slug)
        self.assertIn(f'<input type="hidden" name="person" value="{person.slug}">', page)
        self.assertIn('<a href="/timeline/">without this filter</a>', page)

    def test_only_the_page_without_filters_is_for_search_engines(self):
        for page in OVERVIEW_PAGES:
            self.assertNotIn("noindex", self.page(f"/{page.address}"))
        self.assertIn("noindex", self.page("/search/", q="a"))

    def test_the_same_is_offered_as_data(self):
        page = self.page("/timeline/", kind="dialogues")
        self.assertIn('href="http://127.0.0.1:8000/api/v1/timeline/?kind=dialogues"', page)
        self.assertIn("/api/v1/timeline/?kind=dialogues&amp;format=csv", page)

    @override_settings(LIMITS={**settings.LIMITS, "SEARCHES_PER_MINUTE": 1})
    def test_each_is_counted_as_a_search(self):
        self.page("/timeline/")
        self.assertEqual(self.client.get("/coverage/").status_code, 429)


class TimelinePageTest(Asking, TestCase):
    def test_each_event_has_its_date_in_words_and_a_statement_has_its_speaker(self):
        person = make.person(name="A Speaker")
        make.dialogue(title="A meeting", start_date="2025-10")
        make.statement(title="A claim", date="2025-11", speakers=[person], kind="claim")
        make.case_event(case=make.case(title="A case"), kind="arrest", date="2024-21")
        text = self.text("/timeline/")
        for words in ("October 2025 A meeting", "November 2025 A claim Claim: A Speaker", "Arrest · A case"):
            self.assertIn(words, text)

    def test_a_long_timeline_goes_on(self):
        for year in range(1960, 2011):
            make.dialogue(title=f"Meeting of {year}", start_date=str(year))
        page = self.page("/timeline/")
        self.assertNotIn("Meeting of 2010", page)
        later = self.linked(page, "Later")
        self.assertIn("Meeting of 2010", later)
        self.assertNotIn("Meeting of 1960", later)
        self.assertIn("Meeting of 1960", self.linked(later, "From the beginning"))

    def test_a_cursor_that_cannot_be_read_leads_to_the_beginning(self):
        answer = self.client.get("/timeline/?cursor=nonsense&kind=dialogues")
        self.assertRedirects(answer, "/timeline/?kind=dialogues")

    def test_what_has_no_date_is_counted_with_its_list(self):
        make.dialogue(title="Some day", start_date="")
        self.assertIn("Some day", self.linked(self.page("/timeline/"), "1 dialogue"))


class NetworkPageTest(Asking, TestCase):
    def test_it_shows_who_took_part_in_open_dialogues_only(self):
        for disclosure in ("public", "closed", "unknown"):
            make.participation(
                dialogue=make.dialogue(title=f"A {disclosure} one", disclosure=disclosure),
                person=make.person(name=f"Of {disclosure}"),
            )
        text = self.text("/network/")
        self.assertIn("Of public", text)
        self.assertNotIn("Of closed", text)
        self.assertNotIn("Of unknown", text)
        self.assertNotIn("Also recorded there", text)
        make.group(dialogue=make.dialogue(disclosure="public"))
        self.assertIn("1 group without names ; no participants with withheld names", self.text("/network/"))


class CoveragePageTest(Asking, TestCase):
    def test_it_says_how_many_records_are_sourced_and_leads_to_them(self):
        make.person(name="Cited Person")
        make.person(name="Another", cited=False)
        page = self.page("/coverage/")
        self.assertIn("1 of 2 published records have a source", text_of(page))
        self.assertNotIn("%", text_of(page))
        row = page.partition(">People</th>")[2].partition("</tr>")[0]
        listed = self.linked(row.rpartition("<td")[2], "1")
        self.assertIn("Another", listed)
        self.assertNotIn("Cited Person", listed)


class SearchPageTest(Asking, TestCase):
    def test_it_finds_in_any_spelling_and_says_which_name_was_found(self):
        person = make.person(name="B. S.")
        person.other_names.create(text="Bəhruz Səmədov", kind="alternate")
        make.dialogue(title="Samadov in Yerevan")
        text = self.text("/search/", q="samadov")
        for words in ("1 person", "1 dialogue", "B. S.", "Also named: Bəhruz Səmədov", "Samadov in Yerevan"):
            self.assertIn(words, text)

    def test_nothing_found_does_not_say_that_nothing_is(self):
        self.assertIn("only what has been recorded", self.text("/search/", q="nobody"))

    def test_the_form_in_the_head_of_every_page_leads_here(self):
        self.assertIn('class="search" action="/search/"', self.page("/about/"))
