"""Rate limits, counted in the database for all processes together.

Only keyed hashes are stored, never a name or an address, for about an hour.
"""

import ipaddress
import json
import math
import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.crypto import salted_hmac
from rest_framework import exceptions

SECONDS = {"MINUTE": 60, "HOUR": 3600}  # by the last word of a limit's name
FORGET_EVERY = 100
# One statement, one row: two processes cannot both take the last try. Refused tries are not counted.
SPEND = """
INSERT INTO records_tally AS kept (key, moments) VALUES (%(key)s, ARRAY[statement_timestamp()])
ON CONFLICT (key) DO UPDATE SET moments = statement_timestamp() || ARRAY(
    SELECT moment FROM unnest(kept.moments) AS moment
    WHERE moment > statement_timestamp() - make_interval(secs => %(period)s))
WHERE %(most)s > (
    SELECT count(*) FROM unnest(kept.moments) AS moment
    WHERE moment > statement_timestamp() - make_interval(secs => %(period)s))
RETURNING 1
"""
WAIT = """
SELECT %(period)s - extract(epoch FROM statement_timestamp() - moment)
FROM records_tally, unnest(moments) AS moment
WHERE key = %(key)s ORDER BY moment DESC OFFSET %(most)s - 1 LIMIT 1
"""
FORGET = """
DELETE FROM records_tally WHERE key IN (
    SELECT key FROM records_tally
    WHERE moments[1] < statement_timestamp() - make_interval(secs => %s) FOR UPDATE SKIP LOCKED)
"""


class Tally(models.Model):
    """The times of recent tries, newest first, as far back as they count.

    The migration makes the table unlogged: fast to write, and empty after a crash of the database.
    """

    key = models.CharField(max_length=64, primary_key=True)
    moments = ArrayField(models.DateTimeField())

    class Meta:
        default_permissions = ()

    def __str__(self):
        return "tally"


class TooMany(exceptions.Throttled):
    """Status 429, with the time to wait. `wait` is in seconds."""

    def __init__(self, wait):
        self.wait = max(1, math.ceil(wait))
        left = f"{self.wait} seconds" if self.wait < 120 else f"{math.ceil(self.wait / 60)} minutes"
        exceptions.APIException.__init__(self, f"Too many requests of this kind. Try again in {left}.")


def spend(limit, *who, share=1):
    """Count a try; TooMany if the limit, or this share of it, is used up within its period.

    `limit` is a name in settings.LIMITS; 0 there means no limit. Do not call this inside a transaction, which
    would block everyone who shares the count.
    """
    given = limit_parameters(limit, who, share)
    if not given["most"]:
        return
    with connection.primary.cursor() as cursor:
        cursor.execute(SPEND, given)
        if not cursor.fetchone():
            cursor.execute(WAIT, given)
            raise TooMany(*(cursor.fetchone() or [1]))
        if not secrets.randbelow(FORGET_EVERY):
            cursor.execute(FORGET, [max(SECONDS.values())])


def check(limit, *who):
    """TooMany if a limit is used up. Does not count a try."""
    given = limit_parameters(limit, who)
    with connection.primary.cursor() as cursor:
        found = cursor.execute(WAIT, given).fetchone() if given["most"] else None
    if found and found[0] > 0:
        raise TooMany(*found)


def limit_parameters(limit, who, share=1):
    """The parameters of the statements for a limit, or a share of it, and a key."""
    most = math.ceil(settings.LIMITS[limit] * share)
    return {"key": tally_key(limit, *who), "most": most, "period": SECONDS[limit.rpartition("_")[2]]}


def tally_key(*who):
    """The stored hash of who tried what. It cannot be reversed from the table alone."""
    return salted_hmac(__name__, json.dumps([str(each) for each in who]), algorithm="sha256").hexdigest()


def address(request):
    """The network of a request: its IPv4 address, or the first 64 bits of its IPv6 address.

    Anyone can send a forwarded header. Only the entries added by our own proxies (PROXIES) are trusted.
    """
    hops = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), request.META.get("REMOTE_ADDR", "")]
    forwarded = hops[-1 - settings.PROXIES] if len(hops) > settings.PROXIES else hops[-1]
    try:
        found = ipaddress.ip_address(forwarded.strip())
    except ValueError:
        return hops[-1]
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))
