"""The access log: who read which confidential records, when and through which channel. It has no content.

An answer shows a record if it contains the record's id, or if it was made from the record's row. Both are
checked once per request for users who may be cleared. For other readers nothing is done.
"""

import re
import tempfile
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import chain

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.utils import timezone

from tracker.records.policy import roles
from tracker.records.policy.visibility import kinds

from .actor import channel_of

ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
IN_MEMORY = 1_000_000  # bytes of a table that are held in memory until it is logged
loaded = ContextVar("loaded", default=None)  # ids of confidential rows loaded during a request
answered = ContextVar("answered", default=None)  # ids of all rows that a statement made an answer from


class Reading(models.Model):
    """One answer that showed confidential records: a page, a list, a table."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    through = models.CharField(max_length=40, help_text="The API, a CSV table, the admin, or a public page.")
    method = models.CharField(max_length=10)
    page = models.CharField(max_length=200, help_text="The name of the endpoint or of the page.")
    records = ArrayField(models.UUIDField(), help_text="The ids of the records that it showed.")

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        indexes = [GinIndex(fields=["records"], name="reading_records")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"reading {self.pk}"


def note_load(key):
    """Records that a confidential row was loaded during this request."""
    keys = loaded.get()
    if keys is not None:
        keys.add(str(key))


def note_ids(text):
    """Records the ids in a text, for an answer that may not show the ids of its rows."""
    keys = answered.get()
    if keys is not None:
        keys.update(ids_in(text.encode()))


def ids_in(text):
    return (key.decode() for key in ID.findall(text))


@contextmanager
def noting():
    """Records during a request which rows are loaded and answered."""
    tokens = [(one, one.set(set())) for one in (loaded, answered)]
    try:
        yield
    finally:
        for one, token in tokens:
            one.reset(token)


@cache
def statements():
    """Two SQL statements: is a user cleared for anything; for which of some ids is a user cleared."""
    links, rows = [], []
    for model in kinds():
        through = model.cleared.through._meta
        key = through.get_field(model._meta.model_name).column
        links.append(f"SELECT FROM {through.db_table} WHERE user_id = %(user)s")
        rows.append(
            f"SELECT row.id FROM {through.db_table} AS link JOIN {model._meta.db_table} AS row"
            f" ON row.id = link.{key} WHERE link.user_id = %(user)s AND link.{key} = ANY(%(ids)s::uuid[])"
            " AND (row.confidentiality = 'confidential' OR row.id = ANY(%(loaded)s))"
        )
    return f"SELECT EXISTS ({' UNION ALL '.join(links)})", " UNION ALL ".join(rows)


def is_cleared_for_anything(user):
    """Whether a user is cleared for anything. Most are not, and this check is fast."""
    with connection.cursor() as cursor:
        cursor.execute(statements()[0], {"user": user.pk})
        return cursor.fetchone()[0]


def cleared_for(user, ids):
    """Those of these ids, in order, that belong to confidential records for which the user is cleared."""
    with connection.cursor() as cursor:
        cursor.execute(statements()[1], {"user": user.pk, "ids": list(ids), "loaded": list(loaded.get())})
        return sorted(key for (key,) in cursor)


def log(request, user, response, lines):
    """Logs the confidential records that an answer shows, if any. `lines` is its content."""
    found = chain(loaded.get(), answered.get(), chain.from_iterable(map(ids_in, lines)))
    first = next(found, None)
    if first and is_cleared_for_anything(user) and (records := cleared_for(user, {first, *found})):
        through = channel_of(request)
        where = request.resolver_match.view_name if request.resolver_match else ""
        Reading.objects.create(
            user=user,
            through=", ".join([through, *filter(None, [getattr(response, "exported_as", "")])]),
            method=request.method,
            page=where,
            records=records,
        )


def spooled(response):
    """The lines of a streamed answer, read to the end and kept before anything is sent."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it is read while the answer is sent
    file.writelines(response.streaming_content)
    file.seek(0)
    return file


def logged(request, user, response):
    """The answer after it was logged. If logging fails, the answer is not sent."""
    if not roles.may_be_cleared(user):
        return response
    if response.streaming:
        file = spooled(response)
        log(request, user, response, file)
        file.seek(0)
        response.streaming_content = file
    else:
        log(request, user, response, [response.content])
    return response
