"""The fields for the work on a record, never public: who reads them and who sets which of them.

Shown to those who work on a record, under one key of its answers. What a document leaves out of them stays as
it is, whatever the method: nothing becomes public because it was forgotten.
"""

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, Subquery
from rest_framework import serializers

from tracker.records.policy import roles
from tracker.records.values.codes.vocabularies import Confidentiality

from .approvals import within_reach

KEY = "editorial"
OF_EDITORS = {"assigned_to", "publish_at"}
SCHEMA = {
    "type": ["object", "null"],
    "description": "The work on the record, never public; null to writers who do not work on it."
    " What is left out stays as it is. Others than editors make it more confidential, never less.",
    "properties": {
        "confidentiality": {"type": "string", "enum": Confidentiality.values},
        "assigned_to": {
            "type": ["string", "null"],
            "description": "A username; shown to and set by editors.",
        },
        "follow_up": {"type": ["string", "null"], "format": "date"},
        "publish_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "Published earlier, it becomes public at this moment, within five years; it has a"
            " zone. Shown to and set by editors.",
        },
        "notes": {"type": "string"},
    },
    "additionalProperties": False,
}
EXAMPLE = {"confidentiality": "restricted", "follow_up": "2026-01-31", "notes": "Ask for the indictment."}
NOBODY = "Give the username of a user who can write here."
LOWERED = "Only editors can make it less confidential."
UNCLEARED = "It is confidential: an editor or a case officer enters it."


class Zoned(serializers.DateTimeField):
    """A moment that says its offset from UTC: nobody else's is taken for it."""

    def enforce_timezone(self, value):
        if value.tzinfo is None:
            self.fail("invalid", format="2025-12-10T09:00:00Z")
        return super().enforce_timezone(value)


class Work(serializers.Serializer):
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices)
    assigned_to = serializers.CharField(allow_null=True)
    follow_up = serializers.DateField(allow_null=True)
    publish_at = Zoned(allow_null=True, validators=[within_reach])
    notes = serializers.CharField(allow_blank=True)


FIELDS = Work().fields


def field_names(user):
    """The names of the fields that the user can read and set."""
    return [name for name in FIELDS if name not in OF_EDITORS or roles.edits(user)]


def username():
    """The username of whom a record is assigned to, seen from its row."""
    return Subquery(get_user_model().objects.filter(pk=OuterRef("assigned_to")).values("username"))


def workers():
    """Those who can be given work."""
    works = Q(groups__name__in=roles.WRITERS) | Q(is_superuser=True)
    return get_user_model().objects.filter(works, is_active=True).distinct()


def assignable(usernames):
    """{username: user} of those of them who can be given work."""
    return {user.username: user for user in workers().filter(username__in=usernames)}


def against(user, row, confidentiality):
    """A sentence about why the user must not set this confidentiality; "" if they may.

    Non-editors can only raise it. A user who cannot be cleared would lose sight of a confidential record.
    """
    order = list(Confidentiality)
    if not roles.edits(user) and order.index(confidentiality) < order.index(row.confidentiality):
        return LOWERED
    secret = confidentiality == Confidentiality.CONFIDENTIAL and hasattr(row, "cleared")
    return UNCLEARED if secret and not roles.may_be_cleared(user) else ""
