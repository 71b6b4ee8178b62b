"""What the endpoints of records do besides reading: create, change, delete, and the verbs."""

import json

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions, parsers, status
from rest_framework.decorators import action

from . import idempotency, roles, writes
from .choices import Publication
from .shapes import Pick, api_url

VERBS = {"submit": "comment", "send_back": "comment", "publish": "comment", "withdraw": writes.REASON}
MOST_DOCUMENTS = 500


class PreconditionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "Say by If-Match which version you mean: the ETag of what you read."


class PreconditionFailed(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "Somebody changed it since you read it: read it again."


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


def once(pairs):
    """An object of JSON whose keys are all different."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A key stands twice in one object.")
    return found


class StrictJSON(parsers.BaseParser):
    """JSON in which no key stands twice and every number is one."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return json.loads(stream.read().decode(), object_pairs_hook=once, parse_constant=float_refused)
        except (ValueError, RecursionError):
            raise exceptions.ParseError(
                "Give one JSON document in UTF-8, no key twice in an object."
            ) from None


def float_refused(name):
    raise ValueError(name)


class Editing:
    """Mixin for views of records. A write answers with what a read of the result shows."""

    parser_classes = [StrictJSON]

    def whole(self):
        return self.shape(pick=Pick(detail=True))

    def create(self, request):
        if not roles.writes(request.user):
            raise exceptions.PermissionDenied("Writing needs the role of a contributor or an editor.")
        request.body  # noqa: B018 - read before the parser does, for the digest
        return idempotency.once(request, self.made)

    def made(self):
        """Makes what the request asks for: one record, or all of a list."""
        request = self.request
        if isinstance(request.data, list):
            if not 0 < len(request.data) <= MOST_DOCUMENTS:
                raise writes.Invalid({"/": f"Give 1 to {MOST_DOCUMENTS} documents."})
            made = writes.create_many(self.whole(), request.user, request.data)
            return self.shown_all([record.pk for record in made])
        record = writes.create(self.whole(), request.user, request.data)
        return self.shown(record.pk, status.HTTP_201_CREATED)

    def update(self, request, pk):
        return self.changed(pk, partial=False)

    def partial_update(self, request, pk):
        return self.changed(pk, partial=True)

    def bulk_update(self, request):
        """Changes several records in one transaction: each document names an id, and the version it means."""
        documents = request.data
        if not (isinstance(documents, list) and 0 < len(documents) <= MOST_DOCUMENTS):
            raise writes.Invalid({"/": f"Give a list of 1 to {MOST_DOCUMENTS} documents."})
        with transaction.atomic():
            records = writes.change_many(self.whole(), request.user, documents, may_change)
        return self.shown_all([record.pk for record in records], status.HTTP_200_OK)

    def changed(self, pk, partial):
        document, user = self.request.data, self.request.user
        with transaction.atomic():
            record = self.locked(pk)
            if partial and record.publication == Publication.PUBLISHED and not roles.edits(user):
                return self.proposed(record, document)
            may_change(user, record, document)
            writes.change(self.whole(), user, record, document, partial)
        return self.shown(record.pk)

    def proposed(self, record, document):
        """Keeps what a contributor would change of a published record, for an editor to decide: 202."""
        if not roles.writes(self.request.user):
            raise exceptions.PermissionDenied("Writing needs the role of a contributor or an editor.")
        kept = writes.propose(self.whole(), self.request.user, record, document)
        url = api_url(f"proposals/{kept.pk}/")
        body = {"detail": "It is kept as a proposal until an editor decides.", "url": url}
        return JsonResponse(body, status=202, headers={"Location": url, "Cache-Control": "no-store"})

    def destroy(self, request, pk):
        with transaction.atomic():
            record = self.locked(pk)
            if record.published_at or record.created_by_id != request.user.pk:
                raise Conflict(
                    "Only one's own draft that was never published is deleted: withdraw it instead."
                )
            try:
                record.delete()
            except ProtectedError:
                raise Conflict("Other records point at it.") from None
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})

    @action(detail=True, methods=["post"])
    def submit(self, request, pk):
        return self.verb(pk, "submit")

    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request, pk):
        return self.verb(pk, "send_back")

    @action(detail=True, methods=["post"])
    def publish(self, request, pk):
        return self.verb(pk, "publish")

    @action(detail=True, methods=["post"])
    def withdraw(self, request, pk):
        return self.verb(pk, "withdraw")

    def verb(self, pk, name):
        """Does what a verb of the model does; its comment or reason comes in the body."""
        said = self.request.data or {}
        if (
            not isinstance(said, dict)
            or set(said) - {VERBS[name]}
            or not all(isinstance(v, str) for v in said.values())
        ):
            raise writes.Invalid({"/": f'Give an object with "{VERBS[name]}", a text.'})
        with transaction.atomic():
            record = self.locked(pk)
            try:
                getattr(record, name)(
                    self.request.user, *said.values() or [""] * (name in ("withdraw", "send_back"))
                )
            except PermissionDenied as error:
                raise exceptions.PermissionDenied(str(error)) from None
            except ValidationError as error:
                raise refused(error) from None
        return self.shown(record.pk)

    def locked(self, pk):
        """The record of a path, locked, if the reader sees it and means this version of it."""
        rows = self.model().objects.visible_to(self.request.user).filter(**self.key(pk))
        record = rows.select_for_update(of=("self",)).first()
        if record is None:
            raise Http404
        meant = self.request.headers.get("If-Match")
        if meant is None or meant.startswith("W/"):
            raise PreconditionRequired
        if meant != f'"{record.version}"':
            raise PreconditionFailed
        return record

    def shown(self, pk, code=status.HTTP_200_OK):
        body, edition = self.one_of({"pk": pk}, Pick(detail=True)).fetch()
        response = self.answer(body.encode(), str(edition))
        response.status_code = code
        if code == status.HTTP_201_CREATED:
            response["Location"] = json.loads(body)["url"]
        return response

    def shown_all(self, keys, code=status.HTTP_201_CREATED):
        bodies = [self.one_of({"pk": pk}, Pick(detail=True)).fetch()[0] for pk in keys]
        response = self.answer(f'{{"results": [{", ".join(bodies)}]}}'.encode())
        response.status_code = code
        return response


def may_change(user, record, document):
    """Raises unless somebody may change a record in its state; what was published needs a reason."""
    own = roles.writes(user) and user.pk in (record.created_by_id, record.assigned_to_id)
    if not (roles.edits(user) or (own and record.publication == Publication.DRAFT)):
        raise exceptions.PermissionDenied("Only an editor changes what is no draft of yours.")
    reason = document.get(writes.REASON) if isinstance(document, dict) else None
    if record.published_at and not (isinstance(reason, str) and reason.strip()):
        raise writes.Invalid({f"/{writes.REASON}": "Say why it is changed: it was published."})


def refused(error):
    """A ValidationError of a verb as an answer: what is missing, or that its state does not allow it."""
    if hasattr(error, "error_dict"):
        return writes.Invalid({f"/{name}": " ".join(said) for name, said in error.message_dict.items()})
    return Conflict(" ".join(error.messages))
