"""Named filters of the admin's lists. Only their owner sees, uses and removes them."""

from django.conf import settings
from django.db import models


class SavedFilterQuerySet(models.QuerySet):
    def of(self, user, model):
        """The filters that a user has saved for the list of a model."""
        return self.filter(user=user, model=model._meta.label)


class SavedFilter(models.Model):
    """The query of a list. It may contain a name that was searched for, so its text form is neutral."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "model", "name"], name="saved_filter_name_unique")
        ]

    def __str__(self):
        return f"saved filter {self.pk}"
