"""Turns changed rows into announcements. Run by `manage.py announce`; the server does it automatically.

One lock lets one process at a time work. It is held until the numbered entries are stored, so no number
appears below one that a client has read. Only public changes get numbers, in one order.
"""

import hashlib
import uuid
from collections import defaultdict
from functools import cache
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, TextField, Value
from django.db.models.expressions import RawSQL

from tracker.records.read import queries
from tracker.records.shapes.reader import Reader

from .models import Announcement, Event, Feed, Touched, Unannounced
from .paths import WHOLE_RECORD, shapes, ways

LOCK = 7_262_103  # any number that no other lock uses
NOTES = 10_000  # rows taken at once
RECORDS = 500
IDS = 200
ANYTHING_TO_DO = """
    SELECT EXISTS (SELECT FROM records_touched) OR EXISTS (SELECT FROM records_unannounced)
        OR (SELECT digest FROM records_feed) IS DISTINCT FROM %s
"""
NEW = "INSERT INTO records_unannounced (model, record_id) {} ON CONFLICT DO NOTHING"
THESE = object()
PUBLIC = Reader(None, days=None)  # with the facts instead of answers that depend on the day
DIGEST = "SELECT page.key, encode(sha256(convert_to(({})::text, 'UTF8')), 'hex') FROM page"


def announce():
    """Announces all public changes stored before; returns their number."""
    if not waiting():
        return 0
    while spread():
        pass
    found = 0
    while (number := announce_some()) is not None:
        found += number
    return found


def start_again():
    """Makes all clients read everything again: their cursors do not belong to this database."""
    Feed.objects.update(generation=uuid.uuid4())


def waiting():
    """Whether there is anything to do, in one statement. Usually there is not."""
    with connection.cursor() as cursor:
        cursor.execute(ANYTHING_TO_DO, [form(settings.PUBLIC_URL)])
        return cursor.fetchone()[0]


def lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def spread():
    """Finds the records that may show changed rows; returns whether there was anything to do.

    If the way public forms are made has changed, or the first time, that is all records.
    """
    lock()
    notes = taken()
    feed = Feed.objects.first() or Feed(digest="")
    anew = feed.digest != form(settings.PUBLIC_URL)
    if anew:
        feed.digest = form(settings.PUBLIC_URL)
        feed.save()
        insert(queries.united(all_public()))
    look_at(notes)
    return anew or len(notes) == NOTES


def taken():
    """Removes and returns some notes of changes: [(label, ids)]."""
    some = Touched.objects.order_by("pk")[:NOTES].values("pk")
    rows = queries.compiled(some)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM records_touched WHERE id IN ({rows.sql}) RETURNING model, ids",  # noqa: S608
            rows.params,
        )
        return cursor.fetchall()


def look_at(notes):
    """Queues the records that show the rows in these notes."""
    touched = defaultdict(set)
    for label, ids in notes:
        for model in ways().starts.get(label, ()):
            touched[model].update(ids)
    for model, ids in touched.items():
        rows, left = showing(model), iter(sorted(ids))
        while some := list(islice(left, IDS)):
            insert(rows._replace(params=[some if one == THESE else one for one in rows.params]))


@cache
def showing(model):
    """The statement for the records that show rows of a model. THESE stands for the ids of the rows.

    Some of the records may be deleted by now. The result includes what was announced about them.
    """
    these = RawSQL("SELECT unnest(%s::uuid[])", [THESE])
    announced = Announcement.objects.filter(record_id__in=these).values("model", "record_id")
    rows = [
        ids_by_model(kind, kind.objects.filter(**{f"{'__'.join(path) or 'pk'}__in": these}))
        for kind, path in sorted(ways().ends[model], key=repr)
    ]
    return queries.united([queries.compiled(announced), *rows])


def all_public():
    """All records that are public or were announced as public."""
    for kind in shapes():
        yield ids_by_model(kind, kind.objects.visible_to(None))
    yield queries.compiled(Announcement.objects.exclude(digest="").values("model", "record_id"))


def ids_by_model(kind, rows):
    label = Value(kind._meta.label, TextField())
    return queries.compiled(rows.order_by().values(model=label, record=F("pk")))


def insert(rows):
    """Queues the records that a statement returns, each once."""
    with connection.cursor() as cursor:
        cursor.execute(NEW.format(rows.sql), rows.params)


@transaction.atomic
def announce_some():
    """Compares some records with their announcements; returns how many are new, None if none is left."""
    lock()
    rows = list(Unannounced.objects.order_by("model", "record_id")[:RECORDS])
    if not rows:
        return None
    feed = Feed.objects.get()
    known = {one.record_id: one.digest for one in announcements_of(rows)}
    now = digests(rows)
    news = []
    for row in rows:
        before, digest = known.get(row.record_id, ""), now.get(row.record_id, "")
        if before != digest:
            event = Event.CHANGED if before and digest else Event.CREATED if digest else Event.GONE
            feed.last += 1
            about = {"model": row.model, "record_id": row.record_id}
            news.append(Announcement(number=feed.last, event=event, digest=digest, **about))
    store_announcements(news)
    feed.save()
    Unannounced.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(news)


def announcements_of(rows):
    return Announcement.objects.filter(record_id__in=[row.record_id for row in rows])


def store_announcements(news):
    """Stores announcements. Each replaces the earlier announcement of the record."""
    Announcement.objects.bulk_create(
        news,
        update_conflicts=True,
        unique_fields=["model", "record_id"],
        update_fields=["number", "event", "digest"],
    )


def digests(rows):
    """{id: digest of what the public reads of a record}, without hidden records."""
    wanted = defaultdict(list)
    for row in rows:
        wanted[row.model].append(row.record_id)
    found = {}
    for kind in shapes():
        if keys := wanted.get(kind._meta.label):
            statement = digest_query(kind, kind.objects.visible_to(None).filter(pk__in=keys))
            with connection.cursor() as cursor:
                cursor.execute(statement.sql, statement.params)
                found.update(cursor.fetchall())
    return found


def digest_query(kind, rows):
    """The statement for the ids and digests of these rows."""
    page = queries.compiled(rows.order_by().values(key=F("pk")))
    json = queries.shaped(shapes()[kind], WHOLE_RECORD, PUBLIC)
    return queries.with_page(page, DIGEST.format(json.sql), json.params, None)


@cache
def form(public_url):
    """A digest of the statements that make public forms. It changes when they change."""
    made = hashlib.sha256(public_url.encode())
    for kind in shapes():
        statement = digest_query(kind, kind.objects.visible_to(None))
        made.update(repr((kind._meta.label, statement.sql, statement.params)).encode())
    return made.hexdigest()
