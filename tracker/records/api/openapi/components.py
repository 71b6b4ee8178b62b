"""The parts of the OpenAPI document that are the same for all endpoints."""

from tracker.records.read.formats.registry import FORMATS, NESTED, that_take
from tracker.records.read.pagination import LARGEST_PAGE, PAGE_SIZE, START
from tracker.records.values.codes.vocabularies import Publication

URI = {"type": "string", "format": "uri"}
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
                "description": "Where, by a parameter, a JSON pointer into what was sent, or an address.",
                "properties": {
                    "parameter": {"type": "string"},
                    "pointer": {"type": "string"},
                    "url": URI,
                    "detail": {"type": "string"},
                },
                "required": ["detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
ENVELOPE = {
    "total": {"type": "integer", "minimum": 0, "description": "How many there are; left out after a cursor."},
    "total_is": {"type": "string", "enum": ["exact", "at_least"]},
    "as_of": {"type": ["string", "null"], "description": "The day or the period that was asked about."},
    "next": {**URI, "type": ["string", "null"]},
    "previous": {**URI, "type": ["string", "null"]},
}
PARAMETERS = {
    "as_of": (
        "The day (UTC), or the period, that is asked about: 2025-10-31, 2025-10. Today if left out. "
        "Answers about a period say what was so on at least one day of it.",
        {"type": "string"},
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
        {"type": "string", "minLength": 1},
    ),
    NESTED: (
        f"With {that_take(NESTED)}: the table of this list instead. Each line is an item of it, after the id"
        " of its record. What expand brings can be named too.",
        None,
    ),
}
PARAMETERS |= {
    name: (f"With {that_take(name)}: {words}", {"type": "boolean"})
    for form in FORMATS
    for name, words in form.options.items()
}
READS = {
    "corrections": "What was corrected since it was published, newest first: names of fields, when and why.",
    "publication": "What publishing would publish, and what is missing; for editors and who works on it.",
}
CORRECTIONS = {
    "type": "object",
    "description": READS["corrections"],
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
SENTENCES = {"type": "array", "items": {"type": "string"}}
LISTED = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"url": URI, "type": {"type": "string"}, "missing": SENTENCES, "hints": SENTENCES},
        "required": ["url", "type", "missing", "hints"],
    },
}
TAKEDOWN = {
    "type": ["object", "null"],
    "description": "What was hidden because it names a person who was taken down; told to editors. It comes"
    " back by `publish/` with a comment and a homonym.",
    "properties": {
        "search": {"type": "string", "enum": ["running", "finished"]},
        "hidden": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"url": URI, "type": {"type": "string"}, "decided": {"type": "boolean"}},
                "required": ["url", "type", "decided"],
            },
        },
    },
    "required": ["search", "hidden"],
}
PUBLICATION = {
    "type": "object",
    "description": READS["publication"],
    "properties": {
        "publication": {"type": "string", "enum": Publication.values},
        "version": {"type": "integer"},
        "comment": {"type": ["string", "null"], "description": "Why a draft was sent back to its author."},
        "approved_for": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it becomes public by itself; told to editors.",
        },
        "takedown": TAKEDOWN,
        "missing": {
            **SENTENCES,
            "description": "What `publish/` without a body is refused for, but for names that are not told.",
        },
        "hints": {**SENTENCES, "description": "What hinders nobody, but is worth knowing."},
        "drafts": {**LISTED, "description": "What is published with it."},
        "named": {
            **LISTED,
            "description": "What these name and that is not public yet: it goes along if its id stands in"
            " also. It lacks what is listed even if all of these go along that could.",
        },
    },
    "required": [
        *(
            "publication",
            "version",
            "comment",
            "approved_for",
            "takedown",
            "missing",
            "hints",
            "drafts",
            "named",
        )
    ],
}
PREVIEW = {
    "publication": "in_review",
    "version": 3,
    "comment": None,
    "takedown": None,
    "approved_for": None,
    "missing": [],
    "hints": ["It has no date."],
    "drafts": [],
    "named": [],
}
EXAMPLES = {"corrections": (CORRECTIONS, {"results": [CORRECTION]}), "publication": (PUBLICATION, PREVIEW)}
TOKEN = {"token": []}
KEY = "The id, or the slug where records of this kind have one."
ERRORS = {
    "400": "A parameter is wrong; errors names it and what would be right.",
    "401": "The credentials are not valid, or are needed.",
    "403": "The token does not reach it.",
    "404": "Nothing is here, or nothing that is public.",
    "406": "The format that Accept asks for is not offered.",
    "410": "It was published and has been withdrawn.",
    "414": "The address is too long.",
    "429": "These were too many; Retry-After says in how many seconds to try again.",
    "503": "The database cannot be reached at the moment.",
}
