"""Statements: who says what, and how statements relate to each other."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from dialogues.choices import (
    Naming,
    StatementKind,
    StatementMedium,
    StatementRelationKind,
)
from people.models import Act, CaseEvent, Organization, PersecutionCase, Person
from tracker.records.audit import history
from tracker.records.base.citations import QUOTATION_WORDS, Citation
from tracker.records.base.labels import Titled
from tracker.records.base.parts import Part
from tracker.records.base.places import Place
from tracker.records.base.record import Record
from tracker.records.values.codes.code_fields import LanguageField
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.constraints import CountStated
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.workflow.companions import WithCauses

from .assessments import Assessment
from .context import ContextEvent, Question
from .dialogues import Dialogue

HIDDEN_SPEAKER = "A speaker is not public. Publish that person, or mark the speaker as withheld."
FOR_OTHERS = "It answers a judgment or a case about someone who is not a speaker here."


class Statement(Act, Titled):
    """One claim that someone made. A text with several claims has one part for each."""

    gone = True
    visible_with = ("part_of",)
    publishes = ("parts", "relations", "relations_to")

    kind = models.CharField(max_length=30, choices=StatementKind, default=StatementKind.UNKNOWN)
    part_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    medium = models.CharField(max_length=30, choices=StatementMedium, default=StatementMedium.UNKNOWN)
    publisher = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="statements_published"
    )
    date = PartialDateField(help_text="When it was said.")
    period = PartialDateField(help_text="The time that it is about.")
    said_at = models.ForeignKey(
        Dialogue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements_made",
        help_text="The dialogue during which it was said.",
    )
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="statements")
    about_dialogues = models.ManyToManyField(Dialogue, blank=True, related_name="statements")
    about_people = models.ManyToManyField(Person, blank=True, related_name="statements")
    about_organizations = models.ManyToManyField(Organization, blank=True, related_name="statements")
    about_cases = models.ManyToManyField(PersecutionCase, blank=True, related_name="statements")
    about_case_events = models.ManyToManyField(CaseEvent, blank=True, related_name="statements")
    about_context_events = models.ManyToManyField(ContextEvent, blank=True, related_name="statements")
    responds_to_assessments = models.ManyToManyField(
        Assessment,
        blank=True,
        related_name="responses",
        help_text="Judgments of the speaker that it answers.",
    )
    responds_to_cases = models.ManyToManyField(
        PersecutionCase,
        blank=True,
        related_name="responses",
        help_text="Cases against the speaker that it answers.",
    )
    questions = models.ManyToManyField(Question, blank=True, related_name="statements")
    summary = models.TextField(blank=True, help_text="In our words.")
    quotation = models.TextField(blank=True, help_text="A few exact words.")
    language = LanguageField(blank=True, help_text="The language in which it was said.")
    translation = models.TextField(blank=True, help_text="The quotation in English.")

    class Meta(Titled.Meta):
        constraints = [
            *Titled.Meta.constraints,
            models.CheckConstraint(
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("id")),
                name="statement_not_part_of_itself",
                violation_error_message="A statement cannot be part_of itself.",
            ),
        ]

    def clean(self):
        if self.part_of and self.part_of.part_of_id:
            raise ValidationError({"part_of": "A part cannot have parts. Choose the whole statement."})
        if self.part_of and self.compared_with(part_of=self.pk).exists():
            raise ValidationError({"part_of": "This statement has parts, so it cannot be a part itself."})
        if len(self.quotation.split()) > QUOTATION_WORDS:
            raise ValidationError({"quotation": f"A quotation has at most {QUOTATION_WORDS} words."})

    def missing(self):
        found = super().missing()
        people = Q(person=None) | Q(person__in=Person.objects.visible_to(None))
        organizations = Q(organization=None) | Q(organization__in=Organization.objects.visible_to(None))
        if hidden := self.speakers.exclude(people & organizations).select_related("person", "organization"):
            found.append(WithCauses(HIDDEN_SPEAKER, [one.person or one.organization for one in hidden]))
        parts = self.parts.filter(publication=Publication.PUBLISHED)
        if any(one.answers_for_others() for one in (self, *parts)):
            found.append(FOR_OTHERS)
        return found

    def people_in(self, user):
        speakers = Speaker.objects.visible_to(user).filter(record__in=[self.pk, self.part_of_id or self.pk])
        return {*speakers.values_list("person", flat=True)} - {None}

    def answers_for_others(self):
        """Whether it answers something about a person who is not a speaker here, and would so name them."""
        speakers = Speaker.objects.filter(record__in=[self.pk, self.part_of_id or self.pk])
        here = {key for pair in speakers.values_list("person", "organization") for key in pair} - {None}
        about = [judgement.about() for judgement in self.responds_to_assessments.all()]
        about += [{case.person_id or case.organization_id} for case in self.responds_to_cases.all()]
        return any(here.isdisjoint(keys) for keys in about)


class Speaker(Part):
    """Who made a statement: a person, an organization or a collective such as "the authorities"."""

    visible_with = ("record", "person", "organization")
    one_of = (("person",), ("organization",), ("label",))
    names_who = ("person", "organization", "label", "name_as_given")

    record = models.ForeignKey(Statement, models.CASCADE, related_name="speakers")
    naming = models.CharField(max_length=12, choices=Naming, default=Naming.NAMED)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="speaking")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="speaking"
    )
    label = models.CharField(
        max_length=200, blank=True, help_text="The name of a collective, or the pseudonym."
    )
    name_as_given = models.CharField(
        max_length=300, blank=True, help_text="The speaker's name as the source gives it."
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="The speaker's position in the list.")

    class Meta(Part.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(naming=Naming.NAMED)
                & CountStated.exactly(1, "person", "organization", texts=["label"])
                | Q(naming=Naming.PSEUDONYM, person=None, organization=None, name_as_given="") & ~Q(label="")
                | Q(naming=Naming.WITHHELD, person=None, organization=None, name_as_given="", label=""),
                name="speaker_is_one",
                violation_error_message="Give one of person, organization and label; only a label when"
                " pseudonymous, and nothing when withheld.",
            )
        ]


class StatementCitation(Citation):
    record = models.ForeignKey(Statement, models.CASCADE, related_name="citations")


class StatementRelation(Record):
    """How one statement relates to another."""

    visible_with = between = ("statement", "related_statement")

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=20, choices=StatementRelationKind)
    related_statement = models.ForeignKey(Statement, models.PROTECT, related_name="relations_to")
    note = models.TextField(blank=True)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(statement=F("related_statement")),
                name="relation_not_to_itself",
                violation_error_message="The statement and the related_statement must be different.",
            )
        ]


class StatementRelationCitation(Citation):
    record = models.ForeignKey(StatementRelation, models.CASCADE, related_name="citations")


history.track_changes(__name__)
