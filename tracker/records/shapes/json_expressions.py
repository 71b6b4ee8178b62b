"""Shapes as database expressions: a row is one JSON object, with the visibility rule at every level."""

from functools import singledispatch

from django.db import models
from django.db.models import Case, F, Func, JSONField, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from rest_framework import serializers

from tracker.records.policy import roles
from tracker.records.workflow import editorial_fields as editorial

from .fields import (
    MOMENT_SQL,
    WHOLE,
    Computed,
    Count,
    Inferred,
    Links,
    Moment,
    PartialDateJSONField,
    Rival,
    Url,
    inferred,
)
from .finishing import MARK
from .urls import list_url


class Literal(Value):
    """A text that is written into the statement itself."""

    def as_sql(self, compiler, connection):
        text = self.value.replace("'", "''").replace("%", "%%")
        return f"'{text}'", []


class Json(Func):
    """A JSON object with these keys and expressions, in this order."""

    function = "json_build_object"
    output_field = JSONField()

    def __init__(self, pairs):
        super().__init__(*[part for name, value in pairs for part in (Literal(name), value)])


class Concatenated(Func):
    """Texts and ids, concatenated."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = models.TextField()


class One(Subquery):
    """The one row of a subquery, or null."""

    output_field = JSONField()


class Many(Subquery):
    """The rows of a subquery as a JSON list; [] if there are none."""

    template = "array_to_json(ARRAY(%(subquery)s))"
    output_field = JSONField()


class Number(Subquery):
    """The number of rows in a subquery."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


def row_expression(shape, reader):
    """The expression for one row of a shape: a JSON object."""
    return Json([(name, value_expression(field, reader)) for name, field in shape.fields.items()])


def link_of(relation):
    """The through table of a many-to-many relation, and the names of its keys on this side and the other."""
    if relation.concrete:
        return relation.remote_field.through, relation.m2m_field_name(), relation.m2m_reverse_field_name()
    field = relation.field
    return relation.through, field.m2m_reverse_field_name(), field.m2m_field_name()


def related(model, name, user):
    """The rows behind a key or a list that the user may see, relative to an outer row of the model."""
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
    """Those of the rows that belong in a list of this shape."""
    verb = getattr(shape.Meta, "rows", None)
    return getattr(rows, verb)() if verb else rows


def in_shape_order(rows, shape):
    """Rows in the order that their shape declares, then by id."""
    return rows.order_by(*getattr(shape.Meta, "order", ()), "pk")


def editorial_data(reader):
    """The editorial data of a record for users who work on it; null for other readers."""
    columns = {
        **{name: F(name) for name in editorial.FIELDS},
        "assigned_to": editorial.username(),
        "publish_at": moment(F("publish_at")),
    }
    shown = Json([(name, columns[name]) for name in editorial.field_names(reader.user)])
    return Case(When(roles.work_of(reader.user), then=shown))


def moment(expression):
    return Func(expression, template=MOMENT_SQL, output_field=models.TextField())


@singledispatch
def value_expression(field, reader):
    """The expression for the JSON value of a serializer field."""
    return F(field.source)


@value_expression.register
def _(field: serializers.DecimalField, reader):
    return Cast(F(field.source), models.TextField())


@value_expression.register
def _(field: Moment, reader):
    return moment(F(field.source))


@value_expression.register
def _(field: PartialDateJSONField, reader):
    name = field.source
    days = [(part, F(f"{name}_{part}")) for part in ("earliest", "latest")]
    return Case(When(~Q(**{name: ""}), then=Json([("edtf", F(name)), *days])))


@value_expression.register
def _(field: Rival, reader):
    kind = Func(F("value_said"), function="jsonb_typeof", output_field=models.TextField())
    date = Json([(part, KeyTransform(part, "value_said")) for part in ("edtf", "earliest", "latest")])
    whole = Func(F("value_said"), template="(%(expressions)s)::json", output_field=JSONField())
    return Case(When(Exact(kind, Literal("object")), then=date), default=whole)


@value_expression.register
def _(field: Url, reader):
    return Concatenated(Literal(list_url(field.parent.Meta.model)), F("pk"), Literal("/"))


@value_expression.register
def _(field: Links, reader):
    model = field.parent.Meta.model
    listed = [(name, Concatenated(Literal(url), F("pk"))) for name, url in Links.urls(model).items()]
    own = Concatenated(Literal(list_url(model)), F("pk"), Literal("/corrections/"))
    return Json([*listed, ("corrections", own)])


@value_expression.register
def _(field: Count, reader):
    return Number(related(field.parent.Meta.model, field.relation, reader.user).order_by().values("pk"))


def marked(citations):
    """In SQL: a JSON list of the fields that some of these citations infer and none states."""
    named = Case(When(field="", then=Literal(WHOLE)), default=F("field"))
    return Many(inferred(citations).values(json=named))


@value_expression.register
def _(field: Inferred, reader):
    return marked(related(field.parent.Meta.model, "citations", reader.user))


@value_expression.register
def _(field: Computed, reader):
    facts = (field.expression if reader.days else field.basis)(reader)
    if field.finish is None:
        return facts
    return Json([(MARK, Literal(field.finish.__qualname__)), ("facts", facts)])


@value_expression.register
def _(field: serializers.BaseSerializer, reader):
    rows = related(field.parent.Meta.model, field.source, reader.user)
    return One(rows.order_by().values(json=row_expression(field, reader)))


@value_expression.register
def _(field: serializers.ListSerializer, reader):
    rows = related(field.parent.Meta.model, field.source, reader.user)
    return Many(
        in_shape_order(narrowed(rows, field.child), field.child).values(
            json=row_expression(field.child, reader)
        )
    )
