"""Constraints that several models share."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import NullIf
from django.db.models.lookups import Exact


class CountStated(Func):
    """How many of these columns have a value. An empty text is not a value."""

    function = "num_nonnulls"
    output_field = models.IntegerField()

    @classmethod
    def exactly(cls, number, *keys, texts=()):
        """A condition for a CheckConstraint: exactly `number` of these keys and texts have a value."""
        return Exact(cls(*keys, *[NullIf(text, Value("")) for text in texts]), number)


def not_reversed(start="start_date", end="end_date"):
    """A constraint: the end is not certainly before the start."""
    return models.CheckConstraint(
        condition=Q(**{f"{start}_earliest__isnull": True})
        | Q(**{f"{end}_latest__isnull": True})
        | Q(**{f"{end}_latest__gte": F(f"{start}_earliest")}),
        name=f"%(class)s_{end}_order",
        violation_error_message=f"The {end} must not be before the {start}.",
    )
