"""Which rows the public form of a record consists of: paths of relations, taken from its shape."""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

from rest_framework import serializers

from tracker.records.base.record import Record
from tracker.records.shapes.fields import Computed, Count, Inferred, registry
from tracker.records.shapes.json_expressions import link_of
from tracker.records.shapes.reader import Pick

WHOLE_RECORD = Pick(detail=True)


class Ways(NamedTuple):
    """`ends`: for each model, every (kind of record, path) that leads to its rows.

    `starts`: for each label of a table, the models whose rows must be checked when one of its rows changed:
    the model itself, and models that show it through a key that it has.
    """

    ends: dict
    starts: dict


def shapes():
    """{kind of record: its complete shape}."""
    return {model: shape for model, shape in registry.whole.items() if issubclass(model, Record)}


@cache
def ways():
    """The paths to everything that any public form consists of."""
    ends, starts = defaultdict(set), defaultdict(set)
    for kind, shape in shapes().items():
        starts[kind._meta.label_lower].add(kind)
        ends[kind].add((kind, ()))
        for path in {*ruling(kind), *of_shape(shape(pick=WHOLE_RECORD))}:
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
    """The paths from a row to everything that its shape shows, and to what decides its visibility."""
    model = shape.Meta.model
    for field in shape.fields.values():
        for path in of_field(field):
            yield from visible(model, path)
        if isinstance(field, serializers.BaseSerializer):
            inner = getattr(field, "child", field)
            yield from ((field.source, *path) for path in of_shape(inner))


def of_field(field):
    """The paths that a field uses."""
    if isinstance(field, serializers.BaseSerializer):
        return [(field.source,)]
    if isinstance(field, Count):
        return [(field.relation,)]
    if isinstance(field, Inferred):
        return [("citations",)]
    return [tuple(path.split(".")) for path in field.rests_on] if isinstance(field, Computed) else []


def visible(model, path):
    """A path, with the paths from each of its rows to what decides whether that row is public."""
    yield path
    for length, name in enumerate(path, 1):
        relation, model = model._meta.get_field(name), model._meta.get_field(name).related_model
        back = relation.field.name if relation.one_to_many else ""
        yield from ((*path[:length], *more) for more in ruling(model, back))


def ruling(model, back=""):
    """The paths to what a row belongs to, except the key that leads back."""
    for name in model.visible_with:
        if name != back:
            above = model._meta.get_field(name).related_model
            yield (name,)
            yield from ((name, *more) for more in ruling(above, name if above is model else ""))
