"""Who read which confidential records, when and through what: never what they hold.

An answer tells of a record where its id stands in it, or where its row was loaded to make it. For whoever may
be cleared both are looked at, once a request; for other readers nothing is done.
"""

import re
import tempfile
from contextvars import ContextVar
from functools import cache
from itertools import chain
from uuid import UUID

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
IN_MEMORY = 1_000_000  # bytes of a table that are held back there until it is logged
loaded = ContextVar("loaded", default=None)  # ids of confidential rows, while somebody is answered


class Reading(models.Model):
    """One answer that told of confidential records: a page, a list, a table."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    through = models.CharField(max_length=40, help_text="The API, a table of it, the admin, or a page.")
    method = models.CharField(max_length=10)
    page = models.CharField(max_length=200, help_text="The name of the endpoint or of the page.")
    records = ArrayField(models.UUIDField(), help_text="The ids of the records that it told of.")

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        indexes = [GinIndex(fields=["records"], name="reading_records")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"reading {self.pk}"


def note_load(key):
    """Notes that a confidential row was loaded to answer somebody."""
    keys = loaded.get()
    if keys is not None:
        keys.add(key)


def note_told(text):
    """Notes the ids in a text: what an answer tells of, though it does not show them."""
    for key in ID.findall(text.encode()):
        note_load(UUID(key.decode()))


@cache
def statements():
    """Whether a user is cleared for anything; for which of some ids, and these records are confidential."""
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
    """Whether a user is cleared for anything: most are not, and this is quick."""
    with connection.cursor() as cursor:
        cursor.execute(statements()[0], {"user": user.pk})
        return cursor.fetchone()[0]


def cleared_for(user, ids):
    """Which of these ids are those of confidential records that a user is cleared for, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(statements()[1], {"user": user.pk, "ids": list(ids), "loaded": list(loaded.get())})
        return sorted(key for (key,) in cursor)


def log(request, user, response, lines):
    """Enters which confidential records an answer tells of, if it does; `lines` are its content."""
    found = chain(map(str, loaded.get()), (one[0].decode() for line in lines for one in ID.finditer(line)))
    first = next(found, None)
    if first and is_cleared_for_anything(user) and (told := cleared_for(user, {first, *found})):
        through = channel_of(request)
        where = request.resolver_match.view_name if request.resolver_match else ""
        Reading.objects.create(
            user=user,
            through=", ".join([through, *filter(None, [getattr(response, "exported_as", "")])]),
            method=request.method,
            page=where,
            records=told,
        )


def held_back(response):
    """The lines of a streamed answer, read to the end and kept: nothing of it is sent yet."""
    kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it is read while it is sent
    kept.writelines(response.streaming_content)
    kept.seek(0)
    return kept


def logged(request, user, response):
    """The answer, once it is logged. What raises here is not given."""
    if not roles.may_be_cleared(user):
        return response
    if response.streaming:
        kept = held_back(response)
        log(request, user, response, kept)
        kept.seek(0)
        response.streaming_content = kept
    else:
        log(request, user, response, [response.content])
    return response
