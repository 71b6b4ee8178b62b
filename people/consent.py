"""What happens when consent ends: whatever only the consent allowed us to publish is taken down."""

import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef

from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.values.codes.vocabularies import Publication

from .choices import ConsentScope, PublishingBasis
from .models import Consent, Person

log = logging.getLogger(__name__)

ENDED = "The person's consent no longer covers it."


@transaction.atomic
def follow(person, by=None):
    """Takes down everything of a published person that no consent covers any more; returns the records.

    If the person is taken down, so are the records that belong to them; otherwise they would become public
    again with the person. The ledger lists all of it, so that an older backup does not bring it back.
    """
    if person.publication != Publication.PUBLISHED or person.basis != PublishingBasis.CONSENT:
        return []
    taken = [] if person.allows(ConsentScope.NAME) else [person]
    taken += [row for rows in person.uncovered() for row in rows]
    for row in taken:
        row.take_down_alone(by, ENDED)
    return taken


def follow_all():
    """Takes down everything that no consent covers any more; returns the number of records.

    People who were published before consents were recorded stay public.
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
            continue  # someone else took it down at the same moment
        except LedgerAway as away:
            log.warning(str(away.detail))
    return count
