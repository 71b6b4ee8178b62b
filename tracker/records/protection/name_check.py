"""What is published or changed in public names nobody whom we do not name: the refusal, and the way past it.

A refusal tells its reader that some name is held. So it is given to editors alone, for a deed and never for a
look, says neither which name nor whose, and is noted. Whoever gets too many writes nothing for an hour, but
takes back and takes down what endangers somebody.
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

TAKING_BACK = ("withdraw", "takedown")  # the ends of the names of what does it, in the API and the admin
HOMONYM = "homonym"
NAMES = "It names somebody whom we do not name: leave the name out."
UNLESS = "If it is somebody of the same name, whoever is cleared for both says so as homonym."
SENTENCE = f"{NAMES} {UNLESS}"


class HomonymQuerySet(models.QuerySet):
    def of(self, record, user):
        """What was said of the texts of a record, for editors."""
        rows = [row.pk for row in protected_names.rows_of(record)] if roles.edits(user) else []
        return self.filter(row_id__in=rows).select_related("created_by")


class Homonym(models.Model):
    """That a text names somebody else than it seems to: who says so, and why. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    row_id = models.UUIDField(db_index=True, help_text="The record or the part that has the text.")
    field = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, help_text="Of the text and of whom it seems to name.")
    reason = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = HomonymQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["created_at"]

    def __str__(self):
        return f"homonym {str(self.id)[:8]}"


class Named(ValidationError):
    """Refuses texts that name somebody: in which fields of which rows, in no other words."""

    def __init__(self, mentions, first):
        self.texts = [mention.text for mention in mentions]
        super().__init__([f"{place(text, first)}: {SENTENCE}" for text in self.texts])


class Standing(NamedTuple):
    """The public texts of a record, and what they are about, before a change: they are no news."""

    keys: frozenset = frozenset()
    about: frozenset = frozenset()


class Change(NamedTuple):
    """A record as it is now, how it stood before, and what is said of the change."""

    record: Visible
    stood: Standing = Standing()
    reason: str = ""
    homonym: str = ""


def standing(record):
    """How a record stands, as it is stored."""
    texts = protected_names.public_texts(record)
    return Standing(
        frozenset(text.key for text in texts), frozenset(protected_names.about(record) if texts else ())
    )


def refuse_names(by, changes):
    """Raises Named where what these changes made public names somebody, unless it may as a homonym.

    What stood there before is let be, so that an error that is found late keeps nobody from mending others:
    `manage.py lint` tells of it.
    """
    said = [(change, texts) for change in changes if (texts := news(change))]
    held = protected_names.Held(protected_names.secrets()) if said else None
    refused = [
        mention
        for change, texts in said
        for mention in told(held, change, texts)
        if not passes(by, change, mention)
    ]
    if refused:
        note_refusal(by, refused)
        raise Named(refused, changes[0].record)


def news(change):
    """The texts of a change that were not public before, or all if it is about more than before."""
    texts = protected_names.public_texts(change.record)
    if texts and change.reason:
        texts.append(protected_names.Text(change.record, "reason", change.reason))
    more = texts and not protected_names.about(change.record) <= change.stood.about
    return [text for text in texts if more or text.key not in change.stood.keys]


def told(held, change, texts):
    """The mentions in the news of a change; in a text that stood before, of those it is newly about."""
    for text, secrets in held.mentions(texts):
        if text.key in change.stood.keys:
            secrets = frozenset(one for one in secrets if one.about and one.about not in change.stood.about)
        if secrets:
            yield protected_names.Mention(text, secrets)


def passes(by, change, mention):
    """Whether a text may stand: as a homonym that is known, or that somebody now says it is.

    Only an editor who may know of all whom it seems to name can tell that it is somebody else.
    """
    if is_known(mention):
        return True
    if not (change.homonym.strip() and roles.edits(by) and mention.secrets <= protected_names.secrets(by)):
        return False
    row, field, _ = mention.text
    said = {"digest": digest(mention), "reason": change.homonym, "created_by": by}
    Homonym.objects.create(row_id=row.pk, field=field, **said)
    return True


def is_known(mention):
    """Whether somebody said of this text that it names somebody else."""
    row, field, _ = mention.text
    return Homonym.objects.filter(row_id=row.pk, field=field, digest=digest(mention)).exists()


def digest(mention):
    """What a text and whom it seems to name are known by, without saying it."""
    people = sorted({str(secret.person) for secret in mention.secrets})
    return hashlib.sha256("\0".join([mention.text.text, *people]).encode()).hexdigest()


def check_refusals(request):
    """TooMany if this user was refused too many names, unless it is to take back or to take down."""
    if not str(request.resolver_match.url_name).endswith(TAKING_BACK):  # some pages have no name
        check("NAMES_PER_HOUR", request.user.pk)


def was_refused(user):
    """Whether something of this request was refused for a name."""
    return getattr(user, "was_refused_a_name", False)


def note_refusal(by, mentions):
    """Notes who was refused what, without names; at the end of the request it is counted."""
    by.was_refused_a_name = True
    for row, field, _ in (mention.text for mention in mentions):
        log.warning("A name was refused in %s %s %s, by user %s.", row._meta.label, row.pk, field, by.pk)


def place(text, first):
    """Where a text stands, in words, seen from the first of the records; none of them is named."""
    row, field, _ = text
    record = text.record
    named = next((one.verbose_name for one in row._meta.fields if one.name == field), field)
    part = f" of a {row._meta.verbose_name}" if row is not record else ""
    other = f" ({record._meta.verbose_name} {str(record.pk)[:8]})" if record != first else ""
    return f"{str(named).capitalize()}{part}{other}"
