"""What editors changed after publication: it is public at once, and a second editor reads it afterwards."""

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tracker.records.values.codes.vocabularies import Publication

from .history import Entry


def unread(queryset, user):
    """Published records changed since they were last read, whose last change is not this user's own."""
    last = Entry.objects.filter(record_id=OuterRef("pk")).order_by("-id").values("user")[:1]
    changed = queryset.filter(publication=Publication.PUBLISHED, version__gt=Coalesce(F("read_version"), 1))
    return changed.annotate(last_writer=Subquery(last)).exclude(last_writer=user.pk)


def is_unread(record, user):
    """Whether this user is to read what was changed of a record."""
    return unread(type(record).objects.filter(pk=record.pk), user).exists()


def read(record):
    """Notes that a record was read in the version at hand; False if it is not the present one any more."""
    rows = type(record).objects.filter(pk=record.pk, version=record.version)
    return bool(rows.update(read_version=record.version))
