"""What people did or suffered, and cases that become public together with their person or organization."""

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from people.likely_mistakes import BEFORE_BIRTH, is_unborn
from tracker.records.base.record import Record
from tracker.records.values.codes.vocabularies import Confidentiality, Publication


class Act(models.Model):
    """Mixin for something that people did or suffered, which cannot be before they were born."""

    class Meta(Record.Meta):
        abstract = True

    def people_in(self, user):
        """The ids of these people, if the user sees them."""
        return {self.person_id} - {None}

    def likely_mistakes(self, user):
        people = apps.get_model("people.Person").objects.visible_to(user)
        people = people.filter(pk__in=self.people_in(user)).exclude(birth_date="")
        early = [BEFORE_BIRTH.format(one) for one in people if is_unborn(one, self)]
        return [*super().likely_mistakes(user), *early]


class OfCase(Act):
    """Mixin for something that happened to the person of a case."""

    class Meta(Act.Meta):
        abstract = True

    def people_in(self, user):
        return {self.case.person_id} - {None}


class WithCases(models.Model):
    """Mixin for people and organizations. Cases that are already published become public with them."""

    class Meta:
        abstract = True

    def editor_blockers(self):
        """What blocks publication, including identifiers of these cases."""
        cases = self.cases.filter(publication=Publication.PUBLISHED, confidentiality=Confidentiality.PUBLIC)
        cases = cases if self.confidentiality == Confidentiality.PUBLIC else cases.none()
        same = {"scheme": OuterRef("scheme"), "identifier": OuterRef("identifier")}
        identifiers = apps.get_model("people.PersecutionCaseIdentifier").objects
        public = identifiers.filter(Q(is_public=True) | Q(record__in=cases), **same)
        own = identifiers.filter(record__in=cases)
        taken = own.filter(Exists(public.exclude(record=OuterRef("record"))))
        sentences = [
            f"Another published case has the same {row.scheme} identifier as one of the cases here."
            for row in taken
        ]
        return [*super().editor_blockers(), *sentences]
