"""A web server that does nothing but pass on what the statements written by hand return.

Run: granian --interface rsgi tests.bench.rivals.raw:app, with DATABASE_URL and PUBLIC_URL.
"""

import asyncio
import os
from urllib.parse import parse_qsl

import psycopg

from .reads import STATEMENTS

CONNECTIONS = 4  # of each process
JSON, CSV = ([("content-type", kind)] for kind in ("application/json", "text/csv"))
RECORD = "publication, confidentiality, is_public, created_at, updated_at, version, notes"
DRAFT = "'draft', 'public', false, now(), now(), 1, ''"
CITATION = """id, is_public, locator_kind, locator, field, quotation, translation, stance, value, basis,
    reasoning, directness"""
CITED = """gen_random_uuid(), false, '', '', '', '', '', 'supports', '', 'stated', '', 'seen',
    (c->>'source')::uuid"""
# A draft of a dialogue with its participations and all citations, from the product's document and what the
# product derives from it.
CREATE = f"""WITH document AS (SELECT $1::json AS j),
d AS (INSERT INTO dialogues_dialogue (id, {RECORD}, title, title_folded, title_sort, classification, track,
    mediation, venue_relation, disclosure, status, stated_purpose, agenda, outcome, summary, start_date,
    start_date_earliest, start_date_latest, start_date_sort, end_date, end_date_sort, conflict_id)
  SELECT gen_random_uuid(), {DRAFT}, j->>'title', j->>'folded', j->>'sort', j->>'classification', 'unknown',
    'unknown', 'unknown', j->>'disclosure', 'held', '', '', '', j->>'summary', j->>'start_date',
    (j->>'start_date')::date, (j->>'start_date')::date, (j->>'start_date')::date, '', '9999-12-31',
    (j->>'conflict')::uuid
  FROM document RETURNING id),
rows AS (SELECT gen_random_uuid() AS key, e FROM document, json_array_elements(j->'participations') e),
p AS (INSERT INTO dialogues_participation (id, {RECORD}, naming, group_label, pseudonym, count_basis, no_side,
    role, capacity, selection, described_as, note, already_public, dialogue_id, person_id)
  SELECT key, {DRAFT}, 'named', '', '', '', false, e->>'role', 'unknown', 'unknown', '', '', false, d.id,
    (e->>'person')::uuid FROM d, rows RETURNING id),
of_d AS (INSERT INTO dialogues_dialoguecitation ({CITATION}, source_id, record_id)
  SELECT {CITED}, d.id FROM d, document, json_array_elements(j->'citations') c RETURNING 1),
of_p AS (INSERT INTO dialogues_participationcitation ({CITATION}, source_id, record_id)
  SELECT {CITED}, key FROM p, rows, json_array_elements(e->'citations') c WHERE p.id = key RETURNING 1)
SELECT json_build_object('id', d.id, 'participations', (SELECT count(*) FROM p),
    'citations', (SELECT count(*) FROM of_d) + (SELECT count(*) FROM of_p))::text FROM d"""
EXPORT = """COPY (SELECT p.id, p.role, p.capacity, p.naming, p.no_side FROM dialogues_participation p
    WHERE p.is_public ORDER BY p.id) TO STDOUT WITH (FORMAT csv, HEADER)"""


class App:
    """The application as granian's RSGI calls it."""

    def __rsgi_init__(self, loop):
        self.free = asyncio.Queue()
        loop.run_until_complete(self.connect())

    async def connect(self):
        for _ in range(CONNECTIONS):
            connection = await psycopg.AsyncConnection.connect(
                os.environ["DATABASE_URL"],
                autocommit=True,
                prepare_threshold=0,
                cursor_factory=psycopg.AsyncRawCursor,
            )
            self.free.put_nowait(connection)

    async def __rsgi__(self, scope, protocol):
        connection = await self.free.get()
        try:
            await self.answer(scope, protocol, connection)
        finally:
            self.free.put_nowait(connection)

    async def answer(self, scope, protocol, connection):
        if scope.path == "/export":
            return await self.export(protocol, connection)
        if scope.method == "POST":
            text = await self.text(connection, CREATE, [(await protocol()).decode()])
            return protocol.response_str(201, JSON, text)
        sql, parameters = STATEMENTS[scope.path.removeprefix("/")]
        given = dict(parse_qsl(scope.query_string))
        text = await self.text(connection, sql, [read(given[name]) for name, read in parameters.items()])
        return protocol.response_str(200, JSON, text) if text else protocol.response_empty(404, [])

    async def text(self, connection, sql, values):
        cursor = await connection.execute(sql, values)
        row = await cursor.fetchone()
        return row and row[0]

    async def export(self, protocol, connection):
        answer = protocol.response_stream(200, CSV)
        async with connection.cursor() as cursor, cursor.copy(EXPORT) as copy:
            async for part in copy:
                await answer.send_bytes(bytes(part))


app = App()
