"""Constraints and indexes that models have without naming them."""


def declare(model, option, one):
    """Adds a constraint or an index to the model, and to the Meta options that migrations read."""
    both = [*getattr(model._meta, option), one]
    setattr(model._meta, option, both)
    model._meta.original_attrs[option] = both
