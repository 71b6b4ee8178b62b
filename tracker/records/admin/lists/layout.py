"""Which fields share a line on a page."""

from django.db import models

from tracker.records.values.dates.date_columns import PartialDateField

from .lists import is_vocabulary

SIDE_BY_SIDE = 3


def sort_of(field):
    """The sort of a field that may share a line: date, number or choice. None for other fields."""
    sorts = {
        "date": (PartialDateField,),
        "number": (models.IntegerField, models.DecimalField),
        "choice": (models.BooleanField, models.ForeignKey),
    }
    if is_vocabulary(field):
        return "choice"
    return next((sort for sort, kinds in sorts.items() if isinstance(field, kinds)), None)


def field_lines(fields):
    """The names of fields in lines: neighbors of the same sort share a line."""
    made, last = [], None
    for field in fields:
        sort = sort_of(field)
        if sort and sort == last and len(made[-1]) < SIDE_BY_SIDE:
            made[-1] += (field.name,)
        else:
            made.append((field.name,))
        last = sort
    return made


def names_in_lines(names):
    return [tuple(names[start : start + SIDE_BY_SIDE]) for start in range(0, len(names), SIDE_BY_SIDE)]
