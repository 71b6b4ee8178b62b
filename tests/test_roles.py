"""Who may do what: one table, asked of every resource of the API.

A line names people, states of a record, and the status of each request in that state. Every person in every
state stands in exactly one line.
"""

import re
from contextlib import contextmanager
from itertools import product

import pytest
from django.db import transaction
from django.test import SimpleTestCase, override_settings
from django.utils import timezone

from dialogues.models import Dialogue, Participation
from tests import make
from tests.sampling import seed, some
from tests.writing import API, WritingTest, path
from tracker.api import ENDPOINTS, urlpatterns
from tracker.figures.registry import FIGURES
from tracker.records.api.citation_views import CitationViewSet
from tracker.records.policy import roles
from tracker.records.shapes.urls import resource
from tracker.records.values.codes.vocabularies import Confidentiality, Publication

COLUMNS = (
    "GET HEAD OPTIONS PUT PATCH DELETE submit send-back publish withdraw takedown publication corrections"
)
PEOPLE = ["nobody", "reader", "contributor", "officer", "cleared", "editor", "administrator", "superuser"]
STATES = {  # publication, confidentiality; "own": the person wrote it, "given": it is assigned to the person
    "draft": ("draft", "public", ""),
    "own-draft": ("draft", "public", "own"),
    "given-draft": ("draft", "public", "given"),
    "in-review": ("in_review", "public", ""),
    "own-in-review": ("in_review", "public", "own"),
    "published": ("published", "public", ""),
    "own-published": ("published", "public", "own"),
    "withdrawn": ("withdrawn", "public", ""),
    "own-withdrawn": ("withdrawn", "public", "own"),
    "taken-down": ("taken_down", "public", ""),
    "own-taken-down": ("taken_down", "public", "own"),
    "restricted": ("published", "restricted", ""),
    "own-restricted": ("published", "restricted", "own"),
    "secret-draft": ("draft", "confidential", ""),
    "own-secret-draft": ("draft", "confidential", "own"),
    "secret-in-review": ("in_review", "confidential", ""),
    "confidential": ("published", "confidential", ""),
    "own-confidential": ("published", "confidential", "own"),
}
# gone: 410 for a dialogue, a statement, a source, else 404. eyes: 403 with FOUR_EYES, 200 without.
TABLE = """
                                                 GET  HEAD OPT PUT PTCH DEL subm back publ with down prev corr
nobody         | draft own-draft given-draft in-review own-in-review
                 restricted own-restricted confidential own-confidential
                 secret-draft own-secret-draft secret-in-review
                                               | 404  404  204 401 401 401 401 401 401  401 401 404 404
nobody         | taken-down own-taken-down     | 404  404  204 401 401 401 401 401 401  401 401 404 404
nobody         | published own-published       | 200  200  204 401 401 401 401 401 401  401 401 404 200
nobody         | withdrawn own-withdrawn       | gone gone 204 401 401 401 401 401 401  401 401 404 gone

reader administrator
               | draft own-draft given-draft in-review own-in-review
                 restricted own-restricted confidential own-confidential
                 secret-draft own-secret-draft secret-in-review
                                               | 404  404  204 403 403 403 403 403 403  403 403 404 404
reader administrator
               | taken-down own-taken-down     | 404  404  204 403 403 403 403 403 403  403 403 404 404
reader administrator
               | published own-published       | 200  200  204 403 403 403 403 403 403  403 403 404 200
reader administrator
               | withdrawn own-withdrawn       | gone gone 204 403 403 403 403 403 403  403 403 404 gone

contributor officer cleared
               | draft in-review restricted taken-down
                                               | 404  404  204 404 404 404 404 404 404  404 404 404 404
contributor officer
               | confidential own-confidential secret-draft own-secret-draft secret-in-review
                                               | 404  404  204 404 404 404 404 404 404  404 404 404 404
contributor officer cleared
               | own-draft                     | 200  200  204 200 200 204 200 403 403  403 403 200 200
contributor officer cleared
               | given-draft                   | 200  200  204 200 200 409 200 403 403  403 403 200 200
contributor officer cleared
               | own-in-review own-withdrawn own-taken-down
                                               | 200  200  204 403 403 409 409 403 403  403 403 200 200
contributor officer cleared
               | published                     | 200  200  204 403 202 409 403 403 403  403 403 404 200
contributor officer cleared
               | own-published own-restricted  | 200  200  204 403 202 409 409 403 403  403 403 200 200
contributor officer cleared
               | withdrawn                     | gone gone 204 404 404 404 404 404 404  404 404 404 gone
cleared        | secret-draft                  | 200  200  204 200 200 409 200 403 403  403 403 200 200
cleared        | own-secret-draft              | 200  200  204 200 200 204 200 403 403  403 403 200 200
cleared        | secret-in-review              | 200  200  204 403 403 409 409 403 403  403 403 200 200
cleared        | confidential                  | 200  200  204 403 202 409 409 403 403  403 403 200 200
cleared        | own-confidential              | 200  200  204 403 202 409 409 403 403  403 403 200 200

editor superuser
               | draft given-draft             | 200  200  204 200 200 409 200 409 200  409 200 200 200
editor superuser
               | own-draft                     | 200  200  204 200 200 204 200 409 eyes 409 200 200 200
editor superuser
               | in-review                     | 200  200  204 200 200 409 409 200 200  409 200 200 200
editor superuser
               | own-in-review                 | 200  200  204 200 200 409 409 200 eyes 409 200 200 200
editor superuser
               | published own-published restricted own-restricted
                                               | 200  200  204 200 200 409 409 409 409  200 200 200 200
editor superuser
               | withdrawn own-withdrawn       | 200  200  204 200 200 409 409 409 200  409 200 200 200
editor superuser
               | taken-down own-taken-down     | 200  200  204 200 200 409 409 409 200  409 409 200 200
editor superuser
               | confidential own-confidential secret-draft own-secret-draft secret-in-review
                                               | 404  404  204 404 404 404 404 404 404  404 404 404 404
"""
# The list of each resource: what is asked of all, and a change of several records.
LISTS = """
                                     GET HEAD OPT POST PATCH PUT DELETE
nobody                             | 200 200  204 401  401   401 401
reader administrator               | 200 200  204 403  403   403 403
contributor officer cleared
editor superuser                   | 200 200  204 201  200   405 405
"""
# What else there is: a path and a request, for each person in their order.
OTHERS = """
                                nobody reader contributor officer cleared editor administrator superuser
GET     /                       200    200    200         200     200     200    200           200
POST    /                       401    405    405         405     405     405    405           405
GET     /schema/                200    200    200         200     200     200    200           200
GET     /docs/                  200    200    200         200     200     200    200           200
GET     /vocabularies/          200    200    200         200     200     200    200           200
POST    /vocabularies/          401    405    405         405     405     405    405           405
GET     /vocabularies/gender/   200    200    200         200     200     200    200           200
PATCH   /vocabularies/gender/   401    405    405         405     405     405    405           405
GET     /changes/               200    200    200         200     200     200    200           200
POST    /changes/               401    405    405         405     405     405    405           405
GET     /citations/             200    200    200         200     200     200    200           200
POST    /citations/             401    405    405         405     405     405    405           405
PATCH   /citations/             401    405    405         405     405     405    405           405
GET     /citations/{citation}/  200    200    200         200     200     200    200           200
PUT     /citations/{citation}/  401    405    405         405     405     405    405           405
PATCH   /citations/{citation}/  401    405    405         405     405     405    405           405
DELETE  /citations/{citation}/  401    405    405         405     405     405    405           405
GET     /proposals/             401    200    200         200     200     200    200           200
POST    /proposals/             401    405    405         405     405     405    405           405
GET     /proposals/{proposal}/  401    404    200         404     404     200    404           200
PUT     /proposals/{proposal}/  401    405    405         405     405     405    405           405
POST    /proposals/{proposal}/apply/    401 404 403       404     404     200    404           200
POST    /proposals/{proposal}/decline/  401 404 403       404     404     200    404           200
GET     /nothing/               404    404    404         404     404     404    404           404
"""
WHOLE = (Dialogue,)  # of which more is asked than of the others
RESOURCES = [view for view in ENDPOINTS if view is not CitationViewSet]
BODIES = {
    "submit": {},
    "send-back": {"comment": "Mend it."},
    "publish": {"comment": "It was checked."},
    "withdraw": {"reason": "It is wrong."},
    "takedown": {"reason": "safety"},
}
READING = ("GET", "HEAD", "OPTIONS", "publication", "corrections")


def lines():
    """{(person, state): {request: status}} of TABLE."""
    found, names = {}, COLUMNS.split()
    people, *rest = [part.split() for part in TABLE.partition("corr")[2].split("|")]
    for states, statuses in zip(rest[::2], rest[1::2], strict=True):
        for key in product(people, states):
            assert key not in found, f"{key} stands in two lines"
            found[key] = dict(zip(names, statuses[: len(names)], strict=True))
        people = statuses[len(names) :]
    return found


def blocks(text):
    """{person: [status ...]} of LISTS, without its head."""
    found, waiting = {}, []
    for line in text.strip().splitlines()[1:]:
        people, _, statuses = line.partition("|")
        waiting += people.split()
        if statuses:
            found |= dict.fromkeys(waiting, statuses.split())
            waiting = []
    return found


class RolesTest(WritingTest):
    """What the tests of the table share: the people, and a record of each kind in any state."""

    @classmethod
    def setUpTestData(cls):
        cls.people = {
            "nobody": None,
            "reader": make.user(),
            "contributor": make.member("contributor"),
            "officer": make.member("case_officer"),
            "cleared": make.member("case_officer"),
            "editor": make.member("editor"),
            "administrator": make.member("administrator"),
            "superuser": make.superuser(),
        }
        cls.editor = make.member("editor")
        cls.author = make.member("contributor")

    def public(self, record):
        """What is read of a published record by a writer who does not work on it."""
        return self.read(record, self.people["contributor"])

    @contextmanager
    def in_state(self, record, state, person):
        """The record in a state of STATES, for as long as the block runs."""
        publication, confidentiality, tie = STATES[state]
        user = self.people[person]
        once = publication in ("published", "withdrawn", "taken_down")
        slug = getattr(record, "slug", None) if once and publication != "taken_down" else None
        columns = {
            "publication": publication,
            "confidentiality": confidentiality,
            "created_by": user if tie == "own" else self.author,
            "assigned_to": user if tie == "given" else None,
            "published_at": timezone.now() if once else None,
            **({"slug": slug} if hasattr(record, "slug") else {}),
        }
        with transaction.atomic():
            type(record).objects.filter(pk=record.pk).update(**columns)
            if confidentiality == Confidentiality.CONFIDENTIAL:
                record.cleared.set([self.people["cleared"]])
            yield
            transaction.set_rollback(True)

    def ask(self, record, document, version, request, user):
        """The answer to a request of COLUMNS about a record."""
        if request in ("publication", "corrections"):
            return self.send(user, "GET", path(record, request))
        if request.isupper():
            body = {"PUT": document, "PATCH": {"id": str(record.pk), "reason": "A test."}}.get(request)
            return self.send(user, request, path(record), body, None if request in READING else version)
        return self.send(user, "POST", path(record, request), BODIES[request], version)

    def expected(self, status, record):
        return {"gone": 410 if record.gone else 404, "eyes": 403}.get(status) or int(status)


@override_settings(FOUR_EYES=True)
class TableTest(RolesTest):
    """Every line of the table."""

    def check(self, view, cells):
        """Asks these (person, state, request, status) of a record of a view."""
        record = make.one(view.model())
        document = {**self.public(record), "reason": "A test."}
        version = view.model().objects.get(pk=record.pk).version
        for person, state, request, status in cells:
            self.log_in(self.people[person])
            with (
                self.subTest(resource=resource(view.model()), who=person, state=state, request=request),
                self.in_state(record, state, person),
            ):
                answer = self.ask(record, document, version, request, self.people[person])
                self.assertEqual(answer.status_code, self.expected(status, record), answer.content[:500])

    def cells(self, *people):
        """(person, state, request, status) of all that these people may ask."""
        return [
            (person, state, request, status)
            for (person, state), statuses in sorted(lines().items())
            for request, status in statuses.items()
            if person in people
        ]

    def share(self, cells):
        """Each cell goes to one resource in turn."""
        for number, view in enumerate(RESOURCES):
            self.check(view, cells if seed() == "all" else some(cells[number :: len(RESOURCES)], one_in=2))

    @pytest.mark.broad
    def test_every_line_of_those_who_only_read_holds(self):
        self.share(self.cells("nobody", "reader", "administrator"))

    @pytest.mark.broad
    def test_every_line_of_those_who_write_holds(self):
        self.share(self.cells("contributor", "officer", "cleared"))

    @pytest.mark.broad
    def test_every_line_of_those_who_publish_holds(self):
        self.share(self.cells("editor", "superuser"))

    @pytest.mark.broad
    def test_dialogues_are_asked_more(self):
        for view in RESOURCES:
            if view.model() in WHOLE:
                self.check(view, some(self.cells(*PEOPLE), one_in=8))

    @override_settings(FOUR_EYES=False)
    def test_without_four_eyes_an_editor_publishes_what_they_wrote(self):
        record, asked = make.place(), 0
        for (person, state), statuses in lines().items():
            if statuses["publish"] == "eyes":
                self.log_in(self.people[person])
                with self.subTest(who=person, state=state), self.in_state(record, state, person):
                    answer = self.ask(record, None, record.version, "publish", self.people[person])
                    self.assertEqual(answer.status_code, 200, answer.content)
                    asked += 1
        self.assertEqual(asked, 4)

    @pytest.mark.broad
    def test_lists(self):
        names = LISTS.split("\n")[1].replace("OPT ", "OPTIONS ").split()
        for view in some(RESOURCES):
            # nobody is entered twice for a dialogue
            draft = make.group() if view.model() is Participation else make.one(view.model())
            document, version = self.public(draft), view.model().objects.get(pk=draft.pk).version
            bodies = {"POST": document, "PATCH": [{"id": str(draft.pk), "version": version}]}
            for person, statuses in blocks(LISTS).items():
                self.log_in(self.people[person])
                for request, status in zip(names, statuses, strict=True):
                    with (
                        self.subTest(resource=resource(view.model()), who=person, request=request),
                        self.in_state(draft, "own-draft", person),
                    ):
                        address = f"{API}{resource(view.model())}/"
                        answer = self.send(self.people[person], request, address, bodies.get(request))
                        self.assertEqual(answer.status_code, int(status), answer.content[:500])

    def test_everything_else(self):
        record = make.person()
        change = {"summary": "Another one.", "reason": "A test."}
        version = type(record).objects.get(pk=record.pk).version
        kept = self.done(202, self.people["contributor"], "PATCH", path(record), change, version)
        places = {
            "{citation}": str(record.citations.get().pk),
            "{proposal}": kept["url"].rstrip("/").rpartition("/")[2],
        }
        for request, address, *statuses in others():
            for name, key in places.items():
                address = address.replace(name, key)
            for person, status in zip(PEOPLE, statuses, strict=True):
                self.log_in(self.people[person])
                with self.subTest(request=request, address=address, who=person), transaction.atomic():
                    body = {"comment": "No."} if "decline" in address else {}
                    answer = self.send(self.people[person], request, f"{API}{address[1:]}", body)
                    self.assertEqual(answer.status_code, int(status), answer.content[:500])
                    transaction.set_rollback(True)


def others():
    """The lines of OTHERS as lists."""
    return [line.split() for line in OTHERS.strip().splitlines()[1:]]


class CompleteTest(SimpleTestCase):
    """A role, a state, a route or a request that the tables do not speak of fails here."""

    def test_every_person_stands_in_every_state_once(self):
        self.assertEqual(set(lines()), set(product(PEOPLE, STATES)))
        self.assertEqual(list(blocks(LISTS)), [name for name in blocks(LISTS) if name in PEOPLE])
        self.assertEqual(set(blocks(LISTS)), set(PEOPLE))
        self.assertEqual(OTHERS.split("\n")[1].split(), PEOPLE)

    def test_every_state_and_every_role_occurs(self):
        publications, confidentialities, _ = map(set, zip(*STATES.values(), strict=True))
        self.assertEqual(publications, set(Publication.values))
        self.assertEqual(confidentialities, set(Confidentiality.values))
        self.assertEqual({"contributor", "editor", "case_officer", "administrator"}, set(roles.Role.values))

    def test_every_route_has_a_column_or_a_line(self):
        verbs = {name for name in COLUMNS.split() if not name.isupper()}
        of_records = {"", "{pk}/", *(f"{{pk}}/{name}/" for name in verbs)}
        expected = {f"/{resource(view.model())}/{end}" for view in RESOURCES for end in of_records}
        expected |= {named(address) for _, address, *_ in others()} - {"/nothing/"}
        expected |= {plain(str(one.route().pattern)) for one in FIGURES}
        self.assertEqual(routes(), expected)

    def test_every_request_of_a_route_has_a_column_or_a_line(self):
        for view in RESOURCES:
            allowed = {**view_requests(resource(view.model()))}
            self.assertEqual(set(allowed.pop("list")), {"get", "post", "patch"})
            self.assertEqual(set(allowed.pop("detail")), {"get", "put", "patch", "delete"})
            reads = {"publication", "corrections"}
            verbs = {name: ["get" if name in reads else "post"] for name in COLUMNS.split() if name.islower()}
            self.assertEqual(allowed, verbs)


def named(address):
    """An address with its last key as the router names it."""
    return re.sub(r"\{\w+\}|gender", "{pk}", address)


def routes():
    """The paths of the API, as patterns."""
    return {plain(pattern) for pattern, _ in entries() if pattern} | {"/"}


def entries(patterns=urlpatterns, before=""):
    """The routes of the API: [(pattern, entry)]."""
    for entry in patterns:
        pattern = before + str(entry.pattern).removeprefix("^")
        if entry.callback:
            yield pattern, entry
        else:
            yield from entries(entry.url_patterns, pattern)


def plain(pattern):
    return "/" + re.sub(r"\(\?P<pk>[^)]*\)", "{pk}", pattern).strip("^$").replace("\\Z", "")


def view_requests(name):
    """{route: [method ...]} of a resource."""
    found = {}
    for pattern, entry in entries():
        if (entry.name or "").startswith(f"{name}-") and pattern.startswith(f"{name}/"):
            route = entry.name.removeprefix(f"{name}-")
            found[route] = sorted(set(entry.callback.actions) - {"head"})
    return found
