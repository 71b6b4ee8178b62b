"""Writers who send each request until it is acknowledged, while something of the server is killed."""

import json
import os
import random
import signal
import threading
import time
import uuid
from pathlib import Path

DIALOGUES = "/api/v1/dialogues/"
WRITERS = 8
PARTS = 2


class Writers:
    """Eight programs that make dialogues with their parts; what they were told of each."""

    def __init__(self, served):
        self.served, self.mark = served, uuid.uuid4().hex[:8]
        source = json.loads(served.ask("GET", "/api/v1/sources/?page_size=1")[2])["results"][0]["slug"]
        where = {"source": source, "locator_kind": "paragraph"}
        self.cited = {"citations": [{**where, "locator": str(1 + number)} for number in range(PARTS)]}
        self.sent, self.acknowledged, self.refused, self.answers = set(), {}, [], []
        self.ended, self.patience = threading.Event(), 0
        self.threads = [threading.Thread(target=self.work) for _ in range(WRITERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.patience = time.monotonic() + 20
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def work(self):
        while not self.ended.is_set():
            self.make(f"{self.mark} {uuid.uuid4().hex}")

    def make(self, title):
        """Send one dialogue until it is acknowledged."""
        rows = [{"group_label": f"Group {number}", **self.cited} for number in range(PARTS)]
        document = {"title": title, **self.cited, "participations": rows}
        self.sent.add(title)
        while not self.ended.is_set() or time.monotonic() < self.patience:
            began = time.monotonic()
            status, _, body = self.served.write("POST", DIALOGUES, document, **{"Idempotency-Key": title})
            self.answers.append(status)
            if status == 201:
                self.acknowledged[title] = (json.loads(body)["id"], began)
                return
            if status not in (None, 503):
                self.refused.append((status, body[:500]))
                return
            time.sleep(0.02)

    def seconds_to_success(self, killed):
        """The seconds from a kill to the first acknowledgement of what was sent after it."""
        while True:
            for _, began in list(self.acknowledged.values())[-20:]:
                if began > killed:
                    return time.monotonic() - killed
            if self.refused or time.monotonic() - killed > 30:
                raise AssertionError(f"Nothing was acknowledged: {self.answers[-20:]} {self.refused[:1]}")
            time.sleep(0.005)


def children(pid):
    """The numbers of the processes that a process has started."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(file.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(file.parent.name))
        except (OSError, ValueError):
            continue
    return found


def kill(*pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def kill_database(served, everything):
    """Kills the postmaster, or all of its processes too."""
    postmaster = served.postmaster()
    kill(postmaster, *(children(postmaster) if everything else ()))


def webs(served):
    """The number of the web server's main process, in a list that is empty while there is none."""
    return [pid for pid in children(served.process.pid) if "granian" in command(pid)]


def kill_worker(served):
    """Kills one of the web server's workers, as soon as there is one."""
    workers = []
    while not workers:
        found = [pid for web in webs(served) for pid in children(web)]
        workers = [pid for pid in found if "granian" in command(pid)]
    kill(random.choice(workers))


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def survived(test, writers):
    """Asserts that what was acknowledged is there once and whole, and that nothing is there in part."""
    rows = test.sql(
        "SELECT d.title, d.id,"
        " (SELECT count(*) FROM dialogues_dialoguecitation c WHERE c.record_id = d.id),"
        " count(p.id), coalesce(sum("
        " (SELECT count(*) FROM dialogues_participationcitation c WHERE c.record_id = p.id)), 0)"
        " FROM dialogues_dialogue d LEFT JOIN dialogues_participation p ON p.dialogue_id = d.id"
        f" WHERE d.title LIKE '{writers.mark} %' GROUP BY d.id"
    )
    stored = [row.split("|") for row in rows.splitlines()]
    titles = [title for title, *_ in stored]
    test.assertEqual(writers.refused, [])
    test.assertEqual(len(titles), len(set(titles)), "something was made twice")
    told = {(title, pk) for title, (pk, _) in writers.acknowledged.items()}
    test.assertEqual(told - {(title, pk) for title, pk, *_ in stored}, set(), "what was acknowledged is lost")
    test.assertLessEqual(set(titles), writers.sent)
    whole = [str(PARTS), str(PARTS), str(PARTS * PARTS)]
    test.assertEqual([row for row in stored if row[2:] != whole], [], "something is there in part")
