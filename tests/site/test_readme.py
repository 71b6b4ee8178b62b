"""README says what is so: its examples are run, its picture is drawn again, its folders and targets exist."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import LiveServerTestCase, SimpleTestCase, override_settings

from tests.test_fixtures import load
from tracker.management.commands import diagram

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
EXAMPLE = re.compile(r"^```sh\n(curl [^`]*)\n```\n+```(?:json|text)\n(.*?\n)```$", re.MULTILINE | re.DOTALL)
FEWEST_EXAMPLES = 12

# What the examples need of curl, for machines that have none.
CURL = f"""#!{sys.executable}
import sys, urllib.error, urllib.parse, urllib.request

given, pairs = sys.argv[1:], []
address = next(word for word in given if word.startswith("http"))
for option, value in zip(given, given[1:]):
    if option in ("-d", "--data-urlencode"):
        name, _, text = value.partition("=")
        pairs.append(f"{{name}}={{urllib.parse.quote(text) if option != '-d' else text}}")
address = "?".join([address, "&".join(pairs)]) if pairs else address
try:
    answer = urllib.request.urlopen(address)
except urllib.error.HTTPError as error:
    answer = error
sys.stdout.buffer.write(answer.read())
"""


def examples():
    """The commands of the README with what they are said to print."""
    return EXAMPLE.findall(README)


def as_pattern(shown):
    """What is shown as a pattern: a line of three dots stands for any lines, every other for itself."""
    lines = [
        r"(?:.*\n)*?" if line.strip() == "..." else f"{re.escape(line)}\n" for line in shown.splitlines()
    ]
    return re.compile("".join(lines))


def folder_with_curl():
    """A new folder with a stand-in for curl."""
    folder = Path(tempfile.mkdtemp())
    (folder / "curl").write_text(CURL)
    (folder / "curl").chmod(0o700)
    return folder


class ExamplesTest(LiveServerTestCase):
    """Each curl line, run in a shell against a server with the fixtures, prints what README shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(override_settings(PUBLIC_URL=cls.live_server_url))
        path = [str(Path(sys.executable).parent), os.environ["PATH"]]
        if not shutil.which("curl"):
            folder = folder_with_curl()
            cls.addClassCleanup(shutil.rmtree, folder)
            path.insert(0, str(folder))
        cls.enterClassContext(mock.patch.dict(os.environ, PATH=os.pathsep.join(path), PYTHONUTF8="1"))

    def printed(self, command):
        """What a command prints, with the address that README uses."""
        command = command.replace(ADDRESS, self.live_server_url)
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.replace(self.live_server_url, ADDRESS)

    def test_examples(self):
        load()
        for command, shown in examples():
            with self.subTest(command):
                printed = "".join(f"{line}\n" for line in self.printed(command).splitlines())
                if not as_pattern(shown).fullmatch(printed):
                    self.assertEqual(shown, printed, "README shows another answer.")


class FormTest(SimpleTestCase):
    """What the tests of README rest on."""

    def test_every_curl_line_is_an_example(self):
        self.assertEqual(len(examples()), len(re.findall(r"^curl ", README, re.MULTILINE)))
        self.assertGreaterEqual(len(examples()), FEWEST_EXAMPLES)

    def test_dots_stand_for_lines_and_for_nothing_else(self):
        shown = "one\n  ...\nfour\n"
        for printed, same in (
            ("one\ntwo\nthree\nfour\n", True),
            ("one\nfour\n", True),
            ("one\nfive\n", False),
        ):
            self.assertEqual(bool(as_pattern(shown).fullmatch(printed)), same)

    def test_no_line_is_wholly_left_out(self):
        for _, shown in examples():
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
