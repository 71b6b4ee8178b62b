"""Dialogues across a conflict line: who took part, what is judged of them, and what is said about them."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from people.choices import ConsentScope
from people.models import (
    Act,
    Affiliation,
    CaseEvent,
    Conflict,
    Organization,
    PersecutionCase,
    Person,
    Side,
    known,
    secrets_of,
)
from tracker.records.audit import history
from tracker.records.audit.access_log import note_load
from tracker.records.base.identifiers import Identified, identifiers_trigger
from tracker.records.models import (
    QUOTATION_WORDS,
    Citation,
    Identifier,
    Part,
    Place,
    Record,
    Source,
    Titled,
)
from tracker.records.policy import roles
from tracker.records.policy.search_words import tokens_trigger
from tracker.records.policy.visibility import VisibleQuerySet
from tracker.records.values.codes.code_fields import LanguageField
from tracker.records.values.codes.vocabularies import Confidentiality, Publication, Stance
from tracker.records.values.columns import FoldedField, PartialDateField
from tracker.records.values.constraints import Said, not_reversed
from tracker.records.values.dates.days import Days
from tracker.records.values.names import fold
from tracker.records.workflow.companions import Lack

from .choices import (
    ABSENT,
    ASSESSMENT_VALUES,
    AssessmentAttribute,
    AssessmentForm,
    AssessmentShare,
    AssessmentValue,
    Capacity,
    ContextEventKind,
    CountBasis,
    DialogueClassification,
    DialogueStatus,
    Disclosure,
    Mediation,
    Naming,
    ParticipationRole,
    Selection,
    StatementKind,
    StatementMedium,
    StatementRelationKind,
    Track,
    VenueRelation,
)
from .duration import ended_the_day_it_began, lacks_end, placing

MEANT_FOR = (DialogueStatus.PLANNED, DialogueStatus.POSTPONED, DialogueStatus.CANCELED)
# Contact across the line is itself what people are charged with: nobody is the first to tell of it here.
UNDISCLOSED = (Disclosure.CLOSED, Disclosure.SECRET, Disclosure.UNKNOWN)
EXPOSED = (
    "Its dialogue may not have been open: to publish this, confirm (already_public) that the cited source"
    " says in public who took part."
)
STILL_TOLD = (
    "Who took part is published: withdraw the participations, change this, and publish them again, confirming"
    " (already_public) that it is public."
)
TOLD_AGAIN = (
    "Its dialogue may not have been open: withdraw this, change it, and publish it again, confirming"
    " (already_public) that it is public."
)

NOT_BOTH = "Give a side or no_side, not both."
HIDDEN_SPEAKER = "A speaker is not public: publish them, or mark the speaker as withheld."
FOR_OTHERS = "It answers a judgement or a case of somebody who does not speak here."


def not_above(low, high):
    """A constraint: the lower figure is not above the higher one."""
    return models.CheckConstraint(
        condition=Q(**{f"{low}__isnull": True})
        | Q(**{f"{high}__isnull": True})
        | Q(**{f"{low}__lte": F(high)}),
        name=f"%(class)s_{low}_{high}",
        violation_error_message=f"The {low} is above the {high}.",
    )


class Dialogue(Identified, Titled):
    """A meeting, visit or forum, or a series of them."""

    gone = True
    publishes = ("participations",)

    conflict = models.ForeignKey(Conflict, models.PROTECT, null=True, blank=True, related_name="dialogues")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        help_text="The series or process.",
    )
    classification = models.CharField(
        max_length=30, choices=DialogueClassification, default=DialogueClassification.UNKNOWN
    )
    track = models.CharField(max_length=20, choices=Track, default=Track.UNKNOWN)
    mediation = models.CharField(max_length=20, choices=Mediation, default=Mediation.UNKNOWN)
    venue_relation = models.CharField(max_length=30, choices=VenueRelation, default=VenueRelation.UNKNOWN)
    venue_side = models.ForeignKey(
        Side,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted",
        help_text="Whose territory it was held on.",
    )
    disclosure = models.CharField(max_length=20, choices=Disclosure, default=Disclosure.UNKNOWN)
    status = models.CharField(max_length=20, choices=DialogueStatus, default=DialogueStatus.HELD)
    stated_purpose = models.TextField(blank=True)
    agenda = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    start_date = PartialDateField()
    end_date = PartialDateField(help_text="Empty: a meeting that was held ended on the day it began.")
    places = models.ManyToManyField(Place, blank=True, related_name="dialogues")
    meetings_min = models.PositiveIntegerField(
        null=True, blank=True, help_text="A series had at least this many meetings."
    )
    meetings_max = models.PositiveIntegerField(
        null=True, blank=True, help_text="A series had at most this many meetings."
    )
    summary = models.TextField(blank=True)

    class Meta(Titled.Meta):
        constraints = [*Titled.Meta.constraints, not_reversed(), not_above("meetings_min", "meetings_max")]
        triggers = [*Titled.Meta.triggers, identifiers_trigger("dialogues_dialogueidentifier")]

    def clean(self):
        if self.venue_side and self.venue_side.record_id != self.conflict_id:
            raise ValidationError({"venue_side": "The side belongs to another conflict."})
        if self._closes() and self.told().exists():
            raise ValidationError({"disclosure": STILL_TOLD})

    def missing(self):
        return [*super().missing(), *filter(None, [lacks_end(self)])]

    def took_place(self):
        """The days on which it took place, as far as they are known."""
        (first, last), (ended, over) = placing(self)
        first = first or date.min
        edges = (first if first > date.min else "..", over or "..")
        whole = ended_the_day_it_began(self) or self.end_date == self.start_date
        text = self.start_date if whole and self.start_date else "/".join(map(str, edges))
        return Days(first, last or date.max, max(ended or first, first), over or date.max, text)

    def days(self):
        """As for every record; what did not take place may be planned for a day after its sources."""
        if self.status in MEANT_FOR:
            return None, None
        start, end = placing(self)
        return start[0], end[1] if self.end_date else start[1]

    def _closes(self):
        """Whether it is said not to have been open, and what is stored says that it was."""
        before = Dialogue.objects.filter(pk=self.pk).exclude(disclosure__in=UNDISCLOSED)
        return self.disclosure in UNDISCLOSED and before.exists()

    def told(self):
        """What is told of who took part, and of which nobody said that it was public already."""
        rows = self.participations.filter(
            publication=Publication.PUBLISHED, confidentiality=Confidentiality.PUBLIC, already_public=False
        )
        people = Q(person=None) | Q(person__in=Person.objects.visible_to(None))
        return rows.filter(
            people, Q(organization=None) | Q(organization__in=Organization.objects.visible_to(None))
        )


class DialogueIdentifier(Identifier):
    record = models.ForeignKey(Dialogue, models.CASCADE, related_name="identifiers")


class DialogueCitation(Citation):
    record = models.ForeignKey(Dialogue, models.CASCADE, related_name="citations")


class ParticipationQuerySet(VisibleQuerySet):
    def took_part(self):
        """Those of who came."""
        return self.exclude(role__in=ABSENT)

    def did_not_take_part(self):
        """Those of who was invited and did not come, was excluded, or was prevented from coming."""
        return self.filter(role__in=ABSENT)


class Participation(Act, Record):
    """The part of a person, an organization or a group in one dialogue, or why they had none."""

    visible_with = ("dialogue", "person", "organization")
    one_of = (("person", "affiliation"), ("organization",), ("group_label",))
    names_who = ("person", "organization", "group_label", "affiliation", "described_as", "note")
    internal = Record.internal | {"already_public"}

    dialogue = models.ForeignKey(Dialogue, models.PROTECT, related_name="participations")
    naming = models.CharField(max_length=12, choices=Naming, default=Naming.NAMED)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="participations")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="participations"
    )
    group_label = models.CharField(max_length=300, blank=True, help_text="A group, in the source's words.")
    pseudonym = models.CharField(max_length=200, blank=True)
    count_min = models.PositiveIntegerField(null=True, blank=True, help_text="At least so many people.")
    count_max = models.PositiveIntegerField(null=True, blank=True, help_text="At most so many people.")
    count_basis = models.CharField(max_length=20, choices=CountBasis, blank=True)
    women_min = models.PositiveIntegerField(null=True, blank=True, help_text="At least so many women.")
    women_max = models.PositiveIntegerField(null=True, blank=True, help_text="At most so many women.")
    member_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        help_text="The group that the person came with.",
    )
    side = models.ForeignKey(
        Side,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        help_text="Empty: not stated, unless no_side says that there is none.",
    )
    no_side = models.BooleanField(
        default=False, help_text="A source says that they came for no side of the conflict."
    )
    role = models.CharField(max_length=30, choices=ParticipationRole, default=ParticipationRole.PARTICIPANT)
    capacity = models.CharField(max_length=40, choices=Capacity, default=Capacity.UNKNOWN)
    selection = models.CharField(max_length=20, choices=Selection, default=Selection.UNKNOWN)
    selected_by = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="selected_participations"
    )
    affiliation = models.ForeignKey(
        Affiliation, models.PROTECT, null=True, blank=True, related_name="participations"
    )
    described_as = models.CharField(max_length=300, blank=True, help_text="In the source's words.")
    note = models.TextField(
        blank=True, help_text="What else is known of their part, in our words; it is published."
    )
    already_public = models.BooleanField(
        default=False,
        editable=False,
        help_text="Whoever published it said that it is public already in the sources that are cited.",
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(naming=Naming.NAMED)
                | Said.exactly(1, "person", "organization", texts=["group_label"]) & Q(pseudonym=""),
                name="participation_named_is_one",
                violation_error_message="Give one of person, organization and group_label, and no pseudonym.",
            ),
            models.CheckConstraint(
                condition=Q(naming=Naming.NAMED)
                | Said.exactly(0, "person", "organization", "affiliation", texts=["group_label"]),
                name="participation_unnamed_is_none",
                violation_error_message="An unnamed participation has no person, organization,"
                " group_label or affiliation.",
            ),
            models.CheckConstraint(
                condition=Q(naming=Naming.NAMED)
                | Q(naming=Naming.PSEUDONYM) & ~Q(pseudonym="")
                | Q(naming=Naming.WITHHELD, pseudonym=""),
                name="participation_pseudonym",
                violation_error_message="Give the pseudonym, and none where the name is withheld.",
            ),
            models.CheckConstraint(
                condition=~Q(group_label="")
                | Said.exactly(0, "count_min", "count_max", "women_min", "women_max"),
                name="participation_count_of_group",
                violation_error_message="Only a group has counts: give its group_label.",
            ),
            models.CheckConstraint(
                condition=Q(no_side=False) | Q(side=None),
                name="participation_side_or_none",
                violation_error_message=NOT_BOTH,
            ),
            not_above("count_min", "count_max"),
            not_above("women_min", "women_max"),
            not_above("women_min", "count_max"),
        ]

    def clean(self):
        errors = {}
        dialogue = self.dialogue if self.dialogue_id else None
        if self.member_of and (
            self.member_of.dialogue_id != self.dialogue_id or not self.member_of.group_label
        ):
            errors["member_of"] = "Give a group of the same dialogue."
        elif self.member_of and self.member_of.role in ABSENT and self.role not in ABSENT:
            errors["member_of"] = "This group did not take part: leave it out, or give a role as its own."
        if self.affiliation and self.affiliation.person_id != self.person_id:
            errors["affiliation"] = "Give an affiliation of this person."
        if self.side and dialogue and self.side.record_id != dialogue.conflict_id:
            errors["side"] = "Give a side of the dialogue's conflict."
        if self.side and self.no_side:
            errors["side"] = NOT_BOTH
        self.pass_over_unknown(errors)
        twice = self.person_id and self.compared_with(dialogue=self.dialogue_id, person=self.person_id)
        if twice and twice.exists():
            errors["person"] = "This person is entered for the dialogue already."
        if errors:
            raise ValidationError(errors)
        if dialogue and dialogue.disclosure in UNDISCLOSED and self._tells_more():
            raise ValidationError({"dialogue": TOLD_AGAIN})

    def _tells_more(self):
        """Whether it is published and says anew who took part, or in what."""
        if self.publication != Publication.PUBLISHED:
            return False
        stored = Participation.objects.filter(pk=self.pk)
        names = ("dialogue_id", "person_id", "organization_id", "naming")
        same = {name: getattr(self, name) for name in names}
        if self.naming != Naming.NAMED:
            same = {"dialogue_id": self.dialogue_id}  # less is told, whoever it was
        return not stored.filter(**same).exists()

    def missing(self):
        found = super().missing()
        known = self.citations.filter(stance=Stance.SUPPORTS, source__in=Source.objects.visible_to(None))
        if self.dialogue.disclosure in UNDISCLOSED and not known.exists():
            found.append("Its dialogue may not have been open: cite a published source that supports this.")
        if self.person and not self.person.allows(ConsentScope.PARTICIPATIONS):
            found.append("The consent of the person does not cover participations.")
        return found

    def days(self):
        return self.dialogue.days()

    def exposes(self):
        return EXPOSED if self.dialogue.disclosure in UNDISCLOSED else ""

    def _moved(self, by):
        super()._moved(by)
        if self.publication == Publication.PUBLISHED:
            self.already_public = bool(self.exposes())  # its publisher had to say so

    def closed_to(self, user):
        """Nobody clears themselves for an identity: its writer does, and who is cleared.

        Nor by a detour: who makes a record confidential is cleared for it, and a named one has no identity.
        """
        identity = ParticipationIdentity.objects.filter(pk=self.pk)
        if self.naming == Naming.NAMED and not identity.exists():
            return ()
        knows = self.created_by_id == user.pk or roles.is_cleared(user, self)
        return () if knows else ("naming", "confidentiality", "cleared")

    @classmethod
    def secrets(cls, user=None):
        """The names of those whose part in a dialogue is not public, as the dialogue's secrets."""
        hidden = known(cls, user).exclude(confidentiality=Confidentiality.PUBLIC).exclude(person=None)
        return secrets_of(hidden.values_list("person", "dialogue"))


class ParticipationCitation(Citation):
    record = models.ForeignKey(Participation, models.CASCADE, related_name="citations")


class IdentityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that somebody may know: who sees the participation and is cleared for it."""
        if not roles.may_be_cleared(user):
            return self.none()
        return self.filter(participation__in=Participation.objects.visible_to(user).filter(cleared=user))


class ParticipationIdentity(models.Model):
    """Who stands behind an unnamed participation: confidential, and no public model points here."""

    participation = models.OneToOneField(Participation, models.CASCADE, primary_key=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    affiliation = models.ForeignKey(Affiliation, models.PROTECT, null=True, blank=True, related_name="+")
    remembered = True

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "participation identities"

    def __str__(self):
        return f"identity behind participation {str(self.pk)[:8]}"

    @classmethod
    def secrets(cls, user=None):
        """The names of those behind unnamed participations, as the dialogue's secrets."""
        return secrets_of(known(cls, user).values_list("person", "participation__dialogue"))

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        note_load(row.pk)
        return row

    def clean(self):
        if self.participation.naming == Naming.NAMED:
            raise ValidationError("A named participation has no identity to keep apart.")
        if self.affiliation and self.affiliation.person_id != self.person_id:
            raise ValidationError({"affiliation": "Give an affiliation of this person."})


class Assessment(Act, Record):
    """A judgement by a named assessor about one person, organization or group; we do not assess."""

    visible_with = ("person", "organization", "participation", "assessor_person", "assessor_organization")

    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="assessments")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    participation = models.ForeignKey(
        Participation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
        help_text="Of a group.",
    )
    assessor_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="assessments_given"
    )
    assessor_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="assessments_given"
    )
    attribute = models.CharField(max_length=20, choices=AssessmentAttribute)
    value = models.CharField(
        max_length=30, choices=AssessmentValue, help_text="What the assessor's words come to."
    )
    wording = models.CharField(
        max_length=300,
        blank=True,
        help_text=f"The judgement in the assessor's own words, at most {QUOTATION_WORDS}.",
    )
    share = models.CharField(max_length=20, choices=AssessmentShare, default=AssessmentShare.NOT_STATED)
    form = models.CharField(max_length=20, choices=AssessmentForm, default=AssessmentForm.ASSERTION)
    date = PartialDateField()

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Said.exactly(1, "person", "organization", "participation"),
                name="assessment_has_one_object",
                violation_error_message="Give exactly one of person, organization and participation.",
            ),
            models.CheckConstraint(
                condition=Said.exactly(1, "assessor_person", "assessor_organization"),
                name="assessment_has_one_assessor",
                violation_error_message="Give either assessor_person or assessor_organization.",
            ),
        ]

    def clean(self):
        if self.participation and not self.participation.group_label:
            raise ValidationError({"participation": "Give the participation of a group."})
        values = ASSESSMENT_VALUES.get(self.attribute)
        if values and self.value and self.value not in values:
            raise ValidationError({"value": f"Of {self.attribute} one says {', '.join(values)}."})
        if self.value == AssessmentValue.OTHER and not self.wording:
            raise ValidationError({"wording": "The value is other: give the assessor's own words."})
        if len(self.wording.split()) > QUOTATION_WORDS:
            raise ValidationError({"wording": f"A quotation has at most {QUOTATION_WORDS} words."})

    def people_in(self, user):
        return {self.person_id, self.assessor_person_id} - {None}

    def about(self):
        """The ids of whom it judges: of a group its members, as far as they are public."""
        if not self.participation_id:
            return {self.person_id, self.organization_id} - {None}
        members = Participation.objects.visible_to(None).filter(member_of=self.participation_id)
        return {*members.values_list("person", flat=True)} - {None}

    def missing(self):
        found = super().missing()
        if self.person and not self.person.death_date and not self.citations.exclude(quotation="").exists():
            found.append("It judges a living person: cite the exact words.")
        return found


class AssessmentCitation(Citation):
    record = models.ForeignKey(Assessment, models.CASCADE, related_name="citations")


class Question(Titled):
    """A contested point that statements take positions on."""

    cited = False
    goes_along = True

    conflict = models.ForeignKey(Conflict, models.PROTECT, null=True, blank=True, related_name="questions")
    summary = models.TextField(blank=True)


class AllTitlesFolded(FoldedField):
    """The folded form of the title and of all others: an event is found by any of them."""

    def derive(self, event):
        return fold(" ".join([event.title, *event.other_titles]))


class ContextEvent(Identified, Titled):
    """A war, a blockade, an agreement: what a timeline needs to be understood."""

    goes_along = True

    other_titles = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, help_text="Separated by commas."
    )
    kind = models.CharField(max_length=30, choices=ContextEventKind, default=ContextEventKind.UNKNOWN)
    conflict = models.ForeignKey(
        Conflict, models.PROTECT, null=True, blank=True, related_name="context_events"
    )
    start_date = PartialDateField()
    end_date = PartialDateField()
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="context_events")
    summary = models.TextField(blank=True)
    title_folded = AllTitlesFolded("title", "other_titles")

    class Meta(Titled.Meta):
        constraints = [*Titled.Meta.constraints, not_reversed()]
        triggers = [tokens_trigger("title_folded"), identifiers_trigger("dialogues_contexteventidentifier")]


class ContextEventIdentifier(Identifier):
    record = models.ForeignKey(ContextEvent, models.CASCADE, related_name="identifiers")


class ContextEventCitation(Citation):
    record = models.ForeignKey(ContextEvent, models.CASCADE, related_name="citations")


class Statement(Act, Titled):
    """One claim that somebody made; a text with several claims has a part for each."""

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
    period = PartialDateField(help_text="The time it speaks of.")
    said_at = models.ForeignKey(
        Dialogue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements_made",
        help_text="Said during it.",
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
        help_text="Judgements of the speaker that it answers.",
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
    language = LanguageField(blank=True, help_text="In which language it was said.")
    translation = models.TextField(blank=True, help_text="The quotation in English.")

    class Meta(Titled.Meta):
        constraints = [
            *Titled.Meta.constraints,
            models.CheckConstraint(
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("id")),
                name="statement_not_part_of_itself",
                violation_error_message="A statement is not part_of itself.",
            ),
        ]

    def clean(self):
        if self.part_of and self.part_of.part_of_id:
            raise ValidationError({"part_of": "A part has no parts: give the whole statement."})
        if self.part_of and self.compared_with(part_of=self.pk).exists():
            raise ValidationError({"part_of": "This statement has parts and cannot be one."})
        if len(self.quotation.split()) > QUOTATION_WORDS:
            raise ValidationError({"quotation": f"A quotation has at most {QUOTATION_WORDS} words."})

    def missing(self):
        found = super().missing()
        people = Q(person=None) | Q(person__in=Person.objects.visible_to(None))
        organizations = Q(organization=None) | Q(organization__in=Organization.objects.visible_to(None))
        if hidden := self.speakers.exclude(people & organizations).select_related("person", "organization"):
            found.append(Lack(HIDDEN_SPEAKER, [one.person or one.organization for one in hidden]))
        parts = self.parts.filter(publication=Publication.PUBLISHED)
        if any(one.answers_for_others() for one in (self, *parts)):
            found.append(FOR_OTHERS)
        return found

    def people_in(self, user):
        speakers = Speaker.objects.visible_to(user).filter(record__in=[self.pk, self.part_of_id or self.pk])
        return {*speakers.values_list("person", flat=True)} - {None}

    def answers_for_others(self):
        """Whether something that it answers is about nobody who speaks here: else it would name them."""
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
    label = models.CharField(max_length=200, blank=True, help_text="A collective, or the pseudonym.")
    name_as_given = models.CharField(max_length=300, blank=True, help_text="As the source names the speaker.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Where the speaker stands in the list.")

    class Meta(Part.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(naming=Naming.NAMED) & Said.exactly(1, "person", "organization", texts=["label"])
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
    """How one statement stands to another."""

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
                violation_error_message="The statement and the related_statement are the same.",
            )
        ]


class StatementRelationCitation(Citation):
    record = models.ForeignKey(StatementRelation, models.CASCADE, related_name="citations")


history.keep(__name__)
