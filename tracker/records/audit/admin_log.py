"""Django's log of the admin, which keeps the text form that a record had when it was changed."""

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType


def make_neutral(record, **emptied):
    """Takes the name of a record that became sensitive out of the log, and what else is to be emptied."""
    kind = ContentType.objects.get_for_model(record)
    entries = LogEntry.objects.filter(content_type=kind, object_id=quote(record.pk))
    entries.update(object_repr=record.neutral(), **emptied)
