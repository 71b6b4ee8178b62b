"""The endpoint of proposals: read by who made them and by editors; applied or declined by editors."""

import json

from django.apps import apps
from django.db import transaction
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.decorators import action

from . import roles, statements, writes
from .editing import Conflict, PreconditionFailed, StrictJSON, may_change
from .proposals import Proposal, ProposalState
from .shapes import Pick, Reader, api_url, list_url, registry
from .views import ApiView

MOST = 200
EXAMPLE = {
    "id": "8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b",
    "state": "open",
    "reason": "A spelling.",
    "difference": [],
}


def record_of(proposal, user):
    """The record that a proposal is about, locked; 404 if the user does not see it."""
    rows = apps.get_model(proposal.model).objects.visible_to(user).filter(pk=proposal.record_id)
    record = rows.select_for_update(of=("self",)).first()
    if record is None:
        raise Http404
    return record


def shape_of(proposal):
    return registry.whole[apps.get_model(proposal.model)](pick=Pick(detail=True))


def difference(proposal, reader):
    """What a proposal would change: a list of {"field", "before", "after"}, in the form of the API."""
    model = apps.get_model(proposal.model)
    rows = statements.found(model.objects.visible_to(reader.user).filter(pk=proposal.record_id))
    found = statements.one(rows, statements.shaped(registry.whole[model], Pick(detail=True), reader)).fetch()
    before = json.loads(found[0]) if found else {}
    changed = proposal.document.items()
    return [{"field": name, "before": before.get(name), "after": after} for name, after in changed]


def apply(proposal, user):
    """Changes the record as proposed, through the same validation as any write."""
    record = record_of(proposal, user)
    if record.version != proposal.version:
        raise PreconditionFailed("The record was changed since: decline it, or make it anew.")
    document = {**proposal.document, writes.REASON: proposal.reason}
    may_change(user, record, document)
    writes.change(shape_of(proposal), user, record, document, partial=True)
    proposal.decide(user, ProposalState.APPLIED)


class ProposalViewSet(ApiView):
    """Changes that contributors propose to published records. Nobody else than they and editors sees them."""

    parser_classes = [StrictJSON]
    example = {
        "list": {"results": [EXAMPLE]},
        "retrieve": EXAMPLE,
        "apply": EXAMPLE,
        "decline": EXAMPLE,
    }

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated

    def list(self, request):
        rows = Proposal.objects.visible_to(request.user).filter(state=ProposalState.OPEN)[:MOST]
        return self.told({"results": [summary(row) for row in rows]})

    def retrieve(self, request, pk):
        return self.whole(self.one(pk))

    @action(detail=True, methods=["post"])
    def apply(self, request, pk):
        with transaction.atomic():
            proposal = self.one(pk, open_only=True)
            apply(proposal, request.user)
        return self.whole(proposal)

    @action(detail=True, methods=["post"])
    def decline(self, request, pk):
        comment = request.data.get("comment", "") if isinstance(request.data, dict) else ""
        if not (isinstance(comment, str) and comment.strip()):
            raise writes.Invalid({"/comment": "Say why it is declined."})
        with transaction.atomic():
            proposal = self.one(pk, open_only=True)
            proposal.decide(request.user, ProposalState.DECLINED, comment)
        return self.whole(proposal)

    def one(self, pk, open_only=False):
        """The proposal of a path; locked, open and decided by an editor if it is to be decided."""
        key = writes.key_of(pk)
        rows = Proposal.objects.visible_to(self.request.user).filter(
            pk=key if not isinstance(key, str) else None
        )
        proposal = (rows.select_for_update() if open_only else rows).first()
        if proposal is None:
            raise Http404
        if open_only and not roles.edits(self.request.user):
            raise exceptions.PermissionDenied("Only an editor decides.")
        if open_only and proposal.state != ProposalState.OPEN:
            raise Conflict("It is decided already.")
        return proposal

    def whole(self, proposal):
        reader = Reader(self.request.user, self.day())
        return self.told({**summary(proposal), "difference": difference(proposal, reader)})

    def told(self, body):
        return HttpResponse(
            json.dumps(body, ensure_ascii=False, default=str),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )


def summary(proposal):
    """A proposal without what it would change."""
    model = apps.get_model(proposal.model)
    return {
        "id": proposal.pk,
        "url": api_url(f"proposals/{proposal.pk}/"),
        "record": f"{list_url(model)}{proposal.record_id}/",
        "version": proposal.version,
        "state": proposal.state,
        "reason": proposal.reason,
        "created_at": proposal.created_at.isoformat(),
        "comment": proposal.comment,
    }
