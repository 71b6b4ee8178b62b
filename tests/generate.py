"""A small world for tests: records of every model in every state, tied to each other, each time alike.

Most of it is public, so that readers find something; every kind of date, of text and of missing value
occurs.
"""

from collections import defaultdict
from contextlib import suppress
from itertools import product
from random import Random
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from dialogues import models as dialogues
from dialogues.choices import ASSESSMENT_VALUES, Naming
from people import models as people
from people.choices import CaseEventKind
from tests import make
from tracker.records.base import citations, places, record, rival_values, sources
from tracker.records.read.filters.values import PERIODS
from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.texts.text import tidied

PUBLIC = (Publication.PUBLISHED, Confidentiality.PUBLIC)
STATES = [*product(Publication, Confidentiality), *[PUBLIC] * 8]
MODELS = [  # what others point at comes first
    *[model for model in make.BUILDERS if model not in (dialogues.Statement, dialogues.StatementRelation)],
    dialogues.Statement,
    dialogues.StatementRelation,
]
DATES = (
    *("", "", "2024-02-10", "2024-22", "2024-24", "2024", "2025-02-10", "2025-06", "2025-10-31", "2025-10"),
    *("2025-XX", "2025-10-XX", "202X", "20XX", "199X", "2023?", "2024-06~", "2025-06-15%"),
    *("2024-06/2024-08", "2025-10-01/2025-11-30", "2025-06/..", "2024-05/", "../2024-06", "/2025-02-10"),
)
TEXTS = (
    *("", "", "plain", 'a "quoted" word', "100 % of it, %s, {}", "it's", "back\\slash", "two\nlines\ttab"),
    *(
        "Səmədov Bəhruz",
        "Самедов",
        "Սամադով",
        "<b>&amp;</b>",
        "=1+1",
        "emoji 🕊",
        "-",
        "null",
        "line\nbreak",
    ),
)
LINES = tuple(dict.fromkeys(tidied(text, lines=False) for text in TEXTS))  # as a short text keeps them
CODES = {
    "language": ("", "en", "az-Latn"),
    "lang": ("", "en"),
    "country": ("", "AM", "AZ"),
    "jurisdiction": ("", "AZ"),
}


class World:
    """`rows` has what was made, by model."""

    def __init__(self, seed=1, states=STATES, cleared=None):
        self.random, self.states, self.cleared = Random(seed), states, cleared
        self.rows = defaultdict(list)
        self.liked = is_public

    def build(self):
        for model in MODELS:
            for publication, confidentiality in self.states:
                self.add(model, publication, confidentiality)
        return self

    def id(self):
        return UUID(int=self.random.getrandbits(128), version=4)

    def any(self, model, **given):
        """A row of a model with these attributes, or None; more often one that is `liked` than not."""
        rows = [
            row
            for row in self.rows[model]
            if all(getattr(row, name) == value for name, value in given.items())
        ]
        liked = [row for row in rows if self.liked(row)]
        some = liked if liked and self.random.random() < 0.85 else rows
        return self.random.choice(some) if some else None

    def other(self, row):
        """Another row of the same model; more often one that is `liked` than not."""
        rows = [one for one in self.rows[type(row)] if one != row]
        liked = [one for one in rows if self.liked(one)]
        return self.random.choice(liked if liked and self.random.random() < 0.85 else rows)

    def add(self, model, publication, confidentiality, **given):
        """A record with these values, its parts and its citations."""
        lists = [field for field in model._meta.many_to_many if field.name != "cleared"]
        cleared = [self.cleared] if self.cleared and self.random.random() < 0.5 else []
        row = make.record(
            model,
            id=self.id(),
            cited=False,
            publication=publication,
            confidentiality=confidentiality,
            **self.fields(model),
            cleared=cleared,
            **given,
            **{field.name: self.several(field.related_model) for field in lists},
        )
        self.rows[model].append(row)
        for _ in range(self.random.randint(1, 3) if row.cited else 0):
            self.part(row, "citations", **self.citation(model))
        for name, parts in PARTS.get(model, {}).items():
            for fields in parts(self):
                self.part(row, name, **fields)
        return row

    def part(self, row, relation, /, **fields):
        """A part of a record, stored without its `save`: many of them would take long."""
        model = getattr(row, relation).model
        model.objects.bulk_create([model(id=self.id(), record=row, **fields)])

    def several(self, model):
        found = {self.any(model) for _ in range(self.random.randint(0, 3))} - {None}
        return sorted(found, key=lambda row: row.pk)

    def citation(self, model):
        inferred = self.random.random() < 0.3 and model is not people.Occupation
        basis = {"basis": "inferred", "reasoning": "It follows."} if inferred else {}
        said = {"source": self.any(sources.Source), "quotation": self.random.choice(TEXTS), **basis}
        return {**said, **self.about(model)}

    def about(self, model):
        """Which field a citation is about, if it is about one; it may have another value of it."""
        names = sorted(citations.citable_fields(model))
        name = self.random.choice(["", *names[:3], self.random.choice(names)])
        column = rival_values.column_of(model, name) if name else None
        if column is None or self.random.random() < 0.5:
            return {"field": name}
        value = rival_of(self.random, column)
        stance = {"stance": "contradicts"} if value or self.random.random() < 0.5 else {}
        return {"field": name, **stance, "value": value}

    def fields(self, model):
        """Values for the columns of a model that satisfy its constraints."""
        fields = {
            field.name: self.value(field)
            for field in model._meta.concrete_fields
            if field.editable and field.name not in HOUSEKEEPING
        }
        fields = {name: value for name, value in fields.items() if value is not KEEP}
        for start, end in PERIODS:
            if end in fields and reversed_(model, start, end, fields):
                fields[end] = ""
        return {**fields, **SPECIAL.get(model, lambda world, fields: {})(self, fields)}

    def value(self, field):
        """A value for a column."""
        if isinstance(field, models.ForeignKey):
            missing = field.null and self.random.random() < 0.3
            return None if missing or field.related_model is people.Side else self.any(field.related_model)
        if isinstance(field, ArrayField):
            texts = [slug for slug, _ in field.base_field.choices or [("AZ", ""), ("AM", "")]]
            return self.random.sample(texts, self.random.randint(0, 2))
        if field.name in ("name", "title"):
            return f"{self.random.choice(LINES) or 'Untold'} {len(self.rows[field.model])}"
        return self.random.choice(values(field))


def rival_of(random, column):
    """A value that a source may have instead, in the form in which it is kept."""
    inner = column.base_field if isinstance(column, ArrayField) else column
    found = random.choice(values(inner))
    with suppress(ValidationError):  # a text is no code
        return "" if found in (None, "", KEEP) else rival_values.normalized(column, str(found))
    return ""


def is_public(row):
    return (row.publication, row.confidentiality) == PUBLIC


KEEP = object()  # leave the model's default


def values(field):
    """What a column may hold."""
    kinds = {
        PartialDateField: DATES,
        models.URLField: (KEEP,),
        models.DecimalField: (KEEP,),
        models.DateTimeField: (KEEP,),
        models.BooleanField: (None, True, False) if field.null else (True, False),
        models.IntegerField: (None, 0, 1, 180),
    }
    if field.choices:
        return [slug for slug, _ in field.choices]
    given = CODES.get(field.name, TEXTS if isinstance(field, models.TextField) else LINES)
    return next((choice for kind, choice in kinds.items() if isinstance(field, kind)), given)


HOUSEKEEPING = {field.name for field in record.Record._meta.concrete_fields}


def reversed_(model, start, end, fields):
    """Whether the end is certainly before the start."""
    row = model(**{start: fields[start], end: fields[end]})
    first, last = getattr(row, f"{start}_earliest"), getattr(row, f"{end}_latest")
    return bool(first and last and last < first)


def source(world, fields):
    number = len(world.rows[sources.Source])
    return {
        "title": "" if number % 4 == 0 else fields["title"],
        "source_url": f"https://example.org/{number}" if number % 3 else "",
        "archived_at": "2025-12-10T11:22:33.000044Z" if number % 2 else None,
    }


def place(world, fields):
    known = world.random.random() < 0.5
    return {"latitude": "40.18", "longitude": "-44.51385"} if known else {}


def case(world, fields):
    organization = fields["organization"] if world.random.random() < 0.3 else None
    person = None if organization else fields["person"] or world.any(people.Person)
    return {"person": person, "organization": organization}


def case_relation(world, fields):
    return {"related_case": world.other(fields["case"])}


def case_actor(world, fields):
    who = world.random.choice(("person", "organization"))
    others = {"person": None, "organization": None, "event": world.any(people.CaseEvent, case=fields["case"])}
    return {**others, who: world.any(people.CaseActor._meta.get_field(who).related_model)}


def recognition(world, fields):
    return {"recognized_by": "" if fields["organization"] else "the parliament"}


def case_event(world, fields):
    within = {
        f"suspended_{unit}": min(fields[f"suspended_{unit}"] or 0, fields[f"term_{unit}"] or 0)
        for unit in ("months", "days")
    }
    appeal = fields["kind"] == CaseEventKind.APPEAL_DECIDED
    return {**within, **({} if appeal else {"outcome": ""})}


KINDS = ("group", "person", "organization", Naming.PSEUDONYM, "person", Naming.WITHHELD, "person")


def participation(world, fields):
    nobody = {"person": None, "organization": None, "group_label": "", "pseudonym": "", "affiliation": None}
    counts = dict.fromkeys(("count_min", "count_max", "women_min", "women_max"))
    blank = {**nobody, **counts, "member_of": None, "side": None}
    kind = KINDS[len(world.rows[dialogues.Participation]) % len(KINDS)]
    if kind in (Naming.PSEUDONYM, Naming.WITHHELD):
        return {**blank, "naming": kind, "pseudonym": "A." if kind == Naming.PSEUDONYM else ""}
    if kind == "group":
        return {
            **blank,
            "naming": "named",
            "group_label": "a delegation",
            "count_min": 5,
            "count_max": None,
            "women_min": 0,
        }
    if kind == "organization":
        return {**blank, "naming": "named", "organization": world.any(people.Organization)}
    groups = [row for row in world.rows[dialogues.Participation] if row.group_label]
    group = world.random.choice([None, *groups])
    dialogue = group.dialogue if group else fields["dialogue"]
    taken = {row.person for row in world.rows[dialogues.Participation] if row.dialogue == dialogue}
    free = [row for row in world.rows[people.Person] if row not in taken]
    if not free:  # nobody is entered twice for a dialogue
        return {**blank, "naming": "named", "organization": world.any(people.Organization)}
    person = world.any(people.Person)
    person = person if person in free else world.random.choice(free)
    return {
        **blank,
        "naming": "named",
        "person": person,
        "affiliation": world.any(people.Affiliation, person=person),
        "member_of": group,
        "dialogue": dialogue,
        "side": people.Side.objects.filter(record=dialogue.conflict).first(),
        "no_side": False,
    }


def dialogue(world, fields):
    low, high = sorted(fields[name] or 0 for name in ("meetings_min", "meetings_max"))
    return {"meetings_min": low, "meetings_max": high or None}


def assessment(world, fields):
    groups = [row for row in world.rows[dialogues.Participation] if row.group_label]
    about, by = (
        world.random.choice(("person", "organization", "participation")),
        world.random.choice(("person", "organization")),
    )
    wanted = {
        **dict.fromkeys(
            ("person", "organization", "participation", "assessor_person", "assessor_organization")
        ),
        f"assessor_{by}": world.any(people.Person if by == "person" else people.Organization),
    }
    found = (
        world.random.choice(groups)
        if about == "participation"
        else world.any(people.Person if about == "person" else people.Organization)
    )
    said = ASSESSMENT_VALUES[fields["attribute"]]
    value = fields["value"] if fields["value"] in said else world.random.choice(said)
    return {**wanted, about: found, "value": value, "wording": fields["wording"] or "in their words"}


def statement(world, fields):
    whole = fields["part_of"]
    return {"part_of": None if whole and whole.part_of else whole}


def statement_relation(world, fields):
    return {"related_statement": world.other(fields["statement"])}


SPECIAL = {
    sources.Source: source,
    places.Place: place,
    people.PersecutionCase: case,
    people.CaseRelation: case_relation,
    people.CaseActor: case_actor,
    people.CaseEvent: case_event,
    people.Recognition: recognition,
    dialogues.Dialogue: dialogue,
    dialogues.Participation: participation,
    dialogues.Assessment: assessment,
    dialogues.Statement: statement,
    dialogues.StatementRelation: statement_relation,
}


def names(world):
    for confidentiality in world.random.sample(list(Confidentiality), world.random.randint(0, 3)):
        yield {
            "text": f"{world.random.choice(LINES)} known".strip(),
            "confidentiality": confidentiality,
            "start_date": "2024-22",
        }


def identifiers(world):
    if world.random.random() < 0.5:
        yield {"scheme": "wikidata", "identifier": f"Q{world.random.getrandbits(40)}"}


def sides(world):
    return ({"name": name, "position": 2 - number} for number, name in enumerate(("North", "South")))


def speakers(world):
    for position in range(world.random.randint(0, 2)):
        who = world.random.choice(
            (
                {"person": world.any(people.Person), "name_as_given": "N. N."},
                {"organization": world.any(people.Organization)},
                {"label": "the authorities"},
                {"naming": Naming.PSEUDONYM, "label": "a resident"},
                {"naming": Naming.WITHHELD},
            )
        )
        yield {"position": position % 2, **who}


NAMED = {"other_names": names, "identifiers": identifiers}
PARTS = {
    people.Person: NAMED,
    people.Organization: NAMED,
    people.PersecutionCase: {"identifiers": identifiers},
    places.Place: {"identifiers": identifiers},
    people.Conflict: {"sides": sides, "identifiers": identifiers},
    dialogues.Dialogue: {"identifiers": identifiers},
    dialogues.ContextEvent: {"identifiers": identifiers},
    dialogues.Statement: {"speakers": speakers},
}
