"""How to cite a record: each form is read by a program of those who use it."""

import json
from unittest.mock import patch

import rispy
from django.test import SimpleTestCase, TestCase, override_settings
from jsonschema import Draft202012Validator
from pybtex.database import parse_string
from pybtex.textutils import normalize_whitespace

from dialogues.models import Dialogue
from tests import make
from tracker import api
from tracker.records.read.formats.references import (
    REFERENCES,
    Reference,
    bibtex,
    csl,
    reference_sentence,
    reference_title,
    ris,
)
from tracker.records.shapes.urls import list_url

MOMENT = "2025-12-10T09:30:15.123456Z"
URL = "http://127.0.0.1:8000/api/v1/dialogues/x/?as_of=2025%2F2026"
NASTY = (
    "100% & #1_a {not} ~ ^ $5 \\end",
    "one } brace",
    "{",
    'a "quoted" title',
    "Ərəb, ժող, ქარ, عرب",
    "a = b, c",
)
CSL_ITEM = {  # what the schema of CSL-JSON says of these fields
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "type"],
        "properties": {
            "id": {"type": "string"},
            "type": {"enum": ["dataset", "entry", "webpage"]},
            "title": {"type": "string"},
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"literal": {"type": "string"}},
                },
            },
            "publisher": {"type": "string"},
            "genre": {"type": "string"},
            "URL": {"type": "string"},
            "version": {"type": "string"},
            "issued": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "maxItems": 2,
                        "items": {"type": "array", "maxItems": 3, "items": {"type": "integer"}},
                    }
                },
            },
        },
    },
}


def of(title="A meeting", version=MOMENT):
    return Reference("dialogue", title, version, URL)


def from_bibtex(text):
    """The key and the fields of the one entry in a bibliography, the author among them."""
    ((key, entry),) = parse_string(text, "bibtex").entries.items()
    (author,) = entry.persons["author"]
    return key, {**entry.fields, "author": str(author)}


def from_ris(text):
    (entry,) = rispy.loads(text)
    return entry


class FormTest(SimpleTestCase):
    def test_the_sentence_names_author_title_kind_version_and_address(self):
        self.assertEqual(
            reference_sentence(of()),
            f"Dialogue tracker: “A meeting.” Dialogue, version of 2025-12-10 09:30:15 UTC. {URL}",
        )

    def test_a_question_keeps_its_mark_in_the_sentence(self):
        self.assertIn(": “Who came?” Dialogue,", reference_sentence(of("Who came?")))

    def test_bibtex_is_read_by_a_program_for_it(self):
        key, fields = from_bibtex(bibtex(of()))
        self.assertRegex(key, r"\Adialogue-[0-9a-f]{12}\Z")
        self.assertEqual(
            fields,
            {
                "author": "{Dialogue tracker}",
                "title": "{A meeting}",
                "note": "Dialogue, version of 2025-12-10 09:30:15 UTC",
                "version": MOMENT,
                "year": "2025",
                "month": "December",
                "url": URL,
            },
        )

    def test_ris_is_read_by_a_program_for_it(self):
        entry = from_ris(ris(of()))
        expected = {
            "type_of_reference": "DATA",
            "title": "A meeting",
            "authors": ["Dialogue tracker"],
            "publisher": "Dialogue tracker",
            "year": "2025",
            "date": "2025/12/10",
            "edition": MOMENT,
            "urls": [URL],
        }
        self.assertEqual({name: entry[name] for name in expected}, expected)

    def test_csl_is_as_its_schema_says(self):
        (item,) = json.loads(csl(of()))
        self.assertEqual([*Draft202012Validator(CSL_ITEM).iter_errors([item])], [])
        self.assertEqual((item["title"], item["URL"], item["version"]), ("A meeting", URL, MOMENT))
        self.assertEqual(item["issued"], {"date-parts": [[2025, 12, 10]]})
        self.assertEqual(item["author"], [{"literal": "Dialogue tracker"}])

    def test_no_title_breaks_a_form(self):
        for title in NASTY:
            with self.subTest(title=title):
                _, fields = from_bibtex(bibtex(of(title)))
                self.assertEqual(normalize_whitespace(plain(fields["title"])), title)
                self.assertEqual(from_ris(ris(of(title)))["title"], title)
                self.assertEqual(json.loads(csl(of(title)))[0]["title"], title)

    def test_a_title_of_several_lines_becomes_one(self):
        self.assertEqual(reference_title({"title": "A\r\nER  - \n\nmeeting"}), "A ER - meeting")

    def test_without_a_version_nothing_is_said_of_a_date(self):
        for form in (bibtex, ris, csl, reference_sentence):
            self.assertNotRegex(form(of(version=None)), "2025-|version|year|PY|issued")

    def test_another_address_has_another_key(self):
        self.assertNotEqual(of().key, of()._replace(url=f"{URL}&known_on=2025-10-31").key)

    @override_settings(DATA_PUBLISHER="Us & Co")
    def test_the_author_is_whom_the_settings_name(self):
        self.assertTrue(reference_sentence(of()).startswith("Us & Co: "))
        self.assertIn(r"author = {{Us \& Co}}", bibtex(of()))


def plain(latex):
    """A text in LaTeX as it is printed."""
    for name, sign in (
        ("backslash", "\\"),
        ("braceleft", "{"),
        ("braceright", "}"),
        ("asciitilde", "~"),
        ("asciicircum", "^"),
    ):
        latex = latex.replace(rf"{{\text{name}}}", f"<{ord(sign)}>")
    latex = latex[1:-1]
    for sign in "#$%&_":
        latex = latex.replace(f"\\{sign}", sign)
    assert not {"\\", "{"} & {*latex}, latex
    for sign in "\\{}~^":
        latex = latex.replace(f"<{ord(sign)}>", sign)
    return latex


class RecordTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        for model in make.BUILDERS:
            make.one(model)
        cls.dialogue = make.dialogue(title="Meeting in Yerevan")

    def setUp(self):
        second = patch("tracker.records.read.past.moments.this_second", return_value="2026-03-01T12:00:00Z")
        second.start()
        self.addCleanup(second.stop)

    def cited(self, url, form="csl", **given):
        answer = self.client.get(url, {"format": form, **given})
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.content.decode()

    def test_every_record_has_a_reference_in_every_form(self):
        for view in api.ENDPOINTS:
            row = self.client.get(list_url(view.model()), {"page_size": 1}).json()["results"][0]
            row = self.client.get(row["url"]).json()
            with self.subTest(view.__name__):
                (item,) = json.loads(self.cited(row["url"]))
                self.assertEqual(item["genre"], view.noun())
                self.assertEqual(item["version"], row.get("changed_at", item["version"]))
                self.assertTrue(item["title"])
                for form in ("citation", "bibtex", "ris"):
                    self.assertIn(item["URL"], self.cited(row["url"], form))

    def test_it_names_the_record_its_version_and_its_address(self):
        row = self.client.get(f"{list_url(Dialogue)}{self.dialogue.slug}/").json()
        (item,) = json.loads(self.cited(row["url"]))
        self.assertEqual(item["title"], "Meeting in Yerevan")
        self.assertTrue(item["URL"].startswith(row["url"]))

    def test_a_correction_makes_another_version(self):
        url = f"{list_url(Dialogue)}{self.dialogue.pk}/"
        (before,) = json.loads(self.cited(url))
        self.dialogue.title = "Meeting in Abu Dhabi"
        self.dialogue.save()
        (after,) = json.loads(self.cited(url))
        self.assertEqual(after["title"], "Meeting in Abu Dhabi")
        self.assertGreater(after["version"], before["version"])

    def test_a_record_without_a_title_is_named_by_those_it_refers_to(self):
        row = make.affiliation(person=make.person(name="Ali"), organization=make.organization(name="A paper"))
        (item,) = json.loads(self.cited(f"{list_url(type(row))}{row.pk}/"))
        self.assertEqual(item["title"], "Ali; A paper")

    def test_it_does_not_name_whom_its_record_does_not_name(self):
        row = make.participation(naming="withheld", dialogue=self.dialogue)
        (item,) = json.loads(self.cited(f"{list_url(type(row))}{row.pk}/"))
        self.assertEqual(item["title"], "Meeting in Yerevan")

    def test_a_hidden_record_has_none(self):
        for one in REFERENCES:
            for key in (make.dialogue(publication="draft").pk, "no-such-dialogue"):
                answer = self.client.get(f"{list_url(Dialogue)}{key}/", {"format": one.slug})
                self.assertEqual(answer.status_code, 404)

    def test_the_address_has_what_was_asked(self):
        url = f"{list_url(type(make.person()))}{make.person().pk}/"
        (item,) = json.loads(self.cited(url, as_of="2025-10-31", known_on="2025-11-30"))
        self.assertIn("as_of=2025-10-31&known_on=2025-11-30", item["URL"])
        self.assertNotIn("format", item["URL"])

    def test_fields_of_a_reference_cannot_be_chosen(self):
        answer = self.client.get(
            f"{list_url(Dialogue)}{self.dialogue.pk}/", {"format": "ris", "fields": "id"}
        )
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(answer.json()["errors"][0]["detail"], "This only works with format=json.")

    def test_it_can_be_asked_for_by_its_type_and_has_an_etag(self):
        url = f"{list_url(Dialogue)}{self.dialogue.pk}/"
        for one in REFERENCES:
            answer = self.client.get(url, headers={"Accept": one.media_type})
            self.assertEqual(answer["Content-Type"], one.content_type)
            again = self.client.get(url, headers={"Accept": one.media_type, "If-None-Match": answer["ETag"]})
            self.assertEqual(again.status_code, 304)

    def test_it_does_not_count_as_an_export(self):
        with patch("tracker.records.read.views.count") as count:
            self.cited(f"{list_url(Dialogue)}{self.dialogue.pk}/")
        self.assertEqual(count.call_args.kwargs, {"exports": False})
