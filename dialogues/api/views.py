"""The endpoints of dialogues and of what is said about them."""

from dialogues.models import Dialogue
from people.situations.periods import occasions
from tracker.records.api.viewsets import RecordViewSet

from . import filters, shapes

occasions["during"] = Dialogue


class DialogueViewSet(RecordViewSet):
    """Dialogues: meetings, visits and forums, with their participants."""

    shape = shapes.DialogueShape
    filterset_class = filters.DialogueFilterSet


class ParticipationViewSet(RecordViewSet):
    """Who took part in which dialogue, and in which role. Some roles say that someone did not come."""

    linked = {"participations": "took_part=true&", "did_not_take_part": "took_part=false&"}
    shape = shapes.ParticipationShape
    filterset_class = filters.ParticipationFilterSet


class AssessmentViewSet(RecordViewSet):
    """Dated judgments by named assessors. None of them is ours."""

    shape = shapes.AssessmentShape
    filterset_class = filters.AssessmentFilterSet


class StatementViewSet(RecordViewSet):
    """Who claims what. A question or a hypothesis is not an assertion; see its kind."""

    shape = shapes.StatementShape
    filterset_class = filters.StatementFilterSet


class StatementRelationViewSet(RecordViewSet):
    """Relations between statements: one contradicts, supports or qualifies another."""

    shape = shapes.StatementRelationShape
    filterset_class = filters.StatementRelationFilterSet


class QuestionViewSet(RecordViewSet):
    """Contested points that statements take positions on."""

    shape = shapes.QuestionShape


class ContextEventViewSet(RecordViewSet):
    """Wars, blockades, agreements and other events that explain a timeline."""

    shape = shapes.ContextEventShape
