"""What tests of writing share: somebody of each role, requests as JSON, and what a document says."""

import json

from django.test import TestCase

from tests import make
from tracker.records.shapes.urls import resource
from tracker.records.write.document import row_shape_of, written

API = "/api/v1/"


def path(record, verb=""):
    """The path of a record, or of a verb of it."""
    return f"{API}{resource(type(record))}/{record.pk}/{f'{verb}/' if verb else ''}"


def facts(shape, document, own=()):
    """What of a read can be written, at every level, without what tells one copy from another."""
    lists = {name: rows for name, field in written(shape).items() if (rows := row_shape_of(field))}
    own = {row["id"] for name in lists for row in document[name]}.union(own)
    found = {name: document[name] for name in written(shape)}
    for name, rows in lists.items():
        found[name] = sorted((facts(rows, row, own) for row in document[name]), key=json.dumps)
    inside = {
        name: "inside" for name, value in found.items() if isinstance(value, dict) and value.get("id") in own
    }
    return trimmed({**found, **inside})


def trimmed(value):
    """A value whose texts lost the space around them, as they do when they are written."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [trimmed(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


class WritingTest(TestCase):
    """Requests on behalf of a user."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor")
        cls.contributor = make.member("contributor")

    def send(self, user, method, address, body=None, version=None, **headers):
        """The answer to a request; `version` is the one that If-Match names."""
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        self.log_in(user)
        sent = "" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        return self.client.generic(method, address, sent, content_type="application/json", headers=headers)

    def log_in(self, user):
        if user == getattr(self.client, "user", None):
            return
        self.client.user = user
        if user is None:
            self.client.logout()
        else:
            self.client.force_login(user)

    def done(self, status, *args, **kwargs):
        """The body of an answer with this status."""
        answer = self.send(*args, **kwargs)
        self.assertEqual(answer.status_code, status, answer.content[:2000])
        return json.loads(answer.content) if answer.content else None

    def read(self, record, user=None):
        """What a read of a record shows, to an editor unless told otherwise."""
        return self.done(200, user or self.editor, "GET", path(record))

    def assert_errors(self, answer, *pointers):
        """A refusal that points at these places and no others, with a sentence for each."""
        self.assertEqual(answer.status_code, 400, answer.content[:2000])
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        errors = answer.json().get("errors", [])
        self.assertEqual([error["pointer"] for error in errors], list(pointers))
        for error in errors:
            self.assertRegex(error["detail"], r"\A[A-Z\"0-9].*[.?]\Z")
