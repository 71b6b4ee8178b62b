"""Requests that are sent again: a key names one, and the answer it got is given again."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions, status

from . import strict_json

KEPT = timedelta(days=1)
LONGEST_KEY = 100


class KeptAnswerQuerySet(models.QuerySet):
    def forget(self):
        """Delete what was kept for long enough, whoever sent it; what another request deletes now is its."""
        old = self.filter(created_at__lt=timezone.now() - KEPT).select_for_update(skip_locked=True)
        self.filter(pk__in=old.values("pk")).delete()

    def claim(self, user, key, digest):
        """The row of a user's key, locked: new, with status 0, unless the key was used before.

        Whoever comes second waits here for the transaction of the first.
        """
        self.forget()
        self.bulk_create([self.model(user=user, key=key, digest=digest)], ignore_conflicts=True)
        return self.select_for_update(of=("self",)).get(user=user, key=key)

    def telling_of(self, records):
        """The answers in which one of these records stands."""
        said = Q(pk__in=[])
        for record in records:
            said |= Q(body__contains=str(record.pk))
        return self.filter(said)


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, or a form of the admin; kept for a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY)
    digest = models.CharField(max_length=64, help_text="Of method, path and body.")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="kept_answer_unique")]

    def __str__(self):
        return f"answer {self.pk}"


class OtherRequest(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key named another request."


def once(request, act):
    """The answer of `act`, or the one that the same user's same request with the same key got before.

    The key is written in the transaction of the act: of requests sent at once one acts, the others wait. A
    request that is refused leaves no key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise exceptions.ParseError(f"Give an Idempotency-Key of 1 to {LONGEST_KEY} printable characters.")
    with transaction.atomic():
        said = digest(request)
        kept = KeptAnswer.objects.claim(request.user, key, said)
        if kept.digest != said:
            raise OtherRequest
        if kept.status:
            return HttpResponse(kept.body, status=kept.status, headers=kept.headers)
        response = act()
        kept.status, kept.body, kept.headers = (
            response.status_code,
            response.content.decode(),
            dict(response.headers),
        )
        kept.save()
        return response


def digest(request):
    """What tells one request from another."""
    said = f"{request.method} {request.get_full_path()}\n".encode() + strict_json.body(request)
    return hashlib.sha256(said).hexdigest()
