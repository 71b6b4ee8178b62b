"""Conditions on rows that a path leads to, through what a reader may see; none joins a relation to many."""

from django.db.models import Q


def reach(model, path, user, condition):
    """A Q on a model: a visible row at the end of the path meets the condition. It joins no to-many relation.

    `path` is a list of names of relations, each perhaps followed by a verb of the QuerySet that it leads
    to, such as `took_part()`; `condition` a Q on the model that the last one leads to.
    """
    return meeting(model, [(path, condition)], user)


def meeting(model, asked, user):
    """A Q on a model: all that is asked is met, [(path, condition)]; what begins alike by the same rows."""
    found, further = Q(), {}
    for path, condition in asked:
        if path:
            name, verb, rest = step(path)
            further.setdefault((name, verb), []).append((rest, condition))
        else:
            found &= condition
    for (name, verb), inner in further.items():
        relation = model._meta.get_field(name)
        for of_one in apart(relation.related_model, inner):
            found &= met(relation, verb, of_one, user)
    return found


def apart(model, asked):
    """What is asked of one row, for each row that it takes.

    No row is about a person and about an organization (`one_of`): who asks for both asks for two rows, and
    whatever else is asked is asked of each.
    """
    about, of_each = {}, []
    for one in asked:
        subject = next((group for group in model.one_of if head(*one) in group), None)
        about.setdefault(subject, []).append(one) if subject else of_each.append(one)
    return [[*own, *of_each] for own in about.values()] or [of_each]


def head(path, condition):
    """The relation or the column that something asked is about."""
    first = path[0] if path else next(iter(condition.children), "")
    return first[0].partition("__")[0] if isinstance(first, tuple) else first


def step(path):
    """The first relation of a path, the verb that narrows its rows or "", and the rest."""
    name, *rest = path
    verb = rest.pop(0) if rest and rest[0].endswith("()") else ""
    return name, verb.removesuffix("()"), rest


def met(relation, verb, asked, user):
    """A Q: a visible row behind a relation, of those that a verb leaves, meets all that is asked."""
    there = relation.related_model
    rows = there.objects.visible_to(user).filter(meeting(there, asked, user)).order_by()
    rows = getattr(rows, verb)() if verb else rows
    if relation.many_to_many:
        here, other = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        through = relation.remote_field.through.objects.filter(**{f"{other}__in": rows.values("pk")})
        return Q(pk__in=through.values(here))
    if relation.one_to_many:
        return Q(pk__in=rows.values(relation.field.name))
    return Q(**{f"{relation.name}__in": rows.values("pk")})
