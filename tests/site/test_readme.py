"""README says what is so: its examples are run, its picture is drawn again, its folders and targets exist."""

import re
import tempfile
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from tests.examples import ExamplesTest, as_pattern, examples
from tests.test_fixtures import load
from tracker import api  # noqa: F401 - what it shows is what is announced
from tracker.management.commands import diagram
from tracker.records.changes import announcing

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONS = [example for example in examples(README) if example[0].startswith("curl ")]
FEWEST_EXAMPLES = 12


class QuestionsTest(ExamplesTest):
    """Each curl line, run in a shell against a server with the fixtures, prints what README shows."""

    def test_examples(self):
        load()
        announcing.announce()
        self.check(QUESTIONS)


class FormTest(SimpleTestCase):
    """What the tests of README rest on."""

    def test_every_curl_line_is_an_example(self):
        self.assertEqual(len(QUESTIONS), len(re.findall(r"^curl ", README, re.MULTILINE)))
        self.assertGreaterEqual(len(QUESTIONS), FEWEST_EXAMPLES)

    def test_dots_stand_for_lines_and_for_nothing_else(self):
        shown = "one\n  ...\nfour\n"
        for printed, same in (
            ("one\ntwo\nthree\nfour\n", True),
            ("one\nfour\n", True),
            ("one\nfive\n", False),
        ):
            self.assertEqual(bool(as_pattern(shown).fullmatch(printed)), same)

    def test_no_line_is_wholly_left_out(self):
        for _, shown in QUESTIONS:
            self.assertTrue(
                any(line.strip() not in ("...", "{", "}", "[", "]") for line in shown.splitlines())
            )


class PictureTest(SimpleTestCase):
    """The data model in README is the one in the code."""

    def test_picture_is_up_to_date(self):
        self.assertTrue(diagram.drawn_into(README) == README, "Run `make diagram`, and commit README.md.")

    def test_command_writes_it(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "README.md"
            copy.write_text(f"before\n{diagram.BEGIN}\nold\n{diagram.END}\nafter\n")
            with mock.patch.object(diagram, "README", copy):
                call_command("diagram")
            drawn = copy.read_text()
        self.assertTrue(drawn.startswith("before\n") and drawn.endswith("\nafter\n"))
        self.assertIn('    Participation }o--|| Dialogue : "dialogue"\n', drawn)
        self.assertNotIn("old", drawn)
        self.assertNotIn("assigned_to", drawn)

    def test_readme_without_markers_is_left_alone(self):
        with self.assertRaisesMessage(CommandError, diagram.BEGIN):
            diagram.drawn_into("no picture here")


class NamesTest(SimpleTestCase):
    """Files, folders and targets that README names exist."""

    def test_paths_on_the_map_exist(self):
        table = README.partition("### Map\n")[2].partition("\n\n`")[0]
        cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
        names = [name for cell in cells for name in re.findall("`([^`]+)`", cell)]
        self.assertIn("people/", names)
        self.assertEqual([name for name in names if not (ROOT / name).exists()], [])

    def test_targets_exist(self):
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        self.assertEqual(set(re.findall(r"`make ([a-z]+)", README)) - targets, set())
        told = {*re.findall(r"`make ([a-z]+)", README), *re.findall(r"^make ([a-z]+)", README, re.MULTILINE)}
        self.assertEqual(targets - told, set(), "README does not tell of these.")
