"""The endpoint of proposals. Their authors and editors can read them; editors apply or decline them."""

import json
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.decorators import action

from tracker.records.accounts.authentication import must_reach
from tracker.records.policy import roles
from tracker.records.protocol.constraint_errors import StateConflict
from tracker.records.protocol.strict_json import Invalid, StrictJSON
from tracker.records.read import queries
from tracker.records.read.views import ApiView
from tracker.records.shapes.fields import registry
from tracker.records.shapes.reader import FULL
from tracker.records.shapes.urls import api_url, record_url, resource
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.workflow import editorial_fields
from tracker.records.workflow.proposals import Proposal, ProposalState

from . import save
from .document import REASON, key_in, written
from .views import body_values, check_change

MOST = 200
EXAMPLE = {
    "id": "8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b",
    "url": "http://127.0.0.1:8000/api/v1/proposals/8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b/",
    "record": "http://127.0.0.1:8000/api/v1/people/8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b/",
    "version": 3,
    "state": "open",
    "reason": "A misprint.",
    "created_at": "2025-12-10T09:00:00.000000+00:00",
    "comment": "",
}
WITH_DIFFERENCE = {
    **EXAMPLE,
    "document": {"birth_date": "1996"},
    "difference": [
        {
            "field": "birth_date",
            "before": None,
            "after": {"edtf": "1996", "earliest": "1996-01-01", "latest": "1996-12-31"},
        }
    ],
}


def record_rows(proposal, user):
    """The record of a proposal as a queryset, empty if the user cannot see it."""
    return apps.get_model(proposal.model).objects.visible_to(user).filter(pk=proposal.record_id)


def shape_of(proposal):
    return registry.whole[apps.get_model(proposal.model)]


def record_shown(proposal, reader):
    """The record as the reader sees it."""
    rows = record_rows(proposal, reader.user)
    return json.loads(queries.json_text_of(rows, shape_of(proposal), FULL, reader))


def difference(proposal, reader):
    """What a proposal changes in the current record: {"field", "before", "after"}, in the form of a read.

    It is applied and rolled back. If it can no longer be applied, `after` is what was proposed. After the
    decision, fields that are now as proposed are listed too.
    """
    record = record_rows(proposal, reader.user).first()
    if record is None:
        return []
    before, shape = record_shown(proposal, reader), shape_of(proposal)(pick=FULL)
    with transaction.atomic():
        try:
            save.change(shape, reader.user, record, proposal.document, partial=True, tried=True)
            after = record_shown(proposal, reader)
        except Invalid:
            after = {**before, **proposal.document}
        transaction.set_rollback(True)
    listed = () if proposal.state == ProposalState.OPEN else proposal.document
    return [
        {"field": name, "before": before[name], "after": after[name]}
        for name in [*written(shape), editorial_fields.KEY]
        if before[name] != after[name] or name in listed
    ]


def apply_proposal(proposal, user):
    """Changes the record as proposed, with the same validation as any write."""
    record = record_rows(proposal, user).select_for_update(of=("self",), no_key=True).first()
    if record is None:
        raise Http404
    if record.publication != Publication.PUBLISHED:
        raise StateConflict("The record is no longer published. Decline the proposal.")
    if record.version != proposal.version:
        raise save.PreconditionFailed(
            "The record has changed since. Decline the proposal, or make the change yourself."
        )
    if not roles.may_apply(user, proposal):
        raise exceptions.PermissionDenied("You made this proposal, so another editor has to apply it.")
    document = {**proposal.document, REASON: proposal.reason}
    check_change(user, record, document)
    save.change(shape_of(proposal)(pick=FULL), user, record, document, partial=True)
    proposal.decide(user, ProposalState.APPLIED)


class ProposalViewSet(ApiView):
    """Changes to published records that contributors propose. Only their authors and editors see them."""

    parser_classes = [StrictJSON]
    example = {
        "list": {"results": [EXAMPLE]},
        "retrieve": WITH_DIFFERENCE,
        "apply": {**WITH_DIFFERENCE, "state": "applied", "difference": []},
        "decline": {
            **WITH_DIFFERENCE,
            "state": "declined",
            "comment": "The source says 1997.",
            "difference": [],
        },
    }

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated

    def list(self, request):
        rows = Proposal.objects.visible_to(request.user).filter(state=ProposalState.OPEN)
        if limits := getattr(request.auth, "resources", ()):
            rows = rows.filter(
                model__in=[model._meta.label for model in registry.whole if resource(model) in limits]
            )
        return self.respond({"results": [summary(row) for row in rows[:MOST]]})

    def retrieve(self, request, pk):
        return self.whole(self.one(pk))

    @action(detail=True, methods=["post"])
    def apply(self, request, pk):
        with transaction.atomic():
            proposal = self.to_decide(pk)
            apply_proposal(proposal, request.user)
        return self.whole(proposal)

    @action(detail=True, methods=["post"])
    def decline(self, request, pk):
        comment = body_values(request.data, {"comment": ""})["comment"]
        if not comment.strip():
            raise Invalid({"/comment": "Give a reason for declining it."})
        with transaction.atomic():
            proposal = self.to_decide(pk)
            proposal.decide(request.user, ProposalState.DECLINED, comment)
        return self.whole(proposal)

    def one(self, pk, **locking):
        """The proposal with this key, if the reader may see it."""
        key, rows = key_in(pk), Proposal.objects.visible_to(self.request.user)
        rows = rows.select_for_update(**locking) if locking else rows
        proposal = rows.filter(pk=key).first() if isinstance(key, UUID) else None
        if proposal is None:
            raise Http404
        must_reach(self.request, self, resource(apps.get_model(proposal.model)))
        return proposal

    def to_decide(self, pk):
        """The locked, open proposal with this key, for a user who may decide."""
        proposal = self.one(pk, no_key=True)
        if not roles.edits(self.request.user):
            raise exceptions.PermissionDenied("Only editors can decide.")
        if proposal.state != ProposalState.OPEN:
            raise StateConflict("This proposal has already been decided.")
        return proposal

    def whole(self, proposal):
        changes = difference(proposal, self.reader) if proposal.state == ProposalState.OPEN else []
        return self.respond({**summary(proposal), "document": proposal.document, "difference": changes})

    def respond(self, body):
        return HttpResponse(
            json.dumps(body, ensure_ascii=False, default=str),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )


def summary(proposal):
    """A proposal without its changes."""
    model = apps.get_model(proposal.model)
    return {
        "id": proposal.pk,
        "url": api_url(f"proposals/{proposal.pk}/"),
        "record": record_url(model, proposal.record_id),
        "version": proposal.version,
        "state": proposal.state,
        "reason": proposal.reason,
        "created_at": proposal.created_at.isoformat(),
        "comment": proposal.comment,
    }
