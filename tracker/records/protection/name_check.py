"""Refuses publications and public changes that contain a protected name, unless it belongs to someone else.

A refusal reveals that some name is protected. So only editors get one, for an action and never for a preview.
It does not say which name or whose, and it is logged. A user with too many refusals can only withdraw and
take down for an hour.
"""

import hashlib
import logging
import uuid
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from tracker.records.policy import roles
from tracker.records.policy.visibility import Visible
from tracker.records.protocol.rate_limits import check

from . import protected_names

log = logging.getLogger(__name__)

TAKING_BACK = ("withdraw", "takedown")  # how the names of these routes end, in the API and the admin
HOMONYM = "homonym"
NAMES = "This text names a person whose identity is protected. Remove the name."
UNLESS = "If it is another person with the same name, an editor cleared for both can confirm that (homonym)."
SENTENCE = f"{NAMES} {UNLESS}"


class HomonymQuerySet(models.QuerySet):
    def of(self, record, user):
        """The homonyms confirmed in the texts of a record, for editors."""
        rows = [row.pk for row in protected_names.record_and_parts(record)] if roles.edits(user) else []
        return self.filter(row_id__in=rows).select_related("created_by")


class Homonym(models.Model):
    """A confirmation that a text names another person than it seems to: by whom, and why. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    row_id = models.UUIDField(db_index=True, help_text="The record or part with the text.")
    field = models.CharField(max_length=60)
    digest = models.CharField(
        max_length=64, help_text="Digest of the text and of the people it seems to name."
    )
    reason = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = HomonymQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["created_at"]

    def __str__(self):
        return f"homonym {str(self.id)[:8]}"


class NamesProtectedPerson(ValidationError):
    """Refuses texts with protected names. It says in which fields of which rows, and nothing more."""

    def __init__(self, mentions, first):
        self.texts = [mention.text for mention in mentions]
        super().__init__([f"{place(text, first)}: {SENTENCE}" for text in self.texts])


class Standing(NamedTuple):
    """The public texts of a record before a change, and the ids that they are about."""

    keys: frozenset = frozenset()
    about: frozenset = frozenset()


class CheckedChange(NamedTuple):
    """A record as it is now, its texts before, and the comments on the change."""

    record: Visible
    before: Standing = Standing()
    reason: str = ""
    homonym: str = ""


def texts_before(record):
    """The texts of a record as it is stored."""
    texts = protected_names.public_texts(record)
    return Standing(
        frozenset(text.key for text in texts), frozenset(protected_names.subject_ids(record) if texts else ())
    )


def refuse_names(by, changes):
    """Raises an error if these changes make a protected name public, unless it is a confirmed homonym.

    Texts that were there before are not checked, so that an old error does not block other corrections.
    `manage.py lint` finds them.
    """
    new_texts = [(change, texts) for change in changes if (texts := news(change))]
    held = protected_names.Held(protected_names.secrets()) if new_texts else None
    refused = [
        mention
        for change, texts in new_texts
        for mention in new_mentions(held, change, texts)
        if not passes(by, change, mention)
    ]
    if refused:
        note_refusal(by, refused)
        raise NamesProtectedPerson(refused, changes[0].record)


def news(change):
    """The texts of a change that were not public before; all if the record is about more than before."""
    texts = protected_names.public_texts(change.record)
    if texts and change.reason:
        texts.append(protected_names.PublicText(change.record, "reason", change.reason))
    more = texts and not protected_names.subject_ids(change.record) <= change.before.about
    return [text for text in texts if more or text.key not in change.before.keys]


def new_mentions(held, change, texts):
    """The mentions in new texts; in old texts, only the mentions of people that the record is newly about."""
    for text, secrets in held.mentions(texts):
        if text.key in change.before.keys:
            secrets = frozenset(one for one in secrets if one.about and one.about not in change.before.about)
        if secrets:
            yield protected_names.Mention(text, secrets)


def passes(by, change, mention):
    """Whether a text is allowed: because a homonym is already confirmed, or is confirmed with this change.

    Only an editor who may know everyone that the text seems to name can confirm that it is someone else.
    """
    if is_known(mention):
        return True
    if not (change.homonym.strip() and roles.edits(by) and mention.secrets <= protected_names.secrets(by)):
        return False
    row, field, _ = mention.text
    confirmation = {"digest": mention_digest(mention), "reason": change.homonym, "created_by": by}
    Homonym.objects.create(row_id=row.pk, field=field, **confirmation)
    return True


def is_known(mention):
    """Whether someone has confirmed that this text names another person."""
    row, field, _ = mention.text
    return Homonym.objects.filter(row_id=row.pk, field=field, digest=mention_digest(mention)).exists()


def mention_digest(mention):
    """A digest of a text and the people it seems to name, which reveals neither."""
    people = sorted({str(secret.person) for secret in mention.secrets})
    return hashlib.sha256("\0".join([mention.text.text, *people]).encode()).hexdigest()


def check_refusals(request):
    """TooMany if this user had too many refused names, except to withdraw or take down."""
    if not str(request.resolver_match.url_name).endswith(TAKING_BACK):  # some pages have no name
        check("NAMES_PER_HOUR", request.user.pk)


def was_refused(user):
    """Whether something in this request was refused because of a name."""
    return getattr(user, "was_refused_a_name", False)


def note_refusal(by, mentions):
    """Logs whose text was refused, without names. The refusal is counted at the end of the request."""
    by.was_refused_a_name = True
    for row, field, _ in (mention.text for mention in mentions):
        log.warning("A name was refused in %s %s %s, by user %s.", row._meta.label, row.pk, field, by.pk)


def place(text, first):
    """Where a text is, in words, relative to the first record. No record is named."""
    row, field, _ = text
    record = text.record
    named = next((one.verbose_name for one in row._meta.fields if one.name == field), field)
    part = f" of a {row._meta.verbose_name}" if row is not record else ""
    other = f" ({record._meta.verbose_name} {str(record.pk)[:8]})" if record != first else ""
    return f"{str(named).capitalize()}{part}{other}"
