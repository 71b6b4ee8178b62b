"""Changes by editors after publication. They are public at once, and a second editor reviews them later."""

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tracker.records.values.codes.vocabularies import Publication

from .history import Entry


def unread(queryset, user):
    """Published records with changes that nobody has reviewed, whose last change is not the user's own."""
    last = Entry.objects.filter(record_id=OuterRef("pk")).order_by("-id").values("user")[:1]
    changed = queryset.filter(publication=Publication.PUBLISHED, version__gt=Coalesce(F("read_version"), 1))
    return changed.annotate(last_writer=Subquery(last)).exclude(last_writer=user.pk)


def is_unread(record, user):
    """Whether this user should review the changes of a record."""
    return unread(type(record).objects.filter(pk=record.pk), user).exists()


def mark_as_reviewed(record):
    """Marks this version of a record as reviewed. False if it is no longer the current version."""
    rows = type(record).objects.filter(pk=record.pk, version=record.version)
    return bool(rows.update(read_version=record.version))
