"""Compares the product with the least that its answers can cost, and with plain Django REST framework.

Answers are compared first. Rounds alternate, so that other work on the machine meets all alike, and what is
compared is processor time. `make bench SIZE=M` runs it; the last line says what it was measured on.
"""

import argparse
import hashlib
import json
import os
import platform
import statistics
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID

from tracker.records.values.names import fold

from .rivals.reads import STATEMENTS
from .rows import data
from .servers import FOLDER, Database, fetch, granian, product, window
from .writes import report

SIX = "id,slug,title,classification,start_date,places"
PRODUCT = {
    "list": "dialogues/?places={place}&start_date_certainly_overlaps={year}",
    "dialogue": "dialogues/{id}/",
    "person": "people/{id}/",
    "search": "people/?q={q}&page_size=20&fields=id,slug,name",
    "cases": "cases/?charge_offence={offence}&charge_stage={stage}&omit=as_of",
    "cursor": f"dialogues/?ordering=-start_date&cursor={{cursor}}&fields={SIX}",
    "offset": f"dialogues/?ordering=-start_date&page={{page}}&fields={SIX}",
    "people": "people/",
}
STOCK = {
    "list": "/dialogues/?places__slug={place}&start_date_earliest__gte={year}-01-01"
    "&start_date_latest__lte={year}-12-31",
    "dialogue": "/dialogues/{id}/",
    "person": "/people/{id}/",
    "search": "/people/?name__icontains={q}",
    "cases": "/cases/?charges__offence={offence}&charges__stage={stage}",
    "offset": "/newest/?page={page}",
    "people": "/people/",
}
SEARCHES = ("ana", "leyla", "lukasz", "vera", "sere", "muha", "zeyan", "diki")


def key(kind, number):
    """The id that `data.key` gives a row."""
    return str(UUID(hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()))


def parameters(database, name, size):
    """{request: [its parameters]}, of rows spread over the whole table."""
    many = data.counts(size)
    deep = min(99_000, many["dialogues"] // 2) // 50 * 50
    numbers = [1 + place * 7_919 for place in range(12)]
    ends = database.sql(
        name,
        f"SELECT start_date_sort, id FROM dialogues_dialogue ORDER BY 1 DESC, 2 DESC OFFSET {deep} LIMIT 12",
    )
    offences, stages = ("extremism", "treason", "defamation"), ("charged", "convicted")
    return {
        "list": [{"place": f"place-{1 + n % 9}", "year": 2005 + n} for n in range(12)],
        "dialogue": [{"id": key("dialogue", 1 + n % many["dialogues"])} for n in numbers],
        "person": [{"id": key("person", 1 + n % many["people"])} for n in numbers],
        "search": [{"q": q, "folded": fold(q)} for q in SEARCHES],
        "cases": [{"offence": offence, "stage": stage} for offence in offences for stage in stages],
        "cursor": [
            {
                "day": day.isoformat(),
                "id": str(end),
                "cursor": urlsafe_b64encode(json.dumps([day.isoformat(), str(end)]).encode()).decode(),
            }
            for day, end in ends
        ],
        "offset": [{"offset": deep + 50 * n, "page": deep // 50 + n + 1} for n in range(12)],
        "people": [{}],
    }


def paths(request, given):
    """{server: the paths of a request}."""
    quoted = [{name: quote(str(value), safe="") for name, value in one.items()} for one in given]
    needed = STATEMENTS[request][1]
    found = {
        "product": [f"/api/v1/{PRODUCT[request]}".format(**one) for one in quoted],
        "raw": [f"/{request}?{urlencode({name: one[name] for name in needed})}" for one in given],
    }
    if request in STOCK:
        found["stock"] = [STOCK[request].format(**one) for one in quoted]
    return found


def without_days(answer):
    """An answer without what the statements written by hand do not compute."""
    if isinstance(answer, list):
        return [without_days(one) for one in answer]
    if not isinstance(answer, dict):
        return answer
    computed = {"custody", "previous"} & {*answer, *(answer.get("as_of") or ())}
    left = {name: without_days(one) for name, one in answer.items() if not (computed and name == "as_of")}
    return {name: one for name, one in left.items() if name not in ("next", "previous", "total_is")}


def compare_answers(webs, asked_for):
    """SystemExit if product and raw do not answer alike."""
    for request, given in asked_for.items():
        for mine, raw in zip(*(paths(request, given)[name] for name in ("product", "raw")), strict=True):
            if without_days(fetch(webs["product"], mine)) != fetch(webs["raw"], raw):
                raise SystemExit(
                    f"The answers differ: {webs['product'].url}{mine} and {webs['raw'].url}{raw}"
                )
        print(f"  {request}: {len(given)} answers are equal", flush=True)


def statements(database, name, web, paths):
    """(statements, ms of planning, ms of execution) of one request.

    What is sent more seldom than the requests belongs to none of them.
    """
    paths = (paths * 12)[:12]
    database.sql(name, "SELECT pg_stat_statements_reset()")
    for path in paths:
        fetch(web, path)
    ((calls, planning, execution),) = database.sql(
        name,
        "SELECT sum(calls), sum(total_plan_time), sum(total_exec_time) FROM pg_stat_statements"
        f" WHERE userid = 'tracker'::regrole AND toplevel AND calls >= {len(paths)}",
    )
    return [round(float(one or 0) / len(paths), 2) for one in (calls, planning, execution)]


def rounds(webs, database, asked_for, number, seconds):
    """{(request, server): [the windows of all rounds]}; the first round warms up."""
    found = {}
    for turn in range(number + 1):
        for request, given in asked_for.items():
            by_server = paths(request, given)
            names = [*by_server]
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                one = window(webs[name.partition(" ")[0]], database, by_server[name], seconds if turn else 1)
                if one.failed:
                    print(f"  {name} {request}: {one.failed} of {one.requests} failed")
                if turn:
                    found.setdefault((request, name), []).append(one)
        print(f"  round {turn} of {number}, load {os.getloadavg()[0]:.1f}", flush=True)
    return found


def median(windows, of):
    return statistics.median(of(one) for one in windows)


def table(found, told):
    """The results as Markdown. A ratio is the cost of raw in the same round, divided by this cost."""
    yield (
        "| request | server | CPU ms (web + database) | ratio | p50 / p99 ms | kB | statements"
        " | planning, execution ms |"
    )
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for (request, name), windows in found.items():
        ratios = [
            raw.cost / one.cost for raw, one in zip(found[request, "raw"], windows, strict=True) if one.cost
        ]
        cost, web, behind = (
            median(windows, lambda one, of=of: getattr(one, of)) for of in ("cost", "web", "database")
        )
        half, nearly_all = (median(windows, lambda one, of=of: one.within(of)) for of in (0.5, 0.99))
        sent = told.get((request, name), ("", "", ""))
        failed = sum(one.failed for one in windows)
        label = f"{name} ({failed} failed)" if failed else name
        yield (
            f"| {request} | {label} | {cost:.2f} ({web:.2f} + {behind:.2f})"
            f" | {statistics.median(ratios or [0]):.2f} | {half:.0f} / {nearly_all:.0f}"
            f" | {median(windows, lambda one: one.bytes) / 1_000:.1f} | {sent[0]} | {sent[1]}, {sent[2]} |"
        )


def machine():
    """What it was measured on."""
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1_000_000
    name = model[0].partition(":")[2].strip() if model else platform.machine()
    return f"{os.cpu_count()} processors ({name}), {memory} GB of memory, load {os.getloadavg()[0]:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=data.SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--only", type=lambda text: text.split(","), default=[*PRODUCT])
    options = parser.parse_args()
    database = Database(FOLDER).join()
    name = database.filled(options.size)
    url = database.url_of(name)
    webs = {"product": product(url, FOLDER)}
    public = webs["product"].url
    try:
        webs["raw"] = granian("rsgi", "raw:app", url, public, FOLDER)
        webs["stock"] = granian("wsgi", "stock:application", url, public, FOLDER)
        asked_for = {
            request: given
            for request, given in parameters(database, name, options.size).items()
            if request in options.only
        }
        compare_answers(webs, asked_for)
        found = rounds(webs, database, asked_for, options.rounds, options.seconds)
        told = {
            (request, server): statements(database, name, webs[server], some)
            for request, given in asked_for.items()
            for server, some in paths(request, given).items()
        }
        print("\n".join(table(found, told)))
        for line in report(webs, database, name, options.rounds):
            print(line, flush=True)
        print(
            f"\nSize {options.size}, {time.strftime('%Y-%m-%d')}, {options.rounds} rounds"
            f" of {options.seconds} s,"
            f" 4 clients, {machine()}."
        )
    finally:
        for web in webs.values():
            web.stop()


if __name__ == "__main__":
    main()
