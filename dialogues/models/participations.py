"""Who took part in a dialogue, in which role, and whose names are withheld."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from dialogues.choices import (
    ABSENT,
    Capacity,
    CountBasis,
    Naming,
    ParticipationRole,
    Selection,
)
from people.choices import ConsentScope
from people.models import Act, Affiliation, Organization, Person, Side
from people.models.people import rows_seen, secrets_of
from tracker.records.audit import history
from tracker.records.audit.access_log import note_load
from tracker.records.base.citations import Citation
from tracker.records.base.record import Record
from tracker.records.base.sources import Source
from tracker.records.policy import roles
from tracker.records.policy.visibility import VisibleQuerySet
from tracker.records.values.codes.vocabularies import Confidentiality, Publication, Stance
from tracker.records.values.constraints import CountStated

from .dialogues import UNDISCLOSED, Dialogue, not_above

EXPOSED = (
    "Its dialogue may not have been open. To publish this, confirm (already_public) that the cited source"
    " publicly says who took part."
)
WITHDRAW_FIRST = (
    "Its dialogue may not have been open. Withdraw this, change it, then publish it again and confirm"
    " (already_public) that it is public."
)

NOT_BOTH = "Give either side or no_side, not both."


class ParticipationQuerySet(VisibleQuerySet):
    def took_part(self):
        """Participations of those who came."""
        return self.exclude(role__in=ABSENT)

    def did_not_take_part(self):
        """Participations of those who were invited and did not come, were excluded, or were prevented."""
        return self.filter(role__in=ABSENT)


class Participation(Act, Record):
    """How a person, an organization or a group took part in one dialogue, or why they did not."""

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
    group_label = models.CharField(max_length=300, blank=True, help_text="The group, in the source's words.")
    pseudonym = models.CharField(max_length=200, blank=True)
    count_min = models.PositiveIntegerField(null=True, blank=True, help_text="At least this many people.")
    count_max = models.PositiveIntegerField(null=True, blank=True, help_text="At most this many people.")
    count_basis = models.CharField(max_length=20, choices=CountBasis, blank=True)
    women_min = models.PositiveIntegerField(null=True, blank=True, help_text="At least this many women.")
    women_max = models.PositiveIntegerField(null=True, blank=True, help_text="At most this many women.")
    member_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        help_text="The group that this person came with.",
    )
    side = models.ForeignKey(
        Side,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        help_text="If empty, the side is not stated, unless no_side says that there is none.",
    )
    no_side = models.BooleanField(
        default=False, help_text="A source says that they came for neither side of the conflict."
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
        blank=True, help_text="Anything else known about their part, in our words. It is published."
    )
    already_public = models.BooleanField(
        default=False,
        editable=False,
        help_text="The person who published it confirmed that the cited sources already say this in public.",
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(naming=Naming.NAMED)
                | CountStated.exactly(1, "person", "organization", texts=["group_label"]) & Q(pseudonym=""),
                name="participation_named_is_one",
                violation_error_message="Give one of person, organization and group_label, and no pseudonym.",
            ),
            models.CheckConstraint(
                condition=Q(naming=Naming.NAMED)
                | CountStated.exactly(0, "person", "organization", "affiliation", texts=["group_label"]),
                name="participation_unnamed_is_none",
                violation_error_message="An unnamed participation must not have a person, organization,"
                " group_label or affiliation.",
            ),
            models.CheckConstraint(
                condition=Q(naming=Naming.NAMED)
                | Q(naming=Naming.PSEUDONYM) & ~Q(pseudonym="")
                | Q(naming=Naming.WITHHELD, pseudonym=""),
                name="participation_pseudonym",
                violation_error_message="Give the pseudonym. If the name is withheld, leave it empty.",
            ),
            models.CheckConstraint(
                condition=~Q(group_label="")
                | CountStated.exactly(0, "count_min", "count_max", "women_min", "women_max"),
                name="participation_count_of_group",
                violation_error_message="Only a group can have counts. Give its group_label.",
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
            errors["member_of"] = "Choose a group of the same dialogue."
        elif self.member_of and self.member_of.role in ABSENT and self.role not in ABSENT:
            errors["member_of"] = (
                "This group did not take part. Leave it empty, or use the role that the group has."
            )
        if self.affiliation and self.affiliation.person_id != self.person_id:
            errors["affiliation"] = "Choose an affiliation of this person."
        if self.side and dialogue and self.side.record_id != dialogue.conflict_id:
            errors["side"] = "Choose a side of the dialogue's conflict."
        if self.side and self.no_side:
            errors["side"] = NOT_BOTH
        self.pass_over_unknown(errors)
        twice = self.person_id and self.compared_with(dialogue=self.dialogue_id, person=self.person_id)
        if twice and twice.exists():
            errors["person"] = "This person is already entered for the dialogue."
        if errors:
            raise ValidationError(errors)
        if dialogue and dialogue.disclosure in UNDISCLOSED and self._reveals_more():
            raise ValidationError({"dialogue": WITHDRAW_FIRST})

    def _reveals_more(self):
        """Whether it is published and this save reveals who took part, or in what."""
        if self.publication != Publication.PUBLISHED:
            return False
        stored = Participation.objects.filter(pk=self.pk)
        names = ("dialogue_id", "person_id", "organization_id", "naming")
        same = {name: getattr(self, name) for name in names}
        if self.naming != Naming.NAMED:
            same = {"dialogue_id": self.dialogue_id}  # it reveals less, whoever it was
        return not stored.filter(**same).exists()

    def missing(self):
        found = super().missing()
        known = self.citations.filter(stance=Stance.SUPPORTS, source__in=Source.objects.visible_to(None))
        if self.dialogue.disclosure in UNDISCLOSED and not known.exists():
            found.append("Its dialogue may not have been open. Cite a published source that supports this.")
        if self.person and not self.person.allows(ConsentScope.PARTICIPATIONS):
            found.append("The person's consent does not cover participations.")
        return found

    def days(self):
        return self.dialogue.days()

    def exposes(self):
        return EXPOSED if self.dialogue.disclosure in UNDISCLOSED else ""

    def _moved(self, by):
        super()._moved(by)
        if self.publication == Publication.PUBLISHED:
            self.already_public = bool(self.exposes())  # the publisher had to confirm it

    def closed_to(self, user):
        """Nobody can clear themselves for an identity. Only its author and cleared users change these fields.

        Making a record confidential clears its user, so that is blocked as well; a named one has no identity.
        """
        identity = ParticipationIdentity.objects.filter(pk=self.pk)
        if self.naming == Naming.NAMED and not identity.exists():
            return ()
        knows = self.created_by_id == user.pk or roles.is_cleared(user, self)
        return () if knows else ("naming", "confidentiality", "cleared")

    @classmethod
    def secrets(cls, user=None):
        """The names of people whose part in a dialogue is not public, as secrets of the dialogue."""
        hidden = rows_seen(cls, user).exclude(confidentiality=Confidentiality.PUBLIC).exclude(person=None)
        return secrets_of(hidden.values_list("person", "dialogue"))


class ParticipationCitation(Citation):
    record = models.ForeignKey(Participation, models.CASCADE, related_name="citations")


class IdentityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Identities that this user may know: the user sees the participation and is cleared for it."""
        if not roles.may_be_cleared(user):
            return self.none()
        return self.filter(participation__in=Participation.objects.visible_to(user).filter(cleared=user))


class ParticipationIdentity(models.Model):
    """The person behind an unnamed participation. Confidential; no public model refers to it."""

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
        """The names of people behind unnamed participations, as secrets of the dialogue."""
        return secrets_of(rows_seen(cls, user).values_list("person", "participation__dialogue"))

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        note_load(row.pk)
        return row

    def clean(self):
        if self.participation.naming == Naming.NAMED:
            raise ValidationError("A named participation cannot have a separate identity.")
        if self.affiliation and self.affiliation.person_id != self.person_id:
            raise ValidationError({"affiliation": "Choose an affiliation of this person."})


history.track_changes(__name__)
