"""Filters that search inside texts have an index to do so."""

from django.db import connection
from django.test import TestCase

from tests.catalog import RECORDS
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.base.text_indexes import searched_texts


def model_at(model, path):
    for step in path:
        model = model if step.endswith("()") else model._meta.get_field(step).related_model
    return model


class TextIndexTest(TestCase):
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

    def test_the_database_uses_it(self):
        """It is the form in which Django compares texts."""
        model = RECORDS[0].model()
        rows = model.objects.filter(summary__icontains="some words").order_by()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan TO off")
        self.assertIn(f"{model._meta.model_name}_texts", rows.explain())
