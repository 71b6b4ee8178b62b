"""How much of what is published is sourced: stated or inferred, by one or by several independent sources."""

from collections import defaultdict
from functools import cached_property

from dialogues.api import views as dialogues
from people.api import views as people
from people.api.stored_answers import known_answers
from people.choices import Custody
from people.models import Person
from tracker.figures.cases.people_with_cases import IN_CUSTODY, LONG_AGO, is_long_ago, last_possible_day
from tracker.figures.figure import (
    COUNT_SCHEMA,
    LINK,
    LINKED_COUNT,
    TEXT,
    Figure,
    ListOf,
    ids_with_link,
    link_to,
    object_schema,
    rows_schema,
    with_link,
)
from tracker.records.base.sources import Source
from tracker.records.read import queries
from tracker.records.read.corrections import shown_fields
from tracker.records.shapes.urls import api_url, resource, with_query

from .sourced import SUPPORTS, Sourced, refers

VIEWS = {
    resource(view.model()): view
    for module in (people, dialogues)
    for view in vars(module).values()
    if isinstance(view, type) and getattr(view, "shape", None) and view.model().cited
}
EVERYTHING = "all"
FEW = 10  # of fewer, no percentage is given
MOST_SOURCES = 100
PERCENT = {"type": ["integer", "null"], "minimum": 0, "maximum": 100}
NUMBERS = ("cited", "uncited", "stated", "inferred", "one_source", "several_sources", "contradicted")
KIND_OF_RECORD = {**TEXT, "enum": [*VIEWS]}
KIND_ROW = {
    "kind": {**TEXT, "enum": [EVERYTHING, *VIEWS]},
    "records": COUNT_SCHEMA,
    "url": LINK,
    **dict.fromkeys(NUMBERS, COUNT_SCHEMA),
    "uncited_url": LINK,
    "contradicted_url": LINK,
    "cited_percent": PERCENT,
}
FIELD_ROW = {
    "kind": KIND_OF_RECORD,
    "field": TEXT,
    **dict.fromkeys(("filled", "cited", "with_record", "uncited", "contradicted"), COUNT_SCHEMA),
    "url": LINK,
    "cited_percent": PERCENT,
}
SOURCE_ROW = {
    "source": object_schema({"id": TEXT, "title": TEXT, "url": TEXT}),
    "kind": KIND_OF_RECORD,
    "records": COUNT_SCHEMA,
    "url": LINK,
    **dict.fromkeys(("supported", "stated", "contradicted"), COUNT_SCHEMA),
}
TITLED = ListOf(Source, ("display_title",))
HELD = object_schema(
    {
        "held_when_last_reported": LINKED_COUNT,
        "more_than_180_days_ago": LINKED_COUNT,
        "oldest": {"type": ["string", "null"], "format": "date"},
    }
)


class Coverage(Figure):
    """How much of what is published is sourced, by kind of record, by field and by source."""

    address = "coverage"
    table = "kinds"
    schema_of = {
        "counts": TEXT,
        "kinds": {
            **rows_schema(KIND_ROW),
            "description": "cited: a source supports the record or a field of it. stated: a source states it;"
            " inferred: it only follows from sources. several_sources: independent ones, so not the same"
            " publisher, and no republications of one text. contradicted: a source contradicts it. No"
            f" percentage of fewer than {FEW}.",
        },
        "fields": {
            **rows_schema(FIELD_ROW),
            "description": "filled: the records of which this field says something. cited: a source supports"
            " this very field. with_record: a source supports only the record as a whole. uncited: neither."
            " contradicted: a source contradicts the field. The address is that of the citations of the"
            " field. Only fields with one value.",
        },
        "by_source": {
            **rows_schema(SOURCE_ROW),
            "description": f"The {MOST_SOURCES} sources that most records cite, each with these records by"
            " kind: supported by the source, stated by it, contradicted by it. A record can cite several.",
        },
        "custody": {
            **HELD,
            "description": "People who were held when last reported, and of how many the last report is"
            f" certainly from more than {LONG_AGO.days} days ago. oldest: the last day that the oldest of"
            " these reports can mean.",
        },
        "sources": LINKED_COUNT,
    }

    @classmethod
    def more_parameters(cls):
        about = "The conflict that the records belong to, by id or slug."
        return {
            **super().more_parameters(),
            "conflict": (about, {"type": "string", "minLength": 1}),
        }

    def computed(self):
        self.kinds = {kind: self.sourced(view) for kind, view in VIEWS.items()}
        kinds = [self.of_kind(*one) for one in self.kinds.items()]
        total = {name: sum(row[name] for row in kinds) for name in ("records", *NUMBERS)}
        links = dict.fromkeys(("url", "uncited_url", "contradicted_url"))
        cited = self.cited_by_source()
        return {
            "counts": "Published records that need a source, and the citations that readers see.",
            "kinds": [complete({"kind": EVERYTHING, **links, **total}), *map(complete, kinds)],
            "fields": [row for one in self.kinds.items() for row in self.of_fields(*one)],
            "by_source": self.of_sources(cited),
            "custody": self.custody(),
            "sources": ids_with_link(cited, Source),
        }

    @classmethod
    def in_short(cls, reader):
        """How many records there are and how many have a source, of all kinds and of each; and sources.

        Much less work than the figure.
        """
        made = cls.for_page(reader.user, {})
        kinds = {kind: made.seen(view.model()).count() for kind, view in VIEWS.items()}
        supported = (
            made.seen(view.model().citations.rel.related_model).filter(SUPPORTS) for view in VIEWS.values()
        )
        records = sum(kinds.values())
        cited = sum(rows.order_by().values("record").distinct().count() for rows in supported)
        return {
            "records": records,
            "cited": cited,
            "percent": percent(cited, records),
            "kinds": kinds,
            "sources": made.seen(Source).count(),
        }

    def asked(self):
        return {"conflict": self.given["conflict"]} if "conflict" in self.given else {}

    def rows(self, view):
        """The records of a kind, of the conflict if one is given."""
        return view.filterset_class(self.asked(), self.seen(view.model()), self.reader).matching()

    def sourced(self, view):
        return Sourced(self, self.rows(view), not self.asked(), self.visible)

    @cached_property
    def visible(self):
        """{model: the ids of its records} of the models that records refer to."""
        fields = (field for view in VIEWS.values() for field in shown_fields(view.model())[0])
        models = {Source, *(field.related_model for field in fields if refers(field))}
        return {model: queries.ids(self.seen(model)) for model in models}

    def of_kind(self, kind, found):
        """The numbers of one kind of record."""
        records, cited = found.filled[""], found.cited
        return {
            "kind": kind,
            "records": records,
            **{name: cited[name] for name in ("cited", "stated", "several_sources", "contradicted")},
            "uncited": records - cited["cited"],
            "inferred": cited["cited"] - cited["stated"],
            "one_source": cited["cited"] - cited["several_sources"],
            "url": link_to(found.model, **self.asked()),
            "uncited_url": found.uncited(),
            "contradicted_url": found.contradicted(),
        }

    def of_fields(self, kind, found):
        """Yields the numbers of each field with one value."""
        for name in (field.name for field in found.fields):
            filled, cited = found.filled[name], found.cited[f"about_{name}"]
            with_record = found.cited[f"with_{name}"]
            asked = {"record_type": kind, "field": name}
            yield {
                "kind": kind,
                "field": name,
                "filled": filled,
                "cited": cited,
                "with_record": with_record,
                "uncited": filled - cited - with_record,
                "contradicted": found.cited[f"against_{name}"],
                "url": None if self.asked() else api_url("citations/") + with_query(asked),
                "cited_percent": percent(cited, filled),
            }

    def cited_by_source(self):
        """{source: {kind: numbers}} of the records that cite it."""
        cited = defaultdict(dict)
        for kind, found in self.kinds.items():
            for row in found.by_source():
                cited[row.pop("source")][kind] = row
        return cited

    def of_sources(self, cited):
        """The sources that most records cite, with the numbers of each kind."""
        most = {pk: sum(row["records"] for row in kinds.values()) for pk, kinds in cited.items()}
        keys = sorted(most, key=lambda pk: (-most[pk], pk))[:MOST_SOURCES]
        rows = self.records(self.seen(Source).filter(pk__in=keys), TITLED)
        titles = {row["id"]: {**row, "title": row.pop("display_title")} for row in rows}
        return [self.of_source(titles[str(pk)], kind, row) for pk in keys for kind, row in cited[pk].items()]

    def of_source(self, source, kind, row):
        """The numbers of one kind of record of one source."""
        url = link_to(self.kinds[kind].model, source=source["id"], **self.asked())
        return {"source": source, "kind": kind, **row, "url": url}

    def custody(self):
        """Who was held when last reported, and since when nothing has been reported."""
        known = known_answers(self.reader)
        answers, dates = known.people[IN_CUSTODY], known.last_reported[IN_CUSTODY]
        wanted = [key for key, answer in answers.items() if answer == Custody.HELD_WHEN_LAST_REPORTED]
        rows = self.kinds[resource(Person)].rows.filter(pk__in=wanted)
        reported = {pk: dates[pk] for pk in rows.values_list("pk", flat=True)}
        days = [day for day in map(last_possible_day, reported.values()) if day]
        first = self.reader.days.first_start
        old = [pk for pk, edtf in reported.items() if is_long_ago(edtf, first)]
        filters = {"custody": Custody.HELD_WHEN_LAST_REPORTED, **self.asked()}
        return {
            "held_when_last_reported": with_link(len(reported), Person, **filters),
            "more_than_180_days_ago": ids_with_link(old, Person),
            "oldest": min(days).isoformat() if days else None,
        }


def complete(row):
    """The row with its percentage, in the order of the schema."""
    share = percent(row["cited"], row["records"])
    return {name: {**row, "cited_percent": share}[name] for name in KIND_ROW}


def percent(part, whole):
    """A percentage, rounded down; None of fewer than ten."""
    return 100 * part // whole if whole >= FEW else None
