"""The writing endpoints of records: create, change, delete, and workflow verbs."""

import itertools
import json

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.http import parse_etags
from rest_framework import exceptions, status
from rest_framework.decorators import action

from tracker.records.accounts.authentication import READING, must_reach
from tracker.records.policy import roles
from tracker.records.policy.visibility import kinds
from tracker.records.protection import name_search
from tracker.records.protection.name_check import SENTENCE, NamesProtectedPerson
from tracker.records.protocol import idempotency
from tracker.records.protocol.constraint_errors import StateConflict, check_references, put_in_words
from tracker.records.protocol.query import parameters
from tracker.records.protocol.strict_json import Invalid, StrictJSON
from tracker.records.read import queries
from tracker.records.shapes.fields import MOMENT
from tracker.records.shapes.reader import FULL
from tracker.records.shapes.urls import api_url, record_url, resource
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.workflow.approvals import Approval
from tracker.records.workflow.companions import ALSO, blockers_of, ready
from tracker.records.workflow.publishing import SAY_WHY
from tracker.records.workflow.verb_table import ALREADY_PUBLIC, BY_NAME, VERBS

from . import save
from .coercion import tidied_text
from .document import REASON, row_shape_of, written
from .save import PreconditionFailed, reason_in

EXPECTED = {str: "Give a text.", bool: "Give true or false.", list: "Give a list of ids."}
MOST_DOCUMENTS = settings.MAX_DOCUMENTS


class PreconditionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = 'Send If-Match with the ETag of the version that you read, for example "3".'


class Editing:
    """Mixin for views of records. The answer to a write is a read of the result."""

    parser_classes = [StrictJSON]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method in READING:
            return
        if not roles.writes(request.user):
            raise exceptions.PermissionDenied("Writing needs the role of contributor or editor.")
        self.checked(parameters(request.META.get("QUERY_STRING", ""), self.several()))

    def whole(self):
        return self.shape(pick=FULL)

    def create(self, request):
        return idempotency.once(request, self.made)

    def made(self):
        """Creates one record, or all records of a list."""
        request = self.request
        must_reach(request, self, *nested_in(request.data, self.whole()))
        if isinstance(request.data, list):
            made = save.create_many(self.whole(), request.user, a_few(request.data))
            return self.shown_all(made, status.HTTP_201_CREATED)
        record = save.create(self.whole(), request.user, request.data)
        return self.shown(record.pk, status.HTTP_201_CREATED)

    def update(self, request, pk):
        return self.changed(pk, partial=False)

    def partial_update(self, request, pk):
        return self.changed(pk, partial=True)

    def bulk_update(self, request):
        """Changes several records in one transaction. Each document has an id and a version."""
        documents = a_few(request.data)
        records = save.change_many(self.whole(), request.user, documents, check_change)
        return self.shown_all(records)

    def changed(self, pk, partial):
        document, user = self.request.data, self.request.user
        with transaction.atomic():
            record = self.locked(pk)
            if partial and record.publication == Publication.PUBLISHED and not roles.edits(user):
                return self.proposed(record, document)
            check_change(user, record, document)
            if partial and isinstance(document, dict) and not set(document) - {REASON}:
                raise Invalid({"": "Give at least one field to change."})
            save.change(self.whole(), user, record, document, partial)
        return self.shown(record.pk)

    def proposed(self, record, document):
        """Stores a contributor's change of a published record as a proposal for editors; status 202."""
        proposal = save.propose(self.whole(), self.request.user, record, document)
        url = api_url(f"proposals/{proposal.pk}/")
        body = {"detail": "The change was saved as a proposal. An editor will decide.", "url": url}
        return JsonResponse(body, status=202, headers={"Location": url, "Cache-Control": "no-store"})

    def destroy(self, request, pk):
        with transaction.atomic(), put_in_words(status=409):
            record = self.locked(pk)
            try:
                record.discard(request.user)
            except PermissionDenied as refusal:
                raise StateConflict(str(refusal)) from None
            except ValidationError as refusal:
                raise StateConflict(refusal.message) from None
            check_references()
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})

    @action(detail=True)
    def publication(self, request, pk):
        """What publishing would publish, and why it would be refused without further input.

        For editors, and for users who work on the record.
        """
        record = self.named(self.key(pk)).first()
        if record is None or not roles.works_on(request.user, record):
            raise Http404
        user, moment = request.user, record.scheduled_for()
        together, found = [record, *record.drafts(user)], record.named(user)
        missing = {**blockers_of(together, [], user, moment), **ready(found, user, moment)[0]}
        missing[record] += [SAY_WHY] if record.publication == Publication.TAKEN_DOWN else []

        def shown(one):
            return {"missing": missing[one], "hints": one.warnings(user, together)}

        def listed(rows):
            return [
                {"url": record_url(type(row), row.pk), "type": resource(type(row)), **shown(row)}
                for row in rows
            ]

        sent_back = record.sent_back() if record.publication == Publication.DRAFT else None
        body = {
            "publication": record.publication,
            "version": record.version,
            "comment": sent_back.reason if sent_back else None,
            "approved_for": approved_for(record, user),
            "takedown": takedown_status(record, user),
            **shown(record),
            "drafts": listed(together[1:]),
            "named": listed(found),
        }
        return self.answer(json.dumps(body, ensure_ascii=False).encode())

    def verb(self, pk, name):
        return idempotency.once(self.request, lambda: self.done(pk, name))

    def done(self, pk, name):
        """Calls a workflow verb of the model. Its comment or reason is in the body."""
        arguments = verb_arguments(name, self.request.data)
        with transaction.atomic(), put_in_words(status=409):
            record = self.locked(pk)
            if getattr(self.request.auth, "resources", ()):
                must_reach(self.request, self, *going_with(record, name, self.request.user, arguments))
            try:
                getattr(record, name)(self.request.user, **arguments)
            except PermissionDenied as error:
                raise exceptions.PermissionDenied(str(error)) from None
            except ValidationError as error:
                raise verb_refusal(error, record, name, self.request.user, arguments) from None
            check_references()
        return self.shown(record.pk)

    def locked(self, pk):
        """The locked record with this key, if the reader sees it and If-Match names its current version."""
        record = self.named(self.key(pk)).select_for_update(of=("self",), no_key=True).first()
        if record is None:
            raise Http404
        tags = parse_etags(self.request.headers.get("If-Match", ""))
        # A compressing proxy makes the ETag weak, but the version stays the same. * does not name a version.
        named = {tag.removeprefix("W/") for tag in tags} - {"*"}
        if not named:
            raise PreconditionRequired
        if f'"{record.version}"' not in named:
            raise PreconditionFailed
        return record

    def shown(self, pk, code=status.HTTP_200_OK):
        body, edition = self.one_of({"pk": pk}, FULL).fetch()
        response = self.answer(body.encode(), str(edition))
        response.status_code = code
        if code == status.HTTP_201_CREATED:
            response["Location"] = json.loads(body)["url"]
        return response

    def shown_all(self, records, code=status.HTTP_200_OK):
        keys = [record.pk for record in records]
        rows = self.model().objects.visible_to(self.request.user).filter(pk__in=keys).order_by("pk")
        lines = queries.export_query(queries.compiled(rows.values(key=F("pk"))), self.shaped(FULL))
        bodies = dict(zip(sorted(keys), lines.copy(), strict=True))
        response = self.answer(f'{{"results": [{", ".join(bodies[key] for key in keys)}]}}'.encode())
        response.status_code = code
        return response


def endpoint(one):
    """The method of a view that carries out a verb of the workflow."""

    def carried_out(self, request, pk):
        return self.verb(pk, one.name)

    carried_out.__name__ = one.name
    return action(detail=True, methods=["post"], url_path=one.path)(carried_out)


for one in VERBS:
    setattr(Editing, one.name, endpoint(one))


def nested_in(documents, shape):
    """The resources of the records nested in documents."""
    lists = {name: row_shape_of(field) for name, field in written(shape).items() if row_shape_of(field)}
    some = documents if isinstance(documents, list) else [documents]
    names = {name for one in some if isinstance(one, dict) for name in lists if one.get(name)}
    return sorted(resource(lists[name].Meta.model) for name in names if not lists[name].nests)


def a_few(documents):
    if not (isinstance(documents, list) and 0 < len(documents) <= MOST_DOCUMENTS):
        raise Invalid({"": f"Give a list of 1 to {MOST_DOCUMENTS} documents."})
    return documents


def verb_arguments(verb, document):
    """The arguments of a verb besides the user, from the request body."""
    return body_values(document, {BY_NAME[verb].says: "", **BY_NAME[verb].more})


def body_values(document, keys):
    """The values of these keys in a request body; `keys` is {key: default}."""
    document = {} if document is None else document
    if not isinstance(document, dict) or set(document) - {*keys}:
        known = '" and "'.join(keys)
        raise Invalid({"": f'Give an object with "{known}" and nothing else, or an empty body.'})
    values = {**keys, **document}
    kinds = {key: type(default) for key, default in keys.items()}
    wrong = {f"/{key}": EXPECTED[kind] for key, kind in kinds.items() if not is_a(kind, values[key])}
    if wrong:
        raise Invalid(wrong)
    return {
        key: tidied_text(text, f"/{key}") if isinstance(text, str) else text for key, text in values.items()
    }


def is_a(kind, value):
    """Whether a value has a type; a list must be a list of texts."""
    return type(value) is kind and (kind is not list or all(isinstance(one, str) for one in value))


def going_with(record, verb, user, arguments):
    """The resources of other records that the verb would change, as far as the user may do that."""
    ids = arguments.get(ALSO, ())
    others = {
        "submit": lambda: record.going_to_review(user, ids, strict=False),
        "send_back": lambda: record.waiting(user),
        "publish": lambda: itertools.chain(*record.going(user, ids, strict=False)),
        "takedown": lambda: (kind() for kind in kinds() if hasattr(record, "own_secrets")),
    }
    found = others.get(verb, list)() if roles.edits(user) or verb == "submit" else []
    return sorted({resource(type(row)) for row in found if row != record})


def check_change(user, record, document, path=""):
    """Raises unless the user may change a record in its state. After publication, a reason is required."""
    if not roles.may_change(user, record):
        refusal = exceptions.PermissionDenied(
            "Only editors can change records that are not drafts of their own."
        )
        refusal.errors = [{"pointer": path, "detail": str(refusal.detail)}]
        raise refusal
    if record.published_at and not reason_in(document, path):
        raise Invalid({f"{path}/{REASON}": "Give a reason for the change, because this was published."})


def approved_for(record, user):
    """When a record will be published automatically, if the user is an editor; else None."""
    approval = Approval.objects.of(record).waiting().first() if roles.edits(user) else None
    return approval.publish_at.strftime(MOMENT) if approval and approval.covers(record) else None


def takedown_status(record, user):
    """For editors: records hidden because they name this one, and whether the search runs; else None."""
    search = name_search.newest(record, user)
    if search is None:
        return None
    found = [
        {"url": record_url(type(row), row.pk), "type": resource(type(row)), "decided": one.decided}
        for row, one in name_search.also_hidden(record, user)
    ]
    return {"search": search.state, "hidden": found}


def pointed_at(text):
    """The record that a text belongs to, and the pointer to the text or to its list."""
    record = text.record
    name = "" if record is text.row else f"/{text.row._meta.get_field('record').remote_field.related_name}"
    return record, f"{name}/{text.field}"


def verb_refusal(error, record, name, user, arguments):
    """The answer for a ValidationError of a verb: what is missing where, or that the state is wrong."""
    if at := {BY_NAME[name].says, ALSO} & getattr(error, "error_dict", {}).keys():
        return Invalid({f"/{key}": " ".join(error.message_dict[key]) for key in at})
    conflict = StateConflict(" ".join(error.messages))
    if isinstance(error, NamesProtectedPerson):
        conflict.errors = [
            {"url": record_url(type(one), one.pk), "pointer": where, "detail": SENTENCE}
            for one, where in map(pointed_at, error.texts)
        ]
        return conflict
    if name == "publish":
        along, own = record.going(user, arguments[ALSO], strict=False)
        found = blockers_of([*own, *along], along, user, record.scheduled_for(), arguments[ALREADY_PUBLIC])
        conflict.errors = [
            {"url": record_url(type(one), one.pk), "detail": sentence}
            for one, sentences in found.items()
            for sentence in sentences
        ]
    return conflict
