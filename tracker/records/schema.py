"""The OpenAPI document, drawn from the shapes and the filters."""

from functools import singledispatch

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from .editing import MOST_DOCUMENTS, VERBS
from .pages import LARGEST_PAGE, PAGE_SIZE, START, order_keys
from .problems import TYPE
from .shapes import API, Computed, Count, Links, Moment, Own, PartialDate, Pick, Shape, Url
from .writer import REASON, references_of, rows_of, written

SAMPLE_ID = "8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b"
URI = {"type": "string", "format": "uri"}
DAY = {"type": ["string", "null"], "format": "date"}
PARTIAL_DATE = {
    "type": ["object", "null"],
    "description": "EDTF text, the first and the last day that it may mean (null: open). Null: not stated.",
    "properties": {"edtf": {"type": "string"}, "earliest": DAY, "latest": DAY},
    "required": ["edtf", "earliest", "latest"],
}
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["parameter", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
ENVELOPE = {
    "total": {"type": "integer", "minimum": 0, "description": "How many there are; left out after a cursor."},
    "total_is": {"type": "string", "enum": ["exact", "at_least"]},
    "as_of": {"type": "string", "format": "date"},
    "next": {**URI, "type": ["string", "null"]},
    "previous": {**URI, "type": ["string", "null"]},
}
PARAMETERS = {
    "as_of": (
        "The day (UTC) that figures as of a day speak of; today if left out.",
        {"type": "string", "format": "date"},
    ),
    "fields": ("Only these fields, separated by commas.", None),
    "omit": ("All but these fields.", None),
    "expand": ("Related records whole, and fields of the single record, separated by commas.", None),
    "ordering": ("By which fields, separated by commas, each with a minus to reverse it.", None),
    "page": ("The number of the page.", {"type": "integer", "minimum": 1}),
    "page_size": (
        "Rows a page.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
    ),
    "cursor": (
        f"{START} to start, then as next says: pages that cost the same however far one goes.",
        {"type": "string"},
    ),
}
WRITE_ERRORS = {
    "400": "The document is wrong; errors points at each place and says what would be right.",
    "401": "Writing needs credentials.",
    "403": "Your role or your token does not allow it.",
    "409": "Its state does not allow it.",
    "412": "Somebody changed it since you read it.",
    "415": "Send application/json.",
    "428": "If-Match is missing.",
}
WRITES = {
    "create": "Makes a draft, with the parts and the records that belong to it; a list makes all or none.",
    "update": "Makes the record what the document says; what it leaves out is emptied.",
    "partial_update": "Changes what the document names.",
    "destroy": "Deletes one's own draft that was never published.",
    "submit": "Hands a draft over for review.",
    "send_back": "Returns what is in review to its author.",
    "publish": "Makes the record public, and the drafts that belong to it.",
    "withdraw": "Takes the record back.",
}
READS = {
    "corrections": "What was corrected since it was published, newest first: names of fields, when and why."
}
CORRECTIONS = {
    "type": "object",
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "changed_at": {"type": "string", "format": "date-time"},
                    "fields": {"type": "array", "items": {"type": "string"}},
                    "reason": {"type": ["string", "null"]},
                },
                "required": ["changed_at", "fields", "reason"],
            },
        }
    },
    "required": ["results"],
}
CORRECTION = {"changed_at": "2025-12-10T09:00:00.000000Z", "fields": ["start_date"], "reason": "A misprint."}
TOKEN = {"token": []}
REFERENCE = {
    "description": "An id, a slug, or an object that holds one.",
    "oneOf": [{"type": "string"}, {"type": "object"}],
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version that is meant.",
    "schema": {"type": "string"},
    "example": '"1"',
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A text that names this request: sent again with it, it is done once.",
    "schema": {"type": "string", "maxLength": 100},
}
KEY = "The id, or the slug where records of this kind have one."
ERRORS = {
    "400": "A parameter is wrong; errors names it and what would be right.",
    "404": "Nothing is here, or nothing that is public.",
    "406": "The format that Accept asks for is not offered.",
    "410": "It was published and has been withdrawn.",
    "503": "The database cannot be reached at the moment.",
}


@singledispatch
def sample(field):
    """An example of the JSON value of a serializer field, made from its kind alone."""
    return None if field.allow_null else "text"


@sample.register
def _(field: serializers.ChoiceField):
    return next(iter(field.choices))


@sample.register
def _(field: serializers.IntegerField):
    return 2


@sample.register
def _(field: Count):
    return 1


@sample.register
def _(field: serializers.UUIDField):
    return SAMPLE_ID


@sample.register
def _(field: serializers.BooleanField):
    return False


@sample.register
def _(field: serializers.ListField):
    return [sample(field.child)]


@sample.register
def _(field: Moment):
    return "2025-12-10T09:00:00.000000Z"


@sample.register
def _(field: PartialDate):
    return {"edtf": "2025-10", "earliest": "2025-10-01", "latest": "2025-10-31"}


@sample.register
def _(field: serializers.SlugField):
    return "a-slug"


@sample.register
def _(field: Url):
    return f"http://127.0.0.1:8000{API}people/{SAMPLE_ID}/"


@sample.register
def _(field: Links):
    return {"participations": f"http://127.0.0.1:8000{API}participations/?person={SAMPLE_ID}"}


@sample.register
def _(field: Computed):
    return {name: sample_of(schema) for name, schema in field.schema["properties"].items()}


@sample.register
def _(field: serializers.BaseSerializer):
    return {name: sample(inner) for name, inner in field.fields.items()}


@sample.register
def _(field: serializers.ListSerializer):
    return [sample(field.child)]


def sample_of(schema):
    """An example of a value that a schema describes."""
    if "properties" in schema:
        return {name: sample_of(inner) for name, inner in schema["properties"].items()}
    return schema.get("enum", ["2025-10-31" if schema.get("format") == "date" else 0])[0]


class Schema(AutoSchema):
    """One operation of the API."""

    def is_record_view(self):
        return getattr(self.view, "shape", None) is not None

    def is_list(self):
        return self.view.action == "list"

    def get_tags(self):
        return [self.path.removeprefix(API).split("/")[0] or "api"]

    def get_operation_id(self):
        words = self.path.removeprefix(API).split("/")[0].replace("-", "_")
        return f"{words or 'api'}_{self.view.action}"

    def get_request_serializer(self):
        return None

    def get_response_serializers(self):
        return None

    def get_filter_backends(self):
        return []

    def writes(self):
        return self.view.action in WRITES

    def get_auth(self):
        return [TOKEN] if self.writes() else [{}, TOKEN]  # anyone reads what is public

    def get_description(self):
        return (WRITES | READS).get(self.view.action) or self.view.__class__.__doc__

    def _get_parameters(self):
        found = [
            {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}, "description": KEY}
        ]
        if self.is_list() or "{" not in self.path:
            found = []
        if self.writes():
            return [*found, IF_MATCH] if found else [IDEMPOTENCY_KEY]
        names = self.view.known() if self.is_record_view() else ()
        filters = self.view.filterset_class.base_filters if self.is_record_view() else {}
        for name in names:
            help_text, schema = (
                self.explained(name) if name in PARAMETERS else explained_filter(filters[name])
            )
            listed = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
            found.append({"in": "query", "name": name, "description": help_text, "schema": schema, **listed})
        formats = [renderer.format for renderer in self.view.offered()]
        schema = {"type": "string", "enum": formats}
        return [
            *found,
            {"in": "query", "name": "format", "description": "The format of the answer.", "schema": schema},
        ]

    def explained(self, name):
        """The description and the schema of a parameter that every list has."""
        help_text, schema = PARAMETERS[name]
        shape = self.view.shape
        values = {"fields": shape.names(), "omit": shape.names(), "expand": sorted(shape.expandable())}
        if name == "ordering":
            values[name] = [sign + key for key in order_keys(shape) for sign in ("", "-")]
        return help_text, schema or {"type": "array", "items": {"type": "string", "enum": values[name]}}

    def _get_request_body(self, direction="request"):
        if not self.writes() or self.view.action == "destroy":
            return None
        if self.view.action in VERBS:
            name = VERBS[self.view.action]
            schema = {
                "type": "object",
                "properties": {name: {"type": "string"}},
                "additionalProperties": False,
            }
            example = {name: "text"}
        else:
            shape = self.view.shape(pick=Pick(detail=True))
            schema, example = self.document(shape), sample_document(shape)
        if self.view.action == "create":
            many = {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_DOCUMENTS}
            schema = {"oneOf": [schema, many]}
        return {"content": {"application/json": {"schema": schema, "example": example}}, "required": True}

    def document(self, shape):
        """The schema of what is written in the form of a shape."""
        found = {name: self.written_field(field) for name, field in written(shape).items()}
        found |= {
            REASON: {"type": "string", "description": "Why; required once it was published, and public."}
        }
        name = f"{self.get_serializer_name(shape, 'request')}Document"
        return self.component(name, {"type": "object", "properties": found})

    def written_field(self, field):
        if rows := rows_of(field):
            return {"type": "array", "items": self.document(rows)}
        if references_of(field):
            many = isinstance(field, serializers.ListSerializer)
            return {"type": "array", "items": REFERENCE} if many else {"oneOf": [REFERENCE, {"type": "null"}]}
        if isinstance(field, PartialDate):
            return {
                "type": ["string", "object", "null"],
                "description": "A date in any form that is understood.",
            }
        return self._map_serializer_field(field, "request")

    def _get_response_bodies(self, direction="response"):
        if self.writes():
            return self.write_answers()
        codes = ["400", "406", "503"] if self.is_list() or "{" not in self.path else list(ERRORS)
        problem = self.component("Problem", PROBLEM)
        answers = {
            code: {"description": ERRORS[code], "content": {TYPE: {"schema": problem}}} for code in codes
        }
        return {"200": self.success(), **dict(sorted(answers.items()))}

    def write_answers(self):
        """What a write answers: what a read of the result shows, or why not."""
        problem = {TYPE: {"schema": self.component("Problem", PROBLEM)}}
        codes = ["400", "401", "403", "415", "503"]
        codes += [] if self.view.action == "create" else ["404", "409", "412", "428"]
        errors = {
            code: {"description": {**ERRORS, **WRITE_ERRORS}[code], "content": problem} for code in codes
        }
        if self.view.action == "destroy":
            return {"204": {"description": "It is deleted."}, **errors}
        shape = self.view.shape(pick=Pick(detail=True))
        found = answer(self.resolve_serializer(shape, "response").ref, sample(shape))
        return {"201" if self.view.action == "create" else "200": found, **errors}

    def success(self):
        """The answer of an operation that succeeds, with an example."""
        if not self.is_record_view():
            return answer({"type": "object"}, self.view.example[self.view.action])
        if self.view.action == "corrections":
            return answer(CORRECTIONS, {"results": [CORRECTION]})
        shape = self.view.shape
        schema = self.resolve_serializer(shape(pick=Pick(detail=True)), "response").ref
        if not self.is_list():
            return answer(schema, sample(shape(pick=Pick(detail=True))))
        schema = {
            "type": "object",
            "properties": {**ENVELOPE, "results": {"type": "array", "items": schema}},
            "required": ["as_of", "next", "previous", "results"],
        }
        envelope = {"total": 1, "total_is": "exact", "as_of": "2025-10-31", "next": None, "previous": None}
        found = answer(schema, {**envelope, "results": [sample(shape())]})
        found["content"]["text/csv"] = {"schema": {"type": "string"}}
        return found

    def component(self, name, schema):
        """A reference to a named schema."""
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref

    def get_serializer_name(self, serializer, direction):
        return type(serializer).__name__.removesuffix("Shape")

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        if isinstance(field, PartialDate):
            return self.component("PartialDate", PARTIAL_DATE)
        if isinstance(field, Computed):
            return field.schema
        if isinstance(field, Url):
            return URI
        if isinstance(field, Links):
            return {"type": "object", "additionalProperties": URI}
        if isinstance(field, Count):
            return {"type": "integer", "minimum": 0}
        if isinstance(field, Own):
            return {"type": "string"}
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        if isinstance(serializer, Shape) and not serializer.nests:
            schema.pop("required", None)  # `fields` and `omit` leave out what they like
        return schema


def sample_document(shape):
    """An example of what is written in the form of a shape."""
    found = {}
    for name, field in written(shape).items():
        if rows := rows_of(field):
            found[name] = [sample_document(rows)]
        elif references_of(field):
            found[name] = [SAMPLE_ID] if isinstance(field, serializers.ListSerializer) else SAMPLE_ID
        else:
            found[name] = "October 2025" if isinstance(field, PartialDate) else sample(field)
    return found


def answer(schema, example):
    """A JSON answer in OpenAPI."""
    return {"description": "", "content": {"application/json": {"schema": schema, "example": example}}}


def explained_filter(one):
    """The description and the schema of a filter."""
    return one.extra["help_text"], one.schema
