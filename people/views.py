"""The endpoints of people, organizations and cases."""

from tracker.records.views import RecordViewSet

from . import filters, shapes


class ConflictViewSet(RecordViewSet):
    """Conflict lines and their sides."""

    shape = shapes.ConflictShape


class PersonViewSet(RecordViewSet):
    """People who take part in dialogues, speak, are assessed or persecuted."""

    shape = shapes.PersonShape
    filterset_class = filters.PersonFilterSet


class OrganizationViewSet(RecordViewSet):
    """Organizations, neutrally classified."""

    shape = shapes.OrganizationShape
    filterset_class = filters.OrganizationFilterSet


class OccupationViewSet(RecordViewSet):
    """What people do, as sources say, and when."""

    shape = shapes.OccupationShape
    filterset_class = filters.OccupationFilterSet


class AffiliationViewSet(RecordViewSet):
    """Who belongs to which organization, in which role, and when."""

    shape = shapes.AffiliationShape
    filterset_class = filters.AffiliationFilterSet


class CaseViewSet(RecordViewSet):
    """Persecution cases, each of one person or of one organization."""

    shape = shapes.CaseShape
    filterset_class = filters.CaseFilterSet


class CaseRelationViewSet(RecordViewSet):
    """How cases stand to each other."""

    shape = shapes.CaseRelationShape


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


class RecognitionViewSet(RecordViewSet):
    """Who recognizes cases as what."""

    shape = shapes.RecognitionShape
