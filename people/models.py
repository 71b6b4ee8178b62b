"""People and organizations, what binds them to each other, and what is done to people for their contacts."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, IntegerField, OuterRef, Q
from django.db.models.functions import Cast, Coalesce, Least
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from tracker.records.audit import history
from tracker.records.base.identifiers import Identified, identifiers_trigger, published_trigger
from tracker.records.models import Citation, Identifier, Named, Part, Place, Record, Titled
from tracker.records.policy import roles
from tracker.records.policy.search_words import tokens_trigger
from tracker.records.protection.protected_names import Secret
from tracker.records.values.codes.code_fields import CodesField, CountryField, LanguageField, ScriptField
from tracker.records.values.codes.vocabularies import CitationBasis, Confidentiality, Publication
from tracker.records.values.columns import (
    FoldedField,
    GuardedSave,
    GuardedUpdate,
    PartialDateField,
    possible_days,
)
from tracker.records.values.constraints import Said, not_reversed
from tracker.records.values.dates.partial_dates import understand
from tracker.records.values.texts.text import Tidy

from .choices import (
    AppealOutcome,
    CaseActorRole,
    CaseEventKind,
    CaseRelationKind,
    ChargeStage,
    ConsentForm,
    ConsentScope,
    Gender,
    ImpugnedActivity,
    NameKind,
    OccupationKind,
    Offence,
    OrganizationClassification,
    PublishingBasis,
    RecognitionKind,
    WgadCategory,
)
from .likely_mistakes import BEFORE_BIRTH, acts_before_birth, is_unborn, never_held

NO_RELATIVES = (
    "Nothing is recorded of what they did, said or suffered themselves. Relatives and contacts get no record:"
    " nobody is published for whom they know."
)
BELONGING = tuple(ConsentScope)[2:]  # named as the lists are
UNCOVERED = f"No valid consent covers what is published of them: {', '.join(BELONGING)}."
MONTH = (28, 31)  # the days that a month has, at least and at most


class Conflict(Identified, Titled):
    """A conflict line."""

    cited = False
    goes_along = True

    summary = models.TextField(blank=True)

    class Meta(Titled.Meta):
        triggers = [*Titled.Meta.triggers, identifiers_trigger("people_conflictidentifier")]


class ConflictIdentifier(Identifier):
    record = models.ForeignKey(Conflict, models.CASCADE, related_name="identifiers")


class Side(Part):
    """One side of a conflict."""

    record = models.ForeignKey(Conflict, models.CASCADE, related_name="sides")
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0, help_text="Where it stands in the list.")

    class Meta(Part.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "name"],
                name="side_name_unique",
                deferrable=models.Deferrable.IMMEDIATE,  # sides may take each other's names
            )
        ]

    def __str__(self):
        return self.name


class Name(Part):
    """Another name, as a source writes it."""

    text = models.CharField(max_length=300)
    text_folded = FoldedField("text")
    lang = LanguageField(blank=True)
    script = ScriptField(blank=True)
    kind = models.CharField(max_length=20, choices=NameKind, default=NameKind.ALTERNATE)
    start_date = PartialDateField()
    end_date = PartialDateField()
    confidentiality = models.CharField(
        max_length=12,
        choices=Confidentiality,
        default=Confidentiality.PUBLIC,
        help_text="Who may see the name.",
    )

    class Meta(Part.Meta):
        abstract = True
        constraints = [not_reversed()]
        triggers = [tokens_trigger("text_folded", record="record_id")]

    @classmethod
    def own_conditions(cls, user, path):
        return Q() if roles.edits(user) else Q(**{f"{path}confidentiality": Confidentiality.PUBLIC})


class Act(models.Model):
    """Mixin: something that people did or suffered, so not before they were born."""

    class Meta(Record.Meta):
        abstract = True

    def people_in(self, user):
        """The ids of these people, as far as a user sees them."""
        return {self.person_id} - {None}

    def warnings(self, user):
        people = Person.objects.visible_to(user).filter(pk__in=self.people_in(user)).exclude(birth_date="")
        early = [BEFORE_BIRTH.format(one) for one in people if is_unborn(one, self)]
        return [*super().warnings(user), *early]


class OfCase(Act):
    """Mixin: something that happened to the person of a case."""

    class Meta(Act.Meta):
        abstract = True

    def people_in(self, user):
        return {self.case.person_id} - {None}


class WithCases(models.Model):
    """Who may have cases that are published already, and become public with them."""

    class Meta:
        abstract = True

    def hindered(self):
        """What stands against it, that identifiers of these cases included."""
        cases = self.cases.filter(publication=Publication.PUBLISHED, confidentiality=Confidentiality.PUBLIC)
        cases = cases if self.confidentiality == Confidentiality.PUBLIC else cases.none()
        same = {"scheme": OuterRef("scheme"), "identifier": OuterRef("identifier")}
        public = PersecutionCaseIdentifier.objects.filter(Q(published=True) | Q(record__in=cases), **same)
        own = PersecutionCaseIdentifier.objects.filter(record__in=cases)
        taken = own.filter(Exists(public.exclude(record=OuterRef("record"))))
        said = [f"A published case has the {row.scheme} identifier of one of theirs." for row in taken]
        return [*super().hindered(), *said]


class Person(WithCases, Identified, Named):
    """A person who takes part in dialogues, is assessed, speaks or is persecuted."""

    forgets_slug = goes_along = True
    publishes = ("occupations", "affiliations")

    gender = models.CharField(
        max_length=20,
        choices=Gender,
        default=Gender.UNKNOWN,
        help_text="As sources say; never guessed from a name.",
    )
    birth_date = PartialDateField()
    death_date = PartialDateField()
    nationality = CodesField(
        CountryField(), default=list, blank=True, help_text="Only where a source says so."
    )
    description = models.CharField(
        max_length=300, blank=True, help_text="A few words that tell homonyms apart."
    )
    summary = models.TextField(blank=True)
    basis = models.CharField(
        max_length=20,
        choices=PublishingBasis,
        default=PublishingBasis.PUBLISHED_SOURCE,
        help_text="What allows us to publish the name.",
    )

    class Meta(Named.Meta):
        verbose_name_plural = "people"
        constraints = [*Named.Meta.constraints, not_reversed("birth_date", "death_date")]
        triggers = [
            *Named.Meta.triggers,
            identifiers_trigger("people_personidentifier"),
            identifiers_trigger(
                "people_persecutioncaseidentifier",
                records="SELECT id FROM people_persecutioncase WHERE person_id = NEW.id",
            ),
        ]

    @classmethod
    def secrets(cls, user=None):
        """The names of people who are not public, who were and are withdrawn, or who were taken down."""
        hidden = ~Q(confidentiality=Confidentiality.PUBLIC) | Q(publication=Publication.TAKEN_DOWN)
        hidden |= Q(publication=Publication.WITHDRAWN, published_at__isnull=False)
        return [Secret(*name) for name in names_of(known(cls, user).filter(hidden))]

    def own_secrets(self):
        """All names of this person, as if none of them were public."""
        return secrets_of([(self.pk, None)])

    def clean(self):
        today = timezone.now().date()
        for name in ("birth_date", "death_date"):
            if (possible_days(self, name)[0] or today) > today:
                raise ValidationError({name: "It lies in the future."})
        before = Person.objects.filter(pk=self.pk, publication=Publication.PUBLISHED)
        covers = self.allows(ConsentScope.NAME) and not self.exceeds_consent()
        if not covers and before.exclude(basis=self.basis).exists():
            raise ValidationError({"basis": "Enter the consent first, and save it."})

    def hints(self, user, together=()):
        found = super().hints(user, together)
        if not self.is_of_public_interest(user):
            found.append(NO_RELATIVES)
        return found

    def is_of_public_interest(self, user):
        """Whether something is recorded that they did or suffered, as far as a user sees it."""
        keys = [one for one in self._meta.related_objects if one.one_to_many and one.field.name != "record"]
        lists = {one.related_name for one in keys} - {"occupations", "affiliations"}
        return any(getattr(self, name).visible_to(user).exists() for name in lists)

    def allows(self, scope):
        """Whether we may publish this, as far as the consent of the person is what allows it."""
        by_consent = self.basis == PublishingBasis.CONSENT
        return not by_consent or Consent.objects.valid().covering(scope).filter(record=self.pk).exists()

    def uncovered(self):
        """What is published of them, though perhaps hidden with them, and no consent covers: querysets."""
        lists = [getattr(self, scope) for scope in BELONGING if not self.allows(scope)]
        return [rows.filter(publication=Publication.PUBLISHED) for rows in lists]

    def exceeds_consent(self, among=lambda rows: rows):
        """Whether more is public of them, or would be with them, than any consent covers.

        `among` narrows each list of what none covers.
        """
        lists = [rows.filter(confidentiality=Confidentiality.PUBLIC) for rows in self.uncovered()]
        return any(among(rows).exists() for rows in lists)

    def missing(self):
        found = super().missing()
        if not self.allows(ConsentScope.NAME):
            found.append("Its basis is consent, and no valid consent covers the name.")
        if self.exceeds_consent(self.known_to_all):
            found.append(UNCOVERED)
        return found

    def hindered(self):
        return [*super().hindered(), *([UNCOVERED] if self.exceeds_consent() else [])]

    def warnings(self, user):
        acts = (act for rows in self.acts(user) for act in rows) if self.birth_date else ()
        mine = (act for act in acts if self.pk in act.people_in(user))
        return [*super().warnings(user), *acts_before_birth(self, mine)]

    def acts(self, user):
        """What a user sees that they may have done or suffered: querysets."""
        cases = PersecutionCase.objects.visible_to(user).filter(person=self)
        keys = [*self._meta.related_objects, *PersecutionCase._meta.related_objects]
        for relation in (one for one in keys if one.one_to_many):
            model, key = relation.related_model, relation.field.name
            about = {f"{key}__in": cases} if relation.model is PersecutionCase else {key: self}
            if issubclass(model, Act):
                yield model.objects.visible_to(user).filter(**about)
            elif issubclass(model, Part) and issubclass(model._meta.get_field("record").related_model, Act):
                told = model.objects.visible_to(user).filter(**about).values("record")
                whole = model._meta.get_field("record").related_model
                yield whole.objects.visible_to(user).filter(pk__in=told)


class ConsentQuerySet(GuardedUpdate, models.QuerySet):
    def visible_to(self, user):
        """Those of the people whom the user works on."""
        if not roles.writes(user):
            return self.none()
        worked_on = Person.objects.visible_to(user).filter(roles.work_of(user))
        return self.filter(record__in=worked_on.values("pk"))

    def valid(self):
        """Those that hold today (UTC): not withdrawn, not past their last day."""
        today = timezone.now().date()
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=today), withdrawn_on=None)

    def covering(self, scope):
        return self.filter(scope__in=(ConsentScope.ALL, scope))


class Consent(Tidy, GuardedSave):
    """What a person allowed us to publish: for those who work on the person, in no answer of the API."""

    remembered = True
    for_workers = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Person, models.CASCADE, related_name="+")
    scope = models.CharField(max_length=20, choices=ConsentScope, help_text="What may be published.")
    date = PartialDateField(help_text="When it was given.")
    form = models.CharField(max_length=20, choices=ConsentForm, help_text="How it was given.")
    valid_until = models.DateField(null=True, blank=True, help_text="The last day on which it holds.")
    withdrawn_on = models.DateField(null=True, blank=True, help_text="When it was taken back.")
    evidence = models.TextField(blank=True, help_text="Where the evidence is kept, offline.")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["date_sort", "id"]

    def __str__(self):
        return f"consent {str(self.id)[:8]}"


class PersonName(Name):
    record = models.ForeignKey(Person, models.CASCADE, related_name="other_names")

    @classmethod
    def secrets(cls, user=None):
        """The names that are not public: nothing tells them, what is about who bears them neither."""
        rows = known(cls, user).exclude(confidentiality=Confidentiality.PUBLIC)
        names = rows.values_list("text_folded", "record", "pk")
        return [Secret(*name, about) for name in names for about in (None, name[1])]


def known(model, user):
    """The rows of a model that a user sees; without a user all of them."""
    return model.objects.visible_to(user) if user else model.objects.all()


def names_of(people):
    """(folded name, id of the person, id of the row that holds it) of all names of people."""
    others = PersonName.objects.filter(record__in=people.order_by().values("pk"))
    return [
        *people.order_by().values_list("name_folded", "pk", "pk"),
        *others.order_by().values_list("text_folded", "record", "pk"),
    ]


def secrets_of(pairs):
    """The names that nothing about a record may tell, of pairs of ids: a person, and the record or None.

    The names of a person who is not public at all nothing may tell.
    """
    pairs = list(pairs)
    keys = {person for person, _ in pairs}
    public = set(Person.objects.visible_to(None).filter(pk__in=keys).values_list("pk", flat=True))
    names = {}
    for name in names_of(Person.objects.filter(pk__in=keys)):
        names.setdefault(name[1], []).append(name)
    return [
        Secret(*name, about if person in public else None)
        for person, about in pairs
        for name in names[person]
    ]


class PersonIdentifier(Identifier):
    record = models.ForeignKey(Person, models.CASCADE, related_name="identifiers")


class PersonCitation(Citation):
    record = models.ForeignKey(Person, models.CASCADE, related_name="citations")


class Organization(WithCases, Identified, Named):
    """An organization; who owns it or whom it is close to is an assessment, never a classification."""

    goes_along = True

    classification = models.CharField(
        max_length=30, choices=OrganizationClassification, default=OrganizationClassification.UNKNOWN
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="organizations")
    country = CountryField(blank=True)
    founding_date = PartialDateField()
    dissolution_date = PartialDateField()
    summary = models.TextField(blank=True)

    class Meta(Named.Meta):
        constraints = [*Named.Meta.constraints, not_reversed("founding_date", "dissolution_date")]
        triggers = [
            *Named.Meta.triggers,
            identifiers_trigger("people_organizationidentifier"),
            identifiers_trigger(
                "people_persecutioncaseidentifier",
                records="SELECT id FROM people_persecutioncase WHERE organization_id = NEW.id",
            ),
        ]


class OrganizationName(Name):
    record = models.ForeignKey(Organization, models.CASCADE, related_name="other_names")


class OrganizationIdentifier(Identifier):
    record = models.ForeignKey(Organization, models.CASCADE, related_name="identifiers")


class OrganizationCitation(Citation):
    record = models.ForeignKey(Organization, models.CASCADE, related_name="citations")


class Occupation(Act, Record):
    """What a person does, as a source says: never inferred, dated like an affiliation."""

    visible_with = ("person",)

    person = models.ForeignKey(Person, models.PROTECT, related_name="occupations")
    occupation = models.CharField(max_length=30, choices=OccupationKind, default=OccupationKind.UNKNOWN)
    wording = models.CharField(max_length=200, blank=True, help_text="As the source words it.")
    start_date = PartialDateField()
    end_date = PartialDateField()
    attested_date = PartialDateField(
        help_text="When a source vouches for it; if empty, the date of the newest source cited."
    )

    class Meta(Record.Meta):
        constraints = [not_reversed()]

    def missing(self):
        found = super().missing()
        if not self.person.allows(ConsentScope.OCCUPATIONS):
            found.append("The consent of the person does not cover occupations.")
        return found


class OccupationCitation(Citation):
    record = models.ForeignKey(Occupation, models.CASCADE, related_name="citations")

    class Meta(Citation.Meta):
        constraints = [
            *Citation.Meta.constraints,
            models.CheckConstraint(
                condition=Q(basis=CitationBasis.STATED),
                name="occupation_stated",
                violation_error_message="The basis is stated: an occupation is never inferred.",
            ),
        ]


class Affiliation(Act, Record):
    """A person's tie to an organization, in a role and for a time."""

    goes_along = True
    visible_with = ("person", "organization")

    person = models.ForeignKey(Person, models.PROTECT, related_name="affiliations")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="affiliations")
    role = models.CharField(max_length=200, blank=True, help_text="As the source words it.")
    start_date = PartialDateField()
    end_date = PartialDateField()
    attested_date = PartialDateField(
        help_text="When a source vouches for it; if empty, the date of the newest source cited."
    )
    on_behalf_of = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="affiliations_on_behalf"
    )

    class Meta(Record.Meta):
        constraints = [not_reversed()]

    def missing(self):
        found = super().missing()
        if not self.person.allows(ConsentScope.AFFILIATIONS):
            found.append("The consent of the person does not cover affiliations.")
        return found


class AffiliationCitation(Citation):
    record = models.ForeignKey(Affiliation, models.CASCADE, related_name="citations")


class PersecutionCase(Identified, Titled):
    """What is done to one person, or to one organization, by a state."""

    visible_with = ("person", "organization")
    publishes = ("charges", "events", "actors", "recognitions", "relations", "relations_to")

    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="cases")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    jurisdiction = CountryField(blank=True, help_text="The state.")
    conflict = models.ForeignKey(Conflict, models.PROTECT, null=True, blank=True, related_name="cases")
    stated_reason = models.TextField(blank=True, help_text="What the authorities say it is for.")
    impugned_activities = ArrayField(
        models.CharField(max_length=30, choices=ImpugnedActivity),
        default=list,
        blank=True,
        help_text="What sources say it is really for.",
    )
    summary = models.TextField(blank=True)
    evidence = models.TextField(blank=True, help_text="The evidence as sources describe it.")

    class Meta(Titled.Meta):
        verbose_name = "case"
        constraints = [
            *Titled.Meta.constraints,
            models.CheckConstraint(
                condition=Said.exactly(1, "person", "organization"),
                name="case_is_of_one",
                violation_error_message="Give either the person or the organization.",
            ),
        ]
        triggers = [
            *Titled.Meta.triggers,
            identifiers_trigger("people_persecutioncaseidentifier", "person", "organization"),
        ]


class PersecutionCaseIdentifier(Identifier):
    record = models.ForeignKey(PersecutionCase, models.CASCADE, related_name="identifiers")

    class Meta(Identifier.Meta):
        triggers = [published_trigger(person="people_person", organization="people_organization")]


class PersecutionCaseCitation(Citation):
    record = models.ForeignKey(PersecutionCase, models.CASCADE, related_name="citations")


class CaseRelation(Record):
    """How one case stands to another."""

    visible_with = between = ("case", "related_case")

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=20, choices=CaseRelationKind)
    related_case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="relations_to")

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(case=F("related_case")),
                name="case_relation_not_to_itself",
                violation_error_message="The case and the related_case are the same.",
            )
        ]


class CaseRelationCitation(Citation):
    record = models.ForeignKey(CaseRelation, models.CASCADE, related_name="citations")


class Charge(OfCase, Record):
    """One accusation in a case and how far it has come."""

    visible_with = ("case",)

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="charges")
    stage = models.CharField(max_length=20, choices=ChargeStage, default=ChargeStage.UNKNOWN)
    offence = models.CharField(max_length=30, choices=Offence, default=Offence.UNKNOWN)
    provision = models.CharField(max_length=200, blank=True, help_text="The provision of law.")
    wording = models.TextField(blank=True, help_text="The accusation as the source words it.")
    date = PartialDateField(help_text="When this stage was reached.")
    court = models.CharField(max_length=200, blank=True)
    proceeding_number = models.CharField(max_length=100, blank=True)


class ChargeCitation(Citation):
    record = models.ForeignKey(Charge, models.CASCADE, related_name="citations")


class Protecting(models.Model):
    """Mixin: a row is confidential from the moment it is of one of these kinds, whatever else is said.

    Whoever is cleared may open it afterwards, on purpose, and the history says who did.
    """

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self._protect()
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        self._protect()

    def _protect(self):
        name, kinds = self.protected
        if getattr(self, name) not in kinds:
            return
        stored = type(self).objects.filter(pk=self.pk, **{f"{name}__in": kinds})
        if self._state.adding or not stored.exists():
            self.confidentiality = Confidentiality.CONFIDENTIAL


def number(name):
    """A small number of a row for a sum; 0 where there is none."""
    return Cast(Coalesce(F(name), 0), IntegerField())


class CaseEvent(OfCase, Protecting, Record):
    """Something that happened in a case."""

    visible_with = ("case",)
    protected = ("kind", (CaseEventKind.HEALTH, CaseEventKind.TRANSFER))

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30, choices=CaseEventKind)
    date = PartialDateField()
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="case_events")
    authority = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="case_events",
        help_text="Who did it.",
    )
    circumstances = models.TextField(blank=True)
    outcome = models.CharField(
        max_length=20, choices=AppealOutcome, blank=True, help_text="How the appeal was decided."
    )
    term_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The term, in months; what is over in term_days."
    )
    term_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The term, in days; with term_months what is over them."
    )
    suspended_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How much of the term is suspended, in months."
    )
    suspended_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How much of the term is suspended, in days."
    )
    life = models.BooleanField(null=True, blank=True, help_text="Whether the term is for life.")
    position = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Its place among the events of the case, where the dates leave the order open.",
    )

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(term_months__isnull=True, term_days__isnull=True)
                | GreaterThanOrEqual(
                    number("term_days") - number("suspended_days"),
                    Least(*[days * (number("suspended_months") - number("term_months")) for days in MONTH]),
                ),
                name="case_event_suspended_within_term",
                violation_error_message="The suspended_months and suspended_days are more than the term.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(kind=CaseEventKind.APPEAL_DECIDED),
                name="case_event_outcome_of_appeal",
                violation_error_message="Only an event of the kind appeal_decided has an outcome.",
            ),
        ]

    def clean(self):
        super().clean()
        if self.position is not None and (self.date_earliest or self.date_latest):
            self._placed_as_dated()

    def _placed_as_dated(self):
        """Refuses a position if the sure dates of this event and another one say that it is the other way."""
        when = understand(self.date)
        first, last = when.possible
        others = self.compared_with(case=self.case_id).filter(date__sure=True)
        later = others.filter(position__lt=self.position).exclude(date__possibly_by=last or date.max)
        earlier = others.filter(position__gt=self.position).exclude(date__possibly_from=first or date.min)
        if when.sure and (later.exists() or earlier.exists()):
            raise ValidationError(
                {"position": "The dates give another order: change the position or leave it empty."}
            )

    def warnings(self, user):
        events = CaseEvent.objects.visible_to(user).filter(case=self.case_id)
        return [*super().warnings(user), *(never_held(self, events) if self.case.person_id else [])]


class CaseEventCitation(Citation):
    record = models.ForeignKey(CaseEvent, models.CASCADE, related_name="citations")


class CaseActor(Act, Protecting, Record):
    """A person or an organization that acts in a case; naming a defender can cost them their licence."""

    visible_with = ("case", "event", "person", "organization")
    one_of = (("person",), ("organization",))
    protected = ("role", (CaseActorRole.LAWYER,))

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="actors")
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, blank=True, related_name="actors")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="acted_in")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="acted_in"
    )
    role = models.CharField(max_length=30, choices=CaseActorRole)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Said.exactly(1, "person", "organization"),
                name="case_actor_is_one",
                violation_error_message="Give either the person or the organization.",
            )
        ]

    def clean(self):
        super().clean()
        if self.event and self.event.case_id != self.case_id:
            raise ValidationError({"event": "The event belongs to another case."})

    @classmethod
    def secrets(cls, user=None):
        """The names of those whose part in a case is not public, as the case's secrets."""
        hidden = known(cls, user).exclude(confidentiality=Confidentiality.PUBLIC).exclude(person=None)
        return secrets_of(hidden.values_list("person", "case"))

    def days(self):
        return self.event.days() if self.event else (None, None)


class CaseActorCitation(Citation):
    record = models.ForeignKey(CaseActor, models.CASCADE, related_name="citations")


class Recognition(OfCase, Record):
    """Somebody recognizes or judges a case: a list, an opinion, a judgment, an appeal."""

    visible_with = ("case", "organization")
    one_of = (("organization",), ("recognized_by",))

    case = models.ForeignKey(PersecutionCase, models.PROTECT, related_name="recognitions")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="recognitions", help_text="By whom."
    )
    recognized_by = models.CharField(
        max_length=200, blank=True, help_text="By whom, where it is no organization."
    )
    kind = models.CharField(max_length=30, choices=RecognitionKind)
    wgad_categories = ArrayField(
        models.CharField(max_length=20, choices=WgadCategory),
        default=list,
        blank=True,
        help_text="What an opinion of the WGAD found: often more than one category.",
    )
    date = PartialDateField()
    reference = models.CharField(max_length=200, blank=True, help_text="The number or name of the document.")
    answer = models.TextField(blank=True, help_text="What the authorities answered.")

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Said.exactly(1, "organization", texts=["recognized_by"]),
                name="recognition_by_one",
                violation_error_message="Give either organization or recognized_by.",
            )
        ]


class RecognitionCitation(Citation):
    record = models.ForeignKey(Recognition, models.CASCADE, related_name="citations")


history.keep(__name__)
