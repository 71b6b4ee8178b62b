"""The parts of the OpenAPI document that are the same for all endpoints."""

from tracker.records.read.formats.registry import FORMATS, NESTED, that_take
from tracker.records.read.pagination import LARGEST_PAGE, PAGE_SIZE, START
from tracker.records.read.past.moments import PUBLISHED_ON
from tracker.records.shapes.urls import URI
from tracker.records.values.codes.vocabularies import Publication

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
                "description": "Where the problem is: a parameter, a JSON pointer into"
                " the request, or an address.",
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
    "total": {
        "type": "integer",
        "minimum": 0,
        "description": "The number of all rows. Left out after a cursor.",
    },
    "total_is": {"type": "string", "enum": ["exact", "at_least"]},
    "as_of": {"type": ["string", "null"], "description": "The requested day or period."},
    "next": {**URI, "type": ["string", "null"]},
    "previous": {**URI, "type": ["string", "null"]},
}
PARAMETERS = {
    "as_of": (
        "The requested day (UTC) or period: 2025-10-31, 2025-10. Default: today. "
        "Answers about a period say what was so on at least one of its days.",
        {"type": "string"},
    ),
    PUBLISHED_ON: (
        "Show what was public at this moment, without anything that has been hidden since: a moment as in"
        " 2025-12-10T09:00:00Z, or a day, which means its end in UTC. The answer then begins with"
        " published_on and notice. Unless as_of is given, it is about the day of that moment.",
        {"type": "string"},
    ),
    "fields": ("Show only these fields, separated by commas.", None),
    "omit": ("Show all but these fields, separated by commas.", None),
    "expand": (
        "Show these related records in full, and fields of the single record. Separated by commas.",
        None,
    ),
    "ordering": (
        "The fields to sort by, separated by commas. A minus before a field reverses the order.",
        None,
    ),
    "page": ("The page number.", {"type": "integer", "minimum": 1}),
    "page_size": (
        "Rows per page.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
    ),
    "cursor": (
        f"{START} to start, then the cursor in next. With cursors, late pages are as fast as early ones.",
        {"type": "string", "minLength": 1},
    ),
    NESTED: (
        f"With {that_take(NESTED)}: the table of this nested list instead. Each line is one item, after the"
        " id of its record. Lists that expand adds can be named too.",
        None,
    ),
}
PARAMETERS |= {
    name: (f"With {that_take(name)}: {words}", {"type": "boolean"})
    for form in FORMATS
    for name, words in form.options.items()
}
READS = {
    "corrections": "Corrections since publication, newest first: names of the fields, when and why.",
    "publication": "What publishing would publish, and what is missing. For editors"
    " and users who work on the record.",
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
PROSE = {"type": "array", "items": {"type": "string"}}
LISTED = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "url": URI,
            "type": {"type": "string"},
            "missing": PROSE,
            "hints": PROSE,
        },
        "required": ["url", "type", "missing", "hints"],
    },
}
TAKEDOWN = {
    "type": ["object", "null"],
    "description": "Records that were hidden because they name a person who was"
    " taken down. Editors only. Publish"
    " them again by `publish/` with a comment and a homonym.",
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
            "description": "When it will be published automatically. Editors only.",
        },
        "takedown": TAKEDOWN,
        "missing": {
            **PROSE,
            "description": "Why `publish/` without a body would be refused, except for protected names.",
        },
        "hints": {**PROSE, "description": "Warnings. They do not prevent publication."},
        "drafts": {**LISTED, "description": "The drafts that are published with it."},
        "named": {
            **LISTED,
            "description": "Records that these refer to and that are not public yet. They are"
            " published too if you list them in"
            " also. `missing` lists what is missing even if all of these are published too.",
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
ID_OR_SLUG = "The id, or the slug if records of this kind have one."
ERRORS = {
    "400": "A parameter is wrong. errors names it and says what would be right.",
    "401": "Credentials are missing or not valid.",
    "403": "The token does not cover this resource.",
    "404": "Nothing is here, or it is not public.",
    "406": "The format in Accept is not available.",
    "410": "This was published and has been withdrawn.",
    "414": "The address is too long.",
    "429": "Too many requests. Retry-After says in how many seconds to try again.",
    "503": "The database cannot be reached at the moment.",
}
