"""Conditions on rows that a path leads to through visible rows. To-many relations are never joined."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Subquery

from .values import ByKey


def reach(model, path, user, condition):
    """A Q on a model: a visible row at the end of the path meets the condition. Joins no to-many relation.

    `path` is a list of relation names, each optionally followed by a method of the related QuerySet,
    such as `took_part()`. `condition` is a Q on the model at the end.
    """
    return meeting(model, [(path, condition)], user)


def meeting(model, conditions, user):
    """A Q on a model: all conditions [(path, condition)] are met; equal beginnings share a row."""
    found, further = Q(), {}
    for path, condition in conditions:
        if path:
            name, verb, rest = first_step(path)
            further.setdefault((name, verb), []).append((rest, condition))
        else:
            found &= condition
    for (name, verb), inner in further.items():
        relation = model._meta.get_field(name)
        for of_one in by_row(relation.related_model, inner):
            found &= met(relation, verb, of_one, user)
    return found


def by_row(model, conditions):
    """Conditions grouped by the row that they are about.

    No row is about both a person and an organization (`one_of`): conditions on both mean two rows, and all
    other conditions apply to each of them.
    """
    about, of_each = {}, []
    for one in conditions:
        subject = next((group for group in model.one_of if head(*one) in group), None)
        about.setdefault(subject, []).append(one) if subject else of_each.append(one)
    return [[*own, *of_each] for own in about.values()] or [of_each]


def head(path, condition):
    """The relation or column at the start of a condition."""
    first = path[0] if path else next(iter(condition.children), "")
    return first[0].partition("__")[0] if isinstance(first, tuple) else first


def first_step(path):
    """The first relation of a path, the QuerySet method after it or "", and the rest."""
    name, *rest = path
    verb = rest.pop(0) if rest and rest[0].endswith("()") else ""
    return name, verb.removesuffix("()"), rest


def met(relation, verb, conditions, user):
    """A Q: a visible related row, within those that the method returns, meets all conditions."""
    there = relation.related_model
    rows = there.objects.visible_to(user).filter(meeting(there, conditions, user)).order_by()
    rows = getattr(rows, verb)() if verb else rows
    if relation.many_to_many:
        here, other = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        through = relation.remote_field.through.objects.filter(**{f"{other}__in": rows.values("pk")})
        return Q(pk__in=through.values(here))
    if relation.one_to_many:
        return Q(pk__in=rows.values(relation.field.name))
    keys = rows.values("pk")
    if all(not path and isinstance(condition, ByKey) for path, condition in conditions):
        several = len(conditions) > 1 or conditions[0][1].connector == Q.OR
        return Q(AnyOf(relation.name, keys)) if several else Q(**{relation.name: Subquery(keys[:1])})
    return Q(**{f"{relation.name}__in": keys})


def leads_on(model, name, user):
    """A Q: the relation leads to a row that the user may see."""
    relation = model._meta.get_field(name)
    if name in model.visible_with:  # without it, the row itself would be hidden
        return Q(**{f"{name}__isnull": False})
    if not relation.many_to_one:
        return met(relation, "", [], user)
    return Q(Exists(relation.related_model.objects.visible_to(user).filter(pk=OuterRef(name))))


def leads_nowhere(model, name, user):
    """A Q: it does not. An empty key is not looked up."""
    empty = Q(**{f"{name}__isnull": True}) if model._meta.get_field(name).many_to_one else Q()
    return empty | ~leads_on(model, name, user)


class AnyOf(Func):
    """Whether a key is one of those in a subquery, which is executed once."""

    template, arg_joiner = "(%(expressions)s))", " = ANY ("
    output_field = BooleanField()

    def __init__(self, name, keys):
        super().__init__(F(name), ArraySubquery(keys))
