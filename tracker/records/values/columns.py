"""Columns that are computed from other columns: the bounds of a partial date, the folded form of a name.

A model with such a field inherits `GuardedSave`, and its QuerySet `GuardedUpdate`. A system check verifies
it.
"""

from django.core import checks
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from .names import fold


class DerivedAttribute(DeferredAttribute):
    """Computes the value on every read. Assigning marks the column as loaded, so that Django saves it."""

    def __get__(self, instance, cls=None):
        return self if instance is None else self.field.derive(instance)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class Derived:
    """Mixin for a column that is computed from the attributes in `sources` and never set.

    `save`, `bulk_create`, `loaddata` and validation read the attribute, so all of them get the right value.
    """

    descriptor_class = DerivedAttribute
    always = {"editable": False, "serialize": False, "blank": True}

    def __init__(self, *sources, **kwargs):
        self.sources = sources
        super().__init__(**{**kwargs, **self.always})

    def deconstruct(self):
        name, path, _, kwargs = super().deconstruct()
        own = {key: value for key, value in kwargs.items() if key not in self.always}
        return name, path, list(self.sources), own

    def derive(self, instance):
        """The value of the column for an instance."""
        raise NotImplementedError

    def check(self, **kwargs):
        return [*super().check(**kwargs), *_unguarded(self)]


class FoldedField(Derived, models.TextField):
    """`name_folded = FoldedField("name")` holds `fold(instance.name)`, for searching.

    If the first source is a property, the following ones are the columns that it reads.
    """

    always = {**Derived.always, "default": ""}

    def derive(self, instance):
        return fold(getattr(instance, self.sources[0]) or "")


def with_derived(model, names) -> set[str]:
    """These field names of a model, plus the names of columns derived from them, directly or indirectly."""
    found, columns = (
        set(names),
        [field for field in model._meta.concrete_fields if isinstance(field, Derived)],
    )
    while more := {field.name for field in columns if not found.isdisjoint(field.sources)} - found:
        found |= more
    return found


class GuardedSave(models.Model):
    """Saves derived columns with their sources, even if `update_fields` or deferral only names those."""

    class Meta:
        abstract = True

    def save_base(self, *args, update_fields=None, **kwargs):
        """Like Django's. Both `save` and `loaddata` call it."""
        if update_fields is not None:
            update_fields = frozenset(with_derived(type(self), update_fields))
        super().save_base(*args, update_fields=update_fields, **kwargs)

    save_base.alters_data = True


class GuardedUpdate:
    """QuerySet mixin that keeps derived columns up to date when their sources are written.

    `update` refuses, since it has no instances to compute from. `bulk_update` and `bulk_create` compute.
    """

    def update(self, **kwargs):
        left = sorted(with_derived(self.model, kwargs) - set(kwargs))
        if left:
            raise TypeError(
                f"update() would not update {', '.join(left)}. Use bulk_update(), which computes them."
            )
        return super().update(**kwargs)

    update.alters_data = True

    def bulk_update(self, objs, fields, batch_size=None):
        return super().bulk_update(objs, sorted(with_derived(self.model, fields)), batch_size)

    bulk_update.alters_data = True

    def bulk_create(self, objs, *args, update_fields=None, **kwargs):
        if update_fields is not None:
            update_fields = sorted(with_derived(self.model, update_fields))
        return super().bulk_create(objs, *args, update_fields=update_fields, **kwargs)


def _unguarded(field):
    """Errors of the system check: reasons why a derived column could become stale."""
    model, columns = field.model, {column.name for column in field.model._meta.concrete_fields}
    if columns.isdisjoint(field.sources):
        yield _error(field, f"sources must also name the columns behind {field.sources[0]!r}, after it")
    if not issubclass(model, GuardedSave):
        yield _error(field, "its model must inherit GuardedSave")
    if not issubclass(model._default_manager._queryset_class, GuardedUpdate):
        yield _error(field, "its model's QuerySet must inherit GuardedUpdate")


def _error(field, reason):
    return checks.Error(f"{field} could become stale: {reason}.", obj=field, id="records.E001")
