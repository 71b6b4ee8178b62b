"""Rows that belong to one record."""

import uuid

from django.db import models
from django.db.models import F
from django.utils import timezone

from tracker.records.policy.visibility import Visible


class Part(Visible):
    """A row that belongs to one record. It is saved with it, visible with it, and raises its version."""

    visible_with = ("record",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self):
        return f"{self._meta.verbose_name} {str(self.id)[:8]}"

    def save(self, *args, **kwargs):
        was_public = self.is_visible_to(None)
        super().save(*args, **kwargs)
        self._touch(was_public or self.is_visible_to(None))

    def delete(self, *args, **kwargs):
        was_public = self.is_visible_to(None)
        deleted = super().delete(*args, **kwargs)
        self._touch(was_public)
        return deleted

    def _touch(self, public):
        """Raise the record's version. Only a change that the public can see counts as a public change."""
        now = timezone.now()
        changed = {"changed_at": now} if public else {}
        records = self._meta.get_field("record").related_model.objects.filter(pk=self.record_id)
        records.update(version=F("version") + 1, updated_at=now, **changed)
