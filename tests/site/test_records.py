"""The pages about one record: what they say of it, to whom, and where its address leads."""

import re
from unittest import mock

from django.test import TestCase, override_settings

from tests import make, wire
from tests.site.test_public import BROWSER
from tests.test_fixtures import load
from tracker.records.audit.access_log import Reading
from tracker.site.asking import ROWS_OF_BLOCK
from tracker.site.records.all_records import RECORD_PAGES, DialoguePage

MOST_STATEMENTS = 12  # one for each block of the largest page, besides those of figures


def text_of(html):
    """What a reader reads: the text without its marks."""
    html = re.sub(r"<details class=\"cites\">.*?</details>", "", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2].partition("</main>")[0]))


class RecordTest(TestCase):
    def page(self, row, **headers):
        section = next(
            page.address.partition("/")[0] for page in RECORD_PAGES if page.view.shape.Meta.model is type(row)
        )
        return self.client.get(f"/{section}/{row.slug or row.pk}/", headers=headers)

    def text(self, row):
        answer = self.page(row)
        self.assertEqual(answer.status_code, 200, answer.headers)
        return answer.content.decode()

    def test_each_kind_has_a_page_with_its_name_and_the_same_as_data(self):
        for page in RECORD_PAGES:
            row = make.one(page.view.shape.Meta.model)
            text = self.text(row)
            self.assertIn(f"<bdi>{row}</bdi></h1>", text)
            self.assertIn(
                f'href="http://127.0.0.1:8000/api/v1/{page.address.partition("/")[0]}/{row.pk}/"', text
            )

    def test_no_page_asks_more_than_one_statement_for_each_block(self):
        for page in RECORD_PAGES:
            row = make.one(page.view.shape.Meta.model)
            self.text(row)
            with wire.statements() as sent, mock.patch.object(DialoguePage, "figures", return_value={}):
                self.text(row)
            self.assertLessEqual(len(sent), MOST_STATEMENTS, page.__name__)

    def test_each_page_says_how_to_cite_its_record_and_stays_the_same(self):
        dialogue = make.dialogue(title="Meeting in Yerevan")
        address = f"/dialogues/{dialogue.slug}/"
        page = self.client.get(address, headers=BROWSER)
        self.assertContains(page, "Dialogue tracker: “Meeting in Yerevan.” Dialogue, version of ")
        for form in ("citation", "bibtex", "ris", "csl"):
            self.assertContains(page, f"/api/v1/dialogues/{dialogue.pk}/?format={form}")
        again = self.client.get(address, headers={**BROWSER, "If-None-Match": page["ETag"]})
        self.assertEqual(again.status_code, 304)

    def test_an_id_leads_to_the_slug(self):
        row = make.dialogue()
        self.assertRedirects(self.client.get(f"/dialogues/{row.pk}/"), f"/dialogues/{row.slug}/")

    def test_what_does_not_exist_what_is_hidden_and_what_is_no_key_look_the_same(self):
        for page in RECORD_PAGES:
            section = page.address.partition("/")[0]
            hidden = make.one(page.view.shape.Meta.model, cited=False, publication="draft")
            answers = [
                self.client.get(f"/{section}/{key}/") for key in (hidden.pk, "nobody-has-this", "%20 no")
            ]
            self.assertEqual({answer.status_code for answer in answers}, {404})
            self.assertEqual(len({answer.content for answer in answers}), 1)

    def test_a_withdrawn_dialogue_is_gone_and_a_withdrawn_person_was_never_there(self):
        for row, status in (
            (make.dialogue(publication="withdrawn"), 410),
            (make.statement(publication="withdrawn"), 410),
            (make.source(publication="withdrawn"), 410),
            (make.person(publication="withdrawn"), 404),
            (make.organization(publication="withdrawn"), 404),
            (make.case(publication="withdrawn"), 404),
        ):
            self.assertEqual(self.page(row).status_code, status, row)

    def test_whoever_did_not_come_is_not_among_the_participants(self):
        row = make.participation(person=make.person(name="Came"))
        make.participation(dialogue=row.dialogue, person=make.person(name="Stayed"), role="excluded")
        came, _, absent = text_of(self.text(row.dialogue)).partition("Invited, excluded or prevented")
        self.assertIn("1 named", came)
        self.assertNotIn("Stayed", came)
        self.assertIn("Stayed", absent)

    def test_a_dialogue_shows_recorded_cases_of_its_days_and_what_nobody_recorded(self):
        conflict = make.conflict()
        dialogue = make.dialogue(conflict=conflict, start_date="2025-10")
        for name, date in (("Held Person", "2025-01"), ("Later Person", "2025-12")):
            case = make.case(conflict=conflict, person=make.person(name=name))
            make.case_event(case=case, kind="arrest", date=date)
        text = text_of(self.text(dialogue)).partition("Recorded cases of those days")[2]
        self.assertIn("Held Person Held when last reported: arrest, January 2025", text)
        self.assertIn("No published record says whether they were invited or would have come", text)
        self.assertNotIn("Later Person", text)

    def test_a_dialogue_says_who_of_the_named_took_part_before_and_who_answered(self):
        person, conflict = make.person(), make.conflict()
        for date in ("2024", "2025"):
            dialogue = make.dialogue(conflict=conflict, start_date=date, disclosure="public")
            make.participation(dialogue=dialogue, person=person)
        claim, answer = make.statement(about_dialogues=[dialogue]), make.statement(title="An answer")
        make.statement_relation(statement=answer, related_statement=claim, kind="denies")
        text = text_of(self.text(dialogue))
        self.assertIn("1 of the 1 named person is recorded in an earlier open dialogue", text)
        self.assertIn("Denied by: An answer", text)

    def test_a_block_with_more_rows_leads_to_the_rest(self):
        person = make.person()
        for _ in range(ROWS_OF_BLOCK + 1):
            make.statement(speakers=[person])
            make.participation(person=person)
        html = self.text(person)
        self.assertIn(f'<a href="/statements/?speaker={person.pk}">All of them</a>', html)
        self.assertIn(f'<a href="/participations/?person={person.pk}&amp;took_part=true">All of them', html)

    @override_settings(MAX_VALUES=1)
    def test_the_posts_of_all_participants_are_shown_whatever_the_limit_of_values(self):
        dialogue = make.dialogue()
        for _ in range(2):
            tie = make.affiliation(role="editor", attested_date="2025")
            make.participation(dialogue=dialogue, person=tie.person)
        self.assertEqual(text_of(self.text(dialogue)).count("Recorded post: editor"), 2)

    def test_what_is_hidden_inside_a_record_is_not_shown_or_counted(self):
        dialogue = make.dialogue()
        hidden = make.person(name="Hidden Person", confidentiality="restricted")
        for row in (dialogue, make.source(), make.question()):
            before = self.text(row)
            make.participation(dialogue=dialogue, person=hidden)
            make.statement(title="Secret", publication="draft", about_dialogues=[dialogue], cited=False)
            self.assertEqual(before, self.text(row))

    def test_a_person_without_a_case_is_not_spoken_of_in_words_of_custody(self):
        self.assertNotIn("ustody", text_of(self.text(make.person())))

    def test_custody_is_told_with_the_fact_that_it_rests_on_and_never_as_freedom(self):
        case = make.case(person=make.person())
        make.case_event(case=case, kind="arrest", date="2003-01-10")
        text = text_of(self.text(case.person))
        self.assertIn("Held when last reported: arrest, 10 January 2003", text)
        self.assertIn("No end of custody is recorded since", text)
        make.case_event(case=case, kind="release", date="2003-01-20")
        text = text_of(self.text(case.person))
        self.assertIn("Release, 20 January 2003 . No custody recorded since", text)
        self.assertNotIn("free", text)
        self.assertIn("House arrest", text)

    def test_a_charge_is_an_accusation(self):
        charge = make.charge(stage="accused", offence="treason")
        text = text_of(self.text(charge.case))
        self.assertIn("Accused of treason; by whom is not recorded", text)
        self.assertIn("Nothing here says that they are true", text)

    def test_the_name_of_a_person_with_consent_is_not_for_search_engines(self):
        person = make.person()
        self.assertNotIn("noindex", self.text(person))
        type(person).objects.filter(pk=person.pk).update(basis="consent")
        self.assertIn('<meta name="robots" content="noindex">', self.text(person))

    def test_a_page_that_has_not_changed_is_not_sent_again_and_a_takedown_shows_at_once(self):
        person = make.person()
        etag = self.page(person)["ETag"]
        self.assertEqual(self.page(person, **{"If-None-Match": etag}).status_code, 304)
        type(person).objects.filter(pk=person.pk).update(publication="taken_down")
        self.assertEqual(self.page(person, **{"If-None-Match": etag}).status_code, 404)

    def test_whoever_reads_a_confidential_row_on_a_page_is_logged_though_no_id_is_shown(self):
        officer = make.member("case_officer")
        person = make.person()
        secret = make.affiliation(person=person, confidentiality="confidential")
        secret.cleared.add(officer)
        self.client.force_login(officer)
        self.assertNotIn(str(secret.pk), self.text(person))
        self.assertIn(secret.pk, Reading.objects.get().records)


class ArticleTest(TestCase):
    """The pages of the seed facts say what the article says, and no more."""

    @classmethod
    def setUpTestData(cls):
        load()

    def text(self, url):
        answer = self.client.get(url)
        self.assertEqual(answer.status_code, 200)
        return text_of(answer.content.decode())

    def test_the_meeting_in_yerevan(self):
        text = self.text("/dialogues/meeting-in-yerevan-october-2025/")
        for words in (
            "2 named, and 3 groups without names. The size of the groups is not stated",
            "Described as a journalist and editor of the online outlet 1news.az",
            "Recorded post: editor, 1news.az (attested 40 to 70 days from that time)",
            "Armenian civil society representatives — or at least those presented as such",
            "as a question, not an assertion: or at least those presented as such",
            "Not stated track, mediation, venue, disclosure",
        ):
            self.assertIn(words, text)
        self.assertNotIn("government-aligned", text)
        self.assertNotIn("Bilateral", text.partition("Statements about it")[0])

    def test_a_group_without_names_is_not_preceded_by_zero(self):
        text = self.text("/dialogues/visit-to-baku-november-2025/")
        self.assertIn("Nobody is named, and 1 group without names. The size of the group is not stated", text)

    def test_the_dates_of_a_time_in_prison_are_not_denied_beside_a_date(self):
        text = self.text("/timeline/")
        self.assertIn("10 December 2025 or earlier Time in prison · Case of Rauf Mirkadirov", text)
        self.assertNotIn("no dialogues recorded", text)

    def test_a_source_without_a_title_is_named_where_it_is_counted(self):
        self.assertIn("[Arzu Geybullayeva, Global Voices, 2025-12-10] : 163 records", self.text("/coverage/"))

    def test_the_person_who_was_arrested(self):
        text = self.text("/people/bahruz-samadov/")
        for words in (
            "summer 2024 Arrest",
            "June 2025 Sentence: 15 years",
            "Held when last reported: arrest",
            "Arrest, summer 2024 . No house arrest recorded since",
        ):
            self.assertIn(words, text)
        for words in ("convicted", "is in prison", "currently", "Azerbaijani citizen"):
            self.assertNotIn(words, text)

    def test_no_page_is_too_large(self):
        for url in ("/dialogues/meeting-in-yerevan-october-2025/", "/people/bahruz-samadov/", "/statements/"):
            self.assertLess(len(self.client.get(url).content), 100_000)
