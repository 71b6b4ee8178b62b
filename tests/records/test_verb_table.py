"""A verb of the workflow has all that it needs: a method, a scope, words, and rows in the tests."""

from django.test import SimpleTestCase

from tests.records import test_tokens, test_verbs
from tracker.records.accounts.api_tokens import TokenScope
from tracker.records.admin.verbs.verbs import ASKED, DONE
from tracker.records.workflow.states import Workflow
from tracker.records.workflow.verbs import BY_NAME, VERBS
from tracker.records.write.views import Editing


class VerbTableTest(SimpleTestCase):
    def test_each_verb_is_a_method_and_an_endpoint(self):
        for one in VERBS:
            self.assertTrue(callable(getattr(Workflow, one.name, None)), one.name)
            self.assertEqual(getattr(Editing, one.name).url_path, one.path)

    def test_each_has_a_scope_that_the_tests_of_tokens_try(self):
        for one in VERBS:
            self.assertIn(one.scope, TokenScope.values)
            self.assertEqual(
                test_tokens.NEEDED.get(one.path), one.scope, f"Add {one.path} to tests/records/test_tokens.py"
            )

    def test_each_has_words_for_the_document_and_the_admin(self):
        for one in VERBS:
            self.assertRegex(one.about, r"\.\Z", one.name)
            self.assertIn(one.name, DONE)
        self.assertEqual({*DONE}, {*BY_NAME})
        self.assertLessEqual({one.name for one in VERBS if one.must_say}, {*ASKED})

    def test_each_has_a_row_in_the_test_of_states(self):
        tried = {*test_verbs.StateTest.VERBS, "send_back"}  # sending back has tests of its own
        self.assertEqual({*BY_NAME}, tried)
