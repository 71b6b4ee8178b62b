"""The same for everybody who works here: nothing outside one's own sight shows in an answer, page or refusal.

How often a record was saved is known to whoever may write: its version is what a change names. And its
history in the admin says that there was a change which its reader may not know.
"""

import pytest
from django.db import transaction
from django.test import TestCase

from tests.generate import MODELS
from tests.twins.answers import Reader, difference, without_news
from tests.twins.asking import Questions, sample
from tests.twins.canaries import found_in
from tests.twins.pages import pages
from tests.twins.worlds import BEFORE, Worlds
from tests.twins.writing import writes

ROLES = [name for name in BEFORE if name != "nobody"]
SHARE = {"reads": 6, "writes": 3, "pages": 2}  # each role asks every so manieth request, the next one others
INSIDE = {"administrator": ("/admin/auth/", "/admin/records/apitoken/")}  # accounts are theirs to see


class Twin:
    """What a reader is answered in the world with what they must not see, and in the other one."""

    def __init__(self, worlds, name):
        self.name, self.user, self.full, self.bare = name, worlds.people[name], [], []
        self.session, self.token = Reader(self.user), Reader(self.user, worlds.tokens[name])

    def ask(self, worlds):
        questions, number = Questions(self.user), ROLES.index(self.name)
        read, written = questions.reads(), writes(questions, worlds.drafts)
        kinds = {"reads": read, "writes": written, "pages": pages(questions, self.session)}
        seen = INSIDE.get(self.name, ("none",))
        asked = {
            kind: [ask for ask in sample(found, 1) if not ask.path.startswith(seen)]
            for kind, found in kinds.items()
        }
        some = {kind: found[number % SHARE[kind] :: SHARE[kind]] for kind, found in asked.items()}
        self.asked = [(self.token, ask) for ask in (*some["reads"], *some["writes"])]
        self.asked += [(self.session, ask) for ask in (*some["pages"], *some["reads"][::5])]
        self.full = self.answers()

    def answers(self):
        return [reader.answer(ask) for reader, ask in self.asked]


@pytest.mark.long
class RolesTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        worlds = Worlds(public=3)
        worlds.open()
        cls.twins = [Twin(worlds, name) for name in ROLES]
        with transaction.atomic():
            worlds.hidden()
            with transaction.atomic():
                worlds.secret()
                for twin in cls.twins:
                    cls.ask(worlds, twin)
                transaction.set_rollback(True)
            cls.ask_again("hidden")
            transaction.set_rollback(True)
        cls.ask_again("open")
        cls.keys = {pk for model in MODELS for pk in model._base_manager.values_list("pk", flat=True)}

    @classmethod
    def ask(cls, worlds, twin):
        with transaction.atomic():
            worlds.level(BEFORE[twin.name])
            twin.ask(worlds)
            transaction.set_rollback(True)

    @classmethod
    def ask_again(cls, world):
        for twin in cls.twins:
            if BEFORE[twin.name] == world:
                twin.bare = twin.answers()

    def test_every_answer_is_the_same(self):
        for twin in self.twins:
            print(f"{twin.name}: {len(twin.asked)} requests")
            for (_, ask), (status, _, _) in zip(twin.asked, twin.full, strict=True):
                self.assertTrue(status < 500 or ask.path == "/readyz", ask)  # tests run without durability
            for (_, ask), *both in zip(twin.asked, twin.full, twin.bare, strict=True):
                full, bare = (without_news(one, self.keys) if ask.method != "GET" else one for one in both)
                if full != bare:
                    with self.subTest(name=twin.name, ask=ask):
                        self.fail(difference(full, bare))

    def test_no_answer_holds_a_word_that_is_planted_in_what_is_hidden(self):
        for twin in self.twins:
            hidden = "s" if BEFORE[twin.name] == "hidden" else "ns"
            for (_, ask), answer in zip(twin.asked, twin.full, strict=True):
                told = {word for word in found_in(str(answer)) if word[2] in hidden}
                if told and not found_in(f"{ask.path} {ask.body}"):
                    with self.subTest(name=twin.name, ask=ask):
                        self.fail(f"{len(told)} words")
