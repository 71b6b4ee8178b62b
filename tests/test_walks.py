"""The walks through the code that `make packages` prints are those that requests take, and are short."""

import re

from django.conf import settings
from django.test import SimpleTestCase, TestCase

from dialogues.models import Dialogue
from tests import make, packages, walks

PARTICIPATIONS = 10


def section(heading):
    """The text below a heading of the document."""
    text = (settings.BASE_DIR / "docs" / "architecture.md").read_text(encoding="utf-8")
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]


class TakenTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor")
        cls.headers = {"Authorization": f"Bearer {make.token(cls.editor, 'read', 'write', 'publish')[1]}"}
        cls.people = [make.person() for _ in range(PARTICIPATIONS)]
        cls.dialogue = make.dialogue()
        make.participation(dialogue=cls.dialogue, person=cls.people[0])

    def assert_walk(self, heading, act):
        """Where a request goes is what the declaration says and the document names."""
        walk = next(one for one in walks.WALKS if one.heading == heading)
        act()
        found = walks.taken(walk, act)
        self.assertLessEqual(found.entered, walk.entered)
        self.assertEqual(
            found._replace(entered=walk.entered), walk, "Correct WALKS, or make the walk shorter."
        )
        for module in walk.modules:
            path = packages.modules()[walks.KERNEL + module].path
            name = "/".join(path.relative_to(settings.BASE_DIR / "tracker" / "records").parts)
            self.assertIn(f"`{name}`", section(heading).replace("`records/", "`"))

    def read(self):
        asked = {"participant": str(self.people[0].pk)}
        self.assertEqual(self.client.get("/api/v1/dialogues/", asked).status_code, 200)

    def write(self):
        cites = [{"source": str(make.shared_source().pk), "locator_kind": "paragraph", "locator": "1"}]
        rows = [{"person": str(one.pk), "role": "participant", "citations": cites} for one in self.people]
        document = {
            "title": "A dialogue",
            "disclosure": "public",
            "start_date": "2025-10",
            "participations": rows,
            "citations": cites,
        }
        answer = self.client.post("/api/v1/dialogues/", document, "application/json", headers=self.headers)
        self.assertEqual(answer.status_code, 201, answer.content)
        return answer.json()["id"]

    def publish(self):
        Dialogue.objects.get(pk=self.drafts.pop()).publish(self.editor)

    def test_a_read(self):
        self.assert_walk("One read", self.read)

    def test_a_write(self):
        self.assert_walk("One write", self.write)

    def test_a_publication(self):
        self.drafts = [self.write(), self.write()]
        self.assert_walk("One publication", self.publish)

    def test_a_visibility_check(self):
        self.assert_walk("One visibility check", lambda: Dialogue.objects.visible_to(self.editor))


class WalkTest(SimpleTestCase):
    def test_no_walk_is_too_long(self):
        for walk in walks.WALKS:
            self.assertLessEqual(len(walk.modules), walk.most, walk.heading)
        self.assertLessEqual(sum(walk.turns for walk in walks.WALKS), walks.MOST_TURNS)
