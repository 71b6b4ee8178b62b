"""Whether the public sees a row, stored in its column `is_public` by database triggers.

The triggers say in SQL what `Visible.rule` says for the public: the row meets `public_if`, and everything
that it belongs to (`visible_with`) is public. When a row becomes public or hidden, so do those that belong
to it.

Two transactions cannot miss each other. Whoever writes a row locks what it belongs to FOR KEY SHARE, as the
check of a foreign key does. Whoever publishes or hides a record locks it FOR UPDATE, which waits for them,
and then sees their rows. This holds for READ COMMITTED, the default of PostgreSQL and Django.
"""

import pgtrigger
from django.apps import apps


def keep_stored(base):
    """Registers the triggers of all models with this base class."""
    models = [model for model in apps.get_models() if issubclass(model, base) and not model._meta.proxy]
    for model in models:
        pgtrigger.register(own_trigger(model))(model)
        belonging = [(one, key) for one in models for key in owner_keys(one) if key.related_model is model]
        if belonging:
            pgtrigger.register(*passing_on(model, belonging))(model)


def owner_keys(model):
    """The foreign keys to what a row of this model belongs to."""
    return [model._meta.get_field(name) for name in model.visible_with]


def own_sql(model, row=""):
    """The conditions in SQL that a row has to meet itself."""
    return [f"{row}{name} = '{value}'" for name, value in model.public_if.items()]


def own_trigger(model):
    """The trigger that finds out whether a row is public."""
    steps = [f"NEW.is_public := {' AND '.join(own_sql(model, 'NEW.')) or 'true'};"]
    for key in owner_keys(model):
        table = key.related_model._meta.db_table
        row = f"FROM {table} WHERE id = NEW.{key.column}"
        steps.append(
            f"IF NEW.is_public AND NEW.{key.column} IS NOT NULL THEN"
            f" PERFORM {row} FOR KEY SHARE;"  # which may wait, and still return the row as it was before
            f" NEW.is_public := coalesce((SELECT is_public {row}), false);"
            " END IF;"
        )
    decide = [*model.public_if, *(key.column for key in owner_keys(model)), "is_public"]
    return pgtrigger.Trigger(
        name="is_public",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(*decide),
        func=f"{' '.join(steps)} RETURN NEW;",
    )


def passing_on(model, belonging):
    """The triggers that update the rows that belong to a row, after it has become public or hidden.

    After an insert too: within a transaction, a row may be there before the one that it belongs to.
    """
    steps = [f"PERFORM FROM {model._meta.db_table} WHERE id = NEW.id FOR UPDATE;"]
    for one, key in belonging:
        change = ["is_public <> NEW.is_public", *own_sql(one)]
        steps.append(
            f"UPDATE {one._meta.db_table} SET is_public = NEW.is_public"
            f" WHERE {key.column} = NEW.id AND {' AND '.join(change)};"
        )
    occasions = {
        "inserted_public": (pgtrigger.Insert, pgtrigger.Q(new__is_public=True)),
        "changed_public": (pgtrigger.Update, pgtrigger.AnyChange("is_public")),
    }
    for name, (operation, condition) in occasions.items():
        yield pgtrigger.Trigger(
            name=name,
            when=pgtrigger.After,
            operation=operation,
            condition=condition,
            func=f"{' '.join(steps)} RETURN NULL;",
        )
