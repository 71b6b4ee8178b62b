"""Whether public reads are as cheap as promised, by their statements and plans, not by the clock.

Every list, order and filter is one statement, and reads at most half of any large table. With --planning, a
statement that is sent often must also not take longer to plan than to run.
"""

import argparse
import sys
from functools import cache

from django.db import connection

from tests import catalog

from .sweep import Watch, in_words, name_of, reads, requests, scans

LARGE = 2_000  # rows
SHARE = 0.5
OFTEN = 12  # times that a statement is sent before it is expected to be prepared, and again after that


@cache
def rows_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return cursor.fetchone()[0]


def faults(watch, view, query, **key):
    """What is wrong with the statements of a request: sentences."""
    status, _, heard = watch.ask(view, query, analyze=True, **key)
    if status not in (200, 400):
        yield f"is answered {status}"
    if status == 200 and len(watch.sent) != 1:
        yield f"is {len(watch.sent)} statements"
    for node in (node for _, plan in heard for node in scans(plan)):
        if rows_of(node["Relation Name"]) > LARGE and reads(node) > SHARE * rows_of(node["Relation Name"]):
            yield f"reads {in_words(node)} of {rows_of(node['Relation Name']):,}"


def planned_again(watch, view, query, **key):
    """A sentence if a statement is still planned after many times, and that takes longer than to run it."""
    for _ in range(OFTEN):
        watch.ask(view, query, **key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_statements_reset()")
    for _ in range(OFTEN):
        watch.ask(view, query, **key)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(plans), 0), sum(total_plan_time) / sum(total_exec_time)"
            " FROM pg_stat_statements WHERE calls = %s AND query NOT LIKE '%%set_config%%'",
            [OFTEN],
        )
        plans, ratio = cursor.fetchone()
    if plans and ratio > 1:
        yield f"is planned {plans} times in {OFTEN}, which takes {ratio:.1f} times as long as to run it"


def everything(options):
    """(request, what is wrong with it) of all requests."""
    watch = Watch()
    for view in catalog.VIEWS:
        if options.only and name_of(view) not in options.only:
            continue
        asked = [(query, {}) for query in requests(view)]
        first = view.model().objects.visible_to(None).values_list("pk", flat=True).first()
        details = [({}, {"pk": str(first)})] if first else []
        for query, key in details + asked:
            yield (name_of(view), query, key), [*faults(watch, view, query, **key)]
        for query, key in (details + asked[:2]) * options.planning:
            yield (name_of(view), query, key), [*planned_again(watch, view, query, **key)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=lambda text: text.split(","), help="endpoints, separated by commas")
    parser.add_argument(
        "--planning", action="store_true", help="also whether statements are planned again and again"
    )
    number = wrong = 0
    for (name, query, key), found in everything(parser.parse_args()):
        number, wrong = number + 1, wrong + bool(found)
        for sentence in dict.fromkeys(found):
            print(f"{name} {query or ''} {key or ''} {sentence}", flush=True)
    print(f"{wrong} of {number} requests cost more than they may.")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
