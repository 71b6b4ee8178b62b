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
from tracker.records.shapes.urls import api_url, record_url, resource

from .models import Event

LIMIT, MOST = 200, 1000
NONE = UUID(int=0)
PARTS = (Key(None, None, UUID), Key(None, None, int))
START_AGAIN = (
    "Nothing is known of this cursor here: perhaps the database was restored. Start again without since, and"
    " remove from your copy what is not listed then."
)
# One statement, so that generation and entries are of the same moment.
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
URI = {"type": "string", "format": "uri"}
SCHEMA = {
    "type": "object",
    "properties": {
        "next": {**URI, "description": "What to ask next; if results is empty, after a while."},
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
    """Which public records were created, changed or are gone since a cursor, each at its last change.

    Read `url` of what was created or changed, and remove what is gone or answers 404. A record counts as
    changed when anything that its `url` shows is another one, of what it is related to as well; what it shows
    under `as_of` also changes with the day, which is not announced. A change is listed within a few seconds.
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
                "The cursor of an earlier answer's next. Left out: from the beginning.",
                {"type": "string", "minLength": 1},
            ),
            "limit": (
                "Entries at most.",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
            ),
        }

    def list(self, request):
        limit = whole_number(self.given, "limit", LIMIT, 1, MOST)
        known, since = self.since()
        with connection.cursor() as cursor:
            cursor.execute(ENTRIES, [since, limit])
            generation, last, entries = cursor.fetchone()
        generation = generation or NONE
        if known not in (None, generation) or since > last:
            raise StartAgain
        reached = entries[-1][0] if entries else since
        asked = {**self.given, "since": write_cursor([str(generation), str(reached)])}
        body = {
            "next": f"{api_url('changes/')}?{urlencode(asked)}",
            "results": [described(*entry) for entry in entries],
        }
        return self.answer(json.dumps(body).encode())

    def since(self):
        """The generation of the cursor and its number; (None, 0) if there is none."""
        if "since" not in self.given:
            return None, 0
        try:
            generation, number = read_cursor(self.given["since"], PARTS)
        except BadParameters:
            number = -1
        if not 0 <= number < 2**63:
            raise BadParameters({"since": "Give the cursor of an answer's next, or leave it out to start."})
        return generation, number


def described(number, label, key, event):
    """An entry as it is shown."""
    model = apps.get_model(label)
    return {"kind": resource(model), "id": key, "url": record_url(model, key), "event": event}
