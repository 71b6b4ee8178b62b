"""Readers who ask for the most expensive there is, and somebody who asks for ordinary pages meanwhile.

`python -m tests.crowd PORT [SECONDS]` prints how others were answered without them and among them. The server
runs with PROXIES=1: each of the crowd comes from an address of its own, so that no limit for one stops it.
"""

import http.client
import json
import random
import sys
import threading
import time
from collections import Counter

from tests.slow import SlowClients, percentile

PAUSE = 0.05  # seconds between two requests of whoever asks meanwhile
FILTERS = (
    "cases/?custody=held",
    "people/?custody__in=held,held_when_last_reported",
    "people/?abroad=abroad",
    "cases/?open=certain",
    "cases/?summary__icontains=qzx",
    "people/?name__icontains=qzx&custody=held",
    "people/?charge_offence=treason&case_event_date_overlaps=2020/2024&ordering=-name",
    "people/?summary__icontains=qzx&q=person",
)
EXPORTS = ("people/?format=csv", "cases/?format=csv")


def expansions(port):
    """Endless choices of expansions, none like another."""
    document = json.loads(body_of(port, "schema/"))
    parameters = document["paths"]["/api/v1/people/"]["get"]["parameters"]
    paths = next(one for one in parameters if one["name"] == "expand")["schema"]["items"]["enum"]
    while True:
        some = random.sample(paths, random.randint(5, 10))
        yield f"people/?expand={','.join(some)}&as_of=20{random.randint(10, 25)}-01-01"


def body_of(port, path):
    return ask(port, path)[1]


def ask(port, path, address="192.0.2.1"):
    """The status and the content of an answer."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        link.request(
            "GET", path if path.startswith("/") else f"/api/v1/{path}", headers={"X-Forwarded-For": address}
        )
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()


class Crowd:
    """Threads that ask again and again until the end of the block, each time from another address.

    `answers` counts the statuses that they got, by what they asked.
    """

    def __init__(self, port):
        self.port, self.over, self.answers = port, threading.Event(), Counter()
        asked = [*((path,) for path in FILTERS), EXPORTS, EXPORTS, None, None]
        self.threads = [threading.Thread(target=self.ask_on, args=[paths]) for paths in asked]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def ask_on(self, paths):
        made = expansions(self.port) if paths is None else iter(lambda: random.choice(paths), None)
        while not self.over.is_set():
            path = next(made)
            address = f"198.51.{random.randint(0, 255)}.{random.randint(0, 255)}"
            try:
                status = ask(self.port, path, address)[0]
            except OSError as error:
                status = type(error).__name__
            self.answers["expansions" if paths is None else path, status] += 1


def ordinary(port):
    """Pages that anyone asks for, with the id of a real record."""
    row = json.loads(body_of(port, "people/?page_size=1"))["results"][0]
    return ("/healthz", "/api/v1/", f"people/{row['id']}/", "people/", "people/?gender=female", "dialogues/")


def meanwhile(port, paths, seconds):
    """{path: (seconds of its answers, statuses)}, asked one after the other for so long."""
    found, until = {path: ([], Counter()) for path in paths}, time.monotonic() + seconds
    while time.monotonic() < until:
        for path in paths:
            began = time.monotonic()
            status, _ = ask(port, path)
            found[path][0].append(time.monotonic() - began)
            found[path][1][status] += 1
        time.sleep(PAUSE)
    return found


def main(port, seconds="30"):
    port, seconds = int(port), float(seconds)
    paths = ordinary(port)
    meanwhile(port, paths, 3)  # the first answers of a worker take their time
    quiet = meanwhile(port, paths, seconds)
    with SlowClients(port), Crowd(port) as crowd:
        among = meanwhile(port, paths, seconds)
    for path in paths:
        (before, _), (after, statuses) = quiet[path], among[path]
        print(
            f"{path}: quiet {percentile(before, 0.5):.4f} s, 99 % within {percentile(before, 0.99):.4f} s;"
            f" among the crowd {percentile(after, 0.5):.4f} s, 99 % within {percentile(after, 0.99):.4f} s"
            f" ({percentile(after, 0.99) / percentile(before, 0.99):.1f} times); {dict(statuses)}"
        )
    print(
        "The crowd:",
        *(f"  {path}: {status}, {n} times" for (path, status), n in sorted(crowd.answers.items(), key=str)),
        sep="\n",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
