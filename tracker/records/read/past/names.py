"""Names in earlier texts: a text with a name that is protected, or not used any more, is not shown again."""

from functools import cache
from uuid import UUID, uuid4

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist

from tracker.records.base.parts import Part
from tracker.records.protection.name_check import is_known
from tracker.records.protection.name_matching import Names
from tracker.records.protection.protected_names import Held, Secret, secrets
from tracker.records.values.names import fold

from .rows import fetched, with_past

NAMES_BEFORE = """
SELECT DISTINCT before ->> '{person}', before ->> '{column}' FROM records_entry
WHERE kind = %s AND at > %s AND before IS NOT NULL
"""
WITHHELD_SINCE = """
SELECT DISTINCT before ->> '{column}' FROM records_entry
WHERE kind = %s AND at > %s AND before ->> 'naming' = 'named'
    AND (after IS NULL OR after ->> 'naming' <> 'named')
"""


def without_names(changes, former):
    """The changes without texts that contain protected or former names: such a text is as it is today."""
    held = Held({*secrets(), *former})
    for change in changes:
        named = [text.field for text in change.new_texts() if names_someone(held, text)]
        if not named:
            yield change
        elif change.now:
            yield change.as_today(named)


def names_someone(held, text):
    """Whether a text contains one of these names, unless it is known to be that of another person."""
    try:
        return any(not is_known(mention) for mention in held.mentions([text]))
    except ObjectDoesNotExist:  # its row refers to something that does not exist any more
        return True


def hidden_names(moment):
    """The names that have been changed, removed or withheld somewhere since then, as secrets."""
    return [*former_names(moment), *names_withheld(moment)]


def names_withheld(moment):
    """The names of people where a row has not named them any more since then."""
    for model in [one for one in with_past() if getattr(one, "names_who", ())]:
        keys = [model._meta.get_field(name) for name in model.names_who]
        for field in [one for one in keys if hasattr(one.related_model, "own_secrets")]:
            text = WITHHELD_SINCE.format(column=field.column)
            found = [key for (key,) in fetched(text, model._meta.label_lower, moment)]
            for person in field.related_model.objects.visible_to(None).filter(pk__in=filter(None, found)):
                yield from person.own_secrets()


def former_names(moment):
    """The names that people have had since then and do not have today, as secrets."""
    before, today = set(), {}
    for model in identifying():
        text = NAMES_BEFORE.format(person=person_column(model), column=model.identifies)
        before.update(fetched(text, model._meta.label_lower, moment))
    keys = {key for key, _ in before}
    for model in identifying():
        person = person_column(model)
        rows = model.objects.visible_to(None).filter(**{f"{person}__in": keys})
        for key, name in rows.values_list(person, model.identifies):
            today.setdefault(str(key), []).append(name)
    former = [(key, fold(name)) for key, name in before if name and is_former(name, today.get(key, ()))]
    return [Secret(name, UUID(key), uuid4(), about) for key, name in former for about in (None, UUID(key))]


@cache
def identifying():
    """The models with names of people."""
    return [model for model in apps.get_models() if getattr(model, "identifies", "")]


def person_column(model):
    """The column with the id of the person whose name is in a row."""
    return "record_id" if issubclass(model, Part) else "id"


def is_former(name, today):
    """Whether a name is none of these, in any spelling."""
    same = fold(name) in map(fold, today)
    return not (same or Names([(0, fold(name))]).found_in("\n".join(today)))
