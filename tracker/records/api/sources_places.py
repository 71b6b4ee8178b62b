"""The endpoints of the kernel's own records: sources and places."""

from tracker.records.base.places import Place
from tracker.records.base.sources import Source
from tracker.records.shapes.declaration import Ref, Shape

from .viewsets import RecordViewSet


class SourceRef(Ref):
    class Meta:
        model = Source
        fields = ["language"]  # of its words, wherever they are quoted


class SourceShape(Shape):
    class Meta:
        model = Source
        fields = [
            "title",
            "display_title",
            "kind",
            "authors",
            "publisher",
            "date",
            "source_url",
            "archive_url",
            "archived_at",
            "language",
            "republication_of",
            "reliability",
        ]
        ordering = ["date"]


class PlaceShape(Shape):
    class Meta:
        model = Place
        fields = ["name", "country", "latitude", "longitude", "parent"]
        detail = ["identifiers"]
        ordering = ["name"]


class SourceViewSet(RecordViewSet):
    """Sources of facts: texts, recordings, posts and people."""

    shape = SourceShape


class PlaceViewSet(RecordViewSet):
    """Places where something happened."""

    shape = PlaceShape
