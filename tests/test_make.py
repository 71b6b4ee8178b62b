"""The builders of the tests."""

from django.test import TestCase

from tests import make
from tracker.records.values.codes.vocabularies import Publication


class BuilderTest(TestCase):
    def test_each_builder_returns_a_record_that_could_be_published_as_it_is(self):
        for model in make.BUILDERS:
            with self.subTest(model=model._meta.label):
                row = make.one(model)
                row.full_clean()
                self.assertEqual(row.missing(), [])
                self.assertIn(row, model.objects.visible_to(None))

    def test_a_draft_can_be_asked_for(self):
        for model in make.BUILDERS:
            with self.subTest(model=model._meta.label):
                row = make.one(model, publication="draft", cited=False)
                self.assertEqual(row.publication, Publication.DRAFT)
                self.assertNotIn(row, model.objects.visible_to(None))
                self.assertFalse(row.cited and row.citations.exists())
