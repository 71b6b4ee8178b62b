"""Models with derived columns, which exist for the tests only."""

from django.apps.registry import Apps
from django.db import connection, models
from django.test import TestCase

from tracker.records.values.columns import Derived, FoldedField, GuardedSave, GuardedUpdate
from tracker.records.values.dates.date_columns import PartialDateField

REGISTRY = Apps(["tests.records"])


class GuardedQuerySet(GuardedUpdate, models.QuerySet):
    pass


class Shout(Derived, models.TextField):
    """Derived from a derived column."""

    always = {**Derived.always, "default": ""}

    def derive(self, instance):
        return instance.name_folded.upper()


class Dated(GuardedSave):
    name = models.CharField(max_length=50, default="a")
    name_folded = FoldedField("name")
    start_date = PartialDateField(help_text="When it began.")

    objects = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True


class Event(Dated):
    end_date = PartialDateField("ended", db_column="THE end")
    shout = Shout("name_folded")

    class Meta:
        app_label = "records"
        apps = REGISTRY


class Visit(GuardedSave):
    event = models.ForeignKey(Event, models.CASCADE, null=True)
    date = PartialDateField(required=True)

    objects = GuardedQuerySet.as_manager()

    class Meta:
        app_label = "records"
        apps = REGISTRY


def later_model(**fields):
    """A model `Later` with the fields, in a registry of its own."""
    meta = type("Meta", (), {"app_label": "records", "apps": Apps()})
    body = {"__module__": __name__, "Meta": meta, "objects": GuardedQuerySet.as_manager(), **fields}
    return type("Later", (GuardedSave,), body)


class TablesTestCase(TestCase):
    """The tables of Event and Visit exist within each test."""

    @classmethod
    def setUpTestData(cls):
        with connection.schema_editor() as editor:
            editor.create_model(Event)
            editor.create_model(Visit)

    def row(self, event, *columns):
        """What the database holds of an event."""
        return Event.objects.values_list(*columns).get(pk=event.pk)


def table(text):
    """The rows of a table that is written with bars."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
