"""What is hidden together with a record that is taken down, and the names of the record."""

from itertools import product

from django.db.models import Q

from tracker.records.policy.visibility import kinds
from tracker.records.values.texts.text import words_of


def hidden_with(record):
    """The records that are hidden with it, without itself, regardless of who sees them."""
    found, waiting, records = {}, [record], kinds()
    while waiting:
        above = waiting.pop()
        for relation in above._meta.related_objects:
            model, name = relation.related_model, relation.field.name
            if model in records and name in model.visible_with:
                rows = [row for row in model.objects.filter(**{name: above.pk}) if row.pk not in found]
                found |= {row.pk: row for row in rows}
                waiting += rows
    return [row for key, row in found.items() if key != record.pk]


def names_of(record):
    """What a record is called."""
    own = [record.label] if hasattr(record, "label") else []
    others = record.other_names.values_list("text", flat=True) if hasattr(record, "other_names") else []
    return {*own, *others}


def contains_any(model, names):
    """The condition that a text of a row contains one of these names."""
    condition = Q(pk__in=[])
    for field, name in product(text_field_names(model), names):
        condition |= Q(**{f"{field}__icontains": name})
    return condition


def text_field_names(model):
    """The names of the text fields of a row, including those that only editors read."""
    return [field.name for field in words_of(model) if field.name != "slug"]
