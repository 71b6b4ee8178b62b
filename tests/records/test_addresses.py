"""Addresses of sources: kept as they are given; likely duplicates are told to those who see both."""

import pytest
from django.test import SimpleTestCase, override_settings

from tests import make
from tests.sampling import some
from tests.writing import API, WritingTest, path
from tracker.records.base.sources import Source
from tracker.records.values.texts.web_addresses import likeness

PLAIN = "https://example.org/a"
LIKE = (  # the same page, as far as an address tells
    "http://example.org/a",
    "https://EXAMPLE.org/a",
    "https://example.org:443/a",
    "http://example.org:80/a",
    "https://www.example.org/a",
    "https://example.org./a",
    "https://example.org/a/",
    "https://example.org/a#",
    "https://example.org/a#part-2",
    "https://example.org/a#:~:text=a/b,c",
    "https://example.org/a?",
    "https://example.org/a?utm_source=x&utm_medium=y",
    "https://example.org/a?fbclid=1&gclid=2&yclid=3&msclkid=4",
    "https://example.org/a?ref=twitter&smid=1&CMP=2",
    "https://example.org/%61",
)
UNLIKE = (
    "https://example.org/A",
    "https://example.org/b",
    "https://example.org/a/b",
    "https://example.org:8443/a",
    "https://m.example.org/a",
    "https://example.com/a",
    "https://example.org/a?page=2",
    "https://example.org/a?id=fbclid",
    "https://example.org/a#/part/2",
    "https://example.org/a#!part",
    "https://example.org/a#company/2",
)
PAIRS = (
    ("https://registry.example.gov/#/company/123", "https://registry.example.gov/#/company/123/", True),
    ("https://registry.example.gov/#/company/123", "https://registry.example.gov/#/company/456", False),
    (
        "https://registry.example.gov/#/company/123",
        "https://registry.example.gov/#/company/123?gclid=1",
        True,
    ),
    ("https://registry.example.gov/#/company?id=1", "https://registry.example.gov/#/company?id=2", False),
    ("https://registry.example.gov/#!123", "https://registry.example.gov/#!456", False),
    ("https://пример.рф/a", "https://xn--e1afmkfd.xn--p1ai/a", True),
    ("https://ПРИМЕР.рф/a", "https://www.xn--e1afmkfd.xn--p1ai/a/", True),
    ("https://www.example.net/a/", "https://www.example.net/a/?utm_source=x", True),
    ("https://straße.example/", "https://xn--strae-oqa.example/", True),
    ("https://example.org/п", "https://example.org/%D0%BF", True),
    ("https://example.org/?b=2&a=1", "https://example.org/?a=1&b=2", True),
    ("https://example.org/?a=1", "https://example.org/?a=2", False),
    ("https://example.org/?a=1&a=2", "https://example.org/?a=1", False),
)


class LikenessTest(SimpleTestCase):
    def test_what_probably_is_one_page_has_one_likeness(self):
        for other in LIKE:
            self.assertEqual(likeness(other), likeness(PLAIN), other)

    def test_what_may_be_another_page_has_another(self):
        for other in UNLIKE:
            self.assertNotEqual(likeness(other), likeness(PLAIN), other)

    def test_pairs(self):
        for one, other, alike in PAIRS:
            self.assertEqual(likeness(one) == likeness(other), alike, (one, other))

    def test_what_is_no_address_has_none(self):
        for text in ("", "nonsense", "http://[", "https://", "https://example.org:x/"):
            self.assertEqual(likeness(text), "")


@override_settings(FOUR_EYES=False)
class SourceAddressTest(WritingTest):
    def made(self, url, user=None):
        document = {"title": "Example", "kind": "web_page", "date": "2025", "source_url": url}
        answer = self.done(201, user or self.contributor, "POST", f"{API}sources/", document)
        self.assertEqual(answer["source_url"], url.strip())
        return Source.objects.get(pk=answer["id"])

    def hints(self, user, row):
        return self.done(200, user, "GET", path(row, "publication"))["hints"]

    def publish(self, row):
        return self.send(self.editor, "POST", path(row, "publish"), {}, 1)

    @pytest.mark.broad
    def test_it_is_kept_as_it_was_given_and_both_are_published(self):
        addresses = some((*LIKE, *UNLIKE, *(url for *pair, _ in PAIRS for url in pair)), one_in=5)
        for url in (*addresses, " https://example.net/x "):
            row = self.made(url)
            answer = self.publish(row)
            self.assertEqual(answer.status_code, 200, (url, answer.content))
            Source.objects.filter(pk=row.pk).delete()

    def test_a_likely_duplicate_is_told_and_not_refused(self):
        first = make.source(source_url=PLAIN, title="The First")
        row = self.made("https://www.example.org/a/?utm_source=x")
        (hint,) = self.hints(self.contributor, row)
        self.assertIn("The First", hint)
        self.assertIn(PLAIN, hint)
        self.assertEqual(self.publish(row).status_code, 200)
        first.refresh_from_db()
        self.assertEqual(first.source_url, PLAIN)

    def test_what_a_route_tells_apart_is_not_told(self):
        make.source(source_url="https://registry.example.gov/#/company/123")
        self.assertEqual(self.hints(self.editor, self.made("https://registry.example.gov/#/company/456")), [])
        self.assertEqual(self.hints(self.editor, self.made("")), [])
        self.assertEqual(self.hints(self.editor, self.made("")), [])

    def test_nobody_is_told_of_what_they_do_not_see(self):
        rows = [
            make.source(source_url=PLAIN, title="Unseen", publication="draft", created_by=self.editor),
            make.source(source_url=PLAIN, title="Unseen", confidentiality="restricted"),
            make.source(source_url=PLAIN, title="Unseen", confidentiality="confidential"),
            make.source(source_url=PLAIN, title="Unseen", publication="taken_down"),
        ]
        row = self.made(f"{PLAIN}/")
        self.assertEqual(self.hints(self.contributor, row), [])
        self.assertEqual(len(self.hints(self.editor, row)), 2)
        rows[2].cleared.add(self.editor)
        self.assertEqual(len(self.hints(self.editor, row)), 3)
        self.assertEqual(self.hints(self.contributor, row), [])

    def test_the_very_same_address_of_a_published_one_is_missing_before_it_is_refused(self):
        make.source(source_url=PLAIN)
        row = self.made(PLAIN)
        shown = self.done(200, self.editor, "GET", path(row, "publication"))
        self.assertIn("Another published source has this source_url.", shown["missing"])
        self.assertEqual(self.publish(row).status_code, 409)

    def test_a_long_address_is_kept(self):
        url = "https://example.org/" + "".join(chr(0x4E00 + 7 * number) for number in range(980))
        self.assertEqual(self.publish(self.made(url)).status_code, 200)
