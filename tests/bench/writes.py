"""Writes and exports, beside the same as one statement. The drafts are removed again."""

import csv
import http.client
import io
import os
import statistics
import subprocess
import sys
import time

from tests.served import BASE_DIR, asked
from tracker.records.values.names import alphabetical, fold

from .servers import used

MEMBER = """
from tests import make
member = make.member("editor", username="bench %d")
print(make.token(member, "read", "write", "publish")[1])
"""
TITLE = "Written by the benchmark"
REASON = "To measure how long it takes"
PARTICIPANTS = 10
CLEAN = f"""
SET session_replication_role = replica;
CREATE TEMPORARY TABLE d AS SELECT id FROM dialogues_dialogue WHERE title ^@ '{TITLE}';
CREATE TEMPORARY TABLE p AS SELECT id FROM dialogues_participation WHERE dialogue_id IN (SELECT id FROM d);
DELETE FROM dialogues_participationcitation WHERE record_id IN (SELECT id FROM p);
DELETE FROM dialogues_dialoguecitation WHERE record_id IN (SELECT id FROM d);
DELETE FROM dialogues_participation WHERE id IN (SELECT id FROM p);
DELETE FROM records_token WHERE name_id IN (SELECT id FROM d);
DELETE FROM dialogues_dialogue WHERE id IN (SELECT id FROM d)"""
EXPORT = "/api/v1/participations/?format=csv&fields=id,role,capacity,naming,no_side"


def token(url):
    """The text of a new token of a new editor."""
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", MEMBER % time.time()]
    environment = os.environ | {"DATABASE_URL": url}
    return subprocess.run(
        command, cwd=BASE_DIR, env=environment, check=True, text=True, capture_output=True
    ).stdout.strip()


def document(number, ids):
    """A dialogue with ten participations, each of which is cited, as the product takes it."""
    people, sources, conflicts = ids
    cite = lambda place: [{"source": sources[place % len(sources)]}]  # noqa: E731
    return {
        "title": f"{TITLE} {number}",
        "conflict": conflicts[number % len(conflicts)],
        "start_date": "2025-03-04",
        "classification": "round_table",
        "disclosure": "public",
        "summary": "A text.",
        "participations": [
            {
                "person": people[(number * 31 + n) % len(people)],
                "role": "participant",
                "citations": cite(number + n),
            }
            for n in range(PARTICIPANTS)
        ],
        "citations": cite(number) + cite(number + 1),
    }


def with_derived(one):
    """The document with what the product derives, for the statement written by hand."""
    return {**one, "folded": fold(one["title"]), "sort": alphabetical(one["title"])}


def cost(web, database, ask, number=1):
    """Milliseconds of processor time of one of so many requests, and until it was answered."""
    before, began = used(web, database), time.perf_counter()
    answers = [ask(place) for place in range(number)]
    took = time.perf_counter() - began
    if wrong := [answer for answer in answers if answer[0] not in (200, 201)]:
        raise SystemExit(f"{wrong[0][0]}: {wrong[0][2][:500]}")
    return 1_000 * (used(web, database) - before) / number, 1_000 * took / number


def creations(webs, database, name, headers, rounds, number=20):
    """{server: [the cost of creating a dialogue in each round]}."""
    ids = [
        [
            str(key)
            for (key,) in database.sql(name, f"SELECT id FROM {table} WHERE is_public ORDER BY id LIMIT 997")
        ]
        for table in ("people_person", "records_source", "people_conflict")
    ]
    found, made = {"product": [], "raw": []}, 0

    def create(server, path, place):
        one = document(made + place, ids)
        body = one if server == "product" else with_derived(one)
        return asked(webs[server].port, "POST", path, body, 120, **headers)

    for turn in range(rounds + 1):
        for server, path in (("product", "/api/v1/dialogues/"), ("raw", "/"))[:: 1 if turn % 2 else -1]:
            one = cost(webs[server], database, lambda place, to=(server, path): create(*to, place), number)
            made += number
            found[server] += [one] if turn else []
        database.sql(name, CLEAN)
    return found


def change_many(web, database, name, headers, number):
    """The cost of one change of so many published people."""
    people = f"SELECT id, version FROM people_person WHERE is_public ORDER BY id LIMIT {number}"
    rows = database.sql(name, people)
    text = f"Changed at {time.time()}"
    body = [
        {"id": str(key), "version": version, "description": text, "reason": REASON} for key, version in rows
    ]
    return cost(web, database, lambda _: asked(web.port, "PATCH", "/api/v1/people/", body, 600, **headers))


def export(web, database, path):
    """(ms of processor time, ms until the first byte, ms, rows) of an export; it must be complete."""
    before, began = used(web, database), time.perf_counter()
    link = http.client.HTTPConnection("127.0.0.1", web.port, timeout=600)
    link.request("GET", path)
    answer = link.getresponse()
    first = answer.read(1)
    at_first = time.perf_counter() - began
    text = (first + answer.read()).decode()
    took, spent = time.perf_counter() - began, used(web, database) - before
    rows = sum(1 for _ in csv.reader(io.StringIO(text))) - 1
    if answer.status != 200 or "Incomplete" in text[-200:]:
        raise SystemExit(f"The export ended after {rows} rows: {answer.status} {text[-200:]}")
    return 1_000 * spent, 1_000 * at_first, 1_000 * took, rows


def report(webs, database, name, rounds):
    """The results as lines of Markdown."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token(database.url_of(name))}"}
    yield "\n| write or export | server | CPU ms | ratio | ms |\n|---|---|---:|---:|---:|"
    created = creations(webs, database, name, headers, rounds)
    for server, costs in created.items():
        ratio = statistics.median(raw[0] / one[0] for raw, one in zip(created["raw"], costs, strict=True))
        spent, took = (statistics.median(one[place] for one in costs) for place in (0, 1))
        what = f"a dialogue with {PARTICIPANTS} participations"
        yield f"| {what} | {server} | {spent:.1f} | {ratio:.2f} | {took:.0f} |"
    for number in (50, 200):
        spent, took = change_many(webs["product"], database, name, headers, number)
        yield f"| change of {number} published people | product | {spent:.0f} | | {took:.0f} |"
    paths = {"product": EXPORT, "raw": "/export"}
    exported = {server: export(webs[server], database, path) for server, path in paths.items()}
    if exported["product"][3] != exported["raw"][3]:
        raise SystemExit(f"The exports differ: {exported}")
    for server, (spent, first, took, rows) in exported.items():
        ratio = exported["raw"][0] / spent
        what = f"CSV of {rows:,} participations, first byte after {first:.0f} ms"
        yield f"| {what} | {server} | {spent:.0f} | {ratio:.2f} | {took:.0f} |"
