"""Nobody can tell what is hidden: with and without the hidden rows every public answer is the same bytes.

The world without them comes first, so that nothing of them can have left a trace in it.
"""

import logging
from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import TestCase

from tests.generate import MODELS
from tests.sampling import some
from tests.twins.answers import Reader, difference
from tests.twins.asking import BESIDE, Questions, sample
from tests.twins.canaries import found_in, texts
from tests.twins.worlds import Worlds, known, ours

PLANTED_NOWHERE = {  # tables in whose texts no word can be planted, and why
    "OldSlug": "slugs alone, and they are given by the program",
    "StoredAnswer": "dates and slugs alone",
    "Token": "words of texts in which some are planted, written by the database",
    "Tally": "hashes alone",
    "Reading": "the name of a page, and ids",
    "ApiToken": "its names are told to its owner and to administrators; tests/records/test_tokens.py",
}


def told_to_all():
    return {model: set(known(model).values_list("pk", flat=True)) for model in MODELS}


@pytest.mark.broad
class PublicTest(TestCase):
    """Some kinds of request, each once."""

    size, each, one_in, least = {"public": 4}, 1, 9, {"asked": 400, "hidden": 10, "canaries": 300}

    @classmethod
    def setUpTestData(cls):
        worlds, reader = Worlds(**cls.size), Reader()
        worlds.open()
        cls.before = told_to_all()
        with transaction.atomic():
            worlds.hidden()
            worlds.secret()
            cls.after = told_to_all()
            cls.hidden = {model: model.objects.count() - len(cls.after[model]) for model in MODELS}
            tables = [model for model in (*ours(), User) if not model._meta.proxy]
            cls.planted = worlds.canaries.standing(tables)
            asked = sample(Questions(moments=worlds.moments).reads(), cls.each)
            chosen = {*some(asked, cls.one_in)}
            cls.asked = [ask for ask in asked if ask in chosen or ask.path in BESIDE]
            with cls.listening(logging.getLogger()) as cls.logged:
                cls.full = [reader.answer(ask) for ask in cls.asked]
            transaction.set_rollback(True)
        cls.bare = [reader.answer(ask) for ask in cls.asked]

    def test_every_answer_is_the_same(self):
        for ask, full, bare in zip(self.asked, self.full, self.bare, strict=True):
            if full != bare:
                with self.subTest(ask=ask):
                    self.fail(difference(full, bare))

    def test_many_different_requests_are_answered_in_every_way(self):
        statuses = Counter(status for status, _, _ in self.full)
        print(f"{len(self.asked)} requests: {dict(statuses)}")
        self.assertGreaterEqual(len(set(self.asked)), self.least["asked"])
        self.assertLessEqual({200, 204, 301, 302, 400, 401, 404, 410}, set(statuses))
        self.assertGreaterEqual(statuses[200], len(self.asked) // 3)
        # a server of tests forgets what it acknowledged, and /readyz says so
        failed = {ask.path for ask, answer in zip(self.asked, self.full, strict=True) if answer[0] >= 500}
        self.assertLessEqual(failed, {"/readyz"})

    def test_the_worlds_differ_in_hidden_rows_alone(self):
        hidden = self.hidden.values()
        print(f"{sum(hidden)} hidden rows, of each model at least {min(hidden)}")
        self.assertEqual(self.before, self.after)
        self.assertGreaterEqual(min(hidden), self.least["hidden"])

    def test_words_are_planted_in_every_table_that_hides_something(self):
        words = set().union(*self.planted.values())
        print(f"{len(words)} canaries")
        self.assertGreaterEqual(len(words), self.least["canaries"])
        bare = {model.__name__ for model, words in self.planted.items() if texts(model) and not words}
        self.assertEqual(bare, set(PLANTED_NOWHERE))

    def test_none_of_them_is_told(self):
        for ask, answer in zip(self.asked, self.full, strict=True):
            if not found_in(ask.path):
                self.assertEqual(found_in(str(answer)), set(), ask)
        self.assertEqual(found_in("\n".join(self.logged)), set())

    listening = staticmethod(lambda logger: Listening(logger))


class Listening(logging.Handler):
    """What is written to the logs, but the statements that the tests ask for."""

    def __init__(self, logger):
        super().__init__(logging.INFO)
        self.logger, self.lines = logger, []

    def emit(self, record):
        self.lines.append(self.format(record))

    def __enter__(self):
        self.logger.addHandler(self)
        return self.lines

    def __exit__(self, *_):
        self.logger.removeHandler(self)


@pytest.mark.long
class EveryRequestTest(PublicTest):
    """Every request that the document offers, in a world with fifty hidden rows of each model and state."""

    size, each, one_in = {"public": 5, "size": 2, "copies": 24}, 1_000, 1
    least = {"asked": 5_000, "hidden": 500, "canaries": 1_000}
