"""What templates of the public pages are made of: dates in words, labels, links, sources on demand."""

from django.template import Context, Template
from django.test import SimpleTestCase

from tracker.site.words.navigation import RECORDS, menus

SOURCE = {
    "id": "1",
    "slug": "a-source",
    "title": "A source",
    "url": "http://127.0.0.1:8000/api/v1/sources/1/",
}


def citation(**fields):
    told = {"source": SOURCE, "locator_kind": "paragraph", "locator": "6", "field": "", "quotation": ""}
    told |= {"translation": "", "stance": "supports", "value": None, "basis": "stated", "reasoning": ""}
    return {**told, "directness": "seen", **fields}


def rendered(text, **context):
    return Template("{% load site %}" + text).render(Context(context))


class DateTest(SimpleTestCase):
    def test_a_date_is_as_exact_as_it_was_recorded_and_never_more(self):
        for edtf, shown in (
            ("2025-10-31", '<time datetime="2025-10-31">31 October 2025</time>'),
            ("2025-10", '<time datetime="2025-10">October 2025</time>'),
            ("2024-22", '<span class="date">summer 2024</span>'),
            ("2020~", '<span class="date">about 2020</span>'),
            ("../2025-12-10", '<span class="date">10 December 2025 or earlier</span>'),
            ("2024-06/2024-08", '<span class="date">between June 2024 and August 2024</span>'),
        ):
            self.assertEqual(rendered("{{ date|words }}", date={"edtf": edtf}), shown)

    def test_no_date_is_nothing(self):
        self.assertEqual(rendered("{{ date|words }}", date=None), "")


class LabelTest(SimpleTestCase):
    def test_a_slug_becomes_its_label(self):
        self.assertEqual(rendered('{{ kind|label:"case_event_kind" }}', kind="arrest"), "Arrest")
        self.assertEqual(rendered('{{ kind|label:"case_event_kind" }}', kind=""), "")

    def test_a_vocabulary_that_does_not_exist_is_a_mistake(self):
        with self.assertRaises(KeyError):
            rendered('{{ kind|label:"nonsense" }}', kind="arrest")


class LinkTest(SimpleTestCase):
    def test_a_name_leads_to_its_page_is_isolated_and_escaped(self):
        person = {"id": "1", "slug": "a", "name": "<A>", "url": "http://127.0.0.1/api/v1/people/1/"}
        link = '<a href="/people/a/"><bdi>&lt;A&gt;</bdi></a>'
        self.assertEqual(rendered("{% record_link one %}", one=person), link)
        link = '<a href="/people/1/"><bdi>&lt;A&gt;</bdi></a>'
        self.assertEqual(rendered("{% record_link one %}", one={**person, "slug": None}), link)

    def test_what_has_no_page_is_a_name(self):
        place = {"id": "1", "slug": "a", "name": "A", "url": "http://127.0.0.1/api/v1/places/1/"}
        self.assertEqual(rendered("{% record_link one %}", one=place), "<bdi>A</bdi>")

    def test_the_menu_marks_the_page_and_the_section(self):
        address = RECORDS[0][0]
        for here, marked in ((address, "page"), (f"{address}more/", "true"), ("/nowhere/", "")):
            self.assertEqual(menus(here)[0]["links"][0]["current"], marked)


class SourceTest(SimpleTestCase):
    def told(self, record, field=""):
        return rendered("{% why record field %}", record={"inferred": [], **record}, field=field)

    def test_it_says_where_in_which_words_and_that_it_is_stated(self):
        told = self.told({"citations": [citation(quotation="took part")]})
        for part in ("¶ 6", "A source", "paragraph 6", "<q>took part</q>", "Stated"):
            self.assertIn(part, told)
        self.assertNotIn("nferred", told)

    def test_what_was_inferred_is_marked_and_explained(self):
        cited = citation(basis="inferred", reasoning="There was one meeting.", field="dialogue")
        told = self.told({"citations": [cited], "inferred": ["dialogue"]}, "dialogue")
        self.assertIn('<span class="inferred">inferred</span></summary>', told)
        self.assertIn("Inferred</span>: There was one meeting.", told)

    def test_a_field_has_its_own_citations_or_those_of_the_record(self):
        cited = [citation(locator="1"), citation(locator="2", field="date")]
        self.assertIn("¶ 2<", self.told({"citations": cited}, "date"))
        self.assertIn("¶ 1<", self.told({"citations": cited}, "place"))

    def test_a_contradiction_and_a_quotation_by_others_are_told(self):
        cited = citation(stance="contradicts", value={"edtf": "2025-11"}, directness="quoted_by")
        told = self.told({"citations": [cited]})
        for part in ("Contradicted", "It says instead: November 2025", "from a text that was not seen"):
            self.assertIn(part, told)

    def test_without_citations_there_is_nothing(self):
        self.assertEqual(self.told({"citations": []}), "")
