"""The endpoints of people, organizations and cases."""

from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404

from people.situations.periods import occasions
from tracker.records.api.viewsets import RecordViewSet
from tracker.records.protocol.problems import BadParameters
from tracker.records.read.filters.values import KeyField
from tracker.records.read.views import AS_OF
from tracker.records.values.dates.days import Days

from . import filters, shapes

KNOWN_ON = "known_on"


class KnownOn:
    """Mixin for views about people's situations: only what sources of some day or earlier say, if asked."""

    @classmethod
    def more_parameters(cls):
        day = {"type": "string", "format": "date"}
        return super().more_parameters() | {
            KNOWN_ON: ("Use only sources of this day or earlier: what was known then.", day)
        }

    @property
    def reader(self):
        return super().reader._replace(known_on=self.known_on())

    def known_on(self):
        text = self.given.get(KNOWN_ON)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:  # which also reads 20251031
            raise BadParameters({KNOWN_ON: "Give a day as in 2025-10-31."})
        return day


class OnDays(KnownOn):
    """Mixin for views that answer about people's situations: on a day, in a period, or during a dialogue."""

    missed = False  # whether the requested dialogue does not exist for this reader

    @classmethod
    def more_parameters(cls):
        found = super().more_parameters()
        for name, model in occasions.items():
            noun = model._meta.verbose_name
            words = f"Instead of as_of: the id or slug of a {noun}. Answers are about the time it took place."
            found[name] = (words, {"type": "string", "minLength": 1})
        return found

    def days(self):
        for name, model in occasions.items():
            if name in self.given:
                return self.days_of(name, model)
        return super().days()

    def days_of(self, name, model):
        """The days on which the record named by a parameter took place."""
        if AS_OF in self.given:
            raise BadParameters({name: f"Give either {name} or {AS_OF}."})
        try:
            condition = KeyField(model).clean(self.given[name])
        except ValidationError as error:
            raise BadParameters({name: " ".join(error.messages)}) from None
        if not hasattr(self, "found_days"):
            found = model.objects.visible_to(self.user).filter(condition).first()
            self.missed, self.found_days = found is None, found.took_place() if found else Days.today()
        return self.found_days


class SituationViewSet(OnDays, RecordViewSet):
    """Base of the endpoints of people and cases."""

    def selection(self, model=None):
        rows = super().selection(model)
        return rows.none() if self.missed else rows

    def retrieve(self, request, pk):
        self.days()
        if self.missed:
            raise Http404
        return super().retrieve(request, pk)


class ConflictViewSet(RecordViewSet):
    """Conflict lines and their sides."""

    shape = shapes.ConflictShape


class PersonViewSet(SituationViewSet):
    """People who take part in dialogues, make statements, are assessed or are persecuted."""

    shape = shapes.PersonShape
    filterset_class = filters.PersonFilterSet


class OrganizationViewSet(RecordViewSet):
    """Organizations, with a neutral classification."""

    shape = shapes.OrganizationShape
    filterset_class = filters.OrganizationFilterSet


class OccupationViewSet(RecordViewSet):
    """What people do according to sources, and when."""

    shape = shapes.OccupationShape
    filterset_class = filters.OccupationFilterSet


class AffiliationViewSet(RecordViewSet):
    """Who belongs to which organization, in which role, and when."""

    shape = shapes.AffiliationShape
    filterset_class = filters.AffiliationFilterSet


class CaseViewSet(SituationViewSet):
    """Persecution cases, each of one person or of one organization."""

    shape = shapes.CaseShape
    filterset_class = filters.CaseFilterSet


class CaseRelationViewSet(RecordViewSet):
    """How cases relate to each other."""

    shape = shapes.CaseRelationShape
    filterset_class = filters.CaseRelationFilterSet


class ChargeViewSet(RecordViewSet):
    """Accusations in cases, and how far each has come."""

    shape = shapes.ChargeShape
    filterset_class = filters.ChargeFilterSet


class CaseEventViewSet(RecordViewSet):
    """What happened in cases."""

    shape = shapes.CaseEventShape
    filterset_class = filters.CaseEventFilterSet


class CaseActorViewSet(RecordViewSet):
    """Who acts in cases."""

    shape = shapes.CaseActorShape
    filterset_class = filters.CaseActorFilterSet


class RecognitionViewSet(RecordViewSet):
    """Who recognizes or judges a case, and how."""

    shape = shapes.RecognitionShape
    filterset_class = filters.RecognitionFilterSet
