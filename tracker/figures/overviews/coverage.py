"""How much of what is published is sourced: stated or inferred, by one or by several independent sources."""

from collections import Counter, defaultdict
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, TextField, When
from django.db.models.functions import Cast, Lower

from dialogues.api import views as dialogues
from people.api import views as people
from people.api.case_facts import Found
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
    object_schema,
    rows_schema,
    with_link,
)
from tracker.records.base.sources import Source
from tracker.records.policy.visibility import Visible
from tracker.records.protocol.problems import BadParameters
from tracker.records.read.corrections import shown_fields
from tracker.records.read.views import AS_OF
from tracker.records.shapes.urls import api_url, resource
from tracker.records.values.codes.vocabularies import CitationBasis, Stance

VIEWS = {
    resource(view.model()): view
    for module in (people, dialogues)
    for view in vars(module).values()
    if isinstance(view, type) and getattr(view, "shape", None) and view.model().cited
}
EVERYTHING = "all"
FEW = 10  # of fewer, no percentage is given
MOST_SOURCES = 100
UP, UP_TWICE = "source__republication_of", "source__republication_of__republication_of"
NOT_SAID = ("unknown", "not_stated")  # the values of vocabularies that state nothing
PERCENT = {"type": ["integer", "null"], "minimum": 0, "maximum": 100}
NUMBERS = ("cited", "uncited", "stated", "inferred", "one_source", "several_sources", "contradicted")
KIND = {**TEXT, "enum": [*VIEWS]}
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
    "kind": KIND,
    "field": TEXT,
    **dict.fromkeys(("filled", "cited", "with_record", "uncited", "contradicted"), COUNT_SCHEMA),
    "url": LINK,
    "cited_percent": PERCENT,
}
SOURCE_ROW = {
    "source": object_schema({"id": TEXT, "title": TEXT, "url": TEXT}),
    "kind": KIND,
    "records": COUNT_SCHEMA,
    "url": LINK,
    **dict.fromkeys(("supported", "stated", "contradicted"), COUNT_SCHEMA),
}
STANCES = {
    "records": Q(),
    "supported": Q(stance=Stance.SUPPORTS),
    "stated": Q(stance=Stance.SUPPORTS, basis=CitationBasis.STATED),
    "contradicted": Q(stance=Stance.CONTRADICTS),
}
TITLED = ListOf(Source, ("title",))
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
        AS_OF: {**TEXT, "description": "The day of this answer."},
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
        kinds = [self.of_kind(view) for view in VIEWS.values()]
        total = {name: sum(row[name] for row in kinds) for name in ("records", *NUMBERS)}
        links = dict.fromkeys(("url", "uncited_url", "contradicted_url"))
        cited = self.cited_by_source()
        return {
            AS_OF: self.reader.days.text,
            "counts": "Published records that need a source, and the citations that readers see.",
            "kinds": [complete({"kind": EVERYTHING, **links, **total}), *map(complete, kinds)],
            "fields": [row for view in VIEWS.values() for row in self.of_fields(view)],
            "by_source": self.of_sources(cited),
            "custody": self.custody(),
            "sources": ids_with_link(cited, Source),
        }

    def asked(self):
        return {"conflict": self.given["conflict"]} if "conflict" in self.given else {}

    def rows(self, view):
        """The records of a kind, of the conflict if one is given."""
        filters = view.filterset_class(self.asked(), self.seen(view.model()), self.reader)
        if not filters.is_valid():
            raise BadParameters({name: " ".join(said) for name, said in filters.errors.items()})
        return filters.qs.order_by()

    def cited(self, view):
        """The citations of these records. Readers see no others, unless a conflict is given."""
        citations = self.seen(view.model().citations.rel.related_model).order_by()
        return citations.filter(record__in=self.rows(view).values("pk")) if self.asked() else citations

    def citing(self, view, stance):
        """A condition of records: a citation with this stance."""
        citations = self.seen(view.model().citations.rel.related_model).order_by()
        return Exists(citations.filter(record=OuterRef("pk"), stance=stance))

    # By kind of record.

    def of_kind(self, view):
        """The numbers of one kind of record."""
        model, rows = view.model(), self.rows(view)
        by_record = (
            self.cited(view)
            .filter(stance=Stance.SUPPORTS)
            .values("record")
            .annotate(
                states=Count("pk", filter=Q(basis=CitationBasis.STATED)),
                origins=Count(self.origin(), distinct=True),
            )
        )
        found = by_record.aggregate(
            cited=Count("record"),
            stated=Count("record", filter=Q(states__gt=0)),
            several_sources=Count("record", filter=Q(origins__gt=1)),
        )
        count = rows.count()
        uncited = rows.filter(~self.citing(view, Stance.SUPPORTS)).values_list("pk", flat=True)
        few = uncited[: settings.MAX_VALUES + 1]  # more than these have no address
        against = rows.filter(self.citing(view, Stance.CONTRADICTS)).values_list("pk", flat=True)
        contradicted = ids_with_link(against, model)
        return {
            "kind": resource(model),
            "records": count,
            **found,
            "uncited": count - found["cited"],
            "inferred": found["cited"] - found["stated"],
            "one_source": found["cited"] - found["several_sources"],
            "contradicted": contradicted["count"],
            "url": with_link(count, model, **self.asked())["url"],
            "uncited_url": ids_with_link(few, model)["url"],
            "contradicted_url": contradicted["url"],
        }

    def origin(self):
        """The text from which a citation's source comes: its publisher or, if it is not known, itself.

        Of a republication, that of the text that it repeats, as far as the reader sees it.
        """
        seen = self.seen(Source).order_by().values("pk")
        once = Q(**{f"{UP}__in": seen})
        twice = once & Q(**{f"{UP_TWICE}__in": seen})
        return Case(
            When(twice, then=publisher(UP_TWICE)),
            When(once, then=publisher(UP)),
            default=publisher("source"),
            output_field=TextField(),
        )

    # By field.

    def of_fields(self, view):
        """The numbers of each field with one value of one kind of record."""
        fields = shown_fields(view.model())[0]
        filled = self.rows(view).aggregate(
            **{field.name: Count("pk", filter=self.says(field)) for field in fields}
        )
        cited = self.citations_by_field(view, fields)
        return [self.of_field(view, field.name, filled[field.name], cited) for field in fields]

    def citations_by_field(self, view, fields):
        """{about_<field>, with_<field>, against_<field>: the number of records}, see `FIELD_ROW`."""
        supports, whole = Q(stance=Stance.SUPPORTS), Q(field="")
        each = {"whole": BoolOr(supports & whole)}
        counted = {}
        for name, own in ((field.name, self.says(field, "record__")) for field in fields):
            here = Q(field=name)
            each[f"own_{name}"] = BoolOr(here & supports & own)
            each[f"rest_{name}"] = BoolOr(own)
            each[f"not_{name}"] = BoolOr(here & Q(stance=Stance.CONTRADICTS))
            about, only_whole = Q(**{f"own_{name}": True}), Q(**{f"rest_{name}": True}, whole=True)
            counted[f"about_{name}"] = Count("record", filter=about)
            counted[f"with_{name}"] = Count("record", filter=only_whole & ~about)
            counted[f"against_{name}"] = Count("record", filter=Q(**{f"not_{name}": True}))
        return self.cited(view).values("record").annotate(**each).aggregate(**counted)

    def says(self, field, prefix=""):
        """A condition: the field says something that the reader sees."""
        name = f"{prefix}{field.name}"
        if field.is_relation and issubclass(field.related_model, Visible):
            return Q(**{f"{name}__in": self.seen(field.related_model).order_by().values("pk")})
        if field.null:
            return Q(**{f"{name}__isnull": False})
        if isinstance(field, BooleanField):
            return Q(**{name: True})
        if isinstance(field, ArrayField):
            return ~Q(**{name: []})
        nothing = ["", *(slug for slug, _ in field.choices or () if slug in NOT_SAID)]
        return ~Q(**{f"{name}__in": nothing})

    def of_field(self, view, name, filled, cited):
        kind = resource(view.model())
        about, with_record = cited[f"about_{name}"], cited[f"with_{name}"]
        asked = {"record_type": kind, "field": name}
        return {
            "kind": kind,
            "field": name,
            "filled": filled,
            "cited": about,
            "with_record": with_record,
            "uncited": filled - about - with_record,
            "contradicted": cited[f"against_{name}"],
            "url": None if self.asked() else f"{api_url('citations/')}?{urlencode(asked)}",
            "cited_percent": percent(about, filled),
        }

    # By source.

    def cited_by_source(self):
        """{source: {view: numbers}} of the records that cite it."""
        found = defaultdict(dict)
        for view in VIEWS.values():
            by_source = self.cited(view).values("source")
            rows = by_source.annotate(
                **{name: Count("record", filter=stance, distinct=True) for name, stance in STANCES.items()}
            )
            for row in rows:
                found[row.pop("source")][view] = row
        return found

    def of_sources(self, cited):
        """The sources that most records cite, with the numbers of each kind."""
        most = Counter({pk: sum(row["records"] for row in kinds.values()) for pk, kinds in cited.items()})
        keys = sorted(most, key=lambda pk: (-most[pk], pk))[:MOST_SOURCES]
        titles = {row["id"]: row for row in self.records(self.seen(Source).filter(pk__in=keys), TITLED)}
        return [self.of_source(titles[str(pk)], view, row) for pk in keys for view, row in cited[pk].items()]

    def of_source(self, source, view, row):
        """The numbers of one kind of record of one source."""
        url = with_link(0, view.model(), source=source["id"], **self.asked())["url"]
        return {"source": source, "kind": resource(view.model()), **row, "url": url}

    def custody(self):
        """Who was held when last reported, and since when nothing has been reported."""
        known = Found.by(self.reader)
        answers, dates = known.people[IN_CUSTODY], known.last_reported[IN_CUSTODY]
        wanted = [key for key, answer in answers.items() if answer == Custody.HELD_WHEN_LAST_REPORTED]
        rows = self.rows(people.PersonViewSet).filter(pk__in=wanted).values_list("pk", flat=True)
        reported = {pk: dates[pk] for pk in rows}
        days = [day for day in map(last_possible_day, reported.values()) if day]
        first = self.reader.days.first_start
        old = [pk for pk, edtf in reported.items() if is_long_ago(edtf, first)]
        filters = {"custody": Custody.HELD_WHEN_LAST_REPORTED, **self.asked()}
        return {
            "held_when_last_reported": with_link(len(reported), Person, **filters),
            "more_than_180_days_ago": ids_with_link(old, Person),
            "oldest": min(days).isoformat() if days else None,
        }


def publisher(path):
    """The publisher of a source in lower case, else its id."""
    name = f"{path}__publisher"
    own = Cast(F(f"{path}__pk"), TextField())
    return Case(When(~Q(**{name: ""}), then=Lower(name)), default=own, output_field=TextField())


def complete(row):
    """The row with its percentage, in the order of the schema."""
    share = percent(row["cited"], row["records"])
    return {name: {**row, "cited_percent": share}[name] for name in KIND_ROW}


def percent(part, whole):
    """A percentage, rounded down; None of fewer than ten."""
    return 100 * part // whole if whole >= FEW else None
