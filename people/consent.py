"""What follows when consent has ended: what it alone allowed us to publish is taken back."""

import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef

from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.values.codes.vocabularies import Publication

from .choices import ConsentScope, PublishingBasis
from .models import Consent, Person

log = logging.getLogger(__name__)

ENDED = "The consent of the person does not cover it any more."


@transaction.atomic
def follow(person, by=None):
    """Takes down of a published person what no consent covers any more; returns the records.

    With the person goes what belongs to them: it would be public again with them, by whatever consent. It
    stands in the ledger, so that no backup from before brings it back.
    """
    if person.publication != Publication.PUBLISHED or person.basis != PublishingBasis.CONSENT:
        return []
    taken = [] if person.allows(ConsentScope.NAME) else [person]
    taken += [row for rows in person.uncovered() for row in rows]
    for row in taken:
        row.take_down_alone(by, ENDED)
    return taken


def follow_all():
    """Takes back what no consent covers, since a day has passed or otherwise; returns how many records.

    Who was published before consents were entered stays.
    """
    given = Consent.objects.filter(record=OuterRef("pk"))
    covered = Exists(given.valid().filter(scope=ConsentScope.ALL))
    people = Person.objects.filter(
        Exists(given), ~covered, basis=PublishingBasis.CONSENT, publication=Publication.PUBLISHED
    )
    count = 0
    for person in people:
        try:
            count += len(follow(person))
        except ValidationError:
            continue  # somebody else took it back at this moment
        except LedgerAway as away:
            log.warning(str(away.detail))
    return count
