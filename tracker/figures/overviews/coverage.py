"""How much of what is published is sourced: stated or inferred, by one or by several independent sources."""

import json
from datetime import date, timedelta

from django.db.models import Case, Count, F, Q, TextField, When
from django.db.models.functions import Cast, Lower

from dialogues.api import views as dialogues
from people.api import views as people
from people.api.case_facts import Found, as_text, facts_of_person, person_as_of
from people.choices import Custody
from people.models import Person
from tracker.figures.figure import (
    COUNT_SCHEMA,
    LINK,
    LINKED_COUNT,
    TEXT,
    Figure,
    ids_with_link,
    object_schema,
    rows_schema,
    with_link,
)
from tracker.records.base.sources import Source
from tracker.records.protocol.problems import BadParameters
from tracker.records.read.views import AS_OF
from tracker.records.shapes.urls import resource
from tracker.records.values.codes.vocabularies import CitationBasis, Stance
from tracker.records.values.dates.partial_dates import understand

VIEWS = {
    resource(view.model()): view
    for module in (people, dialogues)
    for view in vars(module).values()
    if isinstance(view, type) and getattr(view, "shape", None) and view.model().cited
}
EVERYTHING = "all"
LONG_AGO = timedelta(days=180)
FEW = 10  # of fewer, no percentage is given
UP, UP_TWICE = "source__republication_of", "source__republication_of__republication_of"
PERCENT = {"type": ["integer", "null"], "minimum": 0, "maximum": 100}
NUMBERS = ("cited", "uncited", "stated", "inferred", "one_source", "several_sources", "contradicted")
KIND_ROW = {
    "kind": {**TEXT, "enum": [EVERYTHING, *VIEWS]},
    "records": COUNT_SCHEMA,
    "url": LINK,
    **dict.fromkeys(NUMBERS, COUNT_SCHEMA),
    "uncited_url": LINK,
    "contradicted_url": LINK,
    "cited_percent": PERCENT,
}
HELD = object_schema(
    {
        "held_when_last_reported": LINKED_COUNT,
        "more_than_180_days_ago": LINKED_COUNT,
        "oldest": {"type": ["string", "null"], "format": "date"},
    }
)


class Coverage(Figure):
    """How much of what is published is sourced, by kind of record."""

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
        "custody": {
            **HELD,
            "description": "People who were held when last reported, and of how many the last report is more"
            " than 180 days ago. oldest: the last day that the oldest of these reports can mean.",
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
        sources = set().union(
            *(
                self.cited(view).order_by().values_list("source", flat=True).distinct()
                for view in VIEWS.values()
            )
        )
        total = {name: sum(row[name] for row in kinds) for name in ("records", *NUMBERS)}
        links = dict.fromkeys(("url", "uncited_url", "contradicted_url"))
        return {
            AS_OF: self.reader.days.text,
            "counts": "Published records that need a source, and the citations that readers see.",
            "kinds": [complete({"kind": EVERYTHING, **links, **total}), *map(complete, kinds)],
            "custody": self.custody(),
            "sources": ids_with_link(sources, Source),
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
        """The citations of a kind of record."""
        citations = self.seen(view.model().citations.rel.related_model).order_by()
        return citations.filter(record__in=self.rows(view).values("pk"))

    def of_kind(self, view):
        """The numbers of one kind of record."""
        model, rows, cited = view.model(), self.rows(view), self.cited(view)
        supports = cited.filter(stance=Stance.SUPPORTS)
        by_record = supports.values("record").annotate(
            states=Count("pk", filter=Q(basis=CitationBasis.STATED)),
            origins=Count(self.origin(), distinct=True),
        )
        found = by_record.aggregate(
            cited=Count("record"),
            stated=Count("record", filter=Q(states__gt=0)),
            several_sources=Count("record", filter=Q(origins__gt=1)),
        )
        count = rows.count()
        uncited = rows.exclude(pk__in=supports.values("record"))
        contradicted = rows.filter(pk__in=cited.filter(stance=Stance.CONTRADICTS).values("record"))
        against = ids_with_link(contradicted.values_list("pk", flat=True), model)
        return {
            "kind": resource(model),
            "records": count,
            **found,
            "uncited": count - found["cited"],
            "inferred": found["cited"] - found["stated"],
            "one_source": found["cited"] - found["several_sources"],
            "contradicted": against["count"],
            "url": with_link(count, model, **self.asked())["url"],
            "uncited_url": ids_with_link(uncited.values_list("pk", flat=True), model)["url"],
            "contradicted_url": against["url"],
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

    def custody(self):
        """Who was held when last reported, and since when nothing has been reported."""
        known = Found.by(self.reader).people["custody"]
        wanted = [key for key, answer in known.items() if answer == Custody.HELD_WHEN_LAST_REPORTED]
        rows = self.rows(people.PersonViewSet).filter(pk__in=wanted)
        facts = rows.values_list("pk", as_text(facts_of_person(self.reader)))
        reported = {pk: self.last_reported(json.loads(text)) for pk, text in facts}
        today = self.reader.days.first_start
        dated = {pk: day for pk, day in reported.items() if day}
        filters = {"custody": Custody.HELD_WHEN_LAST_REPORTED, **self.asked()}
        return {
            "held_when_last_reported": with_link(len(reported), Person, **filters),
            "more_than_180_days_ago": ids_with_link(
                [pk for pk, day in dated.items() if today - day > LONG_AGO], Person
            ),
            "oldest": min(dated.values()).isoformat() if dated else None,
        }

    def last_reported(self, facts):
        """The last possible day of the fact that supports the answer; None if it is open."""
        told = person_as_of(facts, self.reader)["custody"]["last_reported"]
        dated = told and told["latest"] and understand(told["edtf"]).sure  # a doubtful date proves nothing
        return date.fromisoformat(told["latest"]) if dated else None


def publisher(path):
    """The publisher of a source in lower case, else its id."""
    name = f"{path}__publisher"
    own = Cast(F(f"{path}__pk"), TextField())
    return Case(When(~Q(**{name: ""}), then=Lower(name)), default=own, output_field=TextField())


def complete(row):
    """The row with its percentage, in the order of the schema."""
    share = 100 * row["cited"] // row["records"] if row["records"] >= FEW else None
    return {name: {**row, "cited_percent": share}[name] for name in KIND_ROW}
