"""API tokens: with them, other programs write, and read what their owner may see.

The answer to a write or a verb shows the record like a read. So `write` and `publish` can read the records
that they change, and no others. Applying or declining a proposal changes the record and needs `write`.
For nested records, records that are published together, and the record of a proposal, a token needs their
resources as well.
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

PREFIX = "dtrk_"  # programs that search for leaked secrets recognize it
FORM = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")
LONGEST_VALIDITY = timedelta(days=365)
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenScope(Vocabulary):
    READ = "read", "Read"
    WRITE = "write", "Write drafts, and change and submit records"
    PUBLISH = "publish", "Publish, withdraw, take down and send back"


def token_hash(text):
    """The stored hash of a token. With 256 random bits, a slower hash is not needed."""
    return hashlib.sha256(text.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet):
    def valid(self):
        """The tokens that are valid now."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)

    def of_text(self, text):
        """The valid token with this text, its user and the user's roles, in one statement; else None."""
        if not FORM.fullmatch(text):
            return None
        rows = self.valid().select_related("user").annotate(held=roles.groups_of("user"))
        token = rows.filter(digest=token_hash(text)).first()
        if token:
            roles.remember(token.user, token.held)
        return token

    def visible_to(self, user):
        """The user's own tokens. Administrators see all tokens."""
        everything = roles.Role.ADMINISTRATOR in roles.roles(user)
        return self if everything else self.filter(user=user)


class ApiToken(Tidy):
    """A secret with which a program acts for its owner, within its scopes and the owner's permissions."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False)
    name = models.CharField(max_length=100, help_text="The program or machine that uses it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=TokenScope))
    resources = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="The endpoints that it can use. If none is chosen, all of them.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(help_text="Expires at this time (UTC).")
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="Precise to the minute.")
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + LONGEST_VALIDITY),
                name="token_expires",
                violation_error_message=f"A token can be valid for at most {LONGEST_VALIDITY.days} days.",
            ),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_scope"),
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=Q(revoked_at__isnull=True),
                name="token_name_unique",
                violation_error_message="You already have a token with this name. Revoke"
                " it, or choose another name.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def state(self):
        """Its state in one word: valid, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "valid"

    def draw(self):
        """A new random text for this token. Only the hash of it is stored."""
        text = PREFIX + secrets.token_hex(32)
        self.digest = token_hash(text)
        return text

    def revoke(self):
        """End it permanently. Only the first time counts."""
        now = timezone.now()
        type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)

    def note_use(self):
        """Record that it was used, at most once a minute, even for many requests at once.

        If nothing can be written, as with a full disk, nothing is recorded: the request may be a read.
        """
        now = timezone.now()
        if self.last_used_at and self.last_used_at > now - USE_IS_NOTED_EVERY:
            return
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_IS_NOTED_EVERY)
        try:
            type(self).objects.filter(stale, pk=self.pk).update(last_used_at=now)
        except DatabaseError as error:
            if database_errors.passing(error) != database_errors.DISK_FULL:
                raise

    def refusal(self, scope, resource):
        """A sentence about what the token lacks for a request; "" if it lacks nothing."""
        if scope not in self.scopes:
            return f"This token does not have the scope {scope}. Create one that has it in the admin."
        if resource and self.resources and resource not in self.resources:
            return f"This token cannot be used for {resource}. Create one that can in the admin."
        return ""
