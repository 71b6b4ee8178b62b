"""The endpoint of changes, the same for every reader."""

import json
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.db import connection

from tracker.records.protocol.problems import BadParameters, Gone
from tracker.records.protocol.query import whole_number
from tracker.records.read.pagination import Key, read_cursor, write_cursor
from tracker.records.read.views import ApiView
from tracker.records.shapes.urls import URI, api_url, record_url, resource

from .models import Event

LIMIT, MOST = 200, 1000
NONE = UUID(int=0)
PARTS = (Key(None, None, UUID), Key(None, None, int))
START_AGAIN = (
    "This cursor is not known. The database may have been restored. Start again without since, and"
    " remove from your copy everything that is not listed then."
)
# One statement, so that generation and entries are from the same moment.
ENTRIES = """
    SELECT (SELECT generation FROM records_feed),
        coalesce((SELECT last FROM records_feed), 0),
        (SELECT coalesce(json_agg(json_build_array(number, model, record_id, event)), '[]')
            FROM (SELECT * FROM records_announcement WHERE number > %s ORDER BY number LIMIT %s) AS entry)
"""
EXAMPLE = {
    "next": "http://127.0.0.1:8000/api/v1/changes/?since=WyI4ZjFkMmMzYi00YTVlLTRmNjAtOWI3YS0wYzFkMmUzZjRhNWIiLCAiMSJd",
    "results": [
        {
            "kind": "people",
            "id": "8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b",
            "url": "http://127.0.0.1:8000/api/v1/people/8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b/",
            "event": "created",
        }
    ],
}
SCHEMA = {
    "type": "object",
    "properties": {
        "next": {
            **URI,
            "description": "The address of the next request. If results is empty, wait a while first.",
        },
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "description": "The endpoint of the record."},
                    "id": {"type": "string", "format": "uuid"},
                    "url": URI,
                    "event": {"type": "string", "enum": Event.values},
                },
                "required": ["kind", "id", "url", "event"],
            },
        },
    },
    "required": ["next", "results"],
}


class StartAgain(Gone):
    default_detail = START_AGAIN


class ChangeViewSet(ApiView):
    """Public records that were created, changed or removed since a cursor, each at its last change.

    Read the `url` of records that were created or changed. Remove those that are gone or answer 404. A record
    counts as changed when anything that its `url` shows has changed, including related records. What it shows
    under `as_of` also changes with the day; that is not announced. Changes are listed within a few seconds.
    """

    example = {"list": EXAMPLE}
    answers = {"list": SCHEMA}
    errors = {"410": START_AGAIN}

    def known(self):
        return ("since", "limit")

    @classmethod
    def more_parameters(cls):
        return {
            "since": (
                "The cursor from next of an earlier answer. If left out: from the beginning.",
                {"type": "string", "minLength": 1},
            ),
            "limit": (
                "The maximum number of entries.",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
            ),
        }

    def list(self, request):
        limit = whole_number(self.given, "limit", LIMIT, MOST)
        known, since = self.since()
        with connection.cursor() as cursor:
            cursor.execute(ENTRIES, [since, limit])
            generation, last, entries = cursor.fetchone()
        generation = generation or NONE
        if known not in (None, generation) or since > last:
            raise StartAgain
        reached = entries[-1][0] if entries else since
        following = {**self.given, "since": write_cursor([str(generation), str(reached)])}
        body = {
            "next": f"{api_url('changes/')}?{urlencode(following)}",
            "results": [change_entry(*entry) for entry in entries],
        }
        return self.answer(json.dumps(body).encode())

    def since(self):
        """The generation and the number of the cursor; (None, 0) without a cursor."""
        if "since" not in self.given:
            return None, 0
        try:
            generation, number = read_cursor(self.given["since"], PARTS)
        except BadParameters:
            number = -1
        if not 0 <= number < 2**63:
            raise BadParameters(
                {"since": "Give the cursor from next of an earlier answer, or leave it out to start."}
            )
        return generation, number


def change_entry(number, label, key, event):
    """An entry in the form of the API."""
    model = apps.get_model(label)
    return {"kind": resource(model), "id": key, "url": record_url(model, key), "event": event}
