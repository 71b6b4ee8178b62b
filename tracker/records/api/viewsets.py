"""The base of the endpoints of records: they are read, written and corrected."""

from tracker.records.read.corrections import Corrected
from tracker.records.read.views import ReadingViewSet
from tracker.records.write.views import Editing


class RecordViewSet(Corrected, Editing, ReadingViewSet):
    """Lists and shows the records of one shape, and takes what editors and programs write."""
