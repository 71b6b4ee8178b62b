"""Which rows the public form of a record is made of: paths of relations, read off its shape."""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

from rest_framework import serializers

from tracker.records.base.record import Record
from tracker.records.shapes.expressions import link_of
from tracker.records.shapes.fields import Computed, Count, Inferred, registry
from tracker.records.shapes.reader import Pick

WHOLE = Pick(detail=True)


class Ways(NamedTuple):
    """`ends` has for a model every (kind of record, path) that leads to its rows.

    `starts` has for the label of a table the models whose rows are to be looked at when a row of it changed:
    what it is itself, and what shows it by a key that it has.
    """

    ends: dict
    starts: dict


def shapes():
    """{kind of record: its whole shape}."""
    return {model: shape for model, shape in registry.whole.items() if issubclass(model, Record)}


@cache
def ways():
    """The ways to everything that any public form is made of."""
    ends, starts = defaultdict(set), defaultdict(set)
    for kind, shape in shapes().items():
        starts[kind._meta.label_lower].add(kind)
        ends[kind].add((kind, ()))
        for path in {*ruling(kind), *of_shape(shape(pick=WHOLE))}:
            above = kind
            for length, name in enumerate(path, 1):
                relation, model = above._meta.get_field(name), above._meta.get_field(name).related_model
                ends[model].add((kind, path[:length]))
                starts[model._meta.label_lower].add(model)
                if relation.many_to_many:
                    starts[link_of(relation)[0]._meta.label_lower].add(above)
                elif relation.one_to_many:
                    starts[model._meta.label_lower].add(above)
                above = model
    return Ways(dict(ends), dict(starts))


def of_shape(shape):
    """The paths from a row to all that its shape shows, and to what decides whether it does."""
    model = shape.Meta.model
    for field in shape.fields.values():
        for path in of_field(field):
            yield from visible(model, path)
        if isinstance(field, serializers.BaseSerializer):
            inner = getattr(field, "child", field)
            yield from ((field.source, *path) for path in of_shape(inner))


def of_field(field):
    """The paths that a field names."""
    if isinstance(field, serializers.BaseSerializer):
        return [(field.source,)]
    if isinstance(field, Count):
        return [(field.relation,)]
    if isinstance(field, Inferred):
        return [("citations",)]
    return [tuple(path.split(".")) for path in field.rests_on] if isinstance(field, Computed) else []


def visible(model, path):
    """A path, with those from each row on it to what decides whether it is public."""
    yield path
    for length, name in enumerate(path, 1):
        relation, model = model._meta.get_field(name), model._meta.get_field(name).related_model
        back = relation.field.name if relation.one_to_many else ""
        yield from ((*path[:length], *more) for more in ruling(model, back))


def ruling(model, back=""):
    """The paths to what a row belongs to, but for the key that leads back."""
    for name in model.visible_with:
        if name != back:
            above = model._meta.get_field(name).related_model
            yield (name,)
            yield from ((name, *more) for more in ruling(above, name if above is model else ""))
