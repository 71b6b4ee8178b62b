"""What people read in the program is plain American English, and a name in the code has one meaning."""

import ast
import re
from unittest import mock

from django.test import SimpleTestCase

from tests import packages
from tests.packages import ROOT

BANNED = re.compile(
    r"\b(mend(s|ed|ing)?|told|tells? of|opens? nothing|stands? (against|in the way|beside)|lies in"  # riddles
    r"|(some|any|every)body|whom we do not name|at hand|anew|take(s|n)? back|hinders?|deeds?|let be"
    r"|who \w+( \w+){0,3} gets|is nobody"  # inversions
    r"|judgements?|offences?|colours?|behaviours?|labour|centres?|cancelled|licence|towards|afterwards|whilst"
    r"|organis\w+|recognis\w+|anonymis\w+|normalis\w+)\b",  # not American
    re.IGNORECASE,
)
CODE = re.compile(r"`[^`\n]+`|\{[^}\n]*\}")
LANGUAGE = re.compile(r"\b(SELECT|FROM|WHERE|CASE WHEN)\b")  # SQL is read by the database
UNREAD = ("/formats/",)  # not gone through yet


def sentences(tree):
    """(line, text) of every docstring and of every text with more than one word."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if " " in text.strip() and not LANGUAGE.search(text):
            yield node.lineno, CODE.sub("", text)


def docstring_owners(tree):
    """The nodes whose first statement may be a docstring."""
    owners = ast.Module | ast.ClassDef | ast.FunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, owners) and node.body]


def comments(text):
    """(line, text) of every comment that begins with a space."""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(r"(?:^|\s)# (.+)$", line)
        if found:
            yield number, CODE.sub("", found[1])


def found_in(path, texts):
    """The banned words in texts of a file, each with its place."""
    if any(part in str(path) for part in UNREAD):
        return []
    return [
        f"{path.relative_to(ROOT)}:{line}: {found[0]}"
        for line, text in texts
        for found in BANNED.finditer(text)
    ]


class WordsTest(SimpleTestCase):
    """Readers know English from Django's documentation, perhaps as a third language."""

    def test_no_text_of_the_program_has_a_word_that_readers_stumble_over(self):
        for module in packages.modules().values():
            with self.subTest(module.name):
                self.assertEqual(found_in(module.path, sentences(module.tree)), [])

    def test_no_comment_has_one(self):
        for module in packages.modules().values():
            with self.subTest(module.name):
                self.assertEqual(found_in(module.path, comments(module.path.read_text("utf-8"))), [])

    def test_no_page_has_one(self):
        for path in sorted((ROOT / "tracker").rglob("*.html")):
            with self.subTest(path.name):
                self.assertEqual(found_in(path, enumerate(path.read_text("utf-8").splitlines(), 1)), [])

    def test_it_finds_them(self):
        for text in ("Mend that row first.", "Who lost the password gets another", "It stands against it."):
            self.assertTrue(BANNED.search(text), text)
        for text in ("Complete that row first.", "SELECT told FROM deeds"):
            self.assertEqual(found_in(ROOT / "x.py", sentences(ast.parse(repr(text)))), [], text)

    def test_no_sentence_ends_before_its_last_line(self):
        """A text that stands alone, and is no docstring, is the lost end of the one before."""
        for module in packages.modules().values():
            lost = [
                node.lineno
                for node in ast.walk(module.tree)
                if isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant | ast.JoinedStr)
                and node not in [parent.body[0] for parent in docstring_owners(module.tree)]
            ]
            with self.subTest(module.name):
                self.assertEqual(lost, [])


class NamesTest(SimpleTestCase):
    """A name is enough to know what is meant."""

    def test_a_class_or_function_of_one_name_is_in_one_module_only(self):
        """And a constant, if one of the modules that have it lets others import it."""
        self.assertEqual(packages.ambiguous(), {})

    def test_a_name_with_two_meanings_would_be_found(self):
        for first, second, other, found in (
            ("def f(): pass", "def f(): pass", "", ["f"]),
            ("def _f(): pass", "class _f: pass", "", ["_f"]),
            ("A = 1", "A = 2", "", []),
            ("A = 1", "A = 2", "from first import A", ["A"]),
            ("A = 1", "B, A = 2, 3", "from second import A", ["A"]),
            ("A = {}", "A: int = 2", "import first\nfirst.A", []),
            ("def Command(): pass", "class Command: pass", "", []),
        ):
            texts = {"first": first, "second": second, "other": other}
            trees = {
                name: packages.Module(name, ROOT / f"{name}.py", ast.parse(text), 1)
                for name, text in texts.items()
            }
            with self.subTest(texts), mock.patch.object(packages, "modules", return_value=trees):
                self.assertEqual([*packages.ambiguous()], found)
