"""The base of all figures: answers that are computed from the records that the reader sees."""

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import path

from dialogues.models import Dialogue
from people.api.views import KNOWN_ON, KnownOn, OnDays
from people.models import Conflict
from tracker.records.accounts.authentication import count_search
from tracker.records.api.openapi.examples import kinds_of, sample, sample_of
from tracker.records.base.sources import Source
from tracker.records.protocol.problems import BadParameters, nearest
from tracker.records.read import queries
from tracker.records.read.formats import csv_tables
from tracker.records.read.formats.files import file_of
from tracker.records.read.formats.references import REFERENCES, Reference, reference_title
from tracker.records.read.formats.registry import FORMATS, JSON, NESTED
from tracker.records.read.lookup import MovedRecord, key_of, one_named
from tracker.records.read.pagination import Order
from tracker.records.read.past.moments import PUBLISHED_ON
from tracker.records.read.views import AS_OF, ApiView
from tracker.records.shapes.fields import registry
from tracker.records.shapes.reader import LIST, Pick
from tracker.records.shapes.urls import api_url, list_url, with_parameter, with_query

NOT_STATED, WITHHELD_BUCKET = "not_stated", "withheld"
TEXT = {"type": "string"}
COUNT_SCHEMA = {"type": "integer", "minimum": 0}
LINK = {"type": ["string", "null"], "format": "uri"}
DAYS = {
    **TEXT,
    "description": "The days of this answer. Empty: those of a dialogue about which nothing is stated.",
}


def object_schema(properties):
    """The schema of an object that has all of these properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def rows_schema(properties):
    """The schema of a list of such objects. In CSV, it is a table."""
    return {"type": "array", "items": object_schema(properties)}


LINKED_COUNT = object_schema({"count": COUNT_SCHEMA, "url": LINK})


class ListOf(NamedTuple):
    """A list of records in an answer: these fields of each, as the API shows them.

    `computed` are values that the figure adds to each: {name: schema}.
    """

    model: type
    names: tuple
    computed: Mapping = {}

    @property
    def pick(self):
        return Pick(detail=True, fields=("id", "url", *self.names))

    @property
    def shape(self):
        return registry.whole[self.model](pick=self.pick)

    def described(self, to_schema):
        """The schema. `to_schema` describes a shape."""
        properties = {**to_schema(self.shape)["properties"], **self.computed}
        return {"type": "array", "items": {"type": "object", "properties": properties}}

    def sample(self):
        """An example of a row."""
        empty = {name: "null" in kinds_of(schema) for name, schema in self.computed.items()}
        more = {name: None if empty[name] else sample_of(one) for name, one in self.computed.items()}
        return {**sample(self.shape), **more}

    def columns(self):
        """The paths to the cells of a row in CSV."""
        return [*csv_tables.columns(self.shape), *csv_tables.leaves({"properties": self.computed})]


class Figure(ApiView):
    """An answer of the API that is computed from many records, as JSON and, each list in it, as CSV.

    It sees records only as the API shows them to the same reader: all rows begin with `seen`. A page gets
    the same answer with `for_page` and `found`.
    """

    costly = True
    address = ""  # below /api/v1/; <id> stands for the id or the slug of the record that it is about
    about = None  # the model of that record
    filters = None  # without such a record: the filters of the list from which it is computed
    schema_of = {}  # {name: the schema of each part of the answer, or a ListOf}
    table = ""  # the list that becomes a table unless another is asked for

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.answers = {"figure": cls.described}
        cls.example = {"figure": cls.sample}

    @classmethod
    def title(cls):
        """The name of the figure: the last part of its address."""
        return cls.address.rpartition("/")[2]

    @classmethod
    def route(cls):
        address = cls.address.replace("<id>", "<str:id>")
        return path(f"{address}/", cls.as_view({"get": "figure"}), name=cls.address)

    @classmethod
    def all_parts(cls):
        """The schema of each part of the answer, or a ListOf, by name."""
        return {"figure": {**TEXT, "description": "The name of the figure."}, AS_OF: DAYS, **cls.schema_of}

    @classmethod
    def described(cls, to_schema):
        """The schema of the answer. `to_schema` describes a shape."""
        return object_schema(
            {
                name: one.described(to_schema) if isinstance(one, ListOf) else one
                for name, one in cls.all_parts().items()
            }
        )

    @classmethod
    def sample(cls):
        """An example of the answer."""
        parts = {
            name: [one.sample()] if isinstance(one, ListOf) else sample_of(one)
            for name, one in cls.all_parts().items()
        }
        return {**parts, "figure": cls.title()}

    # What can be asked.

    @classmethod
    def tables(cls):
        """{name: the columns of its rows} of the lists in the answer."""
        found = {}
        for name, one in cls.schema_of.items():
            if isinstance(one, ListOf):
                found[name] = one.columns()
            elif one.get("type") == "array":
                found[name] = csv_tables.leaves(one["items"])
        return found

    @classmethod
    def more_parameters(cls):
        filters = cls.filters.base_filters if cls.filters else {}
        found = {name: (one.extra["help_text"], one.schema) for name, one in filters.items()}
        nested = {"type": "string", "enum": [*cls.tables()]}
        return {
            **super().more_parameters(),
            **found,
            NESTED: (f"With format=csv: the list that becomes the table, {cls.table} if left out.", nested),
        }

    def known(self):
        return [PUBLISHED_ON, *self.more_parameters(), *csv_tables.CSV.options]

    def several(self):
        filters = self.filters.base_filters if self.filters else {}
        return {name for name, one in filters.items() if one.schema["type"] == "array"}

    def offered(self):
        return [JSON, *(one for one in FORMATS if one.flat), *REFERENCES]

    # The answer.

    def figure(self, request, id=None):
        """The answer to a request."""
        count_search(request)
        try:
            found = self.found(id)
        except MovedRecord as moved:
            return HttpResponsePermanentRedirect(self.address_about(moved.key))
        if self.moment:
            found = {"figure": found.pop("figure"), **self.past(), **self.then_linked(found)}
        if self.form.write:
            return self.table_of(found)
        if self.form.cites:
            return self.answer(self.reference_text(self.reference(found)).encode())
        return self.answer(json.dumps(found, ensure_ascii=False).encode())

    def then_linked(self, found):
        """The answer, in which each number leads to its list as it was then."""
        if isinstance(found, list):
            return [self.then_linked(one) for one in found]
        if not isinstance(found, dict):
            return found
        made = {name: self.then_linked(one) for name, one in found.items()}
        if "count" in made and made.get("url"):
            made["url"] = with_parameter(made["url"], PUBLISHED_ON, self.given[PUBLISHED_ON])
        return made

    def found(self, key=None):
        """The answer as plain data, about the record with this key if there is one.

        Http404, Gone or MovedRecord if it is not there.
        """
        if self.about:
            self.record = one_named(self.about, key_of(self.about, key), self.reader)
        return {"figure": self.title(), AS_OF: self.reader.days.text, **self.computed()}

    def computed(self):
        """The parts of the answer that `schema_of` describes, as plain data. `record` is what it is about."""
        raise NotImplementedError

    def table_of(self, found):
        """One list of the answer as a file."""
        tables = self.tables()
        name = self.given.get(NESTED, self.table)
        if name not in tables:
            raise BadParameters({NESTED: f"There is no such list here. {nearest(name, tables)}"})
        options = {one: self.truth(one) for one in self.form.options}
        table = csv_tables.Table(tables[name])
        return file_of(self.form, table, iter(found[name]), f"{self.title()}-{name}", options)

    def address_about(self, key):
        """Where the same answer is found about another record."""
        return self.url_about(key) + with_query(self.given)

    @classmethod
    def url_about(cls, key=""):
        """The address of the figure about the record with this key, if it is about a record."""
        return api_url(f"{cls.address.replace('<id>', str(key))}/")

    # How to cite it.

    def reference(self, found, version=None):
        """How to cite an answer."""
        name = self.title().replace("-", " ").capitalize()
        days = found.get(AS_OF)
        parts = [f"{name}: {self.name_of_record()}" if self.about else name, *([days] if days else [])]
        url = self.url_about(self.record.pk if self.about else "")
        return Reference("figure", ", ".join(parts), version, self.address_of(url))

    def name_of_record(self):
        """The name of the record that it is about, as the reader sees it."""
        rows = self.seen(self.about).filter(pk=self.record.pk)
        text = queries.json_text_of(rows, registry.inside(self.about), LIST, self.reader)
        return reference_title(json.loads(text))

    # Rows.

    def seen(self, model):
        """The records of a model that the reader may see."""
        return model.objects.visible_to(self.reader.user)

    def selection(self):
        """The records of the list that match the filters."""
        rows = self.seen(self.filters.shape.Meta.model)
        return self.filters(self.given, rows, self.reader).matching()

    def citations(self, rows):
        """The citations of these records."""
        model = rows.model.citations.rel.related_model
        return self.seen(model).filter(record__in=rows.order_by().values("pk"))

    def sources_of(self, *citations):
        """The sources that any of these citations name."""
        keys = [Q(pk__in=rows.order_by().values("source")) for rows in citations]
        found = self.seen(Source).filter(Q.create(keys, connector=Q.OR))
        return ids_with_link(found.values_list("pk", flat=True), Source)

    def records(self, rows, part):
        """The rows as the API shows them to the reader, for a `ListOf`. One statement."""
        shape = registry.whole[part.model]
        shaped = queries.shaped(shape, part.pick, self.reader)
        found = queries.export_query(queries.ordered(rows, Order(shape, None)), shaped)
        return [json.loads(text) for text in found.texts()]


class DuringDialogue:
    """Mixin for a figure about the days of a dialogue."""

    about = Dialogue

    def days(self):
        return self.record.took_place() if hasattr(self, "record") else super().days()

    @cached_property
    def conflict(self):
        """The conflict of the dialogue. None if it has none, or if the reader does not see it."""
        return self.seen(Conflict).filter(pk=self.record.conflict_id).first()


class DatedFigure(KnownOn, Figure):
    """A figure about days, from all sources or from those of some day or earlier."""

    def __init_subclass__(cls, **kwargs):
        limit = {
            "type": ["string", "null"],
            "format": "date",
            "description": "Only sources of this day or earlier were used. Null: all.",
        }
        cls.schema_of = {KNOWN_ON: limit, **cls.schema_of}
        super().__init_subclass__(**kwargs)

    def found(self, key=None):
        found, limit = super().found(key), self.reader.known_on
        first = {name: found[name] for name in ("figure", AS_OF)}
        return {**first, KNOWN_ON: limit and limit.isoformat(), **found}


class FigureOnDays(OnDays, DatedFigure):
    """A figure about a day, a period, or the time of a dialogue."""

    def known(self):
        return [AS_OF, *super().known()]

    def found(self, key=None):
        self.days()  # so that it is known whether the dialogue exists
        if self.missed:
            raise Http404
        return super().found(key)


def grouped(pairs):
    """{first as text: the different seconds} of pairs of ids."""
    found = defaultdict(set)
    for first, second in pairs:
        found[str(first)].add(second)
    return found


def link_to(model, **filters):
    """The address of a list of the API, filtered."""
    return list_url(model) + with_query(filters)


def with_link(count, model, **filters):
    """A number, with the address of the list that has exactly these records."""
    return {"count": count, "url": link_to(model, **filters)}


def ids_with_link(keys, model):
    """How many ids there are, with the address of the list of these records if it can name so many."""
    keys = sorted({str(key) for key in keys})
    few = 0 < len(keys) <= settings.MAX_VALUES
    return with_link(len(keys), model, id__in=",".join(keys)) if few else {"count": len(keys), "url": None}
