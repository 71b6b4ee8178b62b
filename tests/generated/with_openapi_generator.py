"""A day's work with the Python client that openapi-generator makes of the document.

`python with_openapi_generator.py FOLDER` imports it from there. API, CONTRIBUTOR and EDITOR are the
address and two tokens. Prints what was done, as JSON; what is not as it should be ends it.
"""

import json
import os
import sys

sys.path.insert(0, sys.argv[1])

import tracker_client as m
from tracker_client import api
from tracker_client.exceptions import BadRequestException


def client(token=None):
    settings = m.Configuration(host=os.environ["API"], access_token=os.environ.get(token or ""))
    return m.ApiClient(settings)


anybody, contributor, editor = client(), client("CONTRIBUTOR"), client("EDITOR")


def cited(kind, source):
    return [kind(source=m.Reference(str(source.id)), locator_kind="paragraph", locator="4")]


def reference(row):
    return m.Reference(str(row.id))


def every_list():
    """The number of rows of each list, all of them read as objects of their kinds."""
    found = {}
    for name in dir(api):
        if name.endswith("Api"):
            by = editor if name == "ProposalsApi" else anybody
            resource = getattr(api, name)(by)
            for operation in dir(resource):
                if operation.endswith("_list"):
                    page = getattr(resource, operation)()
                    found[operation.removesuffix("_list")] = len(getattr(page, "results", ()))
    return found


# Find
found = m.PeopleApi(anybody).people_list(q="samad", fields=["name"])
repeated = m.PeopleApi(anybody).people_list(gender__in=["male", "female"], ordering=["-name"])

# Create one and several, and cite
sources, people, organizations = (
    kind(contributor) for kind in (m.SourcesApi, m.PeopleApi, m.OrganizationsApi)
)
source = sources.sources_create(
    m.SourcesCreateRequest(
        m.SourceDocument(title="Example of a client", kind="article", date=m.WrittenDate("2025-12-10"))
    )
).actual_instance
person = people.people_create(
    m.PeopleCreateRequest(
        m.PersonDocument(name="Example Person", citations=cited(m.PersonCitationDocument, source))
    )
).actual_instance
several = organizations.organizations_create(
    m.OrganizationsCreateRequest(
        [
            m.OrganizationDocument(name=name, citations=cited(m.OrganizationCitationDocument, source))
            for name in ("Example Club", "Example Union")
        ]
    )
).actual_instance
rows = [
    m.ParticipationRowDocument(
        **{key: reference(row)},
        role="participant",
        citations=cited(m.ParticipationCitationDocument, source),
    )
    for key, row in (("person", person), ("organization", several.results[0]))
]
dialogues = m.DialoguesApi(contributor)
made = dialogues.dialogues_create_with_http_info(
    m.DialoguesCreateRequest(
        m.DialogueDocument(
            title="Example of a meeting",
            start_date=m.WrittenDate("October 2025"),
            disclosure="public",
            participations=rows,
            citations=cited(m.DialogueCitationDocument, source),
        )
    )
)
dialogue = made.data.actual_instance

# Submit and publish, with all that goes along
along = [str(row.id) for row in (source, person, several.results[0])]
submitted = dialogues.dialogues_submit_with_http_info(
    str(dialogue.id), made.headers["ETag"], submit_request=m.SubmitRequest(also=along)
)
public = m.DialoguesApi(editor).dialogues_publish(
    str(dialogue.id), submitted.headers["ETag"], publish_request=m.PublishRequest(also=along)
)
read = m.DialoguesApi(anybody).dialogues_retrieve(public.slug)

# What is wrong
try:
    m.PlacesApi(contributor).places_create(
        m.PlacesCreateRequest(m.PlaceDocument(name="Example", country="Nowhere"))
    )
    sys.exit("A country that is none was taken.")
except BadRequestException as error:
    problem = json.loads(error.body)

print(
    json.dumps(
        {
            "found": [row.name for row in found.results],
            "repeated": len(repeated.results),
            "one": type(person).__name__,
            "several": [type(several).__name__, len(several.results)],
            "date": read.start_date.edtf,
            "participants": len(read.participations),
            "problem": [error["pointer"] for error in problem["errors"]],
            "lists": every_list(),
        }
    )
)
