"""Shapes: serializers that PostgreSQL executes.

A shape is a DRF serializer that says what one row looks like. The API schema is generated from it, and
`row_expression` turns it into one expression that builds the JSON in the database, with the visibility rule
at every level.
"""

from functools import lru_cache

from django.db import models
from rest_framework import serializers

from tracker.records.base.citations import Citation
from tracker.records.base.identifiers import Identifier
from tracker.records.base.record import Record
from tracker.records.base.slugs import Slugged
from tracker.records.values.codes.code_fields import CodeField, CodeJSONField
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.workflow import editorial_fields as editorial

from .fields import Computed, Count, Inferred, Links, Moment, PartialDateJSONField, Rival, Url, registry
from .json_expressions import editorial_data
from .reader import LIST, Pick


class Shape(serializers.ModelSerializer):
    """What one row looks like.

    `Meta.fields` are always shown, `Meta.detail` on a single record and with `expand`. Foreign keys become
    the nested shape of their model, names of parts become lists, and the base adds what every record shows.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: Moment,
        PartialDateField: PartialDateJSONField,
        CodeField: CodeJSONField,
    }

    def __init__(self, *args, pick=LIST, **kwargs):
        self.pick = pick
        super().__init__(*args, **kwargs)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.nests and hasattr(cls, "Meta") and "model" in vars(cls.Meta):
            registry.nested.setdefault(cls.Meta.model, cls)

    nests = False  # whether this is the nested shape of its model

    @classmethod
    def head(cls):
        """The names of the first fields."""
        return ["id", "slug", "url"] if issubclass(cls.Meta.model, Slugged) else ["id", "url"]

    @classmethod
    def tail(cls):
        """The names of the last fields: (always shown, shown on a single record)."""
        marks, cited = (["inferred", "citation_count"], ["citations"]) if cls.Meta.model.cited else ([], [])
        return [*marks, "published_at", "changed_at", "links"], cited

    @classmethod
    def detail_names(cls):
        return {*getattr(cls.Meta, "detail", ()), *cls.tail()[1]}

    @classmethod
    def names(cls):
        """The names of all fields that can be shown, in order."""
        always, detail = cls.tail()
        return [*cls.head(), *cls.Meta.fields, *getattr(cls.Meta, "detail", ()), *detail, *always]

    @classmethod
    def internal(cls):
        """The names of fields that only writers see."""
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
        return kind, {**kwargs, "registry": field.registry} if kind is CodeJSONField else kwargs

    def build_relational_field(self, name, relation):
        kwargs = {"many": True} if relation.to_many else {"allow_null": name not in self.always_there()}
        return registry.inside(relation.related_model), {**kwargs, "read_only": True}

    @classmethod
    def always_there(cls):
        """The keys that are never null: required, and always visible with the row."""
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
        """A nested shape, expanded to the full shape of its model if requested. Lists inherit `detail`."""
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
        """The paths that `expand` accepts."""
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
    editorial.KEY: lambda **kwargs: Computed(editorial_data, editorial.SCHEMA, **kwargs),
}


class Row(Shape):
    """A record in a nested list of another record.

    If the list has only some of the rows, `Meta.rows` names a method of their QuerySet. `Meta.other_rows` is
    the field that decides it, and the error for a row that does not belong there.
    """

    @classmethod
    def tail(cls):
        always, detail = super().tail()
        return always[:-3], detail


class Ref(Shape):
    """A reference to a related record: id, slug, name or title, url, and the `Meta.fields`."""

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


registry.plain = Ref


class PartShape(Shape):
    """A part inside its record."""

    nests = True

    @classmethod
    def head(cls):
        return ["id"]

    @classmethod
    def tail(cls):
        return [], []


class CitationShape(PartShape):
    """Which source says something, where exactly, and in which words."""

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
