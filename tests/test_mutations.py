"""The twin test fails when it should: the rule is broken in one place after the other. `make mutations`."""

import unittest

import pytest
from django.db import transaction
from django.test import SimpleTestCase, TestCase

from tests.records import test_told_apart
from tests.twins.answers import Reader, without_news
from tests.twins.asking import Questions
from tests.twins.mutations import EARLY, MUTATIONS, SLIPS, forget
from tests.twins.pages import pages
from tests.twins.worlds import BEFORE, Worlds
from tests.twins.writing import writes

MOST = 40  # requests for one mutation


class Mutated:
    """The answers to what should notice a mutation, in both worlds."""

    def __init__(self, mutation, reader, asked):
        self.mutation, self.reader = mutation, reader
        found = [ask for ask in asked if mutation.part in ask.kind]
        self.asked = found[:: len(found) // MOST + 1]
        self.full = self.answers()

    def answers(self):
        forget()
        with self.mutation.broken():
            return [without_news(self.reader.answer(ask), ()) for ask in self.asked]

    def is_caught(self):
        return self.full != self.answers()


@pytest.mark.long
class MutationTest(TestCase):
    def begin(self):
        """A world in which nothing is hidden yet, and who asks in it."""
        self.worlds = Worlds(public=3)
        self.worlds.open()
        self.readers = {
            name: Reader(user, self.worlds.tokens[name]) for name, user in self.worlds.people.items()
        }
        self.readers |= {"nobody": Reader(), "pages": Reader(self.worlds.people["contributor"])}

    def tearDown(self):
        forget()

    def questions(self, mutation):
        """What a reader can ask now."""
        asked = Questions(self.worlds.people.get(mutation.reader))
        if mutation.asks == "pages":
            return pages(asked, self.readers["pages"])
        return asked.reads() if mutation.asks == "reads" else writes(asked, self.worlds.drafts)

    def mutated(self, mutation):
        reader = self.readers["pages" if mutation.asks == "pages" else mutation.reader]
        return Mutated(mutation, reader, self.questions(mutation))

    def judge(self, mutated):
        """Says how many were caught; none may escape."""
        missed = [one.mutation.place for one in mutated if not one.is_caught()]
        print(f"{len(mutated) - len(missed)} of {len(mutated)} mutations caught")
        self.assertEqual(missed, [])

    def test_each_is_caught(self):
        self.begin()
        with transaction.atomic():
            self.worlds.hidden()
            with transaction.atomic():
                self.worlds.secret()
                mutated = [self.mutated(one) for one in MUTATIONS]
                transaction.set_rollback(True)
            by_editors = [one for one in mutated if BEFORE[one.mutation.reader] == "hidden"]
            self.judge(by_editors)
            transaction.set_rollback(True)
        self.judge([one for one in mutated if one not in by_editors])

    def test_those_are_that_work_while_the_world_grows(self):
        for mutation in EARLY:
            with transaction.atomic():
                self.begin()
                with transaction.atomic():
                    with mutation.broken():
                        self.worlds.hidden()
                    mutated = self.mutated(mutation)
                    transaction.set_rollback(True)
                self.judge([mutated])
                transaction.set_rollback(True)


@pytest.mark.long
class SlipTest(SimpleTestCase):
    """What only shows between requests, or to some roles, is noticed by tests that take seconds."""

    databases = "__all__"

    def test_each_is_noticed(self):
        for place, broken, test in SLIPS:
            with self.subTest(place=place, test=test):
                self.assertTrue(passes(test), "It fails anyway.")
                with broken():
                    self.assertFalse(passes(test))
                forget()


def passes(test):
    """Whether a test passes, of tests/records/test_told_apart.py unless its whole name is given."""
    result = unittest.TestResult()
    module = None if test.startswith("tests.") else test_told_apart
    unittest.defaultTestLoader.loadTestsFromName(test, module).run(result)
    assert result.testsRun, result.errors
    return result.wasSuccessful()
