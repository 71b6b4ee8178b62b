"""What follows when consent has ended: what it alone allowed us to publish is taken back."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tracker.records.choices import Publication

from .choices import ConsentScope, PublishingBasis
from .models import Consent, Person

ENDED = "The consent of the person does not cover it any more."
LISTS = (ConsentScope.AFFILIATIONS, ConsentScope.PARTICIPATIONS)


@transaction.atomic
def follow(person, by=None):
    """Takes back of a published person what no consent covers any more; returns the records."""
    if person.publication != Publication.PUBLISHED or person.basis != PublishingBasis.CONSENT:
        return []
    if not person.allows(ConsentScope.NAME):
        taken = [person]
    else:
        ended = [getattr(person, scope) for scope in LISTS if not person.allows(scope)]
        taken = [row for rows in ended for row in rows.filter(publication=Publication.PUBLISHED)]
    for row in taken:
        row.lapse(by, ENDED)
    return taken


def follow_all():
    """Takes back what no consent covers any more since a day has passed; returns how many records."""
    over = Q(valid_until__lt=timezone.now().date()) | Q(withdrawn_on__isnull=False)
    ended = Consent.objects.filter(over, record=OuterRef("pk"))
    people = Person.objects.filter(
        Exists(ended), basis=PublishingBasis.CONSENT, publication=Publication.PUBLISHED
    )
    count = 0
    for person in people:
        try:
            count += len(follow(person))
        except ValidationError:
            continue  # somebody else took it back at this moment
    return count
