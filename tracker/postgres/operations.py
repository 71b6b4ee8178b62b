"""Operations for migrations."""

from django.db.migrations.operations.base import Operation


class CreateModels(Operation):
    """Creates all tables of an app at once, with their constraints and triggers.

    `makemigrations` writes one operation for each of them. After each one, Django renders all models again
    that are related to the changed one, which took half a minute.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations):
        self.operations = operations  # CreateModel of Django; the triggers stand in their options

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # rendered again, once, when first asked for
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        models = list(self.models(app_label, schema_editor, to_state))
        for model in models:
            if not model._meta.proxy:
                schema_editor.create_model(model)
        for model in models:
            for trigger in getattr(model._meta, "triggers", ()):
                schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model in reversed(list(self.models(app_label, schema_editor, from_state))):
            if not model._meta.proxy:
                schema_editor.delete_model(model)

    def models(self, app_label, schema_editor, state):
        for operation in self.operations:
            model = state.apps.get_model(app_label, operation.name)
            if self.allow_migrate_model(schema_editor.connection.alias, model._meta.concrete_model):
                yield model

    def describe(self):
        return "Create " + ", ".join(operation.name for operation in self.operations)
