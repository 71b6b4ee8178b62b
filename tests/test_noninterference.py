"""Nobody can tell what is hidden: with and without the hidden rows every public answer is the same bytes.

The world without them comes first, so that nothing of them can have left a trace in it.
"""

from collections import Counter

from django.db import transaction
from django.test import TestCase

from tests.generate import MODELS
from tests.twins.answers import Reader, difference
from tests.twins.asking import Questions, sample
from tests.twins.worlds import Worlds, known


def told_to_all():
    return {model: set(known(model).values_list("pk", flat=True)) for model in MODELS}


class PublicTest(TestCase):
    """Some of each kind of request."""

    size, each, asked_at_least = {"public": 4}, 1, 2_000

    @classmethod
    def setUpTestData(cls):
        worlds, reader = Worlds(**cls.size), Reader()
        worlds.open()
        cls.before = told_to_all()
        with transaction.atomic():
            worlds.hidden()
            worlds.secret()
            cls.after, cls.hidden = told_to_all(), {model: model.objects.count() for model in MODELS}
            cls.asked = sample(Questions().reads(), cls.each)
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
        self.assertEqual(self.before, self.after)
        self.assertGreaterEqual(len(set(self.asked)), self.asked_at_least)
        self.assertLessEqual({200, 204, 301, 302, 400, 401, 404, 410}, set(statuses))
        self.assertGreaterEqual(statuses[200], len(self.asked) // 3)
