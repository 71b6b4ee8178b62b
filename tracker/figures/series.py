"""Who took part in several dialogues: all together, each in time, and who returned."""

from collections import Counter

from django.conf import settings
from django.db.models import Count

from dialogues.api.filters import DialogueFilterSet, ParticipationFilterSet
from dialogues.choices import ABSENT, Naming, ParticipationRole
from dialogues.models import Dialogue, Participation
from people.models import Person
from tracker.records.read.pagination import Order
from tracker.records.shapes.fields import registry

from .figure import (
    COUNT_SCHEMA,
    LINK,
    LINKED_COUNT,
    TEXT,
    WITHHELD_BUCKET,
    ListOf,
    ids_with_link,
    link_to,
    object_schema,
    rows_schema,
)
from .participants import (
    BREAKDOWN,
    LABELS,
    NAMED_ONLY,
    OPTIONAL,
    PARTICIPANT_KINDS,
    SIDES_OF_EACH,
    TOTAL_SCHEMA,
    UNNAMED,
    People,
    all_together,
    breakdown,
    in_words,
    kind_totals,
    listed_at,
    open_dialogues,
    participant_totals,
    people_ranges,
    side_rows,
    sides_of_each,
)
from .representation import MAYBE, OUTLINE, Representation

MOST_DIALOGUES = 100
PARTICIPATIONS = "participations"  # the beginning of paths to them
OF_EACH = {
    **dict.fromkeys((*PARTICIPANT_KINDS, WITHHELD_BUCKET), LINKED_COUNT),
    "people_min": COUNT_SCHEMA,
    "people_max": OPTIONAL,
    "words": TEXT,
    "did_not_take_part": LINKED_COUNT,
    "sides": SIDES_OF_EACH,
}
TOO_FEW = "fewer than two open dialogues whose participants are recorded"
RETURNING = {
    **object_schema({"people": MAYBE, "of_people": LINKED_COUNT, "dialogues": LINKED_COUNT, "words": TEXT}),
    "description": "How many named people took part in at least two of the open dialogues, of how many named"
    " people in how many open dialogues whose participants are recorded. A series does not count beside its"
    " own meetings. Null: there are fewer than two such dialogues.",
}
DID_NOT_TAKE_PART = {
    **rows_schema({"role": TEXT, "label": TEXT, "count": COUNT_SCHEMA, "url": LINK}),
    "description": f"Those who did not take part, by role. {WITHHELD_BUCKET}: not classified.",
}


class SeriesFilterSet(DialogueFilterSet):
    """Filters by what is recorded about dialogues themselves.

    Who took part selects none: that would connect people through dialogues that were not open, and would
    leave out those whose names are withheld.
    """

    @classmethod
    def get_filters(cls):
        found = super().get_filters().items()
        return {name: one for name, one in found if PARTICIPATIONS not in one.path}


class SeriesRepresentation(Representation):
    """Who took part in several dialogues: in a series, of a conflict, in a period."""

    address = "representation"
    filters = SeriesFilterSet
    table = "dialogues"
    schema_of = {
        "counts": TEXT,
        "selected": LINKED_COUNT,
        "total": {
            **TOTAL_SCHEMA,
            "description": f"{TOTAL_SCHEMA['description']} All numbers are sums over the dialogues: whoever"
            " took part in two of them counts twice.",
        },
        "named_people": {**LINKED_COUNT, "description": "How many different people are named."},
        "breakdown": BREAKDOWN,
        "did_not_take_part": DID_NOT_TAKE_PART,
        "dialogues": ListOf(Dialogue, ("slug", *OUTLINE), OF_EACH),
        "more": {**COUNT_SCHEMA, "description": "How many earlier dialogues there are than those listed."},
        "returning": RETURNING,
        "sources": LINKED_COUNT,
    }

    def computed(self):
        dialogues = self.selection()
        rows = self.seen(Participation).filter(dialogue__in=dialogues.order_by().values("pk"))
        came, keys = rows.took_part(), self.in_time(dialogues)
        people = people_ranges(came)
        everyone = all_together([people.get(pk, People()) for pk in keys])
        scope = self.scope(keys)
        took_part = None if scope is None else {**scope, "took_part": "true"}
        shown = keys[:MOST_DIALOGUES]
        return {
            "counts": "Participations that are recorded for these dialogues.",
            "selected": {"count": len(keys), "url": link_to(Dialogue, **self.asked_filters())},
            "total": participant_totals(came, took_part, everyone),
            "named_people": self.different(came, "person", Person),
            "breakdown": breakdown(came, took_part, self.sides(came)),
            "did_not_take_part": self.refused(rows.did_not_take_part(), scope),
            "dialogues": self.each(shown, rows.filter(dialogue__in=shown), people),
            "more": len(keys) - len(shown),
            "returning": self.returning(dialogues, came),
            "sources": self.sources(dialogues, rows),
        }

    def in_time(self, dialogues):
        """The ids of the dialogues, the latest first."""
        newest = Order(registry.whole[Dialogue], "-start_date").by()
        return [*dialogues.order_by(*newest).values_list("pk", flat=True)]

    def asked_filters(self):
        return {name: value for name, value in self.given.items() if name in self.filters.base_filters}

    def scope(self, keys):
        """The filters of participations that select those of these dialogues, None if there are none."""
        asked = {of_participations(name): value for name, value in self.asked_filters().items()}
        if None not in asked:
            return asked
        few = 0 < len(keys) <= settings.MAX_VALUES
        return {"dialogue__in": ",".join(sorted(map(str, keys)))} if few else None

    def different(self, rows, name, model):
        """How many different records participations refer to."""
        keys = rows.exclude(**{name: None}).order_by().values_list(name, flat=True).distinct()
        return ids_with_link(keys, model)

    def refused(self, rows, scope):
        """Those who did not take part, by role."""
        named = Counter(rows.filter(naming=Naming.NAMED).values_list("role", flat=True))
        absent = None if scope is None else {**scope, "took_part": "false"}
        found = [
            {
                "role": role.value,
                "label": role.label,
                "count": named[role],
                "url": listed_at(absent, **NAMED_ONLY, role=role),
            }
            for role in map(ParticipationRole, ABSENT)
        ]
        withheld = {"count": rows.exclude(naming=Naming.NAMED).count()}
        head = {"role": WITHHELD_BUCKET, "label": LABELS[WITHHELD_BUCKET]}
        return [*found, {**head, **withheld, "url": listed_at(absent, naming__in=UNNAMED)}]

    def each(self, keys, rows, people):
        """These dialogues in time, each with its participants counted."""
        came = rows.took_part()
        sides = sides_of_each(came, self.sides(came))
        others = Counter(str(pk) for pk in rows.did_not_take_part().values_list("dialogue", flat=True))
        ranges = {str(pk): people.get(pk, People()) for pk in keys}
        found = self.records(self.seen(Dialogue).filter(pk__in=keys), self.schema_of["dialogues"])
        for row in found:
            pk = row["id"]
            kinds = sum(sides[pk].values(), Counter())
            took_part = {"dialogue": pk, "took_part": "true"}
            row.update(kind_totals(kinds, took_part))
            row["sides"] = side_rows(sides[pk], took_part)
            row["people_min"], row["people_max"] = ranges[pk]
            row["words"] = in_words(kinds[PARTICIPANT_KINDS[0]], *ranges[pk])
            url = listed_at({"dialogue": pk, "took_part": "false"})
            row["did_not_take_part"] = {"count": others[pk], "url": url}
        return found

    def returning(self, dialogues, came):
        """How many people took part in at least two of the open dialogues."""
        opened = open_dialogues(dialogues).order_by()
        meetings = opened.exclude(pk__in=opened.exclude(parent=None).values("parent"))
        rows = came.filter(dialogue__in=meetings.values("pk"))
        often = (
            rows.exclude(person=None).order_by().values("person").annotate(n=Count("dialogue", distinct=True))
        )
        people = ids_with_link(often.filter(n__gte=2).values_list("person", flat=True), Person)
        found = {
            "people": people,
            "of_people": self.different(rows, "person", Person),
            "dialogues": self.different(rows, "dialogue", Dialogue),
        }
        if found["dialogues"]["count"] < 2:
            return {
                **found,
                "people": None,
                "words": TOO_FEW,
            }
        return {**found, "words": returning_in_words(*(one["count"] for one in found.values()))}


def of_participations(name):
    """The filter of participations that does what this one does with dialogues, None if there is none."""
    own = {"id__in": "dialogue__in", "conflict": "conflict", "conflict__in": "conflict__in"}
    found = own.get(name, f"dialogue_{name}")
    return found if found in ParticipationFilterSet.base_filters else None


def returning_in_words(people, everyone, dialogues):
    named = f"{people or 'none'} of {everyone} named people"
    return f"{named} recorded in at least two of {dialogues} open dialogues whose participants are recorded"
