"""Whether the check of the benchmark finds what it looks for, and nothing else."""

from types import SimpleNamespace
from unittest import mock

from django.test import SimpleTestCase

from . import check


def scan(kind="Seq Scan", rows=0, removed=0, loops=1):
    return {
        "Node Type": kind,
        "Relation Name": "people_person",
        "Actual Rows": rows,
        "Rows Removed by Filter": removed,
        "Actual Loops": loops,
    }


def inside(*plans):
    return {"Plan": {"Node Type": "Limit", "Plans": [{"Node Type": "Sort", "Plans": [*plans]}]}}


class FaultsTest(SimpleTestCase):
    def found(self, *plans, status=200, statements=1, rows=10_000):
        """What the check says of a request that was answered like this."""
        heard = [(1.0, inside(*plans))]
        watch = SimpleNamespace(ask=lambda *_, **__: (status, {}, heard), sent=["F"] * statements)
        with mock.patch.object(check, "rows_of", return_value=rows):
            return [*check.faults(watch, None, {})]

    def test_a_read_of_one_statement_that_reads_a_page_is_right(self):
        self.assertEqual(self.found(scan("Index Scan", rows=51)), [])

    def test_a_second_statement_is_found(self):
        self.assertEqual(self.found(statements=2), ["is 2 statements"])

    def test_a_scan_of_a_large_table_is_found_however_deep_it_is(self):
        said = self.found(scan(rows=3, removed=9_997))
        self.assertEqual(said, ["reads Seq Scan people_person  10,000 rows of 10,000"])

    def test_a_walk_along_an_index_and_many_small_reads_count_like_a_scan(self):
        self.assertEqual(len(self.found(scan("Index Scan", removed=9_000))), 1)
        self.assertEqual(len(self.found(scan("Index Scan", rows=3, loops=2_000))), 1)

    def test_a_scan_of_a_small_table_or_of_a_part_is_right(self):
        self.assertEqual(self.found(scan(rows=500), rows=500), [])
        self.assertEqual(self.found(scan(rows=1_001, removed=2_000)), [])

    def test_an_error_is_found(self):
        self.assertEqual(self.found(status=503), ["is answered 503"])
