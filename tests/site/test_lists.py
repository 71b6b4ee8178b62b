"""The lists of the public pages: rows, filters as a form, addresses."""

from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.test import TestCase, override_settings

from tests import make, wire
from tracker.site.lists.all_lists import LIST_PAGES

MOST_STATEMENTS = 2  # the conflicts of the form, and the rows


class ListTest(TestCase):
    def text(self, url):
        answer = self.client.get(url)
        self.assertEqual(answer.status_code, 200, answer.headers.get("Location", url))
        return answer.content.decode()

    def test_each_list_shows_its_records_and_leads_to_their_pages(self):
        for page in LIST_PAGES:
            row = make.one(page.view.shape.Meta.model)
            self.assertIn(f'href="/{page.address}{row.slug}/"', self.text(f"/{page.address}"), page.__name__)

    def test_each_list_is_one_statement_beside_the_choices_of_its_form(self):
        for page in LIST_PAGES:
            self.text(f"/{page.address}")
            with wire.statements() as sent:
                self.text(f"/{page.address}")
            self.assertLessEqual(len(sent), MOST_STATEMENTS, page.__name__)

    def test_every_field_of_a_form_is_a_filter_of_the_api(self):
        for page in LIST_PAGES:
            for name, *_ in page.controls:
                self.assertIn(name, page.known(), page.__name__)

    def test_a_filter_chooses_the_same_rows_as_in_the_api(self):
        meeting, visit = (make.dialogue(classification=kind) for kind in ("meeting", "visit"))
        text = self.text("/dialogues/?classification=visit")
        self.assertIn(visit.slug, text)
        self.assertNotIn(meeting.slug, text)
        self.assertIn("/api/v1/dialogues/?classification=visit&amp;format=csv", text)

    def test_a_filter_without_a_field_works_and_can_be_left_out(self):
        row = make.participation(person=make.person())
        other = make.dialogue()
        text = self.text(f"/dialogues/?participant={row.person.slug}")
        self.assertIn(row.dialogue.slug, text)
        self.assertNotIn(other.slug, text)
        self.assertIn('<a href="/dialogues/">without this filter</a>', text)

    def test_what_is_unknown_empty_or_twice_leads_to_the_address_without_it(self):
        for asked, right in (
            ("nonsense=1&classification=visit", "classification=visit"),
            ("classification=&q=", ""),
            ("classification=visit&classification=meeting", "classification=meeting"),
            ("q=%00a", ""),
            ("page=99999999", ""),
            ("cursor=nonsense", ""),
            ("page_size=3", ""),
        ):
            answer = self.client.get(f"/dialogues/?{asked}")
            self.assertRedirects(
                answer, f"/dialogues/{'?' if right else ''}{right}", fetch_redirect_response=False
            )
            self.assertEqual(answer["Cache-Control"], "no-cache")

    def test_a_value_that_cannot_be_read_is_explained_beside_the_form(self):
        make.dialogue(title="A meeting")
        text = self.text("/dialogues/?period_overlaps=soon")
        self.assertIn("This date cannot be read", text)
        self.assertIn('value="soon"', text)
        self.assertNotIn("A meeting", text)

    def test_a_day_that_cannot_be_read_is_explained_too(self):
        for page in LIST_PAGES:
            for name in {"as_of", "known_on", "during"} & {*page.known()}:
                with self.subTest(page.__name__, name=name):
                    answer = self.client.get(f"/{page.address}?{name}=samadov")
                    self.assertContains(answer, f"{name} = ")

    def test_a_list_without_rows_does_not_say_that_nothing_happened(self):
        self.assertIn("has been published yet", self.text("/cases/"))
        self.assertIn("not what happened", self.text("/cases/?event_kind=arrest"))

    def test_the_next_page_and_the_first_are_linked(self):
        for number in range(51):
            make.question(title=f"Question {number:02}")
        text = self.text("/questions/")
        self.assertIn("51 questions", text)
        following = text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        self.assertEqual(parse_qs(urlsplit(following).query), {"page": ["2"]})
        self.assertIn('href="/questions/"', self.text(following))

    def test_who_is_hidden_is_not_found_by_any_filter(self):
        hidden = make.person(name="Known Person", publication="draft", cited=False)
        for query in (f"id__in={hidden.pk}", "q=known"):
            self.assertNotIn("Known Person", self.text(f"/people/?{query}"))

    @override_settings(LIMITS={**settings.LIMITS, "SEARCHES_PER_MINUTE": 1})
    def test_searches_are_counted_as_in_the_api(self):
        self.text("/people/?q=a")
        answer = self.client.get("/people/?q=b")
        self.assertEqual(answer.status_code, 429)
        self.assertIn("Retry-After", answer)
