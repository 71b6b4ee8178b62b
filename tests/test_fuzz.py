"""schemathesis against the OpenAPI document: every operation and every check, as each kind of user.

Rounds over all operations, each with another seed, until there were enough cases. FUZZ_CASES says how many,
FUZZ_COVERAGE=1 adds the cases that cover each rule of the document: some hundreds of each write.
"""

import os
import time
from collections import Counter
from unittest import mock

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.transport.wsgi import WSGITransport

from tests import make
from tests.emptied import TransactionTestCase
from tests.generate import World

CASES = int(os.environ.get("FUZZ_CASES", 10_000))  # of each kind of user, at least
SEED = int(os.environ.get("FUZZ_SEED", 1))
COVERAGE = bool(os.environ.get("FUZZ_COVERAGE"))
EXAMPLES = 8  # of each operation in a round
SEND = WSGITransport.send
# What no schema says: which records there are, in which version and state, what parameters and keys say
# together. If-Match has statuses of its own.
REFUSALS = ["400", "401", "403", "404", "406", "409", "412", "413", "414", "415", "422", "428"]
CHECKS = {
    "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", *REFUSALS]},
    "negative_data_rejection": {"expected-statuses": ["405", *REFUSALS]},
    "missing_required_header": {"expected-statuses": REFUSALS},
}


def send(transport, case, *, session=None, max_redirects=None, **given):
    """As the transport's own, which hands on to the application what only sockets know."""
    known = {name: value for name, value in given.items() if name not in ("verify", "cert", "proxies")}
    return SEND(transport, case, session=session, **known)


def config(seed, token):
    """Every check; the examples of the document in the first round, random cases in each."""
    first = seed == SEED
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "continue-on-failure": True,
            "generation": {"max-examples": EXAMPLES, "no-shrink": True, "database": "none"},
            "checks": CHECKS,
            "phases": {
                "examples": {"enabled": first},
                "coverage": {"enabled": first and COVERAGE},
                "stateful": {"enabled": first},
            },
        }
    )


class Told:
    """What runs of the engine found: how many cases, which statuses, and each kind of failure once."""

    def __init__(self):
        self.cases, self.statuses, self.failures, self.operations = 0, Counter(), {}, set()

    def hear(self, event):
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            self.fail(f"{event.label} {event.value!r}"[:300], event.info.format())
        if isinstance(event, events.ScenarioFinished):
            self.read(event.recorder)

    def read(self, recorder):
        if self.cases // 500 < (self.cases + len(recorder.interactions)) // 500:
            print(f"{self.cases} cases, {len(self.failures)} failures", flush=True)
        self.cases += len(recorder.interactions)
        self.operations.add(recorder.label)
        for one in recorder.interactions.values():
            self.statuses[one.response and one.response.status_code] += 1
        for check in (check for checks in recorder.checks.values() for check in checks):
            if check.failure_info:
                failure = check.failure_info.failure
                label = f"{recorder.label} {check.name} {failure.title} {failure.message}"[:300]
                self.fail(label, check.failure_info.code_sample)

    def fail(self, label, sample):
        if label not in self.failures:
            print("----", label, sample[:1_500], sep="\n", flush=True)
        self.failures.setdefault(label, sample)


@pytest.mark.long
class FuzzTest(TransactionTestCase):
    def setUp(self):
        self.enterContext(mock.patch.object(WSGITransport, "send", send))
        self.addCleanup(connections.close_all)
        World().build()

    def check(self, user):
        token = make.token(user, "read", "write", "publish")[1] if user else None
        told, seed, began = Told(), SEED, time.monotonic()
        while told.cases < CASES:
            settings = config(seed, token)
            document = schemathesis.openapi.from_wsgi("/api/v1/schema/", WSGIHandler(), config=settings)
            for event in from_schema(document).execute():
                told.hear(event)
            seed += 1
            counted = f"{told.cases} cases of {len(told.operations)} operations {dict(told.statuses)}"
            print(f"round {seed - SEED}: {counted} in {time.monotonic() - began:.0f} s", flush=True)
        self.assertEqual(list(told.failures), [])

    def test_anonymous(self):
        self.check(None)

    def test_contributor(self):
        self.check(make.member("contributor"))

    def test_editor(self):
        self.check(make.member("editor"))

    def test_administrator(self):
        self.check(make.superuser())
