"""What is possible and what is certain according to partial dates, as database conditions.

The stored bounds are those of the text without its qualifier. The effect of a qualifier is computed from the
text, for the few rows that an index finds near the day. So each condition can use the index of its bound.
"""

from datetime import date, timedelta

from django.core.exceptions import FieldError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import Col

from .date_columns import PartialDateField
from .partial_dates import FEW_DAYS, WIDTHS, PartialDate, understand

QUALIFIED, DOUBTFUL = "'[^0-9X/.-]'", "'[^0-9X/.~-]'"  # everything else in the text is ?, ~ or %
SHAPES = ("^[0-9-]{10}.$", "-2[1-4].$", "-[0-9]{2}(-XX)?.$", "^[0-9]{4}", "^[0-9]{3}X")  # as WIDTHS


def period_overlaps(start: str, end: str, requested: str | PartialDate) -> Q:
    """Records whose time, from field `start` to field `end`, possibly shares a day with the given range.

    Whatever is not excluded is possible: without a start or an end, the record is possibly active.
    The names may follow to-one relations ("dialogue__start_date"). Without a related row there is no overlap.
    """
    first, last = day_range(requested)
    return Q(**{f"{start}__possibly_by": last, f"{end}__possibly_from": first})


def period_certainly_overlaps(start: str, end: str, requested: str | PartialDate) -> Q:
    """Records whose time certainly shares a day with the given range.

    One of three must hold: it had begun by the last given day and had not ended before the first; or the day
    it began is in the range; or the day it ended is. The latter two need only one field.
    """
    first, last = day_range(requested)
    through = Q(**{f"{start}__surely_by": last, f"{end}__surely_from": first})
    began = Q(**{f"{start}__surely_from": first, f"{start}__surely_by": last})
    ended = Q(**{f"{end}__surely_from": first, f"{end}__surely_by": last})
    return through | began | ended


def day_range(value: str | PartialDate) -> tuple[date, date]:
    """The first and the last requested day. An open end excludes nothing."""
    first, last = (value if isinstance(value, PartialDate) else understand(value)).possible
    return first or date.min, last or date.max


def _days_of_qualifier(point: str) -> str:
    """SQL for the number of days that a qualifier adds to an end of a range; 0 without a qualifier."""
    widths = " ".join(
        f"WHEN {point} ~ '{shape}' THEN {days}" for shape, days in zip(SHAPES, WIDTHS, strict=False)
    )
    return f"CASE WHEN {point} !~ {QUALIFIED} THEN 0 {widths} ELSE {WIDTHS[-1]} END"


def _first(text: str, earliest: str) -> str:
    """SQL for the first possible day of a date, from its text and its stored bound."""
    start = f"split_part({text}, '/', 1)"
    return f"GREATEST({earliest} - ({_days_of_qualifier(start)}), '{date.min}'::date)"


def _last(text: str, latest: str) -> str:
    """SQL for the last possible day, likewise."""
    end = f"split_part({text}, '/', -1)"
    return f"LEAST({latest} + ({_days_of_qualifier(end)}), '{date.max}'::date)"


def _near(day: date, before: bool) -> tuple[list[date], date]:
    """Days before or after a day on which a qualified bound may be and still reach the day.

    All days nearby and, further away, the ends of months, years, decades and centuries.
    """
    months = [divmod(day.year * 12 + day.month - 1 + step, 12) for step in range(-4, 5)]
    years = [(day.year // unit + step) * unit for unit in (1, 10, 100) for step in range(-2, 3)]
    starts = [(year, month + 1) for year, month in months] + [(year, 1) for year in years]
    days = {date(year, month, 1).toordinal() for year, month in starts if date.min.year <= year <= 9999}
    bounds = {date.fromordinal(number - before) for number in days if number > before} | {date.max}
    few = timedelta(FEW_DAYS)
    if before:
        return sorted(bound for bound in bounds if bound < day), max(day, date.min + few) - few
    return sorted(bound for bound in bounds if bound > day), min(day, date.max - few) + few


class DayLookup(models.Lookup):
    """Compares a partial date with a day. `rule(columns, day)` returns the SQL and its parameters."""

    prepare_rhs = False

    def as_sql(self, compiler, connection):
        sql, params = self.rule(self.columns(compiler), self.rhs)
        return f"({sql})", params

    def columns(self, compiler):
        """SQL for the text of the date and its two bounds."""
        if not isinstance(self.lhs, Col):
            raise FieldError(f"{self.lookup_name} needs a model field, not an expression.")
        field, model = self.lhs.target, self.lhs.target.model
        names = (field.name, f"{field.name}_earliest", f"{field.name}_latest")
        return [compiler.compile(Col(self.lhs.alias, model._meta.get_field(name)))[0] for name in names]


@PartialDateField.register_lookup
class PossiblyBy(DayLookup):
    """Possibly on the day or before: nothing excludes it. A missing date excludes nothing."""

    lookup_name = "possibly_by"

    @staticmethod
    def rule(columns, day):
        text, first, _ = columns
        bounds, few = _near(day, before=False)
        near = (
            f"({first} <= %s OR {first} = ANY(%s)) AND {text} ~ {QUALIFIED} AND {_first(text, first)} <= %s"
        )
        sql = f"{text} IS NOT NULL AND ({first} IS NULL OR {first} <= %s OR ({near}))"
        return sql, [day, few, bounds, day]


@PartialDateField.register_lookup
class PossiblyFrom(DayLookup):
    """Possibly on the day or after: nothing excludes it. A missing date excludes nothing."""

    lookup_name = "possibly_from"

    @staticmethod
    def rule(columns, day):
        text, _, last = columns
        bounds, few = _near(day, before=True)
        near = f"({last} >= %s OR {last} = ANY(%s)) AND {text} ~ {QUALIFIED}"
        far = f"{near} AND {_last(text, last)} >= %s"
        sql = f"{text} IS NOT NULL AND ({last} IS NULL OR {last} >= %s OR ({far}))"
        return sql, [day, few, bounds, day]


@PartialDateField.register_lookup
class SurelyBy(DayLookup):
    """Certainly on the day or before: not in doubt, and its last possible day is known and not later."""

    lookup_name = "surely_by"

    @staticmethod
    def rule(columns, day):
        text, _, last = columns
        sure = f"{text} !~ {QUALIFIED} OR ({text} !~ {DOUBTFUL} AND {_last(text, last)} <= %s)"
        return f"{last} IS NOT NULL AND {last} <= %s AND ({sure})", [day, day]


@PartialDateField.register_lookup
class SurelyFrom(DayLookup):
    """Certainly on the day or after, likewise."""

    lookup_name = "surely_from"

    @staticmethod
    def rule(columns, day):
        text, first, _ = columns
        sure = f"{text} !~ {QUALIFIED} OR ({text} !~ {DOUBTFUL} AND {_first(text, first)} >= %s)"
        return f"{first} IS NOT NULL AND {first} >= %s AND ({sure})", [day, day]


@PartialDateField.register_lookup
class Sure(DayLookup):
    """Whether the date is not in doubt. A missing date is not in doubt."""

    lookup_name = "sure"

    @staticmethod
    def rule(columns, wanted):
        return f"{columns[0]} {'!~' if wanted else '~'} {DOUBTFUL}", []


class RangeLookup(DayLookup):
    """Compares a partial date with a range, given as a text or a PartialDate."""

    by, since = None, None

    def get_prep_lookup(self):
        return day_range(self.rhs)

    def rule(self, columns, requested):
        first, last = requested
        (until, one), (since, other) = self.by.rule(columns, last), self.since.rule(columns, first)
        return f"{columns[0]} <> '' AND {until} AND {since}", [*one, *other]


@PartialDateField.register_lookup
class Overlaps(RangeLookup):
    """Possible overlap: nothing excludes that it was in the given range. An empty text never overlaps."""

    lookup_name, by, since = "overlaps", PossiblyBy, PossiblyFrom


@PartialDateField.register_lookup
class CertainlyOverlaps(RangeLookup):
    """Certain overlap: the date is not in doubt, and all its possible days are in the given range."""

    lookup_name, by, since = "certainly_overlaps", SurelyBy, SurelyFrom


class PossibleDay(Func):
    """The first or last possible day of the named partial date; null if it is open."""

    output_field = models.DateField()

    def __init__(self, name, *, last=False):
        self.rule = _last if last else _first
        super().__init__(F(name), F(f"{name}_{'latest' if last else 'earliest'}"))

    def as_sql(self, compiler, connection):
        text, bound = (compiler.compile(column)[0] for column in self.get_source_expressions())
        return f"CASE WHEN {bound} IS NOT NULL THEN {self.rule(text, bound)} END", []
