"""Asking what was shown at a moment."""

import re

from django.db import connection

PAST = re.compile(rb'("published_on": "[^"]*", "notice": "[^"]*", )')
LINKED = re.compile(rb'[?&]published_on=[^"&]*(?=")')


def now():
    """This moment, as the database knows it and as a parameter takes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0].strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class MomentAsking:
    """Mixin for tests of answers about the past."""

    def shown(self, address, moment, **given):
        """The answer of the API about a moment."""
        answer = self.client.get(address, {**given, "published_on": moment})
        if answer.status_code != 200:
            self.fail(f"{address}: {answer.getvalue()[:500]}")
        return answer

    def body(self, address, moment, **given):
        """The same without what it says about the moment."""
        return LINKED.sub(b"", PAST.sub(b"", self.shown(address, moment, **given).getvalue()))
