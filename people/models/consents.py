"""What people allowed us to publish about them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.choices import (
    ConsentForm,
    ConsentScope,
)
from tracker.records.audit import history
from tracker.records.policy import roles
from tracker.records.values.columns import GuardedSave, GuardedUpdate
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.texts.text import Tidy

from .people import Person


class ConsentQuerySet(GuardedUpdate, models.QuerySet):
    def visible_to(self, user):
        """Consents of the people whose records the user works on."""
        if not roles.writes(user):
            return self.none()
        worked_on = Person.objects.visible_to(user).filter(roles.work_of(user))
        return self.filter(record__in=worked_on.values("pk"))

    def valid(self):
        """Consents that are valid today (UTC): not withdrawn, not past their last day."""
        today = timezone.now().date()
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=today), withdrawn_on=None)

    def covering(self, scope):
        return self.filter(scope__in=(ConsentScope.ALL, scope))


class Consent(Tidy, GuardedSave):
    """What a person allowed us to publish. Visible to users who work on the person; never in the API."""

    remembered = True
    for_workers = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Person, models.CASCADE, related_name="+")
    scope = models.CharField(max_length=20, choices=ConsentScope, help_text="What may be published.")
    date = PartialDateField(help_text="When it was given.")
    form = models.CharField(max_length=20, choices=ConsentForm, help_text="How it was given.")
    valid_until = models.DateField(null=True, blank=True, help_text="The last day on which it is valid.")
    withdrawn_on = models.DateField(null=True, blank=True, help_text="When it was withdrawn.")
    evidence = models.TextField(blank=True, help_text="Where the evidence is kept (offline).")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["date_sort", "id"]

    def __str__(self):
        return f"consent {str(self.id)[:8]}"


history.track_changes(__name__)
