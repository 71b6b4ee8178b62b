"""What the OpenAPI document says of writing: the documents that are taken, and what is answered."""

from rest_framework import serializers

from tracker.records.protection.name_check import HOMONYM
from tracker.records.protocol.problems import TYPE
from tracker.records.shapes.declaration import PartShape
from tracker.records.shapes.fields import PartialDate
from tracker.records.shapes.reader import FULL, Pick
from tracker.records.values.codes.code_fields import Code
from tracker.records.values.codes.vocabularies import TakedownReason
from tracker.records.workflow import editorial_fields
from tracker.records.workflow.companions import ALSO
from tracker.records.workflow.verbs import ALREADY_PUBLIC, BY_NAME, KEEP, VERBS
from tracker.records.write.document import REASON, references_of, rows_of, written
from tracker.records.write.views import MOST_DOCUMENTS

from .examples import SAMPLE_ID, needed, sample, sample_document

WRITES = {
    "create": "Makes a draft, with the parts and the records that belong to it; a list makes all or none. New"
    " rows of one document may name each other by the ids that they have in it.",
    "bulk_update": "Changes several records, each named by id and version: all or none.",
    "update": "Makes the record what the document says; what it leaves out is emptied.",
    "partial_update": "Changes what the document names. Whoever may not change what is published proposes.",
    "destroy": "Deletes one's own draft that was never published.",
    **{one.name: one.about for one in VERBS},
    "apply": "Makes the change that is proposed, in the version that it was proposed for.",
    "decline": "Refuses the change that is proposed; its author reads why.",
}
DECISIONS = {"apply": None, "decline": "comment"}
ERRORS = {
    "400": "The document is wrong; errors points at each place and says what would be right.",
    "401": "Writing needs credentials.",
    "403": "Your role or your token does not allow it.",
    "404": "Nothing is here, or nothing that you see.",
    "409": "Its state does not allow it, or somebody else wrote at the same moment.",
    "412": "Somebody changed it since you read it.",
    "413": "It is more than is taken at once.",
    "415": "Send application/json.",
    "422": "The Idempotency-Key named another request.",
    "428": "If-Match is missing, or names no version.",
    "429": "These were too many; Retry-After says in how many seconds to try again.",
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
    "description": "An id, a slug, or an object that holds one.",
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": True}],
}
PASSED_OVER = {"readOnly": True, "description": "Passed over when it is written."}
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
    "description": "A text that names this request: sent again with it, it is done once. Kept for a day.",
    "schema": {"type": "string", "maxLength": 100},
}
TICK = {
    "type": "boolean",
    "default": False,
    "description": "That what is told of a dialogue that was not open is public already where it is cited.",
}
OTHER = {
    "type": "string",
    "description": "Why a name that was refused is somebody else's; by editors cleared for both.",
}
ANYTHING = {"type": "object", "additionalProperties": True}
DAY = {"type": ["string", "null"], "format": "date"}
PARTIAL_DATE = {
    "type": ["object", "null"],
    "description": "EDTF text, its first and its last day (null: open). With ~, ? or % at its end it may be"
    " one unit earlier or later, which filters take into account. Null: not stated.",
    "properties": {"edtf": {"type": "string"}, "earliest": DAY, "latest": DAY},
    "required": ["edtf", "earliest", "latest"],
}
ALONG = {
    "type": "array",
    "items": {"type": "string"},
    "default": [],
    "description": "Ids of what it or its rows name and that is not public yet, to go along with it:"
    " publication/ lists them under named.",
}
VERSION = {"type": "integer", "description": "The version that is meant: the number in its ETag."}
KEPT = {
    "type": "object",
    "description": "Where the proposal is that was made of a change.",
    "properties": {"detail": {"type": "string"}, "url": {"type": "string", "format": "uri"}},
    "required": ["detail", "url"],
}
KEPT_EXAMPLE = {
    "detail": "It is kept as a proposal until an editor decides.",
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
            schema = said(saying, *(verb.more if verb else ()))
            example = {saying: "The source says something else."}
            required = action in MUST_SAY
            if action == "takedown":
                schema |= {"required": [REASON]}
                schema["properties"][REASON] = {"type": "string", "enum": TakedownReason.values}
                example = {REASON: TakedownReason.SAFETY}
            words = {**schema, "description": WRITES[action]}
            schema = self.component(f"{action.title().replace('_', '')}Request", words)
        else:
            schema, example, required = *self.documents(self.view.shape(pick=FULL)), True
        return {"content": {"application/json": {"schema": schema, "example": example}}, "required": required}

    def documents(self, shape):
        """The schema of what is sent to an endpoint in the form of a shape, and an example."""
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
        """The schema of one document; `partial` requires nothing but what it is named by."""
        fields = written(shape)
        found = {**dict.fromkeys(shape.names(), PASSED_OVER), **(named_by or {})}
        found |= {name: self.written_field(field) for name, field in fields.items()}
        if not isinstance(shape, PartShape):
            why = "Why it is changed; required once it was published. Public."
            work = self.component("Editorial", editorial_fields.SCHEMA)
            found |= {REASON: {"type": "string", "description": why}, editorial_fields.KEY: work}
            found |= {HOMONYM: OTHER}
        schema = {"type": "object", "properties": found, "additionalProperties": False}
        whole = () if partial else fields.items()
        required = [*(named_by or {}), *(name for name, field in whole if needed(shape, field))]
        kind = ("NamedChange" if named_by else "Change") if partial else "Document"
        name = f"{self.get_serializer_name(shape, 'request')}{kind}"
        return self.component(name, {**schema, **({"required": required} if required else {})})

    def written_field(self, field):
        if rows := rows_of(field):
            return {"type": "array", "items": self.document(rows)}
        if references_of(field):
            many, one = isinstance(field, serializers.ListSerializer), self.component("Reference", REFERENCE)
            return {"type": "array", "items": one} if many else {"anyOf": [one, {"type": "null"}]}
        if isinstance(field, PartialDate):
            either = {"anyOf": [{"type": "string"}, self.component("PartialDate", PARTIAL_DATE)]}
            about = "A date in EDTF or in English, or as it is read."
            return self.component("WrittenDate", {"description": about, **either})
        if isinstance(field, Code):
            return {"type": "string", "description": field.registry.right}
        if isinstance(getattr(field, "child", None), Code):
            return {"type": "array", "items": self.written_field(field.child)}
        return self._map_serializer_field(field, "request")

    def write_answers(self, problem):
        """What a write answers: what a read of the result shows, or why not."""
        action = self.view.action
        codes = sorted({*ALWAYS, *MORE[action]})
        errors = {
            code: {"description": ERRORS[code], "content": {TYPE: {"schema": problem}}} for code in codes
        }
        if action == "destroy":
            return {"204": {"description": "It is deleted."}, **errors}
        if action in DECISIONS:
            return {"200": answer(ANYTHING, self.view.example[action], "The decision."), **errors}
        shape = self.view.shape(pick=Pick(detail=True))
        one, example = self.resolve_serializer(shape, "response").ref, sample(shape)
        if action == "create":
            # `results` first: a program that tries them in turn would take anything for one record
            either = {"anyOf": [self.results(one), one]}
            return {
                "201": answer(either, example, "The draft; of several, all of them in results."),
                **errors,
            }
        if action == "bulk_update":
            return {"200": answer(self.results(one), {"results": [example]}, "The records."), **errors}
        kept = {"202": answer(self.component("Kept", KEPT), KEPT_EXAMPLE, "It is kept as a proposal.")}
        kept = kept if action == "partial_update" else {}
        return {"200": answer(one, example, "The record, as it is now."), **kept, **errors}

    def results(self, one):
        """The answer that has several records, told from a single one by its `results`."""
        name = f"{one['$ref'].rpartition('/')[2]}Results"
        listed = {"results": {"type": "array", "items": one}}
        about = "Several records, in the order in which they were sent."
        return self.component(
            name, {"type": "object", "description": about, "properties": listed, "required": ["results"]}
        )


def said(*names):
    known = {HOMONYM: OTHER, ALREADY_PUBLIC: TICK, ALSO: ALONG}
    known |= {KEEP: {"type": "array", "items": {"type": "string"}}}
    told = {name: known.get(name, {"type": "string"}) for name in names}
    return {"type": "object", "properties": told, "additionalProperties": False}


def several(schema):
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_DOCUMENTS}


def answer(schema, example, about):
    """A JSON answer in OpenAPI."""
    return {"description": about, "content": {"application/json": {"schema": schema, "example": example}}}
