"""The OpenAPI document, generated from the shapes and the filters."""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from tracker.records.protocol.problems import TYPE
from tracker.records.read.formats.csv_tables import names
from tracker.records.read.formats.registry import JSON
from tracker.records.read.pagination import order_keys
from tracker.records.shapes.declaration import PartShape, Ref, Row, Shape
from tracker.records.shapes.fields import (
    Computed,
    Count,
    Inferred,
    Links,
    Own,
    PartialDateJSONField,
    Rival,
    Url,
)
from tracker.records.shapes.reader import Pick
from tracker.records.shapes.urls import API, URI
from tracker.records.workflow import editorial_fields

from .components import ENVELOPE, ERRORS, EXAMPLES, ID_OR_SLUG, PARAMETERS, PROBLEM, READS, TOKEN
from .examples import sample
from .writes import ANYTHING, PARTIAL_DATE, WRITES, WritingSchema, json_answer


class Schema(WritingSchema, AutoSchema):
    """One operation of the API."""

    def is_record_view(self):
        return getattr(self.view, "shape", None) is not None

    def is_list(self):
        return self.view.action == "list"

    def get_tags(self):
        return [self.path.removeprefix(API).split("/")[0] or "api"]

    def get_operation_id(self):
        first, *others = self.path.removeprefix(API).replace("-", "_").strip("/").split("/")
        if self.view.action == "figure":
            return "_".join([first, *others[1:], "figure"])
        return f"{first or 'api'}_{self.view.action}"

    def get_request_serializer(self):
        return None

    def get_response_serializers(self):
        return None

    def get_filter_backends(self):
        return []

    def get_auth(self):
        return [TOKEN] if self.writes() else [{}, TOKEN]  # anyone may read what is public

    def get_description(self):
        return (WRITES | READS).get(self.view.action) or self.view.__class__.__doc__

    def _get_parameters(self):
        found = [
            {
                "in": "path",
                "name": "id",
                "required": True,
                "schema": {"type": "string"},
                "description": ID_OR_SLUG,
            }
        ]
        if self.is_list() or "{" not in self.path:
            found = []
        if self.writes():
            return self.write_parameters(found)
        names = self.view.known()
        filters = self.view.filterset_class.base_filters if self.is_record_view() else {}
        for name in names:
            help_text, schema = explained_filter(filters[name]) if name in filters else self.explained(name)
            listed = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
            found.append({"in": "query", "name": name, "description": help_text, "schema": schema, **listed})
        formats = [one.slug for one in self.view.offered()]
        schema = {"type": "string", "enum": formats}
        return [
            *found,
            {"in": "query", "name": "format", "description": "The format of the answer.", "schema": schema},
        ]

    def explained(self, name):
        """The description and the schema of a parameter that every list has."""
        help_text, schema = (PARAMETERS | self.view.more_parameters())[name]
        if schema:
            return help_text, schema
        shape = self.view.shape
        values = {"fields": shape.names(), "omit": shape.names(), "expand": sorted(shape.expandable())}
        if name == "ordering":
            values[name] = [sign + key for key in order_keys(shape) for sign in ("", "-")]
        if name == "nested":
            return help_text, {"type": "string", "enum": [*names(shape)]}
        items = {"type": "string", "enum": values[name]}
        if name == "ordering":  # the name of the values in generated clients
            items["x-enum-varnames"] = [varname(key) for key in values[name]]
        return help_text, {"type": "array", "items": items, "minItems": 1}

    def _get_response_bodies(self, direction="response"):
        problem = self.component("Problem", PROBLEM)
        if self.writes():
            return self.write_answers(problem)
        absent = () if "{" in self.path else ("404", "410")
        errors = {code: words for code, words in ERRORS.items() if code not in absent} | self.view.errors
        answers = {
            code: {"description": words, "content": {TYPE: {"schema": problem}}}
            for code, words in errors.items()
        }
        return {"200": self.success(), **dict(sorted(answers.items()))}

    def success(self):
        """The successful answer of an operation, with an example."""
        if not self.is_record_view():
            schema = self.view.answers.get(self.view.action, ANYTHING)
            if callable(schema):  # it needs the schemas of shapes
                schema = schema(lambda shape: self._map_serializer(shape, "response"))
            example = self.view.example[self.view.action]
            example = example() if callable(example) else example
            found = json_answer(schema, example, "The content.")
            found["content"] |= self.files()
            return found
        if self.view.action in EXAMPLES:
            schema, example = EXAMPLES[self.view.action]
            named = self.component(self.view.action.title(), schema)
            return json_answer(named, example, READS[self.view.action])
        shape = self.view.shape
        schema = self.resolve_serializer(shape(pick=Pick(detail=True)), "response").ref
        if not self.is_list():
            found = json_answer(
                schema, sample(shape(pick=Pick(detail=True))), "The record, or how to cite it."
            )
            found["content"] |= self.files()
            return found
        page = {
            "type": "object",
            "description": "One page of a list.",
            "properties": {**ENVELOPE, "results": {"type": "array", "items": schema}},
            "required": ["as_of", "next", "previous", "results"],
        }
        schema = self.component(f"{schema['$ref'].rpartition('/')[2]}Page", page)
        envelope = {"total": 1, "total_is": "exact", "as_of": "2025-10-31", "next": None, "previous": None}
        files = " or ".join(one.label for one in self.view.offered() if one.write)
        words = f"One page of the list; as {files}, the whole list."
        found = json_answer(schema, {**envelope, "results": [sample(shape())]}, words)
        found["content"] |= self.files()
        return found

    def files(self):
        """The answers in other formats than JSON."""
        return {
            one.media_type: {"schema": {"type": "string"}} for one in self.view.offered() if one is not JSON
        }

    def component(self, name, schema):
        """A reference to a named schema."""
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref

    def get_serializer_name(self, serializer, direction):
        return type(serializer).__name__.removesuffix("Shape")

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        if isinstance(field, PartialDateJSONField):
            return self.component("PartialDate", PARTIAL_DATE)
        if isinstance(field, Rival):
            return self.rival()
        if isinstance(field, Computed | Inferred):
            return (
                field.schema
                if field.schema is not editorial_fields.SCHEMA
                else self.component("Editorial", field.schema)
            )
        if isinstance(field, Url):
            return URI
        if isinstance(field, Links):
            return {"type": "object", "additionalProperties": URI}
        if isinstance(field, Count):
            return {"type": "integer", "minimum": 0}
        if isinstance(field, Own):
            return {"type": "string"}
        if shapes := getattr(field.parent, "alternatives", dict)().get(field.field_name):
            return {"anyOf": [self.resolve_serializer(shape(), direction).ref for shape in shapes]}
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def rival(self):
        """What a source says instead: a value of any type that a field can have."""
        date = self.component("PartialDate", PARTIAL_DATE)
        texts = {"type": "array", "items": {"type": "string"}}
        plain = [{"type": kind} for kind in ("string", "integer", "boolean")]
        about = Rival.schema["description"]
        return self.component("RivalValue", {"description": about, "anyOf": [date, texts, *plain]})

    def _insert_field_validators(self, field, schema):
        """Like drf-spectacular, but a URL that may be empty is any text, since "" is not a URI."""
        if isinstance(field, serializers.URLField) and field.allow_blank:
            schema.pop("format", None)
        else:
            super()._insert_field_validators(field, schema)

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        schema["description"] = description_of(serializer)
        if isinstance(serializer, Shape) and not serializer.nests:
            schema.pop("required", None)  # `fields` and `omit` can leave out any field
        return schema


def varname(key):
    return f"{key.strip('-')}{'_descending' if key.startswith('-') else ''}".upper()


def description_of(shape):
    """The description of a shape for users: its docstring, or else the docstring of its model."""
    general = (Shape, Row, Ref, PartShape)
    own = next((cls for cls in type(shape).__mro__ if cls in general or vars(cls).get("__doc__")), Shape)
    if own not in general:
        return own.__doc__
    model = next(cls for cls in shape.Meta.model.__mro__ if not is_listed_by_django(cls))
    return (
        f"In short: {model.__doc__[0].lower()}{model.__doc__[1:]}"
        if isinstance(shape, Ref)
        else model.__doc__
    )


def is_listed_by_django(model):
    """Whether the docstring of a model is Django's own list of its fields."""
    return (vars(model).get("__doc__") or f"{model.__name__}(").startswith(f"{model.__name__}(")


def explained_filter(one):
    """The description and the schema of a filter."""
    return one.extra["help_text"], one.schema
