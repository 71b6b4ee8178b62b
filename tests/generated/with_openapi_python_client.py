"""A day's work with the client that openapi-python-client makes of the document.

`python with_openapi_python_client.py FOLDER` imports it from there. API, CONTRIBUTOR and EDITOR are the
address and two tokens. Prints what was done, as JSON; what is not as it should be ends it.
"""

import importlib
import json
import os
import pkgutil
import sys

sys.path.insert(0, sys.argv[1])

import tracker_client.api
from tracker_client import AuthenticatedClient, Client
from tracker_client import models as m


def client(name):
    return AuthenticatedClient(base_url=os.environ["API"], token=os.environ[name], timeout=120)


contributor, editor = client("CONTRIBUTOR"), client("EDITOR")
anybody = Client(base_url=os.environ["API"], timeout=120)


def call(operation, *path, by=contributor, status=200, **given):
    """What an operation answers, as an object, and its ETag."""
    module = importlib.import_module(f"tracker_client.api.{operation}")
    answer = module.sync_detailed(*path, client=by, **given)
    if answer.status_code != status:
        sys.exit(f"{operation}: {answer.status_code}, not {status}: {answer.content.decode()[:2000]}")
    return answer.parsed, answer.headers.get("etag")


def kind(thing):
    return type(thing).__name__


def every_list():
    """The number of rows of each list, all of them read as objects of their kinds."""
    found = {}
    for package in pkgutil.iter_modules(tracker_client.api.__path__, "tracker_client.api."):
        for module in pkgutil.iter_modules(importlib.import_module(package.name).__path__):
            if module.name.endswith("_list"):
                name = f"{package.name.rpartition('.')[2]}.{module.name}"
                page, _ = call(name, by=editor if "proposals" in name else anybody)
                found[module.name.removesuffix("_list")] = len(getattr(page, "results", ()))
    return found


# Find
found, _ = call("people.people_list", by=anybody, q="samad", fields=[m.PeopleListFieldsItem.NAME])
names = [row.name for row in found.results]
repeated, _ = call(
    "people.people_list",
    by=anybody,
    gender_in=[m.PeopleListGenderInItem.MALE, m.PeopleListGenderInItem.FEMALE],
    ordering=[m.PeopleListOrderingItem.NAME_DESCENDING],
)

# Create one and several, and cite
source, _ = call(
    "sources.sources_create",
    status=201,
    body=m.SourceDocument(title="Example of a client", kind=m.SourceDocumentKind.ARTICLE, date="2025-12-10"),
)
cited = {
    "source": str(source.id),
    "locator_kind": m.PersonCitationDocumentLocatorKind.PARAGRAPH,
    "locator": "4",
}
person, _ = call(
    "people.people_create",
    status=201,
    idempotency_key="one-person",
    body=m.PersonDocument(name="Example Person", citations=[m.PersonCitationDocument(**cited)]),
)
cited["locator_kind"] = m.OrganizationCitationDocumentLocatorKind.PARAGRAPH
several, _ = call(
    "organizations.organizations_create",
    status=201,
    body=[
        m.OrganizationDocument(name=name, citations=[m.OrganizationCitationDocument(**cited)])
        for name in ("Example Club", "Example Union")
    ],
)
rows = [
    m.ParticipationRowDocument(
        **{key: str(row.id)},
        role=m.ParticipationRowDocumentRole.PARTICIPANT,
        citations=[
            m.ParticipationCitationDocument(
                source=str(source.id),
                locator_kind=m.ParticipationCitationDocumentLocatorKind.PARAGRAPH,
                locator="5",
            )
        ],
    )
    for key, row in (("person", person), ("organization", several.results[0]))
]
dialogue, version = call(
    "dialogues.dialogues_create",
    status=201,
    body=m.DialogueDocument(
        title="Example of a meeting",
        start_date="October 2025",
        disclosure=m.DialogueDocumentDisclosure.PUBLIC,
        participations=rows,
        citations=[
            m.DialogueCitationDocument(
                source=str(source.id),
                locator_kind=m.DialogueCitationDocumentLocatorKind.PARAGRAPH,
                locator="5",
            )
        ],
    ),
)

# Submit and publish, with all that goes along
along = [str(row.id) for row in (source, person, several.results[0])]
_, version = call(
    "dialogues.dialogues_submit", dialogue.id, if_match=version, body=m.SubmitRequest(also=along)
)
public, _ = call(
    "dialogues.dialogues_publish", dialogue.id, by=editor, if_match=version, body=m.PublishRequest(also=along)
)
read, _ = call("dialogues.dialogues_retrieve", public.slug, by=anybody)

# What is wrong
problem, _ = call("places.places_create", status=400, body=m.PlaceDocument(name="Example", country="Nowhere"))

print(
    json.dumps(
        {
            "found": names,
            "repeated": len(repeated.results),
            "one": kind(person),
            "several": [kind(several), len(several.results)],
            "date": read.start_date.edtf,
            "participants": len(read.participations),
            "problem": [error.pointer for error in problem.errors],
            "lists": every_list(),
        }
    )
)
