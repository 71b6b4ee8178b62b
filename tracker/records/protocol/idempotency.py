"""Idempotency keys: a repeated request gets the answer of the first one."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions, status

from . import strict_json

KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 100


class KeptAnswerQuerySet(models.QuerySet):
    def forget(self):
        """Delete expired answers of all users, skipping those that another request is deleting."""
        old = self.filter(created_at__lt=timezone.now() - KEPT_FOR).select_for_update(skip_locked=True)
        self.filter(pk__in=old.values("pk")).delete()

    def claim(self, user, key, digest):
        """The locked row of a user's key. It is new, with status 0, unless the key was used before.

        A second request waits here for the transaction of the first.
        """
        self.forget()
        self.bulk_create([self.model(user=user, key=key, digest=digest)], ignore_conflicts=True)
        return self.select_for_update(of=("self",)).get(user=user, key=key)

    def containing(self, records):
        """The answers that contain one of these records."""
        contains = Q(pk__in=[])
        for record in records:
            contains |= Q(body__contains=str(record.pk))
        return self.filter(contains)


class KeptAnswer(models.Model):
    """The answer to a request with an Idempotency-Key, or to a form of the admin. Kept for a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY)
    digest = models.CharField(max_length=64, help_text="Digest of method, path and body.")
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
    default_detail = "This Idempotency-Key was used for another request."


def once(request, act):
    """The answer of `act`, or the stored answer if this user sent the same request with this key before.

    The key is written in the transaction of `act`: of simultaneous requests one acts and the others wait. A
    refused request does not store its key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise exceptions.ParseError(f"Idempotency-Key must have 1 to {LONGEST_KEY} printable characters.")
    with transaction.atomic():
        digest = request_digest(request)
        answer = KeptAnswer.objects.claim(request.user, key, digest)
        if answer.digest != digest:
            raise OtherRequest
        if answer.status:
            return HttpResponse(answer.body, status=answer.status, headers=answer.headers)
        response = act()
        answer.status, answer.body, answer.headers = (
            response.status_code,
            response.content.decode(),
            dict(response.headers),
        )
        answer.save()
        return response


def request_digest(request):
    """A digest that distinguishes requests."""
    content = f"{request.method} {request.get_full_path()}\n".encode() + strict_json.body(request)
    return hashlib.sha256(content).hexdigest()
