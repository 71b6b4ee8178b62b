"""How the records of one kind are sourced, by the citations that the reader sees."""

from functools import cached_property

from django.conf import settings
from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, TextField, When
from django.db.models.functions import Cast, Lower

from tracker.figures.figure import ids_with_link
from tracker.records.base.sources import Source
from tracker.records.policy.visibility import Visible
from tracker.records.read import queries
from tracker.records.read.corrections import shown_fields
from tracker.records.values.codes.vocabularies import CitationBasis, Stance

NOT_SAID = ("unknown", "not_stated")  # the values of vocabularies that state nothing
UP, UP_TWICE = "source__republication_of", "source__republication_of__republication_of"
SUPPORTS, CONTRADICTS = Q(stance=Stance.SUPPORTS), Q(stance=Stance.CONTRADICTS)
STATES = SUPPORTS & Q(basis=CitationBasis.STATED)
STANCES = {"records": Q(), "supported": SUPPORTS, "stated": STATES, "contradicted": CONTRADICTS}


class Sourced:
    """The records of one kind that a reader sees, and their citations, counted.

    `rows` are the records; `every`: they are all of their kind, so that their citations need no condition.
    `visible` has the ids of the records of each model that these refer to, as subqueries.
    """

    def __init__(self, figure, rows, every, visible):
        self.figure, self.rows, self.model, self.visible = figure, rows.order_by(), rows.model, visible
        self.fields = shown_fields(self.model)[0]
        self.citations = figure.seen(self.model.citations.rel.related_model).order_by()
        if not every:
            self.citations = self.citations.filter(record__in=queries.ids(rows))

    @cached_property
    def filled(self):
        """{field: how many records say something in it, "": how many records there are}."""
        counted = {field.name: Count("pk", filter=self.says(field)) for field in self.fields}
        found = self.rows.aggregate(number_of_records=Count("pk"), **counted)
        return {"": found.pop("number_of_records"), **found}

    @cached_property
    def cited(self):
        """The numbers of records that are cited, stated, from several sources or contradicted; and
        {about_<field>, with_<field>, against_<field>}: see `FIELD_ROW`."""
        each = {
            "is_cited": BoolOr(SUPPORTS),
            "is_stated": BoolOr(STATES),
            "is_contradicted": BoolOr(CONTRADICTS),
            "is_whole": BoolOr(SUPPORTS & Q(field="")),
            "origins": Count(self.origin(), filter=SUPPORTS, distinct=True),
        }
        counted = {
            "cited": "is_cited",
            "stated": "is_stated",
            "contradicted": "is_contradicted",
            "several_sources": "origins > 1",
        }
        for name, says in ((field.name, self.says(field, "record__")) for field in self.fields):
            here = Q(field=name)
            each[f"own_{name}"] = BoolOr(here & SUPPORTS & says)
            each[f"filled_{name}"] = BoolOr(says)
            each[f"not_{name}"] = BoolOr(here & CONTRADICTS)
            counted[f"about_{name}"] = f"own_{name}"
            counted[f"with_{name}"] = f"filled_{name} AND is_whole AND own_{name} IS NOT TRUE"
            counted[f"against_{name}"] = f"not_{name}"
        return numbers(self.citations.values("record").annotate(**each), counted)

    def says(self, field, prefix=""):
        """A condition: the field says something that the reader sees."""
        name = f"{prefix}{field.name}"
        if refers(field):
            return Q(**{f"{name}__in": self.visible[field.related_model]})
        if field.null:
            return Q(**{f"{name}__isnull": False})
        if isinstance(field, BooleanField):
            return Q(**{name: True})
        if isinstance(field, ArrayField):
            return ~Q(**{name: []})
        nothing = ["", *(slug for slug, _ in field.choices or () if slug in NOT_SAID)]
        return ~Q(**{f"{name}__in": nothing})

    def origin(self):
        """The text from which a citation's source comes: its publisher or, if it is not known, itself.

        Of a republication, that of the text that it repeats, as far as the reader sees it.
        """
        once = Q(**{f"{UP}__in": self.visible[Source]})
        twice = once & Q(**{f"{UP_TWICE}__in": self.visible[Source]})
        return Case(
            When(twice, then=publisher(UP_TWICE)),
            When(once, then=publisher(UP)),
            default=publisher("source"),
            output_field=TextField(),
        )

    def by_source(self):
        """Yields {source, and the number of records of each of STANCES} of each source."""
        counted = {name: Count("record", filter=one, distinct=True) for name, one in STANCES.items()}
        yield from self.citations.values("source").annotate(**counted)

    # Lists.

    def uncited(self):
        """The address of the records that no source supports. None if there are none, or too many."""
        if self.filled[""] == self.cited["cited"]:
            return None
        keys = self.rows.filter(~self.citing(SUPPORTS)).values_list("pk", flat=True)
        return ids_with_link(keys[: settings.MAX_VALUES + 1], self.model)["url"]

    def contradicted(self):
        """The address of the records that a source contradicts. None if there are none, or too many."""
        if not self.cited["contradicted"]:
            return None
        keys = self.rows.filter(self.citing(CONTRADICTS)).values_list("pk", flat=True)
        return ids_with_link(keys[: settings.MAX_VALUES + 1], self.model)["url"]

    def citing(self, stance):
        """A condition of records: a citation with this stance."""
        return Exists(self.citations.filter(stance, record=OuterRef("pk")))


def numbers(rows, conditions):
    """{name: how many rows meet a condition on their columns}. Django's `aggregate` is slow for so many."""
    inner = queries.compiled(rows)
    outer = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {outer} FROM ({inner.sql}) AS counted", inner.params)
        return dict(zip(conditions, cursor.fetchone(), strict=True))


def refers(field):
    """Whether a field refers to a record that the reader may not see."""
    return field.is_relation and issubclass(field.related_model, Visible)


def publisher(path):
    """The publisher of a source in lower case, else its id."""
    name = f"{path}__publisher"
    own = Cast(F(f"{path}__pk"), TextField())
    return Case(When(~Q(**{name: ""}), then=Lower(name)), default=own, output_field=TextField())
