"""The writing operations in the OpenAPI document: request bodies and answers."""

from rest_framework import serializers

from tracker.records.protection.name_check import HOMONYM
from tracker.records.protocol.problems import TYPE
from tracker.records.shapes.declaration import PartShape
from tracker.records.shapes.fields import PartialDateJSONField
from tracker.records.shapes.reader import FULL, Pick
from tracker.records.shapes.urls import URI
from tracker.records.values.codes.code_fields import CodeJSONField
from tracker.records.workflow import editorial_fields
from tracker.records.workflow.companions import ALSO
from tracker.records.workflow.verb_table import ALREADY_PUBLIC, BY_NAME, KEEP, SAMPLE_TEXT, VERBS
from tracker.records.write.document import REASON, references_of, row_shape_of, written
from tracker.records.write.views import MOST_DOCUMENTS

from .examples import SAMPLE_ID, is_required, sample, sample_document

WRITES = {
    "create": "Creates a draft, with its parts and the records that belong to"
    " it. A list creates all or none. New"
    " rows of one document can refer to each other by the ids that they have in it.",
    "bulk_update": "Changes several records, each named by id and version. All are changed, or none.",
    "update": "Replaces the record with the document. Fields that are left out become empty.",
    "partial_update": "Changes the fields in the document. If you may not change a"
    " published record, it becomes a proposal.",
    "destroy": "Deletes your own draft that was never published.",
    **{one.name: one.about for one in VERBS},
    "apply": "Applies the proposed change to the version that it was made for.",
    "decline": "Declines the proposed change. Its author can read why.",
}
DECISIONS = {"apply": None, "decline": "comment"}
WRITE_ERRORS = {
    "400": "The document is wrong. errors points to each place and says what would be right.",
    "401": "Writing needs credentials.",
    "403": "Your role or your token does not allow it.",
    "404": "Nothing is here, or you may not see it.",
    "409": "The state of the record does not allow it, or someone else wrote at the same time.",
    "412": "Someone changed it after you read it.",
    "413": "The request is too large.",
    "415": "Send application/json.",
    "422": "This Idempotency-Key was used for another request.",
    "428": "If-Match is missing or does not name a version.",
    "429": "Too many requests. Retry-After says in how many seconds to try again.",
    "503": "The database cannot be reached at the moment.",
}
MUST_SAY = (*(one.name for one in VERBS if one.must_say), "decline")
ALWAYS = ("400", "401", "403", "409", "413", "415", "429", "503")
MORE = {
    "create": ("422",),
    "bulk_update": ("412",),
    "apply": ("404", "412"),
    "decline": ("404",),
    **dict.fromkeys(("update", "partial_update", "destroy"), ("404", "412", "428")),
    **dict.fromkeys(BY_NAME, ("404", "412", "422", "428")),
}
REFERENCE = {
    "description": "An id, a slug, or an object with one of them.",
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": True}],
}
PASSED_OVER = {"readOnly": True, "description": "Ignored when written."}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version that you read.",
    "schema": {"type": "string"},
    "example": '"1"',
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A text that identifies this request. If you repeat it with the same key, it is done only"
    " once. Kept for a day.",
    "schema": {"type": "string", "maxLength": 100},
}
TICK = {
    "type": "boolean",
    "default": False,
    "description": "Confirms that the cited sources already publish what this says"
    " about a dialogue that was not open.",
}
OTHER = {
    "type": "string",
    "description": "Why a refused name belongs to someone else. Only by editors who are cleared for both.",
}
ANYTHING = {"type": "object", "additionalProperties": True}
DAY = {"type": ["string", "null"], "format": "date"}
PARTIAL_DATE = {
    "type": ["object", "null"],
    "description": "EDTF text with its first and last day (null: open). With ~, ? or % at the end, it may be"
    " one unit earlier or later, which filters take into account. Null: not stated.",
    "properties": {"edtf": {"type": "string"}, "earliest": DAY, "latest": DAY},
    "required": ["edtf", "earliest", "latest"],
}
ALONG = {
    "type": "array",
    "items": {"type": "string"},
    "default": [],
    "description": "Ids of records that it or its rows refer to and that are not public yet, to publish or"
    " submit with it."
    " publication/ lists them in named.",
}
VERSION = {"type": "integer", "description": "The version that you read: the number in its ETag."}
PROPOSED = {
    "type": "object",
    "description": "The address of the new proposal.",
    "properties": {"detail": {"type": "string"}, "url": URI},
    "required": ["detail", "url"],
}
PROPOSED_EXAMPLE = {
    "detail": "The change was saved as a proposal. An editor will decide.",
    "url": f"http://127.0.0.1:8000/api/v1/proposals/{SAMPLE_ID}/",
}


class WritingSchema:
    """Mixin for the schema of an operation."""

    def writes(self):
        return self.view.action in WRITES

    def write_parameters(self, path):
        action = self.view.action
        keyed = [IDEMPOTENCY_KEY] if action == "create" or action in BY_NAME else []
        meant = [IF_MATCH] if "428" in MORE[action] else []
        return [*(path if "{" in self.path else []), *meant, *keyed]

    def _get_request_body(self, direction="request"):
        action = self.view.action
        verb = BY_NAME.get(action)
        saying = verb.says if verb else DECISIONS.get(action)
        if not self.writes() or action == "destroy" or (action in DECISIONS and not saying):
            return None
        if saying:
            schema = body_schema(saying, *(verb.more if verb else ()))
            example = {saying: verb.sample if verb else SAMPLE_TEXT}
            required = action in MUST_SAY
            if verb and verb.reasons:
                schema |= {"required": [saying]}
                schema["properties"][saying] = {"type": "string", "enum": verb.reasons.values}
            words = {**schema, "description": WRITES[action]}
            schema = self.component(f"{action.title().replace('_', '')}Request", words)
        else:
            schema, example, required = *self.documents(self.view.shape(pick=FULL)), True
        return {"content": {"application/json": {"schema": schema, "example": example}}, "required": required}

    def documents(self, shape):
        """The schema of a request body for a shape, and an example."""
        action, example = (
            self.view.action,
            {**sample_document(shape), editorial_fields.KEY: editorial_fields.EXAMPLE},
        )
        if action == "partial_update":
            named = {name: value for name, value in example.items() if not isinstance(value, list)}
            return self.document(shape, partial=True), {**named, REASON: "A misprint."}
        if action == "bulk_update":
            row = self.document(shape, partial=True, named_by={"id": {"type": "string"}, "version": VERSION})
            return several(row), [{"id": SAMPLE_ID, "version": 1, REASON: "A misprint."}]
        schema = self.document(shape)
        return {"oneOf": [schema, several(schema)]} if action == "create" else schema, example

    def document(self, shape, partial=False, named_by=None):
        """The schema of one document. `partial` requires only the keys in `named_by`."""
        fields = written(shape)
        found = {**dict.fromkeys(shape.names(), PASSED_OVER), **(named_by or {})}
        found |= {name: self.written_field(field) for name, field in fields.items()}
        if not isinstance(shape, PartShape):
            why = "The reason for the change. Required after publication. It is public."
            work = self.component("Editorial", editorial_fields.SCHEMA)
            found |= {REASON: {"type": "string", "description": why}, editorial_fields.KEY: work}
            found |= {HOMONYM: OTHER}
        schema = {"type": "object", "properties": found, "additionalProperties": False}
        whole = () if partial else fields.items()
        required = [*(named_by or {}), *(name for name, field in whole if is_required(shape, field))]
        kind = ("NamedChange" if named_by else "Change") if partial else "Document"
        name = f"{self.get_serializer_name(shape, 'request')}{kind}"
        return self.component(name, {**schema, **({"required": required} if required else {})})

    def written_field(self, field):
        if rows := row_shape_of(field):
            return {"type": "array", "items": self.document(rows)}
        if references_of(field):
            many, one = isinstance(field, serializers.ListSerializer), self.component("Reference", REFERENCE)
            return {"type": "array", "items": one} if many else {"anyOf": [one, {"type": "null"}]}
        if isinstance(field, PartialDateJSONField):
            either = {"anyOf": [{"type": "string"}, self.component("PartialDate", PARTIAL_DATE)]}
            about = "A date in EDTF or in English, or an object as in answers."
            return self.component("WrittenDate", {"description": about, **either})
        if isinstance(field, CodeJSONField):
            return {"type": "string", "description": field.registry.right}
        if isinstance(getattr(field, "child", None), CodeJSONField):
            return {"type": "array", "items": self.written_field(field.child)}
        return self._map_serializer_field(field, "request")

    def write_answers(self, problem):
        """The answers of a write: the result like a read, or an error."""
        action = self.view.action
        codes = sorted({*ALWAYS, *MORE[action]})
        errors = {
            code: {"description": WRITE_ERRORS[code], "content": {TYPE: {"schema": problem}}}
            for code in codes
        }
        if action == "destroy":
            return {"204": {"description": "The draft was deleted."}, **errors}
        if action in DECISIONS:
            return {"200": json_answer(ANYTHING, self.view.example[action], "The decision."), **errors}
        shape = self.view.shape(pick=Pick(detail=True))
        one, example = self.resolve_serializer(shape, "response").ref, sample(shape)
        if action == "create":
            # `results` first: clients that try the schemas in turn would accept anything as one record
            either = {"anyOf": [self.results(one), one]}
            return {
                "201": json_answer(either, example, "The draft. For several, all of them in results."),
                **errors,
            }
        if action == "bulk_update":
            return {"200": json_answer(self.results(one), {"results": [example]}, "The records."), **errors}
        kept = json_answer(self.component("Kept", PROPOSED), PROPOSED_EXAMPLE, "It is kept as a proposal.")
        proposed = {"202": kept} if action == "partial_update" else {}
        return {"200": json_answer(one, example, "The record after the change."), **proposed, **errors}

    def results(self, one):
        """The schema of an answer with several records. It has `results`, unlike a single record."""
        name = f"{one['$ref'].rpartition('/')[2]}Results"
        listed = {"results": {"type": "array", "items": one}}
        about = "Several records, in the order of the request."
        return self.component(
            name, {"type": "object", "description": about, "properties": listed, "required": ["results"]}
        )


def body_schema(*names):
    known = {HOMONYM: OTHER, ALREADY_PUBLIC: TICK, ALSO: ALONG}
    known |= {KEEP: {"type": "array", "items": {"type": "string"}}}
    properties = {name: known.get(name, {"type": "string"}) for name in names}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def several(schema):
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_DOCUMENTS}


def json_answer(schema, example, about):
    """A JSON answer in OpenAPI."""
    return {"description": about, "content": {"application/json": {"schema": schema, "example": example}}}
