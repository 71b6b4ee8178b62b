"""Tokens: how other programs write, and read what their owner may see.

The answer to a write or a verb shows the record as a read would: so `write` and `publish` read the records
that they change, and no others. Applying or declining a proposal is a change of the record and needs `write`.
A token reaches the records nested in a document, those published together, and those that a proposal is
about, only with their resources.
"""

import hashlib
import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, models
from django.db.models import F, Q
from django.utils import timezone

from tracker.records.policy import roles
from tracker.records.protocol import database_errors
from tracker.records.values.codes.vocabularies import Vocabulary
from tracker.records.values.texts.text import Tidy

PREFIX = "dtrk_"  # by which programs that look for lost secrets know one
FORM = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")
LONGEST = timedelta(days=365)
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenScope(Vocabulary):
    READ = "read", "Read"
    WRITE = "write", "Write drafts, and change and submit records"
    PUBLISH = "publish", "Publish, withdraw, take down and send back"


def digest(text):
    """What is kept of a token: 256 random bits need no slower hash."""
    return hashlib.sha256(text.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet):
    def valid(self):
        """The tokens that open something now."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)

    def of_text(self, text):
        """The valid token with this text, its user and the user's roles, by one statement; else None."""
        if not FORM.fullmatch(text):
            return None
        rows = self.valid().select_related("user").annotate(held=roles.groups_of("user"))
        token = rows.filter(digest=digest(text)).first()
        if token:
            roles.remember(token.user, token.held)
        return token

    def visible_to(self, user):
        """One's own tokens; to an administrator all."""
        everything = roles.Role.ADMINISTRATOR in roles.roles(user)
        return self if everything else self.filter(user=user)


class ApiToken(Tidy):
    """A secret by which a program acts for its owner: within its scopes, and no more than the owner may."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False)
    name = models.CharField(max_length=100, help_text="What uses it: a program, a machine.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=TokenScope))
    resources = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="The endpoints it reaches; none chosen: all of them.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(help_text="It opens nothing from this moment on (UTC).")
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + LONGEST),
                name="token_expires",
                violation_error_message=f"A token lasts {LONGEST.days} days at most.",
            ),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_scope"),
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=Q(revoked_at__isnull=True),
                name="token_name_unique",
                violation_error_message="You have a token of this name: revoke it, or choose another name.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def state(self):
        """Whether it opens something now, in a word."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "valid"

    def draw(self):
        """A new random text for this token, which keeps the hash of it alone."""
        text = PREFIX + secrets.token_hex(32)
        self.digest = digest(text)
        return text

    def revoke(self):
        """End it for good; the first time counts."""
        now = timezone.now()
        type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)

    def note_use(self):
        """Note that it was used, at most once a minute, however many requests come at once.

        Where nothing can be written, as with a full disk, it is not noted: what was asked for may be a read.
        """
        now = timezone.now()
        if self.last_used_at and self.last_used_at > now - USE_IS_NOTED_EVERY:
            return
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_IS_NOTED_EVERY)
        try:
            type(self).objects.filter(stale, pk=self.pk).update(last_used_at=now)
        except DatabaseError as error:
            if database_errors.passing(error) != database_errors.FULL:
                raise

    def lacks(self, scope, resource):
        """What a request needs that the token does not have, as a sentence; "" if it lacks nothing."""
        if scope not in self.scopes:
            return f"This token lacks the scope {scope}: make one that has it in the admin."
        if resource and self.resources and resource not in self.resources:
            return f"This token does not reach {resource}: make one that does in the admin."
        return ""
