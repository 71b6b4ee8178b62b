"""What the API should answer, worked out slowly in Python: one query per model, no join, no SQL of ours.

The serializers are walked field by field. Each model's rows come from `visible_to` once per reader; keys and
lists are followed in Python. What the database computes as of a day `tests.slow_asof` computes here.
"""

from functools import cache

from rest_framework import serializers

from people.api import as_of_days, case_facts
from tests import slow_asof
from tracker.records.api.citation_views import RecordType
from tracker.records.policy import roles
from tracker.records.shapes import fields, json_expressions
from tracker.records.shapes.urls import record_url, resource


def work(oracle, record):
    """What a member reads of the work on a record: editors all of it, others their own records'."""
    user, editor = oracle.user, roles.edits(oracle.user)
    if not (editor or user.pk in (record.created_by_id, record.assigned_to_id)):
        return None  # nobody here is a case officer
    day, moment, given = record.follow_up, record.publish_at, record.assigned_to
    found = {
        "confidentiality": record.confidentiality,
        "assigned_to": given and given.username,
        "follow_up": day and day.isoformat(),
        "publish_at": moment and moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "notes": record.notes,
    }
    return {
        name: value for name, value in found.items() if editor or name not in ("assigned_to", "publish_at")
    }


COMPUTED = {
    json_expressions.editorial_data: work,
    as_of_days.occupation: slow_asof.affiliation,
    as_of_days.affiliation: slow_asof.affiliation,
    case_facts.facts_of_case: slow_asof.case,
    case_facts.facts_of_person: slow_asof.person,
}


def links(record, field):
    """The lists that refer to a record, and its corrections."""
    listed = {name: f"{url}{record.pk}" for name, url in field.urls(type(record)).items()}
    return {**listed, "corrections": f"{record_url(type(record), record.pk)}corrections/"}


def moment(record, field):
    found = getattr(record, field.source)
    return found and found.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def partial_date(record, field):
    name = field.source
    days = {part: getattr(record, f"{name}_{part}") for part in ("earliest", "latest")}
    days = {part: day and day.isoformat() for part, day in days.items()}
    return {"edtf": getattr(record, name), **days} if getattr(record, name) else None


WRITTEN = {
    fields.Url: lambda record, field: record_url(type(record), record.pk),
    fields.Links: links,
    fields.Moment: moment,
    fields.PartialDateJSONField: partial_date,
    fields.Rival: lambda citation, field: citation.value_said,
    RecordType: lambda citation, field: resource(citation.cited_model()),
}
ABSENT = {"invited_absent", "excluded", "prevented"}
PARTS = {  # lists that have some of the rows alone, by the verb that says which
    "took_part": lambda row: row.role not in ABSENT,
    "did_not_take_part": lambda row: row.role in ABSENT,
}


class Oracle:
    """All that one reader may see; `day` is the day for which it is told."""

    def __init__(self, user, day):
        self.user, self.day = user, day
        self.table = cache(self._table)
        self.pairs = cache(self._pairs)

    def _table(self, model):
        """{id: row} of the visible rows of a model, in the order of their ids."""
        return {row.pk: row for row in model.objects.visible_to(self.user).order_by("pk")}

    def _pairs(self, relation):
        """{id here: {ids there}} of a relation of many to many."""
        field, found = relation if relation.concrete else relation.field, {}
        through = field.remote_field.through
        names = [field.m2m_field_name(), field.m2m_reverse_field_name()]
        here, there = (
            through._meta.get_field(name).attname
            for name in (names if relation.concrete else reversed(names))
        )
        for one, other in through._base_manager.values_list(here, there):
            found.setdefault(one, set()).add(other)
        return found

    def related(self, record, name):
        """The visible rows behind a key or a list of a record."""
        relation = type(record)._meta.get_field(name)
        there = self.table(relation.related_model)
        if relation.many_to_many:
            ids = self.pairs(relation).get(record.pk, set())
            return [row for pk, row in there.items() if pk in ids]
        if relation.one_to_many:
            return [row for row in there.values() if getattr(row, relation.field.attname) == record.pk]
        key = getattr(record, relation.attname)
        return [there[key]] if key in there else []

    def row(self, record, shape):
        """The JSON object of a record."""
        return {name: self.value(record, field) for name, field in shape.fields.items()}

    def value(self, record, field):
        if isinstance(field, serializers.ListSerializer):
            order = getattr(field.child.Meta, "order", ())
            part = PARTS.get(getattr(field.child.Meta, "rows", None), lambda row: True)
            rows = in_order(filter(part, self.related(record, field.source)), order)
            return [self.row(row, field.child) for row in rows]
        if isinstance(field, serializers.BaseSerializer):
            return next((self.row(row, field) for row in self.related(record, field.source)), None)
        if hasattr(field, "expression"):
            return COMPUTED[field.expression](self, record)
        if isinstance(field, fields.Inferred):
            return self.inferred(record)
        if hasattr(field, "relation"):
            return len(self.related(record, field.relation))
        if type(field) in WRITTEN:
            return WRITTEN[type(field)](record, field)
        attribute = field.get_attribute(record)
        return None if attribute is None else plain(field.to_representation(attribute))

    def inferred(self, record):
        """The fields that a citation infers and none states, of those that support the record."""
        bases = {}
        for one in self.related(record, "citations"):
            if one.stance == "supports":
                bases.setdefault(one.field, set()).add(one.basis)
        return sorted(name or "*" for name, found in bases.items() if found == {"inferred"})

    def rows(self, shape, pick):
        """The JSON objects of all visible records in the order of a list."""
        made = shape(pick=pick)
        keys = getattr(shape.Meta, "ordering", ())
        names = [name if name == "position" else f"{name}_sort" for name in keys]
        return [self.row(row, made) for row in in_order(self.table(shape.Meta.model).values(), names)]


def in_order(rows, columns):
    """Rows by these columns, what has no value last, then by id."""
    return sorted(rows, key=lambda row: (*[last(getattr(row, column)) for column in columns], row.pk))


def last(value):
    return (value is None, value)


def plain(value):
    """A value as JSON gives it back: an id as its text."""
    return value if isinstance(value, bool | int | str | list | dict | None) else str(value)
