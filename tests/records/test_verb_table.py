"""A verb of the workflow has all that it needs: a method, a scope, words, and rows in the tests."""

from django.test import SimpleTestCase

from tests import test_roles
from tests.records import test_tokens, test_verbs
from tracker.records.accounts.api_tokens import TokenScope
from tracker.records.protection.name_check import TAKING_BACK
from tracker.records.workflow.publishing import Workflow
from tracker.records.workflow.verb_table import VERBS
from tracker.records.write.views import Editing


class VerbTableTest(SimpleTestCase):
    def test_each_verb_is_a_method_and_an_endpoint(self):
        for one in VERBS:
            self.assertTrue(callable(getattr(Workflow, one.name, None)), f"Add {one.name} to publishing.py")
            self.assertEqual(getattr(Editing, one.name).url_path, one.path)

    def test_each_has_a_scope_that_the_tests_of_tokens_try(self):
        for one in VERBS:
            self.assertIn(one.scope, TokenScope.values)
            said = f"Add {one.path} to REQUESTS in tests/records/test_tokens.py"
            self.assertEqual(test_tokens.REQUESTS.get(one.path, [None])[0], one.scope, said)

    def test_each_has_all_its_words(self):
        for one in VERBS:
            with self.subTest(verb=one.name):
                self.assertRegex(one.about, r"\A[A-Z].*\.\Z")
                self.assertRegex(one.title, r"\A[A-Z][a-z ]+\Z")
                self.assertRegex(one.done, r"\A[a-z ]+\Z")
                self.assertRegex(one.help, r"\A[A-Z].*\.\Z")
                if one.must_say:
                    self.assertRegex(one.must_say, r"\A[A-Z].*\.\Z")
                    self.assertRegex(one.intro, r"\A[A-Z].*[.:]\Z", "A page asks for its text: what for?")
                else:
                    self.assertRegex(one.of_many, r"\A[A-Z].*selected records", "The action of a list.")

    def test_those_that_take_back_are_not_limited_by_refused_names(self):
        self.assertEqual({one.name for one in VERBS if one.takes_back}, {*TAKING_BACK})

    def test_each_has_a_row_in_the_tests_of_states_and_of_roles(self):
        names = [one.name for one in VERBS]
        self.assertEqual({*test_verbs.StateTest.VERBS}, {*names}, "VERBS in tests/records/test_verbs.py")
        self.assertLessEqual(
            {one.path for one in VERBS}, {*test_roles.COLUMNS.split()}, "COLUMNS in tests/test_roles.py"
        )
