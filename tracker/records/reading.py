"""Who read which confidential records, when and through what: never what they hold."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone


class Reading(models.Model):
    """One answer that told of confidential records: a page, a list, a table."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    through = models.CharField(max_length=40, help_text="The API, a table of it, or a page of the admin.")
    method = models.CharField(max_length=10)
    route = models.CharField(max_length=200, help_text="The pattern of the address, without what it asks.")
    records = ArrayField(models.UUIDField(), help_text="The ids of the records that it told of.")

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        indexes = [GinIndex(fields=["records"], name="reading_records")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"reading {self.pk}"
