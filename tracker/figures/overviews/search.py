"""Everything with a name or title in one list."""

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper, Q

from dialogues.models import ContextEvent, Dialogue, Question, Statement
from people.models import (
    Conflict,
    Organization,
    OrganizationName,
    PersecutionCase,
    Person,
    PersonName,
)
from tracker.figures.figure import COUNT_SCHEMA, LINK, TEXT, Figure, object_schema, rows_schema, with_link
from tracker.records.base.places import Place
from tracker.records.base.sources import Source
from tracker.records.protocol.problems import BadParameters
from tracker.records.read.filters.values import LONGEST_TEXT, WordsField
from tracker.records.shapes.urls import record_url, resource
from tracker.records.values.names import fold, tokens

MOST_FOUND = 50
NAMED = (
    *(Person, Organization, Dialogue, PersecutionCase, Statement, Question),
    *(Conflict, ContextEvent, Place, Source),
)
OTHER_NAMES = {Person: PersonName, Organization: OrganizationName}
EXACT, BEGINS = "exact", "begins"
HIT = {
    "kind": {**TEXT, "enum": [resource(model) for model in NAMED]},
    "id": TEXT,
    "url": TEXT,
    "name": TEXT,
    "matched": {
        **object_schema({"name": TEXT, "how": {**TEXT, "enum": [EXACT, BEGINS]}}),
        "description": "The name that was found. exact: in some spelling or script, it is what was asked for."
        " begins: words in it begin so.",
    },
}


class Search(Figure):
    """Everything with a name or title that has words beginning like these, in any spelling or script."""

    address = "search"
    table = "results"
    schema_of = {
        "counts": TEXT,
        "kinds": rows_schema({"kind": HIT["kind"], "count": COUNT_SCHEMA, "url": LINK}),
        "results": {**rows_schema(HIT), "description": f"At most {MOST_FOUND}, exact ones first."},
    }

    @classmethod
    def more_parameters(cls):
        words = "Start of words in a name or title, in any spelling or script."
        return {
            **super().more_parameters(),
            "q": (words, {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}),
        }

    def computed(self):
        asked = self.words() if "q" in self.given else ""
        found = {model: self.seen(model).matching(asked, self.reader.user).order_by() for model in NAMED}
        hits = [hit for model, rows in found.items() for hit in self.hits(model, rows, asked)]
        hits.sort(key=lambda one: one["matched"]["how"] != EXACT)
        return {
            "counts": "Records with a name or title that readers see.",
            "kinds": [self.of_kind(model, rows, asked) for model, rows in found.items()],
            "results": hits[:MOST_FOUND],
        }

    def words(self):
        """What is searched for; BadParameters if it is too long."""
        field = WordsField(required=False, max_length=LONGEST_TEXT)
        try:
            return field.clean(self.given["q"])
        except ValidationError as error:
            raise BadParameters({"q": " ".join(error.messages)}) from None

    def of_kind(self, model, rows, asked):
        """How many records of a kind are found, with their list."""
        linked = with_link(rows.count(), model, q=asked) if asked else {"count": 0, "url": None}
        return {"kind": resource(model), **linked}

    def hits(self, model, rows, asked):
        """The first of these records, exact ones first, each with the name that was found."""
        if not asked:
            return []
        column = "name" if model.label_field == "name" else "title"
        exact = Q(**{f"{column}_folded": fold(asked)})
        if model in OTHER_NAMES:
            exact |= Q(pk__in=self.seen(OTHER_NAMES[model]).filter(text_folded=fold(asked)).values("record"))
        same = ExpressionWrapper(exact, output_field=BooleanField())
        found = [*rows.annotate(same=same).order_by("-same", f"{column}_sort", "pk")[:MOST_FOUND]]
        others = self.other_names(model, found)
        return [hit(record, others.get(record.pk, ()), asked) for record in found]

    def other_names(self, model, records):
        """{id: other names} of the records, as far as the reader sees them."""
        found = {}
        if model is ContextEvent:
            return {record.pk: record.other_titles for record in records}
        if model in OTHER_NAMES:
            rows = self.seen(OTHER_NAMES[model]).filter(record__in=records).order_by("pk")
            for key, text in rows.values_list("record", "text"):
                found.setdefault(key, []).append(text)
        return found


def hit(record, others, asked):
    """A record that was found, and which of its names fits best."""
    name = min((record.label, *others), key=lambda one: distance(one, asked))
    return {
        "kind": resource(type(record)),
        "id": str(record.pk),
        "url": record_url(type(record), record.pk),
        "name": record.label,
        "matched": {"name": name, "how": EXACT if fold(name) == fold(asked) else BEGINS},
    }


def distance(name, asked):
    """Sort key: the same name first, then the one in which most of the words are found."""
    words = tokens(name)
    found = sum(any(word.startswith(one) for word in words) for one in tokens(asked))
    return fold(name) != fold(asked), -found
