"""Scheduled publication: what an editor approved for a later time is published then, never earlier.

What is approved is a record, and what is published with it, in the versions that the editor saw. All checks
run again when the moment has come. What fails them, or was changed meanwhile, goes back with a note.
"""

import uuid
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone

from tracker.records.audit.actor import acting_as
from tracker.records.protection.name_check import NamesProtectedPerson
from tracker.records.values.codes.vocabularies import Publication

CHANNEL = "schedule"
LONGEST_DELAY = timedelta(days=5 * 365)
CHANGED = "It was changed after it was approved. Check it, then publish it again."
ASK = "It could not be published at the scheduled time. An editor knows why."


def within_reach(moment):
    """A validator: not more than some years in the future; a time in the past means now."""
    if moment > timezone.now() + LONGEST_DELAY:
        raise ValidationError(f"Give a time within the next {LONGEST_DELAY.days // 365} years.")


class ApprovalQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(problem="")

    def due(self):
        """The approvals whose time has come."""
        return self.waiting().filter(publish_at__lte=timezone.now()).order_by("publish_at", "id")

    def of(self, record):
        return self.filter(record_id=record.pk)

    def note(self, record, together, by, **comments):
        """Store that a user approved a record, and what is published with it, in their current versions."""
        versions = {str(one.pk): one.version for one in together}
        about = {"model": record._meta.label, "record_id": record.pk, "versions": versions}
        return self.create(**about, approved_by=by, **comments)


class Approval(models.Model):
    """What is published at a later time. With a `problem`, it was not published and an editor must act.

    `model` is the label of the record's model; `versions` has the id and the version of each record that is
    published, the record itself and the drafts that belong to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=60)
    record_id = models.UUIDField(unique=True)
    publish_at = models.DateTimeField(db_index=True)
    versions = models.JSONField()
    already_public = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    homonym = models.TextField(blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    problem = models.TextField(blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"approval {str(self.id)[:8]}"

    def record(self):
        """The record as it is stored, None if it was deleted."""
        return apps.get_model(self.model)._base_manager.filter(pk=self.record_id).first()

    def names(self, record):
        return str(record.pk) in self.versions

    def covers(self, record):
        """Whether a record is in it, in its present version."""
        return self.versions.get(str(record.pk)) == record.version

    def fits(self, records):
        """Whether these records are what was approved, and none was changed since."""
        return {str(record.pk): record.version for record in records} == self.versions

    def carry_out(self):
        """Whether it was published; if not, it went back. An approval of what was deleted is dropped."""
        record = self.record()
        if record is None:
            self.delete()
            return False
        try:
            with transaction.atomic():
                record.publish_approved(self)
        except (PermissionDenied, ValidationError, IntegrityError, DataError) as refused:
            why = sentence_of(refused)
            self.give_back(record, why, ASK if isinstance(refused, NamesProtectedPerson) else why)
            return False
        return True

    def give_back(self, record, problem, comment):
        """What waits for review becomes drafts again; their authors read the comment, editors the problem."""
        record.refresh_from_db()
        along, own = record.going(self.approved_by, self.versions, strict=False)
        for one in [*own, *along]:
            if self.names(one) and one.publication == Publication.IN_REVIEW:
                one._move(None, "send_back", comment)
        self.problem = problem
        self.save()


def sentence_of(refused):
    """Why something was not published, in words that name no value."""
    if isinstance(refused, ValidationError):
        return " ".join(refused.messages)
    return str(refused) if isinstance(refused, PermissionDenied) else "The database refused it."


def publish_due():
    """Publishes what was approved for a moment that has come: (how many, how many went back).

    Each in a transaction of its own. What another process publishes at this moment is left to it.
    """
    results = [carried_out(key) for key in Approval.objects.due().values_list("pk", flat=True)]
    return results.count(True), results.count(False)


@transaction.atomic
def carried_out(key):
    """Whether an approval was carried out; None if another process has it."""
    due = Approval.objects.due().select_for_update(skip_locked=True, of=("self",))
    approval = due.select_related("approved_by").filter(pk=key).first()
    if approval is None:
        return None
    with acting_as(channel=CHANNEL):
        return approval.carry_out()
