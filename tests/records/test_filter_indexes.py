"""Filters have the indexes that they need."""

from django.db import connection
from django.test import TestCase

from tests.catalog import RECORDS
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.base.filter_indexes import searched_texts


def model_at(model, path):
    for step in path:
        model = model if step.endswith("()") else model._meta.get_field(step).related_model
    return model


class FilterIndexTest(TestCase):
    def test_every_searched_column_is_in_an_index(self):
        found = 0
        for view in (*RECORDS, CitationViewSet):
            filters = view.filterset_class.base_filters
            for name in [name for name in filters if name.endswith("__icontains")]:
                model = model_at(view.model(), filters[name].path)
                column = filters[name].condition("x", None).children[0][0].partition("__")[0]
                self.assertIn(column, searched_texts(model), f"{view.__name__} {name}")
                found += 1
        self.assertGreater(found, 40)

    def test_every_compared_column_of_a_record_is_in_an_index(self):
        found = 0
        for view in RECORDS:
            model, filters = view.model(), view.filterset_class.base_filters
            indexed = {name for index in model._meta.indexes for name in index.fields[:1]}
            compared = [one for one in model._meta.concrete_fields if one.name in filters and one.choices]
            found += len(compared)
            self.assertLessEqual({one.name for one in compared}, indexed, model.__name__)
        self.assertGreater(found, 30)

    def test_the_database_uses_it(self):
        """It is the form in which Django compares texts."""
        model = RECORDS[0].model()
        rows = model.objects.filter(summary__icontains="some words").order_by()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan TO off")
        self.assertIn(f"{model._meta.model_name}_texts", rows.explain())
