"""Shapes: serializers that PostgreSQL executes.

A shape is a DRF serializer that says what one row looks like. The API schema is drawn from it, and `row`
makes of it one expression that builds the JSON in the database, with the visibility rule at every level.
"""

from datetime import date
from functools import lru_cache, singledispatch
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models import Case, F, Func, JSONField, OuterRef, Q, Subquery, Value, When
from django.db.models import Count as NumberOf
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from rest_framework import serializers

from tracker.records.models import Citation, Identifier, Record, Slugged
from tracker.records.policy import roles
from tracker.records.values.codes.code_fields import Code, CodeField
from tracker.records.values.codes.vocabularies import CitationBasis, Stance
from tracker.records.values.columns import PartialDateField
from tracker.records.values.dates.days import Days
from tracker.records.workflow import editorial_fields as editorial

from .finishing import MARK

API = "/api/v1/"
WHOLE = "*"  # all of a record, in a list of its fields
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
MOMENT_SQL = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


class Reader(NamedTuple):
    """For whom, and for which days (UTC) a row is written; no user is the public.

    No days: what depends on the day is left open, and what it is computed from stands there.

    `known_on`: only what sources of that day or earlier say counts for what is known of a person.
    """

    user: AbstractBaseUser | None
    days: Days | None
    known_on: date | None = None

    @classmethod
    def today(cls, user):
        return cls(user, Days.today())


class Pick(NamedTuple):
    """Which fields of a shape are shown. `detail` adds those that a single record shows, `editorial` those
    that nobody but writers is shown.
    """

    detail: bool = False
    fields: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    editorial: bool = False


LIST = Pick()
FULL = Pick(detail=True, editorial=True)  # what a writer reads of one record, and writes


def resource(model):
    """The name of a model's endpoint: its plural with hyphens, unless it names another."""
    return getattr(model, "endpoint", None) or model._meta.verbose_name_plural.replace(" ", "-")


def api_url(path):
    """An absolute address of the API."""
    return f"{settings.PUBLIC_URL}{API}{path}"


def list_url(model):
    return api_url(f"{resource(model)}/")


def record_url(model, key):
    return f"{list_url(model)}{key}/"


class Registry:
    """What shapes know of each other without importing each other."""

    def __init__(self):
        self.nested = {}  # model (also abstract) -> the shape it has inside another record
        self.whole = {}  # model -> the shape of its endpoint, which `expand` brings
        self.links = {}  # model -> {name of a link: (model listed, filter)}

    def inside(self, model):
        """The shape of a model inside another record: declared for it or a parent, else a plain Ref."""
        if model not in self.nested:
            base = next((self.nested[parent] for parent in model.__mro__ if parent in self.nested), Ref)
            meta = type("Meta", (getattr(base, "Meta", object),), {"model": model})
            name = f"{model.__name__}{'Ref' if base is Ref else 'Shape'}"
            self.nested[model] = type(name, (base,), {"Meta": meta, "__module__": base.__module__})
        return self.nested[model]


registry = Registry()


class Own(serializers.Field):
    """A read-only field that is made from the whole row."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "source": "*", "read_only": True})


class Url(Own):
    """The absolute address of a record."""

    def to_representation(self, record):
        return record_url(type(record), record.pk)


class Links(Own):
    """The addresses of the lists that point at a record, filtered by it."""

    def to_representation(self, record):
        listed = {name: f"{url}{record.pk}" for name, url in self.urls(type(record)).items()}
        return {**listed, "corrections": f"{record_url(type(record), record.pk)}corrections/"}

    @staticmethod
    def urls(model):
        listed = registry.links.get(model, {})
        return {name: f"{list_url(other)}?{parameter}=" for name, (other, parameter) in listed.items()}


class Count(Own):
    """How many of the related rows the reader may see."""

    def __init__(self, relation, **kwargs):
        self.relation = relation
        super().__init__(**kwargs)

    def to_representation(self, record):
        reader = self.context["reader"]
        return getattr(record, self.relation).visible_to(reader.user).count()


class Inferred(Own):
    """The fields of which no source that the reader sees states the value: it was concluded from sources.

    Of those that support it, all infer it. WHOLE stands for citations of the whole record: what a citation of
    a field states is none the less stated.
    """

    schema = {
        "type": "array",
        "description": "The fields whose values were concluded from sources that do not state them;"
        f" {WHOLE} is the record as a whole, but for what a citation of a field states.",
        "items": {"type": "string"},
    }

    def to_representation(self, record):
        cites = record.citations.visible_to(self.context["reader"].user)
        return [name or WHOLE for name in inferred(cites).values_list("field", flat=True)]


def inferred(citations):
    """The fields, each once, that some of these citations infer and that none of them states."""
    supports = citations.filter(stance=Stance.SUPPORTS).order_by("field").values("field")
    return supports.annotate(stated=NumberOf("pk", filter=~Q(basis=CitationBasis.INFERRED))).filter(stated=0)


class Computed(Own):
    """A value that the database computes: `expression(reader)` gives it, `schema` describes it.

    With `finish` the database gives the facts, and this function of facts and reader the value. `basis` gives
    what the value is computed from on every day, where the expression itself depends on the day; `rests_on`
    has the paths to the rows that it is computed from.
    """

    def __init__(self, expression, schema, finish=None, basis=None, rests_on=(), **kwargs):
        self.expression, self.schema, self.finish = expression, schema, finish
        self.basis, self.rests_on = basis or expression, rests_on
        super().__init__(**kwargs)


class Moment(editorial.Zoned):
    """A moment in UTC, always with microseconds."""

    def to_representation(self, moment):
        return moment and moment.strftime(MOMENT)


class PartialDate(serializers.CharField):
    """A partial date: null, or its EDTF text with the first and the last day it may mean (null: open)."""

    def get_attribute(self, record):
        name = self.source
        return [getattr(record, column) for column in (name, f"{name}_earliest", f"{name}_latest")]

    def to_representation(self, value):
        text, *days = value
        earliest, latest = (day and day.isoformat() for day in days)
        return {"edtf": text, "earliest": earliest, "latest": latest} if text else None


class Shape(serializers.ModelSerializer):
    """What one row looks like.

    `Meta.fields` are shown always, `Meta.detail` on a single record and with `expand`. Keys become the shape
    that their model has inside others; names of parts become lists; the base adds what every record shows.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: Moment,
        PartialDateField: PartialDate,
        CodeField: Code,
    }

    def __init__(self, *args, pick=LIST, **kwargs):
        self.pick = pick
        super().__init__(*args, **kwargs)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.nests and hasattr(cls, "Meta") and "model" in vars(cls.Meta):
            registry.nested.setdefault(cls.Meta.model, cls)

    nests = False  # whether this is the shape of its model inside other records

    @classmethod
    def head(cls):
        """The names that come first."""
        return ["id", "slug", "url"] if issubclass(cls.Meta.model, Slugged) else ["id", "url"]

    @classmethod
    def tail(cls):
        """The names that come last: (always, on a single record)."""
        marks, cited = (["inferred", "citation_count"], ["citations"]) if cls.Meta.model.cited else ([], [])
        return [*marks, "published_at", "changed_at", "links"], cited

    @classmethod
    def detail_names(cls):
        return {*getattr(cls.Meta, "detail", ()), *cls.tail()[1]}

    @classmethod
    def names(cls):
        """Every name that can be shown, in order."""
        always, detail = cls.tail()
        return [*cls.head(), *cls.Meta.fields, *getattr(cls.Meta, "detail", ()), *detail, *always]

    @classmethod
    def internal(cls):
        """The names that only writers are shown."""
        own = [editorial.KEY] if issubclass(cls.Meta.model, Record) else []
        return [*own, *getattr(cls.Meta, "internal", ())]

    def get_field_names(self, declared_fields, info):
        pick, detail = self.pick, self.detail_names()
        heads = {path.partition(".")[0] for path in pick.expand}
        shown = {*pick.fields, *heads} if pick.fields else set()
        return [
            name
            for name in [*self.names(), *(self.internal() if pick.editorial else ())]
            if name not in pick.omit
            and (name in shown if shown else name not in detail or pick.detail or name in heads)
        ]

    def build_field(self, name, info, model, depth):
        if name in EVERYWHERE and name not in info.fields:
            return EVERYWHERE[name], {}
        return super().build_field(name, info, model, depth)

    def build_standard_field(self, name, field):
        kind, kwargs = super().build_standard_field(name, field)
        return kind, {**kwargs, "registry": field.registry} if kind is Code else kwargs

    def build_relational_field(self, name, relation):
        kwargs = {"many": True} if relation.to_many else {"allow_null": name not in self.always_there()}
        return registry.inside(relation.related_model), {**kwargs, "read_only": True}

    @classmethod
    def always_there(cls):
        """The keys that are never null: required, and visible whenever the row is."""
        model = cls.Meta.model
        return {name for name in model.visible_with if not model._meta.get_field(name).null}

    def get_fields(self):
        fields = super().get_fields()
        for name, field in fields.items():
            deeper = tuple(path.partition(".")[2] for path in self.pick.expand if path.startswith(f"{name}."))
            if isinstance(field, serializers.BaseSerializer):
                fields[name] = self.nested(field, name in self.pick.expand or bool(deeper), deeper)
        return fields

    def nested(self, field, expanded, deeper):
        """A nested shape, expanded to the whole of its model if asked for; lists take `detail` from above."""
        many = isinstance(field, serializers.ListSerializer)
        shape = type(field.child if many else field)
        detail = self.pick.detail and not shape.nests
        pick = Pick(detail=detail, expand=deeper, editorial=self.pick.editorial)
        if expanded and shape.nests:
            shape = registry.whole.get(shape.Meta.model, shape)
        kwargs = {"source": field.source} if field.source else {}
        kwargs |= {"many": True} if many else {"allow_null": field.allow_null}
        return shape(read_only=True, pick=pick, **kwargs)

    @classmethod
    @lru_cache
    def expandable(cls, depth=2):
        """The paths that `expand` understands."""
        shape = cls(pick=Pick(detail=True))
        paths = set(cls.detail_names())
        for name, field in shape.fields.items():
            if not isinstance(field, serializers.BaseSerializer):
                continue
            inner = type(getattr(field, "child", field))
            whole = registry.whole.get(inner.Meta.model) if inner.nests else inner
            if whole and inner.nests:
                paths.add(name)
            if whole and depth > 1:
                paths |= {f"{name}.{path}" for path in whole.expandable(depth - 1)}
        return paths


EVERYWHERE = {
    "url": Url,
    "links": Links,
    "citation_count": lambda **kwargs: Count("citations", **kwargs),
    "inferred": Inferred,
    editorial.KEY: lambda **kwargs: Computed(work, editorial.SCHEMA, **kwargs),
}


class Row(Shape):
    """A record in a list inside another one.

    Where the list has only some of the rows, `Meta.rows` names a verb of their QuerySet. `Meta.other_rows` is
    the field that says which those are, and what is said to somebody who writes another row.
    """

    @classmethod
    def tail(cls):
        always, detail = super().tail()
        return always[:-3], detail


class Ref(Shape):
    """A related record as a reader needs it: id, slug, name or title, url, and what `Meta.fields` adds."""

    nests = True

    @classmethod
    def head(cls):
        model = cls.Meta.model
        return (
            ["id", "slug", "name" if model.label_field == "name" else "title"]
            if issubclass(model, Slugged)
            else ["id"]
        )

    @classmethod
    def tail(cls):
        return ["url"], []

    @classmethod
    def names(cls):
        facts = getattr(cls.Meta, "fields", ())
        return [*cls.head(), *facts, *(["inferred"] if facts and cls.Meta.model.cited else []), "url"]

    @classmethod
    def internal(cls):
        return []

    def build_field(self, name, info, model, depth):
        if name == "title" and model.label_field != "title":
            return serializers.CharField, {"source": model.label_field, "read_only": True}
        return super().build_field(name, info, model, depth)


class PartShape(Shape):
    """A part inside its record."""

    nests = True

    @classmethod
    def head(cls):
        return ["id"]

    @classmethod
    def tail(cls):
        return [], []


class Rival(serializers.Field):
    """What a source has instead of the value of a field: the JSON value that the field has in the record."""

    schema = {
        "type": ["object", "array", "string", "integer", "boolean", "null"],
        "description": "What the source has instead of the field that it contradicts, as the record shows the"
        " field: a date with its first and last day. Null: not given.",
        "properties": {
            "edtf": {"type": "string"},
            **{name: {"type": ["string", "null"], "format": "date"} for name in ("earliest", "latest")},
        },
        "items": {"type": "string"},
    }

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True, **kwargs})

    def get_attribute(self, citation):
        return citation.value_said

    def to_representation(self, value):
        return value


class CitationShape(PartShape):
    """Which source says so, where exactly and in which words."""

    value = Rival()

    class Meta:
        model = Citation
        fields = [
            "source",
            "locator_kind",
            "locator",
            "field",
            "quotation",
            "translation",
            "stance",
            "value",
            "basis",
            "reasoning",
            "directness",
        ]
        example = ["locator_kind", "locator"]


class IdentifierShape(PartShape):
    class Meta:
        model = Identifier
        fields = ["scheme", "identifier"]


# From here on: what the database makes of it.


class Literal(Value):
    """A text that stands in the statement itself."""

    def as_sql(self, compiler, connection):
        text = self.value.replace("'", "''").replace("%", "%%")
        return f"'{text}'", []


class Json(Func):
    """A JSON object of these keys and expressions, in this order."""

    function = "json_build_object"
    output_field = JSONField()

    def __init__(self, pairs):
        super().__init__(*[part for name, value in pairs for part in (Literal(name), value)])


class Text(Func):
    """Texts and ids, joined."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = models.TextField()


class One(Subquery):
    """The one row of a subquery, or null."""

    output_field = JSONField()


class Many(Subquery):
    """The rows of a subquery as a JSON list, [] when there are none."""

    template = "array_to_json(ARRAY(%(subquery)s))"
    output_field = JSONField()


class Number(Subquery):
    """How many rows a subquery has."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


def row(shape, reader):
    """One row of a shape as an expression: a JSON object."""
    return Json([(name, column(field, reader)) for name, field in shape.fields.items()])


def link_of(relation):
    """The table of a relation to many, and the names of its keys: here, and at the other end."""
    if relation.concrete:
        return relation.remote_field.through, relation.m2m_field_name(), relation.m2m_reverse_field_name()
    field = relation.field
    return relation.through, field.m2m_reverse_field_name(), field.m2m_field_name()


def related(model, name, user):
    """The rows behind a key or a list of a model that the user may see, seen from a row of that model."""
    relation = model._meta.get_field(name)
    rows = relation.related_model.objects.visible_to(user)
    if relation.many_to_many:
        through, here, there = link_of(relation)
        links = through.objects.filter(**{here: OuterRef(OuterRef("pk"))})
        return rows.filter(pk__in=links.values(there))
    if relation.one_to_many:
        return rows.filter(**{relation.field.name: OuterRef("pk")})
    return rows.filter(pk=OuterRef(relation.attname))


def narrowed(rows, shape):
    """Those of the rows that a list of this shape has."""
    verb = getattr(shape.Meta, "rows", None)
    return getattr(rows, verb)() if verb else rows


def ordered(rows, shape):
    """Rows in the order their shape declares, then by id."""
    return rows.order_by(*getattr(shape.Meta, "order", ()), "pk")


def work(reader):
    """What those who work on a record read of the work on it; null for other readers."""
    columns = {
        **{name: F(name) for name in editorial.FIELDS},
        "assigned_to": editorial.username(),
        "publish_at": moment(F("publish_at")),
    }
    shown = Json([(name, columns[name]) for name in editorial.names(reader.user)])
    return Case(When(roles.work_of(reader.user), then=shown))


def moment(expression):
    return Func(expression, template=MOMENT_SQL, output_field=models.TextField())


@singledispatch
def column(field, reader):
    """The expression that gives the JSON value of a serializer field."""
    return F(field.source)


@column.register
def _(field: serializers.DecimalField, reader):
    return Cast(F(field.source), models.TextField())


@column.register
def _(field: Moment, reader):
    return moment(F(field.source))


@column.register
def _(field: PartialDate, reader):
    name = field.source
    days = [(part, F(f"{name}_{part}")) for part in ("earliest", "latest")]
    return Case(When(~Q(**{name: ""}), then=Json([("edtf", F(name)), *days])))


@column.register
def _(field: Rival, reader):
    kind = Func(F("value_said"), function="jsonb_typeof", output_field=models.TextField())
    date = Json([(part, KeyTransform(part, "value_said")) for part in ("edtf", "earliest", "latest")])
    whole = Func(F("value_said"), template="(%(expressions)s)::json", output_field=JSONField())
    return Case(When(Exact(kind, Literal("object")), then=date), default=whole)


@column.register
def _(field: Url, reader):
    return Text(Literal(list_url(field.parent.Meta.model)), F("pk"), Literal("/"))


@column.register
def _(field: Links, reader):
    model = field.parent.Meta.model
    listed = [(name, Text(Literal(url), F("pk"))) for name, url in Links.urls(model).items()]
    own = Text(Literal(list_url(model)), F("pk"), Literal("/corrections/"))
    return Json([*listed, ("corrections", own)])


@column.register
def _(field: Count, reader):
    return Number(related(field.parent.Meta.model, field.relation, reader.user).order_by().values("pk"))


def marked(citations):
    """A JSON list of the fields that some of these citations infer and none states, in SQL."""
    named = Case(When(field="", then=Literal(WHOLE)), default=F("field"))
    return Many(inferred(citations).values(json=named))


@column.register
def _(field: Inferred, reader):
    return marked(related(field.parent.Meta.model, "citations", reader.user))


@column.register
def _(field: Computed, reader):
    facts = (field.expression if reader.days else field.basis)(reader)
    if field.finish is None:
        return facts
    return Json([(MARK, Literal(field.finish.__qualname__)), ("facts", facts)])


@column.register
def _(field: serializers.BaseSerializer, reader):
    rows = related(field.parent.Meta.model, field.source, reader.user)
    return One(rows.order_by().values(json=row(field, reader)))


@column.register
def _(field: serializers.ListSerializer, reader):
    rows = related(field.parent.Meta.model, field.source, reader.user)
    return Many(ordered(narrowed(rows, field.child), field.child).values(json=row(field.child, reader)))
