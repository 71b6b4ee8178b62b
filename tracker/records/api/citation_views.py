"""The endpoint of citations: one list from the citation tables of all models."""

from django import forms
from django.apps import apps
from django.db.models import F, Q, Value

from tracker.records.base.citations import Citation
from tracker.records.policy.visibility import NO_ROW
from tracker.records.read import queries
from tracker.records.read.filters.filter_set import RecordFilterSet
from tracker.records.read.filters.kinds import Filter
from tracker.records.read.filters.values import ChoiceField
from tracker.records.read.queries import Query
from tracker.records.read.views import ReadingViewSet
from tracker.records.shapes.declaration import CitationShape, Shape
from tracker.records.shapes.fields import Own, Rival, registry
from tracker.records.shapes.json_expressions import value_expression
from tracker.records.shapes.urls import resource

TABLES = sorted(
    (model for model in apps.get_models() if issubclass(model, Citation)), key=lambda model: model._meta.label
)


ABOUT = "record_id"  # for the access log, whoever reads a citation reads its record


class RecordType(Own):
    """The endpoint of the cited record."""


@value_expression.register
def _(field: RecordType, reader):
    return Value(resource(field.parent.Meta.model.cited_model()))


class CitationEntry(Shape):
    """A citation with the record that it belongs to."""  # each table has a copy of this shape

    record_type = RecordType()
    value = Rival()

    @classmethod
    def tail(cls):
        return [], []

    @classmethod
    def alternatives(cls):
        """The shapes that a field can have, depending on the table."""
        return {"record": [registry.inside(table.cited_model()) for table in TABLES]}


ENTRIES = {
    table: type(
        "CitationOfRecordShape",
        (CitationEntry,),
        {
            "Meta": type(
                "Meta", (), {"model": table, "fields": ["record_type", "record", *CitationShape.Meta.fields]}
            )
        },
    )
    for table in TABLES
}


class TypeFilter(Filter):
    """Citations of one kind of record; the other tables give no rows."""

    def filter(self, queryset, value):
        return queryset if value in ("", resource(queryset.model.cited_model())) else queryset.filter(NO_ROW)


TYPES = [resource(table.cited_model()) for table in TABLES]


class CitationFilterSet(RecordFilterSet):
    shape = ENTRIES[TABLES[0]]

    @classmethod
    def get_filters(cls):
        ids = forms.UUIDField(required=False, error_messages={"invalid": "Give the id of a record."})
        own = {
            "record": Filter(
                [],
                ids,
                lambda pk, reader: Q(record_id=pk),
                "The id of the record that the citation belongs to.",
            ),
            "record_type": TypeFilter(
                [],
                ChoiceField(choices=[(name, name) for name in TYPES], required=False),
                None,
                "The endpoint of the record that the citation belongs to.",
                {"type": "string", "enum": TYPES},
            ),
        }
        return {
            name: one for name, one in super().get_filters().items() if not name.startswith("record")
        } | own


class CitationViewSet(ReadingViewSet):
    """All citations of public records: which source says so, where, and in which words."""

    shape = ENTRIES[TABLES[0]]
    filterset_class = CitationFilterSet

    @classmethod
    def noun(cls):
        return "citation"

    def shaped(self, pick):
        """The JSON of the row with the id page.key in the table that page.part names."""
        parts = [queries.shaped(ENTRIES[table], pick, self.reader) for table in TABLES]
        cases = " ".join(f"WHEN {number} THEN ({part.sql})" for number, part in enumerate(parts))
        params = sum((part.params for part in parts), ())
        return Query(f"CASE page.part {cases} END", params, self.reader)

    def each(self, rows, **columns):
        """The rows of all tables as one statement. `rows(table)` gives the rows of one table."""
        return queries.united(
            queries.compiled(rows(table).values(ABOUT, key=F("pk"), part=Value(number), **columns))
            for number, table in enumerate(TABLES)
        )

    def one_of(self, key, pick):
        def rows(table):
            return table.objects.visible_to(self.reader.user).filter(**key).order_by()

        return queries.one(self.each(rows, edition=F("record__version")), self.shaped(pick), ABOUT)

    def page_of(self, order, page, pick):
        end = page.offset + page.size + 1

        def rows(table):
            selection = self.selection(table)
            selection = selection.filter(order.after(page.after)) if page.after else selection
            return selection.order_by(*order.by())[:end]

        listed = self.in_order(
            self.each(rows, key0=F("pk")), order, f"LIMIT {page.size + 1} OFFSET {page.offset}"
        )
        counted = queries.united(queries.count_query(self.selection(table), page) for table in TABLES)
        return queries.many(listed, self.shaped(pick), counted, page, len(order.keys), ABOUT)

    def all_of(self, order, pick):
        return queries.export_query(self.in_order(self.each(self.selection), order), self.shaped(pick), ABOUT)

    def in_order(self, rows, order, limit=""):
        direction = "DESC" if order.descending else "ASC"
        return Query(f"SELECT * FROM ({rows.sql}) AS united ORDER BY key {direction} {limit}", rows.params)
