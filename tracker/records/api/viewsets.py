"""The base class of all endpoints of records: reading, writing and corrections."""

from tracker.records.read.corrections import Corrected
from tracker.records.read.views import ReadingViewSet
from tracker.records.write.views import Editing


class RecordViewSet(Corrected, Editing, ReadingViewSet):
    """Lists and shows the records of one shape, and lets editors and programs write them."""
