"""Writing: what a read shows is written back, whatever the record; what is not seen is not touched."""

import pytest

from tests import generate
from tests.sampling import some
from tests.writing import API, WritingTest, facts, path, trimmed
from tracker.api import ENDPOINTS
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.shapes.reader import FULL
from tracker.records.shapes.urls import resource

RESOURCES = [view for view in ENDPOINTS if view is not CitationViewSet]


def whole(model):
    """The shape in which a model is written."""
    return next(view.shape for view in RESOURCES if view.model() is model)(pick=FULL)


def seen(row, user):
    return type(row).objects.visible_to(user).filter(pk=row.pk).exists()


class RoundTripTest(WritingTest):
    """Records of every kind with every kind of value."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        states = [("published", "public")] * 6 + [("draft", "public")] * 2
        cls.world = generate.World(seed=7, states=states).build()

    def records(self, *states):
        rows = [row for view in RESOURCES for row in self.world.rows[view.model()]]
        return [row for row in rows if row.publication in states and seen(row, self.editor)]

    def assert_same(self, after, before):
        moving = {"changed_at": None, "reason": None}
        self.assertEqual(trimmed({**after, **moving}), trimmed({**before, **moving}))

    @pytest.mark.broad
    def test_what_is_read_can_be_written_back_and_changes_nothing_but_the_version(self):
        for row in some(self.records("published", "draft"), one_in=6):
            with self.subTest(model=row._meta.label, row=row.pk):
                before, version = self.read(row), type(row).objects.get(pk=row.pk).version
                document = {**before, "reason": "Nothing new."}
                answer = self.send(self.editor, "PUT", path(row), document, version)
                self.assertEqual(answer.status_code, 200, answer.content)
                self.assertEqual(answer["ETag"], f'"{version + 1}"')
                self.assert_same(answer.json(), before)
                self.assertEqual(answer.json(), self.read(row))
                self.send(self.editor, "PATCH", path(row), {"reason": "None."}, version + 1)
                self.assertEqual(self.send(self.editor, "GET", path(row))["ETag"], answer["ETag"])

    @pytest.mark.broad
    def test_what_is_read_can_be_written_anew(self):
        for row in some(self.records("published"), one_in=4):
            if getattr(row, "naming", "") == "named" and row.person_id:
                continue  # nobody is entered twice for a dialogue
            with self.subTest(model=row._meta.label, row=row.pk):
                before, shape = self.read(row), whole(type(row))
                answer = self.send(self.editor, "POST", f"{API}{resource(type(row))}/", before)
                self.assertEqual(answer.status_code, 201, answer.content)
                made = answer.json()
                self.assertNotEqual(made["id"], before["id"])
                self.assertEqual(answer["Location"], made["url"])
                self.assertEqual(answer["ETag"], '"1"')
                self.assertEqual(facts(shape, made), facts(shape, before))
                self.assertIsNone(made["published_at"])
