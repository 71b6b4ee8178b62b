"""The documents say what is so: examples are run, pictures drawn again, names and links looked up."""

import re
import tempfile
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from tests.documents import DOCUMENTS, ROOT, anchors, broken, links, prose, reached
from tests.examples import ExamplesTest, as_pattern, examples
from tests.test_fixtures import load
from tracker import api  # noqa: F401 - what it shows is what is announced
from tracker.records.changes import announcing
from tracker.records.management.commands import diagram

DOCS = ROOT / "docs"
README, CONTRIBUTING = DOCUMENTS[ROOT / "README.md"], DOCUMENTS[DOCS / "contributing.md"]
IN_ORDER = DOCS / "writing.md"  # its examples need tokens: test_writing runs them
QUESTIONS = {
    path: [example for example in examples(text) if example[0].startswith("curl ")]
    for path, text in DOCUMENTS.items()
    if path != IN_ORDER
}
FEWEST_EXAMPLES = {"README.md": 4, "docs/asking-questions.md": 15}
AVOIDED = re.compile(
    r"\b(mend(s|ed|ing)?|opens? nothing|stands? (against|in the way)|whom we do not name"  # not plain
    r"|judgements?|offences?|colours?|behaviours?|labour|centres?|cancelled|licence|towards|afterwards|whilst"
    r"|organis\w+|recognis\w+|anonymis\w+|normalis\w+)\b",  # not American
    re.IGNORECASE,
)
MOST_LINES = 200
LARGEST_PICTURE = 200_000
COUNTED = {
    "people": "people",
    "dialogues": "dialogues",
    "cases": "cases",
    "statements": "statements",
    "citations": "citations",
}


class QuestionsTest(ExamplesTest):
    """Each curl line, run in a shell against a server with the fixtures, prints what its document shows."""

    def test_examples(self):
        load()
        announcing.announce()
        self.check([example for found in QUESTIONS.values() for example in found])

    def test_readme_counts_what_the_fixtures_hold(self):
        load()
        told = re.search(r"so that you can try it right away: (.+?)\.", README, re.DOTALL)[1]
        for number, name in re.findall(r"(\d+)\s+(\w+)", told):
            with self.subTest(name):
                answer = self.client.get(f"/api/v1/{COUNTED[name]}/", {"page_size": 1, "fields": "id"})
                self.assertEqual(answer.json()["total"], int(number))
        self.assertEqual(len(re.findall(r"\d+", told)), len(COUNTED))


class FormTest(SimpleTestCase):
    """What the tests of the examples rest on."""

    def test_every_curl_line_is_an_example(self):
        for path, found in QUESTIONS.items():
            name = str(path.relative_to(ROOT))
            with self.subTest(name):
                self.assertEqual(len(found), len(re.findall(r"^curl ", DOCUMENTS[path], re.MULTILINE)))
                self.assertGreaterEqual(len(found), FEWEST_EXAMPLES.get(name, 0))

    def test_every_example_shows_its_answer(self):
        for found in QUESTIONS.values():
            for command, shown in found:
                self.assertTrue(shown, command)

    def test_dots_stand_for_lines_and_for_nothing_else(self):
        shown = "one\n  ...\nfour\n"
        for printed, same in (
            ("one\ntwo\nthree\nfour\n", True),
            ("one\nfour\n", True),
            ("one\nfive\n", False),
        ):
            self.assertEqual(bool(as_pattern(shown).fullmatch(printed)), same)

    def test_no_line_is_wholly_left_out(self):
        for _, shown in (example for found in QUESTIONS.values() for example in found):
            self.assertTrue(
                any(line.strip() not in ("...", "{", "}", "[", "]") for line in shown.splitlines())
            )


class PictureTest(SimpleTestCase):
    """The data model in docs/data-model.md is the one in the code."""

    def test_picture_is_up_to_date(self):
        text = DOCUMENTS[DOCS / "data-model.md"]
        self.assertEqual(diagram.DOCUMENT, DOCS / "data-model.md")
        self.assertTrue(
            diagram.drawn_into(text) == text, "Run `make diagram`, and commit docs/data-model.md."
        )

    def test_command_writes_it(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.md"
            copy.write_text(f"before\n{diagram.BEGIN}\nold\n{diagram.END}\nafter\n")
            with mock.patch.object(diagram, "DOCUMENT", copy):
                call_command("diagram")
            drawn = copy.read_text()
        self.assertTrue(drawn.startswith("before\n") and drawn.endswith("\nafter\n"))
        self.assertIn('    Participation }o--|| Dialogue : "dialogue"\n', drawn)
        self.assertNotIn("old", drawn)
        self.assertNotIn("assigned_to", drawn)

    def test_document_without_markers_is_left_alone(self):
        with self.assertRaisesMessage(CommandError, diagram.BEGIN):
            diagram.drawn_into("no picture here")


class NamesTest(SimpleTestCase):
    """Files, folders and targets that documents name exist."""

    def test_paths_on_the_map_exist(self):
        table = CONTRIBUTING.partition("## Where things are\n")[2].partition("\n\n`")[0]
        cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
        names = [name for cell in cells for name in re.findall("`([^`]+)`", cell)]
        self.assertIn("people/", names)
        self.assertEqual([name for name in names if not (ROOT / name).exists()], [])

    def test_paths_in_the_text_exist(self):
        for path, text in DOCUMENTS.items():
            with self.subTest(str(path.relative_to(ROOT))):
                named = re.findall(r"`((?:tracker|people|dialogues|tests|fixtures|docs)/[\w./-]+)`", text)
                self.assertEqual([name for name in named if not (ROOT / name).exists()], [])

    def test_targets_exist(self):
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        for path, text in DOCUMENTS.items():
            with self.subTest(str(path.relative_to(ROOT))):
                told = re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", text, re.MULTILINE)
                self.assertEqual({one or two for one, two in told} - targets, set())
        told = set(re.findall(r"`make ([a-z-]+)`", CONTRIBUTING))
        self.assertEqual(targets - told, set(), "docs/contributing.md does not list these.")


class WordsTest(SimpleTestCase):
    """The documents are written in American English, in the words that readers know."""

    def test_no_document_has_a_word_that_readers_stumble_over(self):
        for path, text in DOCUMENTS.items():
            with self.subTest(str(path.relative_to(ROOT))):
                self.assertEqual([found[0] for found in AVOIDED.finditer(prose(text))], [])

    def test_what_is_quoted_may_have_them(self):
        text = "**What stands in the way** and `mend` are quoted.\n```sh\nmend\n```\n"
        self.assertIsNone(AVOIDED.search(prose(text)))
        for text in ("Mend it.", "the colour", "It opens nothing any more.", "an organisation"):
            self.assertIsNotNone(AVOIDED.search(text), text)


class LinksTest(SimpleTestCase):
    """One document leads to the next."""

    def test_every_link_leads_to_a_file_and_a_heading(self):
        for path, text in DOCUMENTS.items():
            with self.subTest(str(path.relative_to(ROOT))):
                self.assertEqual(broken(path, text), [])

    def test_every_document_is_reached_from_the_readme(self):
        self.assertEqual(set(DOCUMENTS) - reached(ROOT / "README.md"), set())

    def test_every_picture_is_shown_and_small(self):
        shown = {
            (path.parent / link).resolve()
            for path, text in DOCUMENTS.items()
            for link in links(text)
            if link.endswith(".png")
        }
        pictures = set(DOCS.glob("images/*"))
        self.assertEqual(pictures, shown)
        for picture in pictures:
            self.assertLess(picture.stat().st_size, LARGEST_PICTURE, picture.name)

    def test_readme_is_short(self):
        self.assertLess(len(README.splitlines()), MOST_LINES)

    def test_what_is_broken_is_noticed(self):
        here = ROOT / "README.md"
        for text, found in (
            ("[one](docs/glossary.md)", []),
            ("[one](docs/no-such.md)", ["docs/no-such.md"]),
            ("# A heading, or two\n[one](#a-heading-or-two)", []),
            ("# A heading\n[one](#another)", ["#another"]),
            ("[one](docs/glossary.md#no-such-heading)", ["docs/glossary.md#no-such-heading"]),
            ("`[one](no-such.md)` [two](https://example.org/)\n```sh\n[three](no-such.md)\n```", []),
        ):
            with self.subTest(text):
                self.assertEqual(broken(here, text, {**DOCUMENTS, here: text}), found)
        self.assertEqual(anchors("# Same\n## Same\n## `code`: it's *so*"), ["same", "same-1", "code-its-so"])
