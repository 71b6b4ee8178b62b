"""What goes with a record that is taken down: what belongs to it, and what else names it in public."""

from django.apps import apps

from . import lint


def kinds():
    """The models of records."""
    return [model for model in apps.get_models() if hasattr(model, "takedown")]


def belonging(record):
    """The records that are hidden with it, seen by whomever, without itself."""
    found = {}
    waiting = [record]
    while waiting:
        above = waiting.pop()
        for relation in above._meta.related_objects:
            model, name = relation.related_model, relation.field.name
            if hasattr(model, "takedown") and name in model.visible_with:
                rows = [row for row in model.objects.filter(**{name: above.pk}) if row.pk not in found]
                found |= {row.pk: row for row in rows}
                waiting += rows
    return [row for key, row in found.items() if key != record.pk]


def naming(record):
    """The public records that stay when a person is taken down, and whose own text names them."""
    if not hasattr(record, "own_secrets"):
        return []
    gone = {record.pk, *(row.pk for row in belonging(record))}
    return [one for one in lint.public_texts_naming(record) if one.pk not in gone]
