"""The pages of figures about who took part, recorded cases and claims: sentences that the records allow."""

from unittest import mock

from django.test import TestCase

from tests import make
from tests.site.test_overview_pages import Asking
from tests.site.test_records import text_of
from tests.test_fixtures import load
from tracker.records.audit.access_log import Reading
from tracker.site.figures.all_figures import FIGURE_PAGES
from tracker.site.lists.all_lists import PART_LISTS

ABOUT_RECORDS = [page for page in FIGURE_PAGES if page.view]


def address(page, key):
    return f"/{page.address.replace('<key>', str(key))}"


class OfRecordTest(Asking, TestCase):
    """What the pages of figures about one record have in common."""

    def test_each_names_the_record_and_leads_to_it(self):
        for page in ABOUT_RECORDS:
            row = make.one(page.view.model())
            html = self.page(address(page, row.slug))
            self.assertIn(
                f'href="/{page.address.partition("/")[0]}/{row.slug}/"><bdi>{row}</bdi></a></h1>', html
            )

    def test_an_id_leads_to_the_address_with_the_name(self):
        for page in ABOUT_RECORDS:
            row = make.one(page.view.model())
            self.assertRedirects(self.client.get(address(page, row.pk)), address(page, row.slug))

    def test_hidden_and_absent_records_look_the_same(self):
        for page in ABOUT_RECORDS:
            hidden = make.one(page.view.model(), publication="draft", cited=False)
            keys = (hidden.pk, "nobody", "a%0d%0ab")
            answers = [self.client.get(f"{address(page, key)}?a=b") for key in keys]
            self.assertEqual({answer.status_code for answer in answers}, {404})
            self.assertEqual(len({answer.content for answer in answers}), 1)

    def test_a_page_about_someone_by_consent_is_not_for_search_engines(self):
        case = make.case(person=make.person())
        pages = ("/people/{0.person.slug}/claims/", "/cases/{0.slug}/claims/", "/cases/{0.slug}/")
        for page in pages:
            self.assertNotIn("noindex", self.page(page.format(case)))
        type(case.person).objects.update(basis="consent")
        for page in pages:
            self.assertIn("noindex", self.page(page.format(case)), page)

    def test_a_read_of_a_confidential_record_is_logged(self):
        officer, person = make.member("case_officer"), make.person()
        secret = make.case(person=person, confidentiality="confidential")
        secret.cleared.add(officer)
        self.client.force_login(officer)
        self.page(f"/people/{person.slug}/claims/")
        self.assertIn(secret.pk, Reading.objects.get().records)


class PartListTest(Asking, TestCase):
    """Lists of what has no page, which numbers lead to."""

    def test_each_shows_its_rows_and_what_they_belong_to(self):
        for page in PART_LISTS[1:]:
            row = make.one(page.view.model())
            html = self.page(f"/{page.address}", id__in=row.pk)
            self.assertIn("1 ", text_of(html).partition("as data")[0])
            owner = next((getattr(row, name) for name in row.visible_with if getattr(row, name, None)), row)
            self.assertIn(str(owner), html, page.__name__)

    def test_citations_name_what_they_are_about(self):
        person = make.person(name="Cited Person")
        text = self.text("/citations/", source=person.citations.get().source_id)
        self.assertIn("1 citation. The same", text)
        self.assertIn(person.name, text)


class RepresentationPageTest(Asking, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.dialogue = make.dialogue(title="A meeting", start_date="2025-10", disclosure="public")
        make.participation(dialogue=cls.dialogue, person=make.person(name="A Person"))
        make.group(dialogue=cls.dialogue, group_label="a delegation")

    def test_numbers_lead_to_exactly_their_rows(self):
        html = self.page(f"/dialogues/{self.dialogue.slug}/representation/")
        self.assertIn("1 named, total not stated", html)
        self.assertIn("A Person", self.linked(html, "1 named person"))
        groups = self.linked(html, "1 group without names")
        self.assertIn("a delegation", groups)
        self.assertNotIn("A Person", groups)

    def test_it_does_not_say_that_nobody_was_invited(self):
        text = self.text(f"/dialogues/{self.dialogue.slug}/representation/")
        self.assertIn("Whether anyone was is not recorded", text)

    def test_earlier_dialogues_are_only_compared_if_it_was_open(self):
        conflict = make.conflict()
        for disclosure, words in (("public", "Nobody is named"), ("unknown", "Not compared")):
            one = make.dialogue(conflict=conflict, start_date="2025-11", disclosure=disclosure)
            self.assertIn(words, self.text(f"/dialogues/{one.slug}/representation/"))

    def test_several_dialogues_stand_in_time_each_with_its_page(self):
        html = self.page("/representation/", period_overlaps="2025-10")
        self.assertIn("1 dialogue is", text_of(html))
        self.assertIn("Who took part, and for whom", self.linked(html, "A meeting"))
        self.assertIn("No participant is recorded", self.text("/representation/", period_overlaps="1999"))


class ConcurrentCasesPageTest(Asking, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conflict = make.conflict()
        cls.dialogue = make.dialogue(conflict=cls.conflict, start_date="2025-10", disclosure="public")
        cls.case = make.case(conflict=cls.conflict, person=make.person(name="Held Person"))
        make.case_event(case=cls.case, kind="arrest", date="2024-07")
        cls.url = f"/dialogues/{cls.dialogue.slug}/concurrent-cases/"

    def test_who_was_held_is_told_with_the_events_and_their_sources(self):
        html = self.page(self.url)
        text = text_of(html).partition("Recorded for these days")[2]
        for words in ("Held Person", "Held when last reported: arrest, July 2024", "No release recorded"):
            self.assertIn(words, text)
        self.assertIn('<details class="cites">', html)

    def test_it_says_what_nobody_recorded(self):
        self.assertIn("No published record says whether they were invited", self.text(self.url))

    def test_cases_without_dates_stand_apart(self):
        make.case(conflict=self.conflict, person=make.person(name="Undated Person"))
        then, _, undated = self.text(self.url).partition("Their cases have no dates")
        self.assertNotIn("Undated Person", then)
        self.assertIn("Undated Person", undated)

    def test_people_who_are_not_listed_are_in_the_list_of_all(self):
        make.case(conflict=self.conflict, person=make.person())
        with mock.patch("tracker.site.figures.days.MOST_SHOWN", 1):
            html = self.page(self.url)
        all_of_them = f'<a href="/people/?case_conflict={self.conflict.pk}">list of all of them</a>'
        self.assertIn(f"1 more is not listed here: see the {all_of_them}.", html)

    def test_a_zero_says_in_how_many_sources_nothing_was_found(self):
        self.assertIn("None recorded in the 1 source read: held, possibly", self.text(self.url))

    def test_later_sources_can_be_left_out(self):
        self.assertNotIn("Held Person", self.text(self.url, known_on="1999-01-01"))


class ClaimsPageTest(Asking, TestCase):
    def test_statements_stand_side_by_side_with_what_contradicts_them(self):
        question = make.question()
        first = make.statement(speakers=["A side"], questions=[question], title="It was new")
        second = make.statement(speakers=["The other"], questions=[question], title="It was not")
        make.statement_relation(statement=second, related_statement=first, kind="contradicts")
        text = self.text(f"/questions/{question.slug}/claims/")
        for words in ("2 recorded", "Contradicted by: It was not", "Contradicts: It was new"):
            self.assertIn(words, text)

    def test_who_was_accused_and_held_is_told_and_that_no_answer_is_recorded(self):
        case = make.case(person=make.person(name="Held Person"))
        make.case_event(case=case, kind="arrest", date="2025-01")
        make.statement(kind="accusation", about_people=[case.person], date="2025-11", title="Accused")
        text = self.text(f"/people/{case.person.slug}/claims/")
        self.assertIn("Held Person : Held when last reported: arrest, January 2025", text)
        self.assertIn("No answer recorded; not recorded whether asked", text)
        self.assertIn("1 statement that judges someone", text)

    def test_a_question_asserts_nothing(self):
        row = make.statement(kind="question", about_dialogues=[make.dialogue()])
        url = f"/dialogues/{row.about_dialogues.get().slug}/claims/"
        self.assertIn("Question, asserts nothing", self.text(url))


class ArticleTest(Asking, TestCase):
    """The pages of figures for the seed facts say what the article says, and no more."""

    @classmethod
    def setUpTestData(cls):
        load()
        cls.url = "/dialogues/meeting-in-yerevan-october-2025/"

    def test_who_took_part(self):
        text = self.text(f"{self.url}representation/")
        for words in (
            "2 named, total not stated",
            "3 groups without names ( 3 of unknown size )",
            "Armenian civil society representatives — or at least those presented as such",
            "Azerbaijani civil society representatives — or at least those presented as such",
            "as a question, not an assertion",
            "8 statements about it",
        ):
            self.assertIn(words, text)
        self.assertNotIn("%", text)

    def test_recorded_cases_of_those_days(self):
        html = self.page(f"{self.url}concurrent-cases/")
        then = text_of(html).partition("Recorded for these days")[2].partition("Their cases have no dates")[0]
        for words in (
            "Bahruz Samadov",
            "summer 2024 Arrest",
            "June 2025 Sentence: 15 years",
            "No release recorded",
            "Accused by the authorities of treason; charged",
        ):
            self.assertIn(words, then)
        for words in ("Yunus", "Mirkadirov", "convicted", "missing", "absent"):
            self.assertNotIn(words, then)

    def test_nobody_is_accused_by_whom_the_article_does_not_name(self):
        text = self.text("/cases/case-of-leyla-yunus/")
        self.assertIn("Accused of espionage; by whom is not recorded", text)
        self.assertNotIn("by the authorities", text)

    def test_eight_statements_and_their_answers(self):
        text = self.text(f"{self.url}claims/")
        for words in ("8 recorded", "Kamala Mammadova", "Contradicted by: Genuine interest at all times"):
            self.assertIn(words, text)

    def test_no_page_is_too_large(self):
        keys = {"dialogues": "meeting-in-yerevan-october-2025", "people": "bahruz-samadov"}
        keys |= {"cases": "case-of-bahruz-samadov", "questions": "why-did-earlier-meetings-bring-no-results"}
        for page in FIGURE_PAGES:
            html = self.page(address(page, keys.get(page.address.partition("/")[0], "")))
            self.assertLess(len(html), 100_000, page.__name__)
