"""docs/writing.md says what is so: its examples are run in order, with tokens made as it says."""

import re

from django.conf import settings
from django.test import SimpleTestCase, override_settings
from django.urls import reverse

from tests.examples import ExamplesTest, examples
from tests.test_fixtures import load
from tracker.management.commands.serve import create_demo_accounts

DOCUMENT = (settings.BASE_DIR / "docs" / "writing.md").read_text(encoding="utf-8")
EXAMPLES = examples(DOCUMENT)
TOKENS = {"contributor": ["read", "write"], "editor": ["read", "write", "publish"]}  # in this order
PLACEHOLDER = "dtrk_..."
FEWEST_ANSWERS = 35


@override_settings(FOUR_EYES=True)
class WritingExamplesTest(ExamplesTest):
    def test_examples(self):
        load()
        passwords = dict(create_demo_accounts())
        found = [list(example) for example in EXAMPLES]
        for name, scopes in TOKENS.items():
            token = self.token(name, passwords[name], scopes)
            found[0][0] = found[0][0].replace(PLACEHOLDER, token, 1)
        self.check(found)

    def token(self, name, password, scopes):
        """A token, made in the admin by its owner."""
        self.assertTrue(self.client.login(username=name, password=password))
        said = {"name": "Example", "scopes": scopes, "lasts": "90"}
        page = self.client.post(reverse("admin:records_apitoken_add"), said)
        return re.search(r'class="secret">(.+?)</code>', page.content.decode())[1]


class FormTest(SimpleTestCase):
    """What the test above rests on."""

    def test_every_command_and_every_answer_is_an_example(self):
        self.assertEqual(len(EXAMPLES), DOCUMENT.count("\n```sh\n"))
        answers = [shown for _, shown in EXAMPLES if shown]
        self.assertEqual(len(answers), len(re.findall(r"^```(?:json|text)$", DOCUMENT, re.MULTILINE)))
        self.assertGreaterEqual(len(answers), FEWEST_ANSWERS)

    def test_the_tokens_stand_in_the_first_example_and_nowhere_else(self):
        self.assertEqual(EXAMPLES[0][0].count(PLACEHOLDER), len(TOKENS))
        self.assertEqual(sum(command.count(PLACEHOLDER) for command, _ in EXAMPLES), len(TOKENS))

    def test_nothing_is_wholly_left_out(self):
        for command, shown in EXAMPLES:
            said = {line.strip() for line in shown.splitlines()} - {"...", "{", "}", "[", "]"}
            self.assertEqual(bool(said), bool(shown), command)
