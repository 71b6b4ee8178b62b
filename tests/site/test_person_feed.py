"""The feed of a person: everything about them that was published or changed."""

from xml.etree import ElementTree

from django.test import TestCase

from tests import make
from tests.records.test_feeds import ATOM_NAMES, texts


class PersonFeedTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.person = make.person(name="A. <B.>")
        cls.url = f"/people/{cls.person.slug}/feed.atom"

    def entries(self):
        answer = self.client.get(self.url)
        self.assertEqual((answer.status_code, answer["Content-Type"]), (200, "application/atom+xml"))
        feed = ElementTree.fromstring(answer.content)  # noqa: S314 (our own)
        return [texts(one) for one in feed.findall("entry", ATOM_NAMES)]

    def test_it_has_all_that_is_about_the_person_and_nothing_else(self):
        case = make.case(person=self.person)
        both = make.statement(speakers=[self.person])
        both.about_people.add(self.person)
        about = make.statement()
        about.about_people.add(self.person)
        rows = [
            *(self.person, case, both, about),
            *(make.case_event(case=case), make.charge(case=case), make.recognition(case=case)),
            *(make.participation(person=self.person), make.assessment(person=self.person)),
            *(make.affiliation(person=self.person), make.occupation(person=self.person)),
        ]
        make.case_event(), make.statement(), make.participation()
        found = [one["id"] for one in self.entries()]
        self.assertCountEqual(found, [f"urn:uuid:{one.pk}" for one in rows])

    def test_the_latest_change_is_first(self):
        row = make.participation(person=self.person)
        self.assertEqual(self.entries()[0]["id"], f"urn:uuid:{row.pk}")
        self.person.description = "Corrected."
        self.person.save()
        self.assertEqual(self.entries()[0]["id"], f"urn:uuid:{self.person.pk}")

    def test_the_page_of_the_person_links_it(self):
        page = self.client.get(f"/people/{self.person.slug}/").content.decode()
        self.assertIn(
            f'<link rel="alternate" type="application/atom+xml" title="A. &lt;B.&gt;" href="{self.url}">',
            page,
        )

    def test_hidden_rows_are_not_in_it(self):
        make.participation(person=self.person, publication="draft")
        make.case_event(case=make.case(person=self.person, confidentiality="confidential"))
        make.participation(person=self.person, dialogue=make.dialogue(publication="draft"))
        self.assertEqual(len(self.entries()), 1)

    def test_it_is_kept_by_nobody_and_not_sent_twice(self):
        answer = self.client.get(self.url)
        self.assertEqual(answer["Cache-Control"], "no-cache")
        again = self.client.get(self.url, headers={"If-None-Match": answer["ETag"]})
        self.assertEqual((again.status_code, again.content), (304, b""))

    def test_whoever_is_taken_down_was_never_there(self):
        absent = self.client.get("/people/nobody-has-this/feed.atom")
        self.person.takedown(make.member("editor"), "safety")
        answer = self.client.get(self.url)
        self.assertEqual((answer.status_code, answer.content), (404, absent.content))
        self.assertEqual({*answer.headers}, {*absent.headers})

    def test_another_address_leads_to_it(self):
        self.assertRedirects(self.client.get(f"/people/{self.person.pk}/feed.atom"), self.url)
