"""Fields of shapes that are not plain columns. `json_expressions` has the SQL for the value of each."""

from django.db.models import Count as NumberOf
from django.db.models import Q
from rest_framework import serializers

from tracker.records.values.codes.vocabularies import CitationBasis, Stance
from tracker.records.workflow import editorial_fields as editorial

from .urls import list_url

WHOLE = "*"  # the whole record, in a list of fields
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
MOMENT_SQL = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


class ShapeRegistry:
    """Lets shapes find each other without imports."""

    def __init__(self):
        self.nested = {}  # model (also abstract) -> its shape inside another record
        self.whole = {}  # model -> the shape of its endpoint, used by `expand`
        self.links = {}  # model -> {name of a link: (model listed, filter)}
        self.plain = None  # the default shape; set where it is declared

    def inside(self, model):
        """The nested shape of a model: declared for it or a parent, else a plain Ref."""
        if model not in self.nested:
            base = next(
                (self.nested[parent] for parent in model.__mro__ if parent in self.nested), self.plain
            )
            meta = type("Meta", (getattr(base, "Meta", object),), {"model": model})
            name = f"{model.__name__}{'Ref' if base is self.plain else 'Shape'}"
            self.nested[model] = type(name, (base,), {"Meta": meta, "__module__": base.__module__})
        return self.nested[model]


registry = ShapeRegistry()


class Own(serializers.Field):
    """A read-only field that is computed from the whole row."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "source": "*", "read_only": True})


class Url(Own):
    """The absolute address of a record."""


class Links(Own):
    """The addresses of the lists that refer to a record, filtered by it."""

    @staticmethod
    def urls(model):
        listed = registry.links.get(model, {})
        return {name: f"{list_url(other)}?{parameter}=" for name, (other, parameter) in listed.items()}


class Count(Own):
    """The number of related rows that the reader may see."""

    def __init__(self, relation, **kwargs):
        self.relation = relation
        super().__init__(**kwargs)


class Inferred(Own):
    """The fields whose value is inferred: no source that the reader sees states it.

    All supporting citations infer it. WHOLE stands for citations of the whole record; a field that a citation
    states counts as stated anyway.
    """

    schema = {
        "type": "array",
        "description": "The fields whose values were inferred from sources that do not state them;"
        f" {WHOLE} is the record as a whole, except fields that a citation states.",
        "items": {"type": "string"},
    }


def inferred(citations):
    """The distinct fields that some of these citations infer and none of them states."""
    supports = citations.filter(stance=Stance.SUPPORTS).order_by("field").values("field")
    return supports.annotate(stated=NumberOf("pk", filter=~Q(basis=CitationBasis.INFERRED))).filter(stated=0)


class Computed(Own):
    """A value that the database computes: `expression(reader)` returns it, `schema` describes it.

    With `finish`, the database returns facts, and this function of facts and reader computes the value.
    `basis` is what the value is computed from on any day, if the expression itself depends on the day.
    `rests_on` has the paths to the rows that it is computed from.
    """

    def __init__(self, expression, schema, finish=None, basis=None, rests_on=(), **kwargs):
        self.expression, self.schema, self.finish = expression, schema, finish
        self.basis, self.rests_on = basis or expression, rests_on
        super().__init__(**kwargs)


class Moment(editorial.Zoned):
    """A time in UTC, always with microseconds."""


class PartialDateJSONField(serializers.CharField):
    """A partial date: null, or EDTF text with the first and the last day that it may mean (null: open)."""


class Rival(serializers.Field):
    """What a source says instead of a field's value, in the JSON form of that field."""

    schema = {
        "type": ["object", "array", "string", "integer", "boolean", "null"],
        "description": "What the source says instead of the field that it contradicts, in the form of that"
        " field: for a date, with its first and last day. Null: not given.",
        "properties": {
            "edtf": {"type": "string"},
            **{name: {"type": ["string", "null"], "format": "date"} for name in ("earliest", "latest")},
        },
        "items": {"type": "string"},
    }

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True, **kwargs})
