"""Proposals: a contributor's change to a published record, kept until an editor applies or declines it."""

import uuid

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tracker.records.policy import roles
from tracker.records.values.codes.vocabularies import Vocabulary
from tracker.records.values.texts.text import Tidy


class ProposalState(Vocabulary):
    OPEN = "open", "Open"
    APPLIED = "applied", "Applied"
    DECLINED = "declined", "Declined"


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The proposals that the user may see: their own, and those they may apply, about visible records."""
        if not roles.writes(user):
            return self.none()
        seen = Q(created_by=user)
        for label in self.order_by().values_list("model", flat=True).distinct() if roles.edits(user) else ():
            rows = apps.get_model(label).objects.visible_to(user)
            seen |= Q(model=label, record_id__in=rows.values("pk"))
        return self.filter(seen)


class Proposal(Tidy):
    """The document of a write, based on a version of a record, with its reason.

    `model` is the label of the record's model; the record is never deleted, since it was published.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=60, editable=False)
    record_id = models.UUIDField(db_index=True, editable=False)
    version = models.PositiveIntegerField(editable=False, help_text="The version it is based on.")
    document = models.JSONField(help_text="What the record is to say, in the form of the API.")
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    comment = models.TextField(blank=True, help_text="Why it was declined.")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self):
        return f"proposal {str(self.id)[:8]}"

    def decide(self, by, state, comment=""):
        """Notes who decided what; the change itself is the caller's."""
        self.state, self.decided_by, self.decided_at, self.comment = state, by, timezone.now(), comment
        self.save()
