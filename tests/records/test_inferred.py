"""What was concluded and not stated is marked wherever it is shown."""

import csv
import io

from django.test import TestCase

from tests import make
from tests.writing import API, WritingTest, path
from tracker.api import ENDPOINTS
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.shapes.declaration import Ref
from tracker.records.shapes.reader import FULL
from tracker.records.shapes.urls import resource

INFERRED = {"basis": "inferred", "reasoning": "It follows."}


class InferredTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.event = make.case_event(place=make.place())

    def infer(self, record=None, field="", **more):
        return make.citation(record or self.event, field=field, **{**INFERRED, **more})

    def shown(self, record=None):
        return self.client.get(path(record or self.event)).json()["inferred"]

    def test_what_a_source_states_is_not_marked(self):
        self.assertEqual(self.shown(), [])

    def test_a_field_that_a_citation_infers_is(self):
        for field in ("place", "date", "place"):
            self.infer(field=field)
        self.assertEqual(self.shown(), ["date", "place"])

    def test_a_field_that_another_source_states_is_not(self):
        self.infer(field="place")
        self.infer(field="date")
        make.citation(self.event, field="place")
        self.assertEqual(self.shown(), ["date"])

    def test_only_what_supports_it_counts(self):
        for stance in ("contradicts", "mentions"):
            self.infer(field="date", stance=stance)
        self.assertEqual(self.shown(), [])
        self.infer(field="place")
        make.citation(self.event, field="place", stance="contradicts")
        make.citation(self.event, field="place", stance="mentions")
        self.assertEqual(self.shown(), ["place"])

    def test_a_record_that_is_inferred_as_a_whole_says_so(self):
        row = make.affiliation(cited=False)
        self.infer(row)
        make.citation(row, field="role")
        self.assertEqual(self.shown(row), ["*"])
        make.citation(row)
        self.assertEqual(self.shown(row), [])

    def test_a_hidden_source_infers_nothing_and_states_nothing(self):
        hidden = make.source(confidentiality="restricted")
        self.infer(field="date", source=hidden)
        self.infer(field="place")
        make.citation(self.event, field="place", source=hidden)
        self.assertEqual(self.shown(), ["place"])

    def test_it_stands_beside_a_row_inside_another_record(self):
        self.infer(field="place")
        (row,) = self.client.get(path(self.event.case)).json()["events"]
        self.assertEqual(row["inferred"], ["place"])
        group = make.group()
        part = make.participation(dialogue=group.dialogue, affiliation=None, member_of=group)
        self.infer(part, "side")
        self.infer(group, "group_label")
        rows = {row["id"]: row for row in self.client.get(path(group.dialogue)).json()["participations"]}
        self.assertEqual(rows[str(part.pk)]["inferred"], ["side"])
        self.assertEqual(rows[str(part.pk)]["member_of"]["inferred"], ["group_label"])

    def test_a_table_has_a_column_of_it(self):
        self.infer(field="place")
        text = self.client.get(f"{API}case-events/", {"format": "csv"}).getvalue().decode()
        (row,) = csv.DictReader(io.StringIO(text))
        self.assertEqual(row["inferred"], "place")

    def test_whatever_shows_values_of_a_cited_record_marks_them(self):
        for view in ENDPOINTS:
            if view is not CitationViewSet:
                self.assert_marked(view.shape(pick=FULL), resource(view.model()))

    def assert_marked(self, shape, place):
        facts = not isinstance(shape, Ref) or getattr(shape.Meta, "fields", ())
        with self.subTest(place=place):
            self.assertEqual("inferred" in shape.fields, bool(shape.Meta.model.cited and facts))
        for name, field in shape.fields.items():
            inner = getattr(field, "child", field)
            if hasattr(inner, "Meta"):
                self.assert_marked(inner, f"{place}.{name}")


class WriteTest(WritingTest):
    def test_it_is_passed_over_where_it_is_written(self):
        row = make.participation()
        make.citation(row, field="side", **INFERRED)
        read = self.done(200, self.editor, "GET", path(row))
        change = {"inferred": [], "role": "speaker", "reason": "A test."}
        shown = self.done(200, self.editor, "PATCH", path(row), change, read_version(row))
        self.assertEqual((read["inferred"], shown["inferred"]), (["side"], ["side"]))


def read_version(record):
    return type(record).objects.get(pk=record.pk).version
