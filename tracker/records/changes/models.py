"""The tables behind `changes/`. None of them stores times, and the public only sees announcements."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Event(models.TextChoices):
    CREATED = "created"
    CHANGED = "changed"
    GONE = "gone"


class Touched(models.Model):
    """A change of a row that was not processed yet. Only `records_enter` writes it.

    `model` is the label of the row's model, `ids` are its id and its keys, before and after.
    """

    model = models.CharField(max_length=80)
    ids = ArrayField(models.UUIDField())

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"touched {self.pk}"


class Unannounced(models.Model):
    """A record whose public form may differ from the one that was announced."""

    model = models.CharField(max_length=60)
    record_id = models.UUIDField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["model", "record_id"], name="unannounced_once")]

    def __str__(self):
        return f"unannounced {self.pk}"


class Announcement(models.Model):
    """The last announcement about a record: one row for each record that was ever public.

    `digest` is the digest of its public form, "" once it is gone.
    """

    number = models.BigIntegerField(unique=True)
    model = models.CharField(max_length=60)
    record_id = models.UUIDField()
    event = models.CharField(max_length=10, choices=Event)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["model", "record_id"], name="announced_once")]

    def __str__(self):
        return f"announcement {self.number}"


class Feed(models.Model):
    """The single row about all announcements. A restored database gets a new generation."""

    generation = models.UUIDField(default=uuid.uuid4)
    last = models.BigIntegerField(default=0, help_text="The highest number used so far.")
    digest = models.CharField(max_length=64, help_text="Digest of the statements that make public forms.")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"feed {self.pk}"
